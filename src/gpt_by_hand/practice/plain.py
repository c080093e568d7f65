"""Exercises as plain data, for tools."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import Any

from gpt_by_hand.practice.diagnosis import hints
from gpt_by_hand.practice.given import numbers, tables
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.practice.page import precision
from gpt_by_hand.practice.question import Question
from gpt_by_hand.printers.text import formula, text


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
