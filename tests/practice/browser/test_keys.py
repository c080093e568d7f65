"""What the key of a sheet says, and what it accepts, the page calls right; and what is beside it, it does not."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import pytest

from gpt_by_hand.language import spoken
from gpt_by_hand.layout.sentences import sentences
from gpt_by_hand.practice.booklet import making
from gpt_by_hand.practice.browser import order
from gpt_by_hand.practice.browser.contents import copy
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import TOPICS, Topic
from tests.practice.booklet.sheets import source
from tests.practice.browser.made import questions
from tests.support.node import needs_node, node

pytestmark = needs_node
CODE = """
import { useSentences } from "app/explain/sentences.js";
import { Sheet } from "app/practice/sheet.js";
useSentences(given.sentences, given.language);
const sheet = new Sheet(given.copy);
send(given.texts.map((boxes, q) => boxes.map((texts, b) => texts.map((text) => {
  sheet.clear();
  return sheet.answer(q, b, text).kind;
}))));
"""
FAR = 1.5  # of the accepted range: so far away it is another answer
WRONG = {"wrong", "rough"}


@pytest.fixture(autouse=True)
def one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (making, order):
        monkeypatch.setattr(module, "Source", source)


def kinds(page: dict[str, Any], texts: list[list[list[str]]]) -> list[list[list[str]]]:
    asked = {"sentences": sentences(), "language": asdict(spoken()), "copy": {**page, "header": []}, "texts": texts}
    found: list[list[list[str]]] = node(CODE, asked)
    return found


def right(box: dict[str, Any]) -> list[str]:
    shown = box["shown"]
    ends = [str(box[name]) for name in ("low", "high", "answer")]
    return [shown, shown.replace(".", ","), shown.replace("-", "−"), f"({shown})", *ends]


def beside(box: dict[str, Any]) -> list[str]:
    if box["answer"] == "-inf":
        return ["0", "inf", "-1e9"]
    room = FAR * max(box["high"] - box["low"], 1e-9)
    return [repr(box["low"] - room), repr(box["high"] + room)]


@pytest.mark.parametrize("topic", [None, *TOPICS], ids=lambda topic: topic.key if topic else "six-sheets")
def test_what_the_key_says_is_right_on_the_page(topic: Topic | None) -> None:
    for seed in (1, 1337):
        page = copy(PageOrder((topic,), seed=seed))
        asked = [question["boxes"] for question in questions(page)]
        for found in kinds(page, [[right(box) for box in boxes] for boxes in asked]):
            assert {kind for kinds_ in found for kind in kinds_} == {"right"}
        for found in kinds(page, [[beside(box) for box in boxes] for boxes in asked]):
            assert {kind for kinds_ in found for kind in kinds_} <= WRONG


def test_an_answer_from_rounded_numbers_is_right_too() -> None:
    """On paper one computes with own answers, which are rounded: the page accepts what comes out of them."""
    wider = 0
    for seed in range(5):
        for question in questions(copy(PageOrder((None,), seed=seed))):
            for box in question["boxes"]:
                if math.isfinite(float(box["answer"])):
                    wider += box["high"] - box["low"] > 2.5 * box["tolerance"]
    assert wider > 50
