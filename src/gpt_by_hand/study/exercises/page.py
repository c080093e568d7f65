"""An exercise as text for a terminal: the question, the formula, the given numbers, and how precise to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from gpt_by_hand.notation import Access
from gpt_by_hand.printers.text import formula
from gpt_by_hand.study.exercises.diagnosis import Verdict, check_first, hints
from gpt_by_hand.study.exercises.formulas import has_mask
from gpt_by_hand.study.exercises.given import Table, numbers, tables
from gpt_by_hand.study.exercises.numbers import asked_for, shown
from gpt_by_hand.study.exercises.question import Question
from gpt_by_hand.study.exercises.tolerance import tolerance

GAP = "  "


def lines(question: Question, width: int) -> Iterator[str]:
    """The exercise, with tables that are no wider than `width`; formulas are left to be wrapped."""
    yield sentence(question.meaning)
    yield f"{GAP}{question.address} = ?"
    if question.result.tensor.kind != "integer":
        yield ""
        for line in question.lines:
            yield f"{GAP}{formula(line)}"
    if known := numbers(question):
        yield GAP + ", ".join(f"{name} = {number}" for name, number in known.items())
    explained: set[str] = set()
    for table in tables(question):
        yield ""
        yield from _table(table, width, table.name not in explained)
        explained.add(table.name)
    yield ""
    yield precision(question)


def sentence(text: str) -> str:
    """With a capital at its start, unless that is an address."""
    return text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def precision(question: Question) -> str:
    """How many digits to give, and what is near enough."""
    if question.result.tensor.kind == "integer":
        return "Give a whole number."
    looks_like = question.expression if question.missing else question.as_if_open.expression
    digits, near = asked_for(question.value(looks_like)), tolerance(looks_like, question.value)
    infinite = ", or -inf" if has_mask(question.formula.expression) else ""
    return f"Give {digits}{infinite}; what rounding can explain (up to {near:.1g}) counts as right."


def solution(question: Question) -> str:
    """The line that leads to the answer, with its exact value."""
    exact = f"{question.answer:.6g}"
    rounded = shown(question.answer)
    value = rounded if rounded == exact else f"{rounded} (more exactly {exact})"
    looked_up = isinstance(question.expression, Access)
    return f"{question.address} = {value if looked_up else f'{hints(question)[0]} = {value}'}"


def reply(question: Question, typed: str, verdict: Verdict) -> list[str]:
    """What to say of a wrong answer."""
    if verdict.mistakes:
        best, *others = verdict.mistakes
        found = [f"No: {typed} is what comes out {best.said}."]
        return found + [f"Or it is what comes out {other.said}." for other in others]
    first = check_first(question)
    advice = f"Check this part first: {first}" if first else f"Check the numbers in this: {hints(question)[0]}"
    return [f"No, and no usual mistake leads to {typed}.", f"{advice} (hint shows the steps with their values)"]


def _table(table: Table, width: int, explained: bool) -> Iterator[str]:
    """The tensor's name and what it is, then its rows; columns that do not fit come below."""
    title = table.title if explained else ""
    yield GAP + GAP.join(filter(None, (f"{table.name}[{', '.join(table.indices)}]", table.fixed, title)))
    margin = max(map(cell_len, table.rows))
    columns = [(head, *(row[at] for row in table.cells)) for at, head in enumerate(table.columns)]
    widths = [max(map(cell_len, column)) for column in columns]
    for start, stop in _blocks(widths, width - margin - 2 * len(GAP)):
        for at, label in enumerate(("", *table.rows)):
            cells = [_right(columns[n][at], widths[n]) for n in range(start, stop)]
            yield f"{GAP}{GAP}{_left(label, margin)}{GAP}{GAP.join(cells)}".rstrip()


def _blocks(widths: Sequence[int], room: int) -> Iterator[tuple[int, int]]:
    start, used = 0, 0
    for at, wide in enumerate(widths):
        if at > start and used + wide + len(GAP) > room:
            yield start, at
            start, used = at, 0
        used += wide + len(GAP)
    yield start, len(widths)


def _left(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def _right(text: str, width: int) -> str:
    return " " * (width - cell_len(text)) + text
