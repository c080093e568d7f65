"""What people may type into a box of an exercise, and what `exercise` says of each."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

from gpt_by_hand.layout.sentences import said, sentence
from gpt_by_hand.practice import page
from gpt_by_hand.practice.arithmetic import ArithmeticProblem, read
from gpt_by_hand.practice.browser.box import Texts, box
from gpt_by_hand.practice.choosing import series
from gpt_by_hand.practice.diagnosis import judge
from gpt_by_hand.practice.numbers import asked_for, decimals, shown
from gpt_by_hand.practice.question import Question
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS

source = lru_cache(maxsize=5)(Source)
NONSENSE = ["0", "-0", "1", "77.7777", "1e9", "1e-9", "inf", "-inf", "", "abc", "1/0", "(1", "3e", "0,3,4", "alert(1)"]
EDGE = 0.01  # of what is allowed: clearly inside or outside, whatever floating-point arithmetic adds


class Said(NamedTuple):
    """What is said of an answer: which kind of answer it is, and of wrong and unreadable ones, in which words."""

    kind: str
    lines: list[str]


def questions(topic: str, seed: int, count: int) -> list[Question]:
    """Those of `exercise TOPIC --seed SEED --count COUNT`."""
    return list(series([KEYS[topic]], source("pencil", seed), count))


def plain(question: Question, number: int = 1) -> dict[str, Any]:
    """The question as the page has it, without what is shown above the box."""
    texts = Texts()
    boxes = [box(question, texts)]
    about = {"topic": question.topic.key, "title": question.topic.title, "number": number, "blocks": []}
    command = {"command": f"gpt-by-hand exercise {question.topic.key}"}
    return {**about, **command, "boxes": boxes, "says": list(texts.says), "kinds": list(texts.kinds)}


def copy(asked: Iterable[Question]) -> dict[str, Any]:
    """A copy with these questions."""
    found = [plain(question, n) for n, question in enumerate(asked, start=1)]
    return {"seed": 1, "header": [], "again": [], "sheets": [{"title": "", "about": "", "questions": found}]}


def in_digits(number: float, most: int = 2) -> Iterator[str]:
    """The number with all digits, as it is shown, and with up to so many digits less."""
    yield repr(number)
    if math.isfinite(number):
        yield shown(number).replace(".", ",")
        yield from (f"{number:.{n}f}" for n in range(max(0, decimals(number) - most), decimals(number) + 1))
        yield from (f"{number:.{n}e}" for n in (0, 2))


def right_answers(question: Question) -> list[str]:
    """The answer with all digits and with those that are asked for, in several spellings."""
    exact, digits = question.answer, decimals(question.answer)
    if not math.isfinite(exact):
        return [repr(exact), repr(exact).replace("-", "−").replace("inf", "∞")]
    rounded = [f"{exact:.{n}f}" for n in range(digits, digits + 4)]
    whole = [str(int(exact))] if exact == int(exact) else []
    found = [repr(exact), f"{exact:.17g}", shown(exact), *rounded, *whole, f" {rounded[0]} ", f"({exact!r})"]
    return [*found, *(one.replace(".", ",").replace("-", "−") for one in rounded), f"{exact * 3!r}/3"]


def at_the_edges(middle: float, distance: float) -> Iterator[str]:
    """So far away, a little less, and a little more, to both sides."""
    if math.isfinite(middle) and math.isfinite(distance):
        yield from (repr(middle + sign * distance * by) for sign in (-1, 1) for by in (1 - EDGE, 1, 1 + EDGE))


def answers(question: Question) -> list[str]:
    """All that is tried: right and rough answers, those at the edges of what is accepted, mistakes, and nonsense."""
    found = [*right_answers(question), *in_digits(question.answer, most=9)]
    found += at_the_edges(question.answer, question.tolerance)
    for mistake in question.mistakes:
        found += in_digits(mistake.value)
        found += at_the_edges(mistake.value, question.tolerance_of(mistake))
    found += [repr(question.answer * factor) for factor in (-1, 2, 0.5, 1.01, 0.9)]
    return list(dict.fromkeys([*found, *NONSENSE]))


def by_python(question: Question, text: str) -> Said:
    """What `exercise` says, at a terminal."""
    typed = " ".join(text.split())
    try:
        verdict = judge(question, read(typed))
    except ArithmeticProblem as problem:
        return Said("unreadable", [f"{sentence(str(problem))}."])
    if verdict.kind == "wrong":
        return Said("wrong", page.reply(question, typed, verdict))
    rough = said("answer.rough", digits=asked_for(question.answer))
    return Said(verdict.kind, [rough] if verdict.kind == "rough" else [said("answer.right", working="")])


def by_the_page(reply: dict[str, Any], known: dict[str, Any], check: str) -> Said:
    """What the page says of a box of which this is `known`; Python's words for what to check first, and no solution."""
    lines = reply["lines"]
    if reply["kind"] == "wrong" and lines[-1] == known["check"]:
        lines = [*lines[:-1], check]
    if reply["kind"] == "right":
        assert lines[0][3:] == [known["solution"]]
        lines = [lines[0][2]]
    return Said(reply["kind"], lines)


def check_of(question: Question) -> str:
    """What Python says to check first, of a number that nothing leads to."""
    return by_python(question, "1e300").lines[-1]
