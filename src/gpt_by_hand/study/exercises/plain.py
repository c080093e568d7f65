"""Exercises as plain data, for tools."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import Any

from gpt_by_hand.printers.text import formula, text
from gpt_by_hand.study.exercises.diagnosis import hints
from gpt_by_hand.study.exercises.given import numbers, tables
from gpt_by_hand.study.exercises.numbers import shown
from gpt_by_hand.study.exercises.page import precision
from gpt_by_hand.study.exercises.question import Question


def plain(question: Question) -> dict[str, Any]:
    """The question, its address and formula, what is given, the answer, its tolerance, and mistakes with their values.

    Numbers are at full precision; an infinite one is the string "-inf", since JSON has no such numbers.
    """
    return {
        "topic": question.topic.key,
        "title": question.topic.title,
        "address": question.address,
        "question": question.meaning,
        "formula": [formula(line) for line in question.lines],
        "instance": text(question.expression),
        "given": {"numbers": numbers(question), "tables": [asdict(table) for table in tables(question)]},
        "answer": _number(question.answer),
        "shown": shown(question.answer),
        "precision": precision(question),
        "tolerance": question.tolerance,
        "steps": hints(question),
        "mistakes": [
            {"kind": mistake.kind, "says": mistake.said, "value": _number(mistake.value)}
            for mistake in sorted(question.mistakes, key=lambda mistake: mistake.cost)
        ],
    }


def _number(value: float) -> float | str:
    return value if isfinite(value) else shown(value)
