"""Every weight, and all that is of it, by its position in a checkpoint and in the formulas: ten of each."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load_file

from gpt_by_hand import GPT
from gpt_by_hand.engines.torch.module import GPT as TorchGPT
from gpt_by_hand.engines.torch.module import Sizes
from gpt_by_hand.interop.places import open_model, write
from gpt_by_hand.notation import Tensor
from gpt_by_hand.trace import address
from tests.explain.traces import explainer, trace
from tests.trace.test_stored import BEHIND


def unraveled(position: tuple[int, ...], parameter: Tensor) -> tuple[int, ...]:
    """The position in the formulas: that of the same number in memory."""
    flat = np.ravel_multi_index(position, parameter.stored_shape)
    return tuple(map(int, np.unravel_index(flat, parameter.shape)))


def positions(shape: tuple[int, ...]) -> list[tuple[int, ...]]:
    drawn = random.Random(0)
    return [tuple(map(drawn.randrange, shape)) for _ in range(10)]


@pytest.mark.parametrize("behind", BEHIND)
@pytest.mark.parametrize("model", ["demo", "biases"])
def test_the_same_explanation(model: str, behind: str) -> None:
    """For ten positions of every parameter; where both positions are the same, nothing is said twice."""
    explains = explainer(model, 1)
    for parameter in explains.trace.program.parameters:
        same = parameter.shape == parameter.stored_shape
        for stored in positions(parameter.stored_shape)[: 2 if same else 10]:
            name, formulas = behind + parameter.name, unraveled(stored, parameter)
            found = explains.explain(address.of(name, stored))
            assert found.to_dict() == explains.explain(address.of(name, formulas)).to_dict()
            assert found.address == address.of(name, formulas)
            assert found.to_dict()["stored"] == (None if same else [*stored])
            assert explains.trace[address.of(name, stored)] == explains.trace[found.address] == found.value
            written = ",".join(map(str, stored))
            assert (f", stored at [{written}] = " in found.text()) != same


def test_it_is_the_position_in_a_checkpoint(trained: Path) -> None:
    """And in Hugging Face's, where the linear layers' weights are turned."""
    there, ours = load_file(next((trained / "out").glob("weights-*.safetensors"))), GPT.load(trained / "out")
    write(open_model(str(trained / "out")), "hf", trained / "hf")
    theirs, found = load_file(trained / "hf" / "model.safetensors"), ours.trace("hello world")
    for name, array in there.items():
        turned = theirs[name].T if ".attn." in name or ".mlp." in name else theirs[name]
        for position in positions(array.shape):
            where = address.of(name, position)
            assert found.explain(where).value == found[where] == array[position] == turned[position]


@pytest.mark.parametrize("model", ["demo", "biases"])
def test_pytorch_has_it_there(model: str) -> None:
    """Gradients by autograd in float64, whose weights have the shapes that checkpoints have."""
    found = trace(model, 1)
    peer = TorchGPT(Sizes.of(found.origin.model)).to(torch.float64)  # type: ignore[union-attr]
    with torch.no_grad():
        for name, parameter in peer.named_parameters():
            parameter.copy_(torch.from_numpy(found[f"{name}[{','.join(':' * parameter.ndim)}]"]))
    peer(torch.from_numpy(found["tokens"]), torch.from_numpy(found["targets"]))[1].backward()
    for name, parameter in peer.named_parameters():
        largest = parameter.grad.abs().max().item()  # type: ignore[union-attr]
        for position in positions(tuple(parameter.shape)):
            value = found.explain(address.of(f"d.{name}", position)).value
            assert abs(value - parameter.grad[position].item()) <= 1e-12 * largest  # type: ignore[index]
