"""A sheet in the browser, as somebody works on it: against the conversation of `exercise`, and what is kept of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain
from random import Random
from typing import Any

import pytest

from gpt_by_hand.layout.sentences import SENTENCES, said
from gpt_by_hand.practice.booklet.making import SIX_SHEETS, sheets_of
from gpt_by_hand.practice.browser.contents import copy as copy_of
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.choosing import mixture, series
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.practice.question import Question
from gpt_by_hand.practice.quiz import Outcome, Quiz, summary
from gpt_by_hand.practice.topics import KEYS
from tests.practice.browser.verdicts import copy, source
from tests.support.node import needs_node, node

pytestmark = needs_node

CODE = """
import { useSentences } from "app/explain/sentences.js";
import { Sheet } from "app/practice/sheet.js";
useSentences(given.sentences);
const all = (sheet) => ({
  outcomes: sheet.questions.map((_, q) => sheet.outcome(q)),
  states: sheet.questions.map((_, q) => sheet.state(q)),
  boxes: sheet.questions.map(({ boxes }, q) => boxes.map((_, b) => sheet.box(q, b))),
  summary: sheet.summary(),
});
const sheet = new Sheet(given.copy);
"""
PLAY = """
let changes = 0;
sheet.listen(() => changes++);
const replies = given.events.map(([what, ...rest]) => sheet[what](...rest) ?? null);
const saved = JSON.parse(JSON.stringify(sheet.saved()));
const again = new Sheet(given.copy);
again.restore(saved);
send({ ...all(sheet), replies, changes, saved, again: all(again) });
"""
DAMAGE = """
send(given.data.map((data) => {
  sheet.clear();
  sheet.restore(data);
  return all(sheet);
}));
"""


def played(page: dict[str, Any], events: Iterable[list[Any]]) -> Any:
    """What a sheet is after these calls."""
    given = {"sentences": SENTENCES, "copy": {**page, "header": [[1, 8]]}, "events": list(events)}
    return node(CODE + PLAY, given)


@cache
def two_boxes() -> tuple[list[Question], dict[str, Any]]:
    """Two exercises, and a page with one question that has both of their boxes."""
    asked = list(series([KEYS["score"]], source("pencil", 4), 2))
    page = copy(asked)
    one, other = page["sheets"][0]["questions"]
    mistakes = [[row[0] + len(one["says"]), *row[1:]] for row in other["boxes"][0]["mistakes"]]
    both = [*one["boxes"], {**other["boxes"][0], "mistakes": mistakes}]
    question = {**one, "boxes": both, "says": [*one["says"], *other["says"]]}
    return asked, {**page, "sheets": [{**page["sheets"][0], "questions": [question, other]}]}


def lines_for(question: Question, random: Random) -> list[str]:
    """What somebody types until it is over, or until something else is more interesting."""
    mistakes = [mistake.value for mistake in question.mistakes if abs(mistake.value) < 1e9]
    tried = [
        shown(random.choice(mistakes)) if mistakes else "3", shown(random.choice(mistakes)) if mistakes else "4",
        "hint", "hint", "77.7777", "(1+", f"{question.answer:.1f}", "nonsense",
    ]  # fmt: skip
    chosen = random.sample(tried, random.choice((0, 0, 1, 2, 4)))
    return [*chosen, random.choice((shown(question.answer), shown(question.answer), "skip"))]


def conversation(asked: list[Question], typed: list[list[str]]) -> list[Outcome]:
    """What comes out of it at a terminal."""
    lines = chain.from_iterable(typed)
    quiz = Quiz(lambda line, style: None, lambda prompt: next(lines, None), 80)
    return quiz.run(asked, len(asked))


def events_of(typed: list[list[str]]) -> list[list[Any]]:
    """The same on a page."""
    commands = {"hint": lambda q: ["hint", q, 0], "skip": lambda q: ["skip", q]}
    return [
        commands[line](q) if line in commands else ["answer", q, 0, line]
        for q, lines in enumerate(typed)
        for line in lines
    ]


def as_lines(found: dict[str, Any]) -> list[str]:
    """The summary of a page in the words of the terminal."""
    if not found["count"]:
        return [said("quiz.none")]
    lines = [said("quiz.right", right=found["right"], count=found["count"])]
    for one in found["practise"]:
        about = {"command": one["command"], "topic": one["title"]}
        because = {"mistakes": "; ".join(one["mistakes"])}
        lines.append(
            said("quiz.practise because", **about, **because) if one["mistakes"] else said("quiz.practise", **about)
        )
    return lines


@pytest.mark.parametrize("seed", range(6))
def test_the_same_conversation_ends_with_the_same_summary(seed: int) -> None:
    random = Random(seed)
    topics = [*mixture(seed)[:3], KEYS["score"]]
    asked = list(series(topics, source("pencil", seed % 5), 8))
    typed = [lines_for(question, random) for question in asked]
    outcomes = conversation(asked, typed)
    found = played(copy(asked), events_of(typed))
    assert as_lines(found["summary"]) == summary(outcomes)
    for lines, outcome, of_page, question in zip(typed, outcomes, found["outcomes"], asked, strict=True):
        assert of_page["state"] == (3 if lines[-1] == "skip" else 1 if outcome.right else 2)
        first = [n for n, mistake in enumerate(question.mistakes, start=1) if mistake in outcome.mistakes[:1]]
        assert of_page["mistake"] == (first[0] if first else 0)


def test_what_is_saved_is_what_goes_on() -> None:
    asked, page = two_boxes()
    wrong = shown(2 * asked[0].answer)
    events = [["answer", 0, 0, wrong], ["hint", 0, 1], ["answer", 0, 1, "(1"], ["answer", 1, 0, "7"], ["skip", 1]]
    found = played(page, events)
    assert found["again"] == {key: found[key] for key in found["again"]}
    assert found["states"] == ["open", "skipped"]
    assert found["changes"] == len(events)


def test_a_question_with_two_boxes() -> None:
    asked, page = two_boxes()
    first = page["sheets"][0]["questions"][0]
    rows = [row for box in first["boxes"] for row in box["mistakes"]]
    wrong, right = shown(2 * asked[1].answer), [shown(question.answer) for question in asked]
    found = played(page, [["answer", 0, 1, wrong], ["answer", 0, 0, right[0]]])
    assert (found["states"], found["outcomes"][0]["state"]) == (["open", "untouched"], 3)
    place = found["outcomes"][0]["mistake"] - 1
    assert place >= len(first["boxes"][0]["mistakes"])
    assert first["says"][rows[place][0]] == "without dividing by sqrt(D)"
    assert found["summary"]["practise"][0]["mistakes"] == ["without dividing by sqrt(D)"]
    found = played(page, [["answer", 0, 0, right[0]], ["answer", 0, 1, right[1]]])
    assert (found["states"], found["outcomes"][0]) == (["at once", "untouched"], {"state": 1, "mistake": 0})
    found = played(page, [["answer", 0, 0, right[0]], ["hint", 0, 1], ["answer", 0, 1, right[1]]])
    assert (found["states"][0], found["outcomes"][0]["state"]) == ("right", 2)


def test_hints_come_one_at_a_time_and_leave_the_answer() -> None:
    _, page = two_boxes()
    hints = page["sheets"][0]["questions"][1]["boxes"][0]["hints"]
    found = played(page, [["hint", 1, 0]] * (len(hints) + 2))
    assert found["replies"] == [*hints, SENTENCES["hint.last"], SENTENCES["hint.last"]]
    assert found["boxes"][1][0]["hints"] == [*hints, SENTENCES["hint.last"]]
    assert found["outcomes"][1] == {"state": 3, "mistake": 0}


def test_what_is_over_stays_as_it_is() -> None:
    asked, page = two_boxes()
    right = shown(asked[1].answer)
    found = played(page, [["answer", 1, 0, right], ["answer", 1, 0, "7"], ["hint", 1, 0], ["skip", 1]])
    box = found["boxes"][1][0]
    assert (found["states"][1], found["outcomes"][1]) == ("at once", {"state": 1, "mistake": 0})
    assert (box["text"], box["kind"], box["solved"]) == ("7", "wrong", True)
    found = played(page, [["skip", 1], ["answer", 1, 0, right]])
    box = found["boxes"][1][0]
    assert (found["states"][1], box["solved"], box["kind"]) == ("skipped", False, "skipped")
    assert box["lines"] == [page["sheets"][0]["questions"][1]["boxes"][0]["solution"]]


def test_what_says_nothing_is_no_attempt() -> None:
    asked, page = two_boxes()
    found = played(page, [["answer", 1, 0, "(1"], ["answer", 1, 0, f"{asked[1].answer:.2f}"]])
    assert found["states"][1] == "open"
    assert found["outcomes"][1]["state"] == 0
    assert found["summary"] == {"right": 0, "count": 0, "practise": []}


def test_to_begin_again() -> None:
    _, page = two_boxes()
    found = played(page, [["answer", 0, 0, "7"], ["hint", 1, 0], ["clear"]])
    assert found["states"] == ["untouched", "untouched"]


def damaged(saved: dict[str, Any]) -> list[Any]:
    """What is no progress of this sheet."""
    questions = saved["questions"]
    one = questions[0]
    box = one["boxes"][0]
    right = shown(two_boxes()[0][0].answer)
    of_box = [{"text": 3}, {"text": "x" * 2001}, {"missed": 1}, {"hinted": -1}, {"hinted": 1e9}, {"hinted": "1"},
              {"hinted": 0.5}, {"solved": None}, {"text": None}, {"text": right}]  # fmt: skip
    of_question = [{"skipped": 1}, {"mistakes": [-1]}, {"mistakes": [10**6]}, {"mistakes": ["0"]}, {"mistakes": None},
                   {"mistakes": {"length": 1}}, {"boxes": []}, {"boxes": None}, {"boxes": [box]}]  # fmt: skip
    records: list[Any] = [{**one, "boxes": [{**box, **change}, one["boxes"][1]]} for change in of_box]
    records += [{**one, **change} for change in of_question]
    records += [None, 3, "x", [], {}, {"__proto__": one}]
    whole = [None, 3, "x", [], {}, {**saved, "sheet": 1}, {**saved, "questions": None}, {**saved, "questions": {}}]
    return [*whole, *({**saved, "questions": [record]} for record in records)]


def test_what_is_damaged_or_of_another_sheet_is_left_out() -> None:
    _, page = two_boxes()
    saved = played(page, [["answer", 0, 0, "7"]])["saved"]
    given = {"sentences": SENTENCES, "copy": {**page, "header": [[1, 8]]}, "data": [*damaged(saved), saved]}
    *found, whole = node(CODE + DAMAGE, given)
    assert [one["states"] for one in found] == [["untouched", "untouched"]] * len(found)
    assert whole["states"] == ["open", "untouched"]


def test_the_other_questions_of_damaged_progress_are_kept() -> None:
    _, page = two_boxes()
    saved = played(page, [["answer", 0, 0, "7"], ["answer", 1, 0, "8"]])["saved"]
    data = {**saved, "questions": [None, saved["questions"][1]]}
    (found,) = node(CODE + DAMAGE, {"sentences": SENTENCES, "copy": {**page, "header": [[1, 8]]}, "data": [data]})
    assert found["states"] == ["untouched", "open"]


@pytest.mark.parametrize("key", [SIX_SHEETS, *KEYS])
def test_what_the_key_of_a_worksheet_accepts_is_right(key: str) -> None:
    topics = (KEYS.get(key),)
    for seed in range(5 if topics[0] else 1):
        order = PageOrder(topics, seed=seed)
        keys = [one.accepted for _, questions in sheets_of(topics[0], order.source) for one in questions]
        page, events = {**copy_of(order), "header": []}, list(accepted(keys))
        questions = page["sheets"][0]["questions"]
        if len(questions) > len(keys):  # the last one solves backwards
            events += [["answer", len(keys), 0, text] for text in (questions[-1]["boxes"][0]["shown"],)]
        found = played(page, events)
        wrong = [event for event, reply in zip(events, found["replies"], strict=True) if reply["kind"] != "right"]
        print(f"\n{key}, seed {seed}: {len(events)} answers that the key accepts, {len(wrong)} of them called wrong")
        assert wrong == []
        assert set(found["states"]) == {"at once"}


def accepted(keys: list[Any]) -> Iterator[list[Any]]:
    """For each box the key's answer, as it is shown and with all digits, and both ends of what it accepts."""
    for q, boxes in enumerate(keys):
        for b, (answer, ends) in enumerate(boxes):
            finite = [repr(end) for end in ends if math.isfinite(end)]
            yield from (["answer", q, b, text] for text in [shown(answer), repr(answer), *finite])
