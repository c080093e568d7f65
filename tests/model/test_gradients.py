"""Every derived gradient is the slope that one finds by nudging each number, in float64: parameters and activations."""

from functools import cache, lru_cache

import numpy as np
import pytest

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.notation import Program
from tests.model.cases import CASES, NAMES, inputs
from tests.model.differences import AT_ONCE, assert_slopes, slopes, slopes_by_rows


@lru_cache
def values(name: str) -> dict[str, object]:
    """Every number of the iteration in float64."""
    return {**inputs(name), **compile_numpy(CASES[name].program, dtype=np.float64)(inputs(name))}


@cache
def batch(name: str, rows: int) -> Program:
    return iteration.__wrapped__(CASES[name].config, CASES[name].rule, rows)


def with_gradients(name: str) -> list[str]:
    return [tensor[2:] for tensor in CASES[name].program.definitions if tensor.startswith("d.")]


def nudged(name: str, tensor: str) -> tuple[np.ndarray, float]:
    axes = CASES[name].program.tensors[tensor].indices
    if axes and axes[0].name == "b" and tensor != "sequence_loss":
        rows = min(AT_ONCE, 2 * np.asarray(values(name)[tensor])[0].size)
        return slopes_by_rows(batch(name, rows), tensor, values(name))
    return slopes(CASES[name].program, tensor, values(name))


@pytest.mark.parametrize(("name", "tensor"), [(name, tensor) for name in NAMES for tensor in with_gradients(name)])
def test_gradient_is_the_slope(name, tensor):
    want, noise = nudged(name, tensor)
    assert_slopes(values(name)[f"d.{tensor}"], want, noise, tensor)


@pytest.mark.parametrize("name", NAMES)
def test_every_tensor_between_the_parameters_and_the_loss_has_a_gradient(name):
    program = CASES[name].program
    forward = [a.target.name for a in program.assignments if a.phase in ("forward", "loss")]
    parameters = [parameter.name for parameter in program.parameters]
    assert len(program.definitions["loss"]) == 1 and "loss" in forward
    without = {"probs"}  # the loss is made from the logits, so the probabilities are beside the way
    want = {x for x in (*forward, *parameters) if not x.endswith(".max")} - without
    assert set(with_gradients(name)) == want


@pytest.mark.parametrize("name", NAMES)
def test_a_maximum_is_held_constant_for_it_does_not_matter(name):
    program = CASES[name].program
    found = [tensor for tensor in program.definitions if tensor.endswith(".max")]
    assert len(found) == CASES[name].config.num_layers + 1
    for tensor in found:
        loss = compile_numpy(program.given(tensor).only([tensor, "loss"]), ["loss"], np.float64)
        moved = {**values(name), tensor: np.asarray(values(name)[tensor]) + 0.25}
        assert f"d.{tensor}" not in program.tensors
        assert loss(moved)["loss"] == pytest.approx(values(name)["loss"], rel=1e-14)


@pytest.mark.parametrize("tensor", ["transformer.h.0.attn.c_attn.weight", "h.0.ln_1.var", "probs.sum"])
def test_a_wrong_gradient_is_found(tensor):
    want, noise = nudged("pencil", tensor)
    good = np.array(values("pencil")[f"d.{tensor}"])
    for bad in (good * (1 + 1e-5), -good, np.roll(good, 1), good + 1e-5 * np.abs(good).max(), np.zeros_like(good)):
        with pytest.raises(AssertionError):
            assert_slopes(bad, want, noise, tensor)


def test_a_gradient_that_nudging_cannot_tell_from_zero_is_not_passed():
    with pytest.raises(AssertionError, match="cannot tell"):
        assert_slopes(np.zeros(3), np.full(3, 1e-20), 1e-15, "x")


def test_nudging_rows_and_nudging_alone_agree():
    for tensor in ("h.0.attn.scores", "h.0.ln_2.var", "tok_emb"):
        together, alone = nudged("pencil", tensor), slopes(CASES["pencil"].program, tensor, values("pencil"))
        np.testing.assert_allclose(together[0], alone[0], atol=1e-8 * np.abs(alone[0]).max())
