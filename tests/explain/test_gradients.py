"""Gradients by nudging, and where a number is used: everywhere, and nowhere else."""

from __future__ import annotations

import json
import random
from functools import cache

import numpy as np
import pytest

from gpt_by_hand import GPT, UserError
from gpt_by_hand.engines import reference
from gpt_by_hand.explain.finite_difference import nudge
from gpt_by_hand.explain.uses import followers
from gpt_by_hand.notation import Access
from gpt_by_hand.trace.address import AddressError
from tests.explain.traces import EVERY_MODEL, addresses, explainer, trace

EACH = {"pencil": 4, "characters": 2, "dropout": 3}


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_nudging(model: str) -> None:
    """The difference of two losses, for some numbers of every gradient; of those of the keys' bias too, which is 0."""
    found, rng = trace(model, 1), random.Random(model)
    gradients = [name for name in found if name.startswith("d.")]
    largest = 0.0
    for name in gradients if model != "demo" else rng.sample(gradients, 40):
        every = addresses(found, name)
        for where in rng.sample(every, min(EACH.get(model, 1), len(every))):
            checked = nudge(found, *explainer(model, 1).find(where))
            scale = float(np.abs(found[name]).max()) + 1e-3
            error = abs(checked.difference - checked.gradient) / scale
            largest = max(largest, error)
            assert checked.gradient == found[where] if where != "d.loss" else 1, where
            assert error < 2e-5, (where, checked)
    assert largest > 0


def test_nudging_says_what_it_did() -> None:
    lines = nudge(trace("pencil"), *explainer("pencil").find("d.transformer.wte.weight[3,1]")).lines()
    larger, smaller = (float(lines[1].split()[at]) for at in (3, 7))
    assert lines[0] == "check: nudge transformer.wte.weight[3,1] by 0.0001 and run forward again (in float64)"
    assert float(lines[2].rpartition(" = ")[2]) == pytest.approx((larger - smaller) / 2e-4, rel=1e-7)
    difference, gradient = float(lines[2].rpartition(" = ")[2]), float(lines[3].split()[3].rstrip(":"))
    assert gradient == pytest.approx(trace("pencil")["d.transformer.wte.weight[3,1]"], rel=1e-7)
    assert float(lines[3].split()[-1]) == pytest.approx(abs(gradient - difference), rel=0.1, abs=1e-8)


@pytest.mark.parametrize("step", [1, -1])
def test_the_losses_of_a_nudge_are_the_definitions(step: int) -> None:
    """Those that the reference engine finds in float64."""
    found = trace("pencil")
    checked = nudge(found, *explainer("pencil").find("transformer.wpe.weight[2,1]"))
    program = found.program.only(["loss"])
    given = {t.name: np.array(found.arrays[t.name]) for t in (*program.inputs, *program.parameters)}
    given["transformer.wpe.weight"] = given["transformer.wpe.weight"].astype(np.float64)
    given["transformer.wpe.weight"][2, 1] += step * checked.step
    loss = reference.run(program, given)["loss"]
    assert (checked.larger if step == 1 else checked.smaller) == pytest.approx(float(loss), abs=1e-13)


@pytest.mark.parametrize(
    "where", ["tokens[0,0]", "h.0.attn.max[0,0,0]", "probs[0,0,0]", "new.transformer.wte.weight[0,0]"]
)
def test_nothing_to_nudge(where: str) -> None:
    with pytest.raises(UserError, match="has no gradient to check"):
        nudge(trace("pencil"), *explainer("pencil").find(where))


def test_every_gradient_that_there_is_not_is_explained() -> None:
    """Held constant are the two maxima; the rest is given, or comes after the loss or beside it."""
    found = trace("dropout")
    reasons: dict[str, set[str]] = {}
    for name in found:
        if f"d.{name}" not in found and not name.startswith("d."):
            with pytest.raises(AddressError) as caught:
                found.explain(f"d.{name}")
            message = str(caught.value)
            assert message.startswith(f"d.{name} does not exist: ")
            reasons.setdefault(message.rpartition(name)[2], set()).add(name)
    held, given, beside = (
        " is held constant on the way back, so no gradient goes through it",
        " is given, and no weight, so no gradient is computed for it",
        ", so it has no gradient",
    )
    assert reasons.keys() == {held, given, beside}
    assert reasons[held] == {"h.0.attn.max", "probs.max"}
    assert {"tokens", "targets", "positions", "iteration", "drop.mask"} <= reasons[given]
    assert {"probs", "clip.norm", "learning_rate"} & reasons[beside] == {"probs", "learning_rate"}
    prompt = GPT.from_preset("pencil").trace("hear the cat")
    with pytest.raises(AddressError, match=r"d\.logits does not exist here: a prompt has no targets"):
        prompt.explain("d.logits[0,0,0]")


def address_of(node: Access) -> str:
    return node.tensor.name + (f"[{','.join(map(str, node.subscripts))}]" if node.subscripts else "")


@cache
def used_in(model: str) -> dict[str, list[str]]:
    """For each number, by brute force, the numbers whose explanation names it among its operands."""
    found, explain = trace(model), explainer(model)
    uses: dict[str, list[str]] = {}
    for name in found.program.definitions:
        for where in addresses(found, name):
            inside = explain.instance(*explain.find(where))
            assert inside is not None
            for operand in inside.operands:
                uses.setdefault(address_of(operand), []).append(where)
    return uses


@pytest.mark.parametrize("model", ["pencil", "dropout"])
def test_followers(model: str) -> None:
    """Where a number is used: lookups, masked scores, conditions and all, for every tensor."""
    found, explain = trace(model), explainer(model)
    uses, rng = used_in(model), random.Random(0)
    order = {name: n for n, name in enumerate(found.program.definitions)}
    for name in found:
        every = addresses(found, name)
        for where in {every[0], every[-1], *rng.sample(every, min(3, len(every)))}:
            tensor, place = explain.find(where)
            following = followers(found.program, tensor, place, explain.value)
            ours = [address_of(Access(follower, at)) for follower, at in following]
            assert sorted(ours) == sorted(uses.get(where, [])), where
            names = [order[follower.partition("[")[0]] for follower in ours]
            assert names == sorted(names)
    assert not uses.get("d.transformer.wpe.weight[9,9]")


@pytest.mark.parametrize("model", ["pencil", "dropout"])
def test_a_gradient_has_a_term_for_each_use_on_the_way_to_the_loss(model: str) -> None:
    found, explain = trace(model), explainer(model)
    uses, rng = used_in(model), random.Random(1)
    for name in found:
        if name.startswith("d.") and name != "d.loss":
            every = addresses(found, name)
            for where in rng.sample(every, min(6, len(every))):
                through = {use.through for use in explain.explain(where).uses}
                followed = {f for f in uses.get(where.removeprefix("d."), []) if f"d.{f.partition('[')[0]}" in found}
                assert through == followed, where


def test_nudging_what_is_no_number() -> None:
    """It is said as it is, in words and for programs."""
    changed = GPT.from_preset("demo").gradients("gpt by hand").set({"h.0.mid[0,1,0]": np.inf})
    for where in ("d.ln_f[0,1,0]", "d.h.0.mid[0,1,0]"):
        explained = changed.explain(where, check=True)
        assert json.dumps(explained.to_dict(), allow_nan=False).count('"larger": "nan"') == 1
        assert "check: nudge" in explained.text()
