"""The page says of each answer what `exercise` says, and calls no right answer wrong (pytest -s counts them)."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict

import pytest

from gpt_by_hand.language import speaking, spoken
from gpt_by_hand.layout.sentences import sentences
from gpt_by_hand.practice.question import Question
from gpt_by_hand.practice.topics import KEYS
from tests.practice.browser.verdicts import (
    Said,
    answers,
    by_python,
    by_the_page,
    check_of,
    copy,
    questions,
    right_answers,
)
from tests.support.node import needs_node, node

pytestmark = needs_node

CODE = """
import { useSentences } from "app/explain/sentences.js";
import { Sheet } from "app/practice/sheet.js";
useSentences(given.sentences, given.language);
const sheet = new Sheet(given.copy);
send(given.texts.map((texts, q) => texts.map((text) => {
  sheet.clear();
  return sheet.answer(q, 0, text);
})));
"""
SEEDS, COUNT = range(5), 2


def replies(asked: list[Question], texts: list[list[str]]) -> list[list[Said]]:
    """What the page says of the texts that are typed for each question."""
    page = copy(asked)
    found = node(CODE, {"sentences": sentences(), "language": asdict(spoken()), "copy": page, "texts": texts})
    known = [
        (question["boxes"][0], check_of(own))
        for question, own in zip(page["sheets"][0]["questions"], asked, strict=True)
    ]
    return [[by_the_page(one, *of) for one in all_of_it] for all_of_it, of in zip(found, known, strict=True)]


@pytest.fixture(autouse=True)
def tolerances_are_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    known: dict[tuple[str, int], float] = {}
    own = Question.tolerance_of
    monkeypatch.setattr(
        Question,
        "tolerance_of",
        lambda q, m: known.get((q.address, id(m))) or known.setdefault((q.address, id(m)), own(q, m)),
    )


@pytest.mark.parametrize("topic", KEYS)
def test_the_page_says_what_exercise_says(topic: str) -> None:
    counts: Counter[str] = Counter()
    asked = [question for seed in SEEDS for question in questions(topic, seed, COUNT)]
    texts = [answers(question) for question in asked]
    for question, tried, found in zip(asked, texts, replies(asked, texts), strict=True):
        expected = [by_python(question, text) for text in tried]
        assert dict(zip(tried, found, strict=True)) == dict(zip(tried, expected, strict=True)), question.address
        counts += Counter(one.kind for one in expected)
    print(f"\n{topic}: {len(asked)} questions, {sum(counts.values())} answers: {dict(counts)}")


@pytest.mark.parametrize("topic", KEYS)
def test_a_right_answer_is_never_called_wrong(topic: str) -> None:
    asked = [question for seed in SEEDS for question in questions(topic, seed, COUNT)]
    texts = [right_answers(question) for question in asked]
    kinds = Counter(reply.kind for found in replies(asked, texts) for reply in found)
    print(f"\n{topic}: {kinds['right']} right answers, none called wrong")
    assert set(kinds) == {"right"}


def test_in_german() -> None:
    with speaking("de"):
        asked = questions("score", 4, 2)
        texts = [
            ["0,4818", "0.4818", "7,5", "abc", "1/0", "0,5/0", "0.5/0.0", ".5/0", *right_answers(q)] for q in asked
        ]
        assert replies(asked, texts) == [
            [by_python(question, text) for text in tried] for question, tried in zip(asked, texts, strict=True)
        ]
