"""An exercise as a document: the question, the formula, the given numbers, and how precise to be; and as plain data.

On a terminal it must fit between two prompts, so that nothing that is needed has scrolled away: what is less needed
(blank lines, what a tensor is, the rows beside those needed) gives way.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_FLOOR, Context, Decimal
from itertools import product
from typing import Any, NamedTuple

from gpt_by_hand import folding
from gpt_by_hand.explain.steps import folded
from gpt_by_hand.language import decimal, spoken
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.document import Block, Display, Emphasis, Formula, Line, Paragraph, Reference, Table
from gpt_by_hand.layout.sentences import joined, line, said, sentence, told
from gpt_by_hand.notation import Access, Index, Where
from gpt_by_hand.practice.diagnosis import Verdict, hints, part_to_check, stages
from gpt_by_hand.practice.formulas import is_masked
from gpt_by_hand.practice.given import numbers, singles, tables
from gpt_by_hand.practice.numbers import asked_for, shown, tolerance, unit
from gpt_by_hand.practice.question import Question
from gpt_by_hand.printers.text import formula, text
from gpt_by_hand.views.text import GAP, INDENT, TextView, plain

ROWS_OF_A_SOLUTION, MOST_TERMS = 3, 12
EASY = 1e-5  # to read with its zeros
DOWNWARDS = Context(prec=1, rounding=ROUND_FLOOR)


class Layout(NamedTuple):
    """How much room an exercise takes: rows beside those needed (None: all of them), and how much is left out for room.

    At 1 there is no blank line between two tables, at 2 nor what a tensor is, where that takes a row of its own, at 3
    nor the address of the number that is asked for, which the prompt has too, at 4 no blank line at all.
    """

    near: int | None = None
    tight: int = 0


LAYOUTS = [Layout(*room) for room in product((None, 2, 1, 0), range(5))]


def fitted(question: Question, width: int, rows: int | None) -> list[str]:
    """The exercise in no more than `rows` rows of a terminal, with as much around it as there is room for.

    Where there is no number of rows, it has all, and its lines are as long as they are.
    """
    if rows is None:
        return [*lines(question, width)]
    for layout in LAYOUTS:
        found = [row for line in lines(question, width, layout) for row in wrapped(line, width)]
        if len(found) <= rows:
            break
    return found


def wrapped(line: str, width: int) -> list[str]:
    """A line in pieces that are no wider than `width`, and no more of them than need be."""
    return folding.wrapped(line, width, hanging=False)


def lines(question: Question, width: int, layout: Layout = LAYOUTS[0]) -> Iterator[str]:
    """The exercise, with tables that are no wider than `width`; formulas are left to be wrapped."""
    before: list[Block] = []
    for section in sections(question, width, layout):
        beside = before and isinstance(before[0], Table) and isinstance(section[0], Table)
        yield from [""] if before and layout.tight < (1 if beside else 4) else []
        yield from filter(None, plain(section, width).split("\n"))
        before = section


def sections(question: Question, width: int | None = None, layout: Layout = LAYOUTS[0]) -> Iterator[list[Block]]:
    """The blocks of an exercise, those together that stand together; for lines of a `width`, if there is one."""
    asked = [Paragraph((Reference(question.address), " = ?"), "number")] if layout.tight < 3 else []
    yield [Paragraph((sentence(question.meaning),)), *asked]
    if question.result.tensor.kind != "integer":
        yield [*map(Display, question.lines), *_known(question, width, layout)]
    titled: set[str] = set()
    for piece, table in tables(question, layout.near):
        caption = table.caption[: 2 if piece.tensor.name in titled else 3]
        tight = layout.tight >= 2 and width and _wide(caption) > width
        yield [replace(table, caption=caption[:2] if tight else caption)]
        titled.add(piece.tensor.name)
    yield [Paragraph((precision(question),))]


def _known(question: Question, width: int | None, layout: Layout) -> Iterator[Paragraph]:
    """The single numbers: on a line of its own what needs a word, the others one behind the other."""
    known = numbers(question) | singles(question, layout.near)
    inputs = {tensor.name: told(tensor.title) for tensor in question.trace.program.inputs if not tensor.indices}
    with_titles = [name for name in known if name in inputs and layout.tight < 2]
    items: dict[str, Line] = {name: (Reference(name), " = ", number) for name, number in known.items()}
    for filled in _filled((item for name, item in items.items() if name not in with_titles), width):
        yield Paragraph(filled, "number")
    for name in with_titles:
        yield Paragraph((*items[name], GAP, Emphasis(inputs[name])), "number")


def _filled(items: Iterable[Line], width: int | None) -> Iterator[Line]:
    """The items with commas between them, as many in a line as there is room for."""
    line: Line = ()
    between = spoken().between
    for item in items:
        if line and width and _wide((*line, between, *item)) > width:
            yield (*line, between.strip())
            line = ()
        line = (*line, between, *item) if line else item
    yield from [line] if line else []


def _wide(line: Line) -> int:
    return folding.cells(INDENT + TextView().line(line))


def precision(question: Question) -> str:
    """How many digits to give, and what is near enough."""
    if question.result.tensor.kind == "integer":
        return said("ask.whole")
    looks_like = question.expression if question.missing else question.as_if_open.expression
    exact = question.value(looks_like)
    digits, near = asked_for(exact), tolerance(looks_like, question.value)
    whole = question.formula.expression
    infinite = question.missing is None and isinstance(whole, Where) and is_masked(whole.otherwise)
    near_enough = _promised(near, unit(exact) / 2)
    return said("ask.digits or -inf" if infinite else "ask.digits", digits=digits, near=near_enough)


def _promised(near: float, rounding: float) -> str:
    """How far off the answer one may be, as it is shown, which may be off by its own rounding already.

    One digit, no larger than what holds, so that nobody is promised too much; with an exponent for many zeros.
    """
    near = max(near - rounding, rounding)
    digit = DOWNWARDS.plus(Decimal(f"{near:.6g}"))
    return f"{digit:f}" if float(digit) >= EASY else f"{float(digit):.0e}"


def solution(question: Question, width: int | None = None) -> str:
    """The line that leads to the answer, with its exact value; in a few rows of a terminal, if it has a width."""
    exact = f"{question.answer:.6g}"
    rounded = shown(question.answer)
    value = decimal(rounded) if rounded == exact else said("answer.exact", value=rounded, exact=exact)
    if isinstance(question.expression, Access):
        return f"{question.address} = {value}"
    line = f"{question.address} = {hints(question)[0]} = {value}"
    for kept in range(MOST_TERMS, 1, -1):
        if width is None or len(wrapped(said("answer.right", working=line), width)) <= ROWS_OF_A_SOLUTION:
            break
        line = f"{question.address} = {text(folded(stages(question)[0], kept))} = {value}"
    return line


def reply(question: Question, typed: str, verdict: Verdict) -> list[str]:
    """What to say of a wrong answer."""
    if verdict.mistakes:
        best, *others = verdict.mistakes
        found = [said("answer.mistake", typed=typed, mistake=best.said)]
        return found + [said("answer.other mistake", mistake=other.said) for other in others]
    return [said("answer.no mistake", typed=typed), TextView().line(advice(question))]


def advice(question: Question) -> Line:
    """Which partial result to check first, with its numbers but without its value, or else the whole."""
    if is_masked(question.own):
        conditions = joined(((Formula(condition),) for condition, _ in question.instance.conditions), said("hint.and"))
        return line("hint.part", part=line("hint.conditions", conditions=tuple(conditions)))
    part = part_to_check(question)
    if part is not None:
        return line("hint.part", part=Formula(part))
    whole = question.result.tensor.kind == "integer"
    return line("hint.whole", part=hints(question)[0] if whole else Formula(stages(question)[0]))


def as_data(question: Question) -> dict[str, Any]:
    """The question, its address and formula, what is given, the answer, its tolerance, and mistakes with their values.

    Numbers are at full precision; an infinite one is the string "-inf", since JSON has no such numbers.
    """
    return {
        "topic": question.topic.key,
        "title": told(question.topic.title),
        "address": question.address,
        "question": question.meaning,
        "formula": [formula(line) for line in question.lines],
        "instance": text(question.expression),
        "given": {
            "numbers": {name: number.written for name, number in numbers(question).items()},
            "tables": [_table(*given) for given in tables(question)],
        },
        "answer": finite(question.answer),
        "shown": decimal(shown(question.answer)),
        "precision": precision(question),
        "tolerance": question.tolerance,
        "steps": hints(question),
        "mistakes": [
            {"kind": mistake.kind, "says": mistake.said, "value": finite(mistake.value)}
            for mistake in sorted(question.mistakes, key=lambda mistake: mistake.cost)
        ],
    }


def _table(piece: Access, table: Table) -> dict[str, Any]:
    line = TextView().line
    return {
        "name": piece.tensor.name,
        "title": line(table.caption[2:]).strip(),
        "fixed": line(table.caption[1:2]).strip(),
        "indices": [at.name for at in piece.subscripts if isinstance(at, Index)],
        "rows": [line(row.cells[0]) for row in table.rows],
        "columns": [*map(line, table.head[1:])],
        "cells": [[*map(line, row.cells[1:])] for row in table.rows],
    }
