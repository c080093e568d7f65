"""Sheets and keys as documents, for every view to print."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gpt_by_hand.layout.document import (
    Blank,
    Block,
    Display,
    Formula,
    Heading,
    Item,
    Kind,
    Line,
    Number,
    Paragraph,
    Part,
    Reference,
    Row,
    Table,
    Working,
)
from gpt_by_hand.layout.sentences import line, said
from gpt_by_hand.notation import Access, Compare, Constant
from gpt_by_hand.practice.booklet.page import Booklet, Cell, Copy, Grid, Question, Sheet
from gpt_by_hand.practice.booklet.words import given_value, minus

NAME: Line = (said("sheet.name"), Blank(20), said("sheet.date"), Blank(12))


@dataclass(frozen=True)
class Page:
    """A sheet, or the key to all sheets of a copy; `foot` has the commands that print it again."""

    title: str
    about: str
    blocks: tuple[Block, ...]
    foot: tuple[Line, ...]
    key: bool = False
    one_page: bool = False

    @property
    def document(self) -> list[Block]:
        """All of it, one behind the other."""
        about = [Paragraph((self.about,), "caption")] if self.about else []
        name, foot = ([], []) if self.key else ([Paragraph(NAME)], [Paragraph(line) for line in self.foot])
        return [Heading((self.title,), 1), *about, *name, *self.blocks, *foot]


def pages(booklet: Booklet) -> list[Page]:
    """All sheets, and then all keys."""
    sheets = [sheet_page(copy, sheet) for copy in booklet.copies for sheet in copy.sheets]
    return sheets + [key_page(booklet, copy) for copy in booklet.copies if booklet.answers]


def sheet_page(copy: Copy, sheet: Sheet) -> Page:
    """A sheet, for somebody to fill in."""
    again = line("sheet.again", seed=str(copy.seed), command=Reference(sheet.command))
    same = [line("sheet.trace", command=Reference(sheet.trace))] if sheet.trace else []
    return Page(
        sheet.title, sheet.about, tuple(map(question, sheet.questions)), (again, *same), one_page=sheet.one_page
    )


def key_page(booklet: Booklet, copy: Copy) -> Page:
    """The answers to all sheets of a copy."""
    title, seed = said("key.title", title=booklet.title, seed=copy.seed), str(copy.seed)
    again = [line("sheet.again", seed=seed, command=Reference(command)) for command in copy.commands]
    several = [line("sheet.seed", seed=seed), *((Reference(command),) for command in copy.commands)]
    blocks: list[Block] = []
    for sheet in copy.sheets:
        blocks += [Heading((sheet.title,), 2), *map(answer, sheet.questions)]
    return Page(title, said("key.about"), tuple(blocks), tuple(again if len(again) == 1 else several), key=True)


def question(asked: Question) -> Item:
    """A question: its formula, what is said about it, what is given, and boxes for the answer."""
    blocks: list[Block] = [Display(asked.formula)] if asked.formula else []
    about = tuple(_joined(_about(asked), "; "))
    blocks += [Paragraph(about, "caption")] if about else []
    blocks += [_table(grid, "given") for grid in asked.given]
    blocks += [asked.help] if asked.help else []
    blocks += [_table(grid, "boxes") for grid in asked.boxes]
    return Item(asked.number, (asked.words,), tuple(blocks))


def answer(asked: Question) -> Item:
    """The answers to a question, each with its working."""
    workings = (
        Working(one.element, one.stages, (minus(one.note),) if one.note else (), inline=True) for one in asked.key
    )
    return Item(asked.number, (asked.words,), tuple(workings), "answer")


def _about(asked: Question) -> Iterator[Line]:
    """For which element, with which constants, and what is on the sheet already."""
    if asked.where:
        yield (said("sheet.for", where=asked.where),)
    for constant in asked.constants:
        yield (Formula(Compare("==", constant, Constant(given_value(constant)))),)
    if asked.from_above:
        above = ((Formula(Access(one.tensor, one.subscripts)), f" ({one.question})") for one in asked.from_above)
        yield (said("sheet.have"), *_joined(above, ", "))
    if asked.note:
        yield (asked.note,)


def _joined(lines: Iterator[Line], between: str) -> Iterator[Part]:
    for n, one in enumerate(lines):
        yield from (between, *one) if n else one


def _table(grid: Grid, kind: Kind) -> Table:
    """A table of elements, in pieces below each other where it is too wide."""
    corner = f"{grid.down.name} ↓ {grid.across.name} →" if grid.down and grid.across else ""
    labels = grid.rows or ("",) * len(grid.cells)
    rows = []
    for columns, cells in grid.blocks:
        rows.append(Row(tuple(map(_label, (corner, *(columns or ("",))))), "head"))
        rows += [Row((_label(label), *map(_cell, row))) for label, row in zip(labels, cells, strict=True)]
    return Table(kind, rows[0].cells, tuple(rows[1:]), (Formula(Access(grid.tensor, grid.subscripts)),))


def _label(text: str) -> Line:
    return (text,) if text else ()


def _cell(cell: Cell) -> Line:
    return (Number(cell.value, minus(cell.text)) if cell.text else Blank(question=cell.question),)
