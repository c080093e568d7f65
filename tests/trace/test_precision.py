"""What is shown is computed in double precision, from the single-precision numbers that training has come to."""

from __future__ import annotations

import io
import json
import tracemalloc
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from gpt_by_hand import GPT, ModelConfig, Trace, UserError, trace_iteration
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import number_tokenizer
from gpt_by_hand.engines import reference
from gpt_by_hand.engines.torch.learner import load_weights
from gpt_by_hand.engines.torch.module import GPT as TorchGPT
from gpt_by_hand.engines.torch.module import Sizes
from gpt_by_hand.trace.recording import trace_prompt
from gpt_by_hand.training.session import begin, preset
from gpt_by_hand.training.start import start_weights
from tests.engines.closeness import error
from tests.explain.traces import MODELS, explainer, sample, trace
from tests.support.arithmetic import Arithmetic

SHOWN = ("demo", "pencil", "pocket", "biases")
MILLIONTH_OF_A_MILLIONTH = 1e-12
OPERANDS = 1e-14


class OfOperands(Arithmetic):
    """What changing each operand, and each result on the way, by a part of itself could change the value by."""

    def rounding(self, value: float, times: float = 1) -> float:
        return super().rounding(value)


def given(found: Trace) -> dict[str, object]:
    """What the traced iteration starts from."""
    return {tensor.name: found.arrays[tensor.name] for tensor in (*found.program.inputs, *found.program.parameters)}


@pytest.mark.parametrize("model", SHOWN)
def test_every_number_is_that_of_the_definition(model: str) -> None:
    """Forward, backward, clipping and update of an iteration that follows a trained one.

    The keys' bias shifts all scores of a query alike, so its gradient is 0 but for rounding; an eps of 1e-4 keeps AdamW
    from blowing that up into a step: with its usual 1e-8, two engines differ there by 1e-10 of the largest new bias.
    """
    found = trace_iteration(1, **MODELS[model], eps=1e-4) if model == "biases" else trace(model, 1)
    want = reference.run(found.program, given(found))
    off = {name: error(found[name], want[name]) for name in found.program.definitions}
    assert {name: share for name, share in off.items() if share > MILLIONTH_OF_A_MILLIONTH} == {}


@pytest.mark.parametrize("model", SHOWN)
def test_pytorch_agrees(model: str) -> None:
    """Logits, loss and every gradient, by autograd in float64."""
    found = trace(model, 1)
    config = found.origin.model  # type: ignore[union-attr]
    peer = TorchGPT(replace(Sizes.of(config), dropout_rate=0.0)).to(torch.float64)
    stored = {p.name: found[p.name].reshape(p.stored_shape) for p in found.program.parameters}
    load_weights(peer, stored)
    logits, loss = peer(torch.from_numpy(found["tokens"]), torch.from_numpy(found["targets"]))
    loss.backward()
    assert error(found["logits"], logits.detach().numpy()) < MILLIONTH_OF_A_MILLIONTH
    assert error(found["loss"], loss.item()) < MILLIONTH_OF_A_MILLIONTH
    for name, parameter in peer.named_parameters():
        got = found[f"d.{name}"].reshape(stored[name].shape)
        assert parameter.grad is not None
        assert error(got, parameter.grad.numpy()) < MILLIONTH_OF_A_MILLIONTH, name


@pytest.mark.parametrize("model", SHOWN)
def test_explanations_are_their_expressions(model: str) -> None:
    """To 1e-14 of what operands and intermediate results come to."""
    found, explain, compared = trace(model, 1), explainer(model, 1), 0
    for where in sample(found, 3, 500):
        explained = explain.explain(where)
        if explained.substituted is None or not np.isfinite(explained.value):
            continue
        computed = OfOperands(OPERANDS).evaluate(explained.substituted)
        assert abs(computed.value - explained.value) <= computed.bound, where
        compared += 1
    assert compared > 100


def test_a_number_in_single_precision_would_be_found() -> None:
    found, explain = trace("pencil", 1), explainer("pencil", 1)
    off = []
    for where in sample(found, 3, 100, "h.0."):
        explained = explain.explain(where)
        computed = OfOperands(OPERANDS).evaluate(explained.substituted or "0")
        off.append(abs(computed.value - float(np.float32(explained.value))) > computed.bound)
    assert sum(off) > len(off) / 2
    want = reference.run(found.program, given(found))
    assert error(trace("pencil", 1, "float32")["logits"], want["logits"]) > 1e-9


@pytest.mark.parametrize("model", [*SHOWN, "dropout"])
def test_single_precision_is_what_training_computes(model: str, tmp_path: Path) -> None:
    """Bit for bit: the losses, and weights and moments after the iteration."""
    settings = dict(MODELS[model])
    found = trace(model, 1, "float32")
    config, train = preset(settings.pop("name"))
    own = {key: settings.pop(key) for key in [*settings] if hasattr(config, key)}
    by_hand = {"batch_size": 1, "gradient_accumulation_steps": 2, "engine": "numpy", "data_dir": str(tmp_path)}
    trainer = begin(replace(config, **own), replace(train, **by_hand, **settings), (), say=lambda line: None)
    trainer.evaluate()
    losses = [trainer.advance()["loss"][0] for _ in range(2)]
    assert losses[1] == found["loss"]
    for name, weight in trainer.state.weights.items():
        assert np.array_equal(weight, found[f"new.{name}"]), name
        assert np.array_equal(trainer.state.m[name], found[f"adamw.m.{name}"]), name
        assert np.array_equal(trainer.state.v[name], found[f"adamw.v.{name}"]), name


@pytest.mark.parametrize("model", [*SHOWN, "dropout"])
def test_both_start_from_the_same_numbers(model: str) -> None:
    """Weights, moments, words and dropout masks are training's own."""
    single, double = trace(model, 1, "float32"), trace(model, 1)
    for name, array in given(double).items():
        assert np.array_equal(array, single.arrays[name]), name
        assert np.array_equal(double[name], single[name]), name


@pytest.mark.parametrize(("precision", "dtype"), [("float64", np.float64), ("float32", np.float32)])
def test_what_is_written_says_it(precision: str, dtype: type) -> None:
    found = trace("pencil", 1, precision)  # type: ignore[arg-type]
    with np.load(io.BytesIO(found.to_npz())) as arrays:
        kinds = {arrays[name].dtype for name in found if found.tensor(name).kind == "real" and arrays[name].ndim}
    assert kinds == {np.dtype(dtype)}
    assert {entry["precision"] for entry in json.loads(found.to_json()).values()} == {precision}
    assert found.whose is not None
    assert f"computed in {precision}" in found.whose.line()
    assert found.explain("loss").to_dict()["precision"] == precision
    assert found.explain("transformer.wte.weight[0,0]").to_dict()["precision"] == "float32"


def test_numbers_do_not_follow_weights_that_change_later() -> None:
    model = GPT.from_preset("pencil")
    before = model.trace("the cat")
    want = GPT.from_preset("pencil").trace("the cat")["logits"]
    for weight in model.weights.values():
        weight[:] = 1
    assert np.array_equal(before["logits"], want)


def large() -> Trace:
    """A model of which the weights are far more than all that it computes for two words, and no single one is many."""
    config = ModelConfig(64, 8, 8, 2, 128)
    return Trace(**vars(trace_prompt(config, number_tokenizer(64), start_weights(config, RandomStream(1)), "1")))


def test_no_copy_of_all_weights() -> None:
    """An explanation doubles a weight where a formula reads it, and drops it; a float64 copy of all is twice that."""
    found = large()
    found.explain("logits[0,0,1]")
    found = large()
    tracemalloc.start()
    found.explain("logits[0,0,1]")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    weights = sum(np.asarray(found.arrays[p.name]).nbytes for p in found.program.parameters)
    assert peak < weights


def test_only_what_is_asked_for_is_computed() -> None:
    found = large()
    found.explain("h.0.attn.q[0,0,0,0]")
    tracemalloc.start()
    assert found["h.0.attn.q"].shape
    assert tracemalloc.get_traced_memory()[1] < 1e5
    tracemalloc.stop()


@pytest.mark.parametrize("precision", ["float16", "double", ""])
def test_there_is_no_other_precision(precision: Any) -> None:
    with pytest.raises(UserError, match=f"precision is {precision!r}: it must be float64 or float32"):
        GPT.from_preset("pencil").trace("a", precision=precision)
