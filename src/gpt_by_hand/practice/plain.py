"""Exercises as plain data, for tools."""

from __future__ import annotations

from typing import Any

from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.document import Table
from gpt_by_hand.notation import Access, Index
from gpt_by_hand.practice.diagnosis import hints
from gpt_by_hand.practice.given import numbers, tables
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.practice.page import precision
from gpt_by_hand.practice.question import Question
from gpt_by_hand.printers.text import formula, text
from gpt_by_hand.views.text import TextView


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
        "given": {
            "numbers": {name: number.text for name, number in numbers(question).items()},
            "tables": [_table(*given) for given in tables(question)],
        },
        "answer": finite(question.answer),
        "shown": shown(question.answer),
        "precision": precision(question),
        "tolerance": question.tolerance,
        "steps": hints(question),
        "mistakes": [
            {"kind": mistake.kind, "says": mistake.said, "value": finite(mistake.value)}
            for mistake in sorted(question.mistakes, key=lambda mistake: mistake.cost)
        ],
    }


def _table(piece: Access, table: Table) -> dict[str, Any]:
    said = TextView().line
    return {
        "name": piece.tensor.name,
        "title": said(table.caption[2:]).strip(),
        "fixed": said(table.caption[1:2]).strip(),
        "indices": [at.name for at in piece.subscripts if isinstance(at, Index)],
        "rows": [said(row.cells[0]) for row in table.rows],
        "columns": [*map(said, table.head[1:])],
        "cells": [[*map(said, row.cells[1:])] for row in table.rows],
    }
