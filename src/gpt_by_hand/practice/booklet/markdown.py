"""Worksheets as Markdown, with formulas in LaTeX's mathematics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gpt_by_hand.notation import Constant
from gpt_by_hand.practice.booklet.page import Booklet, Cell, Copy, Grid, Help, Line, Question, Sheet
from gpt_by_hand.practice.booklet.words import ABOUT_KEY, HELP, given_value, minus
from gpt_by_hand.printers.latex import element, formula, latex

BLANK = "&emsp;&emsp;"  # a box to fill in: cells without anything in them would be narrow
SPECIAL = frozenset("\\`*_{}[]<>()#+!|$~&^")


def markdown(booklet: Booklet) -> str:
    """The booklet: all sheets, and then all keys."""
    lines: list[str] = []
    for copy in booklet.copies:
        for sheet in copy.sheets:
            lines += _sheet(copy, sheet)
    for copy in booklet.copies if booklet.answers else ():
        lines += _key(booklet, copy)
    return "\n".join([*lines, ""])


def escaped(text: str) -> str:
    """Text that means to Markdown what it says, in one line.

    >>> print(escaped("a|b *c*"))
    a\\|b \\*c\\*
    """
    return "".join(f"\\{c}" if c in SPECIAL else c for c in " ".join(text.split()))


def _sheet(copy: Copy, sheet: Sheet) -> Iterator[str]:
    yield from (
        f"# {escaped(sheet.title)}",
        "",
        escaped(sheet.about),
        "",
        "Name: ____________________  Date: ____________",
        "",
    )
    for question in sheet.questions:
        yield from _question(question)
    yield f"seed {copy.seed}: `{sheet.command}`"
    yield from (["", f"The same numbers: `{sheet.trace}`"] if sheet.trace else [])
    yield from ("", "---", "")


def _question(question: Question) -> Iterator[str]:
    yield from (f"**{question.number}. {escaped(question.words)}**", "")
    yield from ((f"$${formula(question.formula)}$$", "") if question.formula else ())
    numbers = [f"${latex(c)} = {latex(Constant(given_value(c)))}$" for c in question.constants]
    above = [f"${element(a.tensor, a.subscripts)}$ ({a.question})" for a in question.from_above]
    said = [f"for {escaped(question.where)}"] if question.where else []
    said += [*numbers, *([f"you have: {', '.join(above)}"] if above else [])]
    said += [escaped(question.note)] if question.note else []
    yield from (["; ".join(said), ""] if said else [])
    for grid in question.given:
        yield from _grid(grid)
    if question.help is not None:
        yield from _help(question.help)
    yield from ("Your answer:", "")
    for grid in question.boxes:
        yield from _grid(grid)


def _grid(grid: Grid) -> Iterator[str]:
    corner = f"{grid.down.name} ↓ {grid.across.name} →" if grid.down and grid.across else ""
    labels = grid.rows or ("",) * len(grid.cells)
    yield from (f"${element(grid.tensor, grid.subscripts)}$", "")
    for columns, cells in grid.blocks:
        rows = [[escaped(label), *map(_cell, row)] for label, row in zip(labels, cells, strict=True)]
        yield from _table([corner, *map(escaped, columns or ("",))], rows)


def _cell(cell: Cell) -> str:
    return f"*→ {cell.question}*" if cell.question else escaped(minus(cell.text)) or BLANK


def _help(found: Help) -> Iterator[str]:
    yield from (f"{HELP[0]} ${element(found.operand.tensor, found.operand.subscripts)}${HELP[1]}", "")
    rows = [[minus(label), *cells] for label, cells in zip(found.rows, found.cells, strict=True)]
    yield from _table(["", *found.columns], rows)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join([' --- '] * len(head))}|"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _key(booklet: Booklet, copy: Copy) -> Iterator[str]:
    yield from (f"# Key: {escaped(booklet.title)}, seed {copy.seed}", "", ABOUT_KEY, "")
    for sheet in copy.sheets:
        yield from (f"## {escaped(sheet.title)}", "")
        for question in sheet.questions:
            yield from (f"{question.number}. {escaped(question.words)}", "")
            yield from (f"   - {_line(line)}" for line in question.key)
            yield ""
    yield from ("---", "")


def _line(line: Line) -> str:
    stages = " = ".join([element(line.element.tensor, line.element.subscripts), *map(latex, line.stages)])
    return f"${stages}$" + (f" ({escaped(minus(line.note))})" if line.note else "")
