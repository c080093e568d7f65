"""Every number of an iteration is what its explanation says: recomputed from the text by arithmetic of our own."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from gpt_by_hand import Trace
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.notation.instance import place_of
from gpt_by_hand.printers.python import python
from gpt_by_hand.trace import address
from tests.explain.traces import EVERY_MODEL, addresses, explainer, sample, trace, value_at
from tests.support.arithmetic import FLOAT32, FLOAT64, Arithmetic

# Every number of the small presets; of the other models some of each tensor, and so many more from anywhere.
ALL = {("pencil", 0), ("pencil", 1), ("pocket", 1)}
MORE = {("demo", 1): 4000, ("biases", 1): 2000}
GIVEN = ("data", "random")  # nothing is behind these
WORST: dict[str, float] = {}


def numbers(model: str, iteration: int, found: Trace) -> list[str]:
    everything = (model, iteration) in ALL
    return (
        [a for name in found for a in addresses(found, name)]
        if everything
        else sample(found, 2, MORE.get((model, iteration), 300))
    )


def unit(found: Trace, explained: Explanation) -> float:
    """Numbers are float32, but for those that follow from the iteration alone."""
    name = explained.address.partition("[")[0]
    return FLOAT64 if name in found and np.asarray(found.arrays[name]).dtype == np.float64 else FLOAT32


def checked(found: Trace, explained: Explanation, value: float) -> float:
    """Assert that the explanation leads to the value; returns the error as a part of what rounding allows."""
    assert explained.value == value, explained.address
    if explained.substituted is None:
        assert not explained.operands
        return 0.0
    computed = Arithmetic(unit(found, explained)).evaluate(explained.substituted)
    if not math.isfinite(value):
        assert computed.value == value
        return 0.0
    error = abs(computed.value - value)
    assert error <= computed.bound, (explained.address, computed, value, explained.substituted)
    return error / computed.bound if error else 0.0


def true_value(explained_by: Explainer, where: str) -> float:
    """The number at an operand's address, found without the explainer."""
    found, name = explained_by.trace, where.partition("[")[0]
    if name in found:
        return value_at(found, where)
    origin, at = found.origin, int(where.partition("[")[2].removesuffix("]"))
    assert origin is not None
    raw = np.random.RandomState(origin.seed)
    if name == "random":
        return int(raw.randint(0, 2**32, at + 1, np.uint32)[at])
    if name == "uniform":
        return int(raw.randint(0, 2**32, at + 1, np.uint32)[at]) % 2**24 * 2.0**-24
    if name == "uniform53":
        high, low = map(int, raw.randint(0, 2**32, at + 2, np.uint32)[at:])
        return (high * 2**32 + low) % 2**53 * 2.0**-53
    assert origin.batch is not None
    return int(origin.batch.starts[at] if name == "starts" else origin.batch.data[at])


@pytest.mark.parametrize("iteration", [0, 1])
@pytest.mark.parametrize("model", EVERY_MODEL)
def test_formulas_with_their_numbers_give_the_number(model: str, iteration: int) -> None:
    """Forward, gradients, clipping, update, inputs and weights; and the address of each operand has its value."""
    found, explain = trace(model, iteration), explainer(model, iteration)
    worst, begun = 0.0, dict.fromkeys(())
    for where in numbers(model, iteration, found):
        explained = explain.explain(where)
        explained = explained if explained.address == where else pytest.fail(where)
        worst = max(worst, checked(found, explained, value_at(found, where)))
        for operand in explained.operands:
            if operand.address.partition("[")[0] in found:
                assert operand.value == value_at(found, operand.address), (where, operand)
            else:
                begun.setdefault(operand.address)
    assert 0 < worst <= 1
    while begun:  # random numbers and the training text
        where = next(iter(begun))
        del begun[where]
        explained = explain.explain(where)
        checked(found, explained, true_value(explain, where))
        assert explained.operands or where.partition("[")[0] in GIVEN
        begun.update(dict.fromkeys(operand.address for operand in explained.operands))


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_so_do_parts_and_what_layers_would_have_said(model: str) -> None:
    """Each number of why.* and of lens.*, in the smallest models; in others some of each tensor."""
    found = trace(model, 1)
    found, before = found.extended("why.*").extended("lens.*"), set(found)
    found = replace(found, names=tuple(name for name in found.names if name not in before))
    explain, worst = Explainer(found), 0.0
    small = model in ("pencil", "pocket")
    for where in [a for name in found for a in addresses(found, name)] if small else sample(found, 2, 300):
        explained = explain.explain(where)
        worst = max(worst, checked(found, explained, value_at(found, where)))
    assert 0 < worst <= 1 and any(name in found for name in ("why.tok_emb", "lens.embed.probs"))


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_every_stage_of_the_working_is_the_same_number(model: str) -> None:
    """Each line follows from the one before: at full precision they are all equal, and the last is one number."""
    found = trace(model, 1)
    for where in sample(found, 1, 150):
        steps = explainer(model, 1).explain(where).to_dict()["steps"]
        values = [Arithmetic(FLOAT64).evaluate(step) for step in steps]
        for step, this in zip(steps, values, strict=True):
            same = this.value == values[-1].value or abs(this.value - values[-1].value) <= values[0].bound
            assert same, (where, step)
        assert not steps or steps[-1].lstrip("-").replace(".", "").replace("e-", "").isdigit() or "inf" in steps[-1]


@pytest.mark.parametrize("iteration", [0, 1])
@pytest.mark.parametrize("model", EVERY_MODEL)
def test_the_places_of_a_gradient_add_up(model: str, iteration: int) -> None:
    """To the gradient, their shares to 1; each part is what its own numbers give, and the number is used there."""
    found, explain = trace(model, iteration), explainer(model, iteration)
    for where in sample(found, 1, 100, "d."):
        explained = explain.explain(where)
        if where == "d.loss":
            assert explained.uses == ()
            continue
        assert explained.uses or explained.value == 0, where
        computed = Arithmetic().evaluate(explained.substituted or "0")
        parts = math.fsum(use.value for use in explained.uses)
        assert abs(parts - explained.value) <= computed.bound, where
        if parts:
            assert math.fsum(use.share for use in explained.uses) == pytest.approx(1, abs=1e-9), where
        for use in explained.uses:
            assert Arithmetic().evaluate(python(use.term)).value == pytest.approx(use.value, rel=1e-12, abs=1e-300)
            assert use.share == 0 if not parts else use.share == pytest.approx(use.value / parts, rel=1e-9)
            tensor, place = explain.find(use.through)
            inside = explain.instance(tensor, place)
            assert inside is not None
            read = {address.of(node.tensor.name, place_of(node)) for node in inside.operands}
            assert where.removeprefix("d.") in read, use
