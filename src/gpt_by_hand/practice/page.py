"""An exercise as text for a terminal: the question, the formula, the given numbers, and how precise to be.

On a terminal it must fit between two prompts, so that nothing that is needed has scrolled away: what is less needed
(blank lines, what a tensor is, the rows beside those needed) gives way.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from rich.cells import cell_len

from gpt_by_hand.notation import Access, Constant, Expression, Terms, Where
from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.practice.diagnosis import Verdict, check_first, hints, stages
from gpt_by_hand.practice.formulas import is_masked
from gpt_by_hand.practice.given import Table, numbers, singles, tables
from gpt_by_hand.practice.numbers import asked_for, shown
from gpt_by_hand.practice.question import Question
from gpt_by_hand.practice.tolerance import tolerance
from gpt_by_hand.printers.text import formula, text

GAP = "  "
BRACKETS, GLUE = re.compile(r"\[[^\[\]]*\]"), "\N{NO-BREAK SPACE}"
ROWS_OF_A_SOLUTION, MOST_TERMS, LEFT_OUT = 3, 12, Constant(0, "…")


@dataclass(frozen=True)
class Layout:
    """How much room an exercise takes: rows beside those needed (None: all of them), and what can be done without."""

    near: int | None = None
    apart: bool = True
    """A blank line between two tables."""
    wordy: bool = True
    """What a tensor is, also where that takes a row of its own."""
    asked: bool = True
    """The address of the number that is asked for, which the prompt has too."""
    blanks: bool = True
    """Blank lines before the formula, the tables and the last line."""


WITHOUT = ("apart", "wordy", "asked", "blanks")  # in this order
LAYOUTS = [Layout(near, **dict.fromkeys(WITHOUT[:n], False)) for near, n in product((None, 2, 1, 0), range(5))]


def fitted(question: Question, width: int, rows: int) -> list[str]:
    """The exercise in no more than `rows` rows of a terminal, with as much around it as there is room for."""
    for layout in LAYOUTS:
        found = [row for line in lines(question, width, layout) for row in wrapped(line, width)]
        if len(found) <= rows:
            break
    return found


def wrapped(line: str, width: int) -> list[str]:
    """A line in pieces that are no wider than `width`, broken between words, and not within brackets."""
    if cell_len(line) <= width:
        return [line]
    content = BRACKETS.sub(lambda found: found.group().replace(" ", GLUE), line.lstrip())
    before = line[: len(line) - len(line.lstrip())]
    after = before + GAP if before else ""
    wrapper = textwrap.TextWrapper(width, before, after, break_long_words=False, break_on_hyphens=False)
    return [piece.replace(GLUE, " ") for piece in wrapper.wrap(content)]


def lines(question: Question, width: int, layout: Layout = LAYOUTS[0]) -> Iterator[str]:
    """The exercise, with tables that are no wider than `width`; formulas are left to be wrapped."""
    blank = [""] if layout.blanks else []
    yield sentence(question.meaning)
    if layout.asked:
        yield f"{GAP}{question.address} = ?"
    if question.result.tensor.kind != "integer":
        yield from blank
        for line in question.lines:
            yield f"{GAP}{formula(line)}"
    yield from _known(question, width, layout)
    explained: set[str] = set()
    for at, table in enumerate(tables(question, layout.near)):
        yield from blank if layout.apart or at == 0 else []
        yield from _table(table, width, table.name not in explained, layout.wordy)
        explained.add(table.name)
    yield from blank
    yield precision(question)


def _known(question: Question, width: int, layout: Layout) -> Iterator[str]:
    """The single numbers: on a line of its own what needs a word, the others one behind the other."""
    known = numbers(question) | singles(question, layout.near)
    inputs = {tensor.name: tensor.title for tensor in question.trace.program.inputs if not tensor.indices}
    told = [name for name in known if name in inputs and layout.wordy]
    line = ""
    for item in (f"{name} = {known[name]}" for name in known if name not in told):
        if line and cell_len(f"{GAP}{line}, {item}") > width:
            yield f"{GAP}{line},"
            line = ""
        line += f", {item}" if line else item
    yield from [GAP + line] if line else []
    yield from (f"{GAP}{name} = {known[name]}{GAP}{inputs[name]}" for name in told)


def sentence(text: str) -> str:
    """With a capital at its start, unless that is an address."""
    return text[:1].upper() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def precision(question: Question) -> str:
    """How many digits to give, and what is near enough."""
    if question.result.tensor.kind == "integer":
        return "Give a whole number."
    looks_like = question.expression if question.missing else question.as_if_open.expression
    digits, near = asked_for(question.value(looks_like)), tolerance(looks_like, question.value)
    whole = question.formula.expression
    infinite = ", or -inf" if isinstance(whole, Where) and is_masked(whole.otherwise) else ""
    return f"Give {digits}{infinite}; rounding differences up to {near:.1g} count as right."


def solution(question: Question, width: int | None = None) -> str:
    """The line that leads to the answer, with its exact value; in a few rows of a terminal, if it has a width."""
    exact = f"{question.answer:.6g}"
    rounded = shown(question.answer)
    value = rounded if rounded == exact else f"{rounded} (more exactly {exact})"
    looked_up = isinstance(question.expression, Access)
    if looked_up:
        return f"{question.address} = {value}"
    line = f"{question.address} = {hints(question)[0]} = {value}"
    for kept in range(MOST_TERMS, 1, -1):
        if width is None or len(wrapped(f"Right: {line}", width)) <= ROWS_OF_A_SOLUTION:
            break
        line = f"{question.address} = {text(_folded(stages(question)[0], kept))} = {value}"
    return line


def _folded(node: Expression, kept: int) -> Expression:
    """The expression with no more than so many terms in each sum: those in the middle are left out."""
    node = rebuild(node, tuple(_folded(child, kept) for child in node.children()))
    if not isinstance(node, Terms) or len(node.terms) <= kept:
        return node
    return Terms(node.kind, (*node.terms[: kept - 1], LEFT_OUT, node.terms[-1]))


def reply(question: Question, typed: str, verdict: Verdict) -> list[str]:
    """What to say of a wrong answer."""
    if verdict.mistakes:
        best, *others = verdict.mistakes
        found = [f"No: {typed} is what comes out {best.said}."]
        return found + [f"Or it is what comes out {other.said}." for other in others]
    first = check_first(question)
    advice = f"Check this part first: {first}" if first else f"Check this: {hints(question)[0]}"
    return [f"No, and no usual mistake leads to {typed}.", f"{advice} (hint shows the steps with their values)"]


def _table(table: Table, width: int, explained: bool, wordy: bool) -> Iterator[str]:
    """The tensor's name and what it is, then its rows; columns that do not fit come below."""
    name = GAP + GAP.join(filter(None, (f"{table.name}[{', '.join(table.indices)}]", table.fixed)))
    title = f"{GAP}{table.title}" if explained and table.title else ""
    yield name + (title if wordy or cell_len(name + title) <= width else "")
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
