"""A walk offers what there is: all that is offered leads somewhere, and all else is refused."""

from __future__ import annotations

import re

import pytest

from gpt_by_hand import GPT, UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.walk import Walk
from tests.explain.traces import explainer

PLACES = [
    *("loss", "sequence_loss[1]", "tokens[0,0]", "tokens[1,3]", "targets[0,1]", "positions[2]", "learning_rate"),
    *("h.0.attn.scores[0,0,2,1]", "h.0.attn.scores[0,0,0,3]", "logits[1,3,7]", "transformer.wte.weight[3,1]"),
    *("d.transformer.wte.weight[0,0]", "d.logits[0,0,0]", "new.transformer.wte.weight[3,1]", "clip.norm"),
    *("random[0]", "starts[1]", "data[0]", "data[319]"),
]


def offered(walk: Walk) -> list[str]:
    """Each command that help names, with an example for what is no word."""
    words: list[str] = []
    for line in walk.help():
        said = re.split(r"  +", line.strip())[0]
        if found := re.fullmatch(r"(\d+)(?: to (\d+))?", said):
            words += [found[1], found[2] or found[1]]
        else:
            words += said.split(", ")
    return ["tokens[0,0]" if word == "ADDRESS" else word for word in words if word != "quit"]


def all_there_is(walk: Walk) -> set[str]:
    tensor, _ = walk.explainer.find(walk.here.address)
    letters = {index.name for index in tensor.indices} | {"x"}
    return {"back", "up", "check", "0", "1", "40", *(f"{letter}{sign}" for letter in letters for sign in "+-")}


def works(start: Explainer, way: tuple[str, ...], said: str) -> bool:
    walk = Walk(start, way[0])
    for word in way[1:]:
        walk.command(word)
    try:
        walk.command(said)
    except UserError:
        return False
    return True


@pytest.mark.parametrize("place", PLACES)
def test_only_what_there_is(place: str) -> None:
    start = explainer("pencil")
    for way in ((place,), ("loss", place)):
        walk = Walk(start, way[0])
        for word in way[1:]:
            walk.command(word)
        there = offered(walk)
        last = next((int(word) for word in reversed(there) if word.isdigit()), -1)
        others = {w for w in all_there_is(walk) - set(there) if not (w.isdigit() and int(w) <= last)}
        assert [word for word in there if not works(start, way, word)] == []
        assert [word for word in sorted(others) if works(start, way, word)] == []


def test_numbers_lead_up_after_up() -> None:
    walk = Walk(explainer("pencil"), "sequence_loss[1]")
    assert any("down to that operand" in line for line in walk.help())
    walk.command("up")
    assert walk.help()[0].split(maxsplit=1) == ["0", "up to that use"]
    walk.command("0")
    assert walk.here.address == "loss"
    assert walk.help()[1].split(maxsplit=1) == ["back", "to sequence_loss[1], where you came from"]


def test_a_prompt_has_no_gradients() -> None:
    walk = Walk(Explainer(GPT.from_preset("pencil").trace("you hear")), "probs[0,1,2]")
    assert "check" not in offered(walk)
    assert "up" not in offered(walk)
