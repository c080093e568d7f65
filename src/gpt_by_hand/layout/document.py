"""A document: what there is to say, in order, before anybody decides how it looks.

`views` print it: each has something for every kind of block and every kind of part, so what one view shows, all show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import field
from itertools import zip_longest
from math import isfinite
from typing import Literal, TypeAlias

import numpy as np

from gpt_by_hand import notation
from gpt_by_hand.language import decimal
from gpt_by_hand.notation import Access, Assignment, Expression
from gpt_by_hand.records import dataclass

Role = Literal["model", "meaning", "note", "check", "caption", "formula", "number", "plain"]
Kind = Literal["ledger", "uses", "operands", "numbers", "known", "given", "boxes", "help"]
GRIDS = ("given", "boxes", "help")  # tables on paper: every cell has a border, and rows have labels


@dataclass(frozen=True)
class Number:
    """A number and how it is written; `choice` is what to type to get there, where numbers can be chosen."""

    value: float
    text: str
    choice: int | None = None

    @property
    def written(self) -> str:
        """As the language that is spoken writes it."""
        return decimal(self.text)


@dataclass(frozen=True)
class Reference:
    """Where a number is found: its address, or the command that shows it; `kind` says what the tensor is for."""

    address: str
    kind: notation.Role | None = None


@dataclass(frozen=True)
class Formula:
    """An expression, or a whole assignment, as a part of a line."""

    node: Expression | Assignment


@dataclass(frozen=True)
class Bar:
    """A number as a length: `part` of the longest one beside it, from -1 to 1."""

    part: float


@dataclass(frozen=True)
class Emphasis:
    """Words that stand out from those around them."""

    text: str


@dataclass(frozen=True)
class Blank:
    """Room to write: a line for so many `letters`, or a box of a table for an element; a number asked for in `question`
    goes there."""

    letters: int = 0
    question: int = 0
    element: Access | None = None


Part: TypeAlias = str | Number | Reference | Formula | Bar | Emphasis | Blank
Line: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True)
class Heading:
    """What the blocks behind it are about: a part of a report (levels 1 and 2), a tensor (3), one number (4)."""

    line: Line
    level: Literal[1, 2, 3, 4] = 4


@dataclass(frozen=True)
class Paragraph:
    """A sentence, or several; `role` says what it is for."""

    line: Line
    role: Role = "plain"


@dataclass(frozen=True)
class Display:
    """A formula on a line of its own."""

    formula: Assignment


@dataclass(frozen=True)
class Working:
    """One element and what it is equal to, stage by stage, down to its value; `inline`, stages follow each other."""

    element: Access
    stages: tuple[Expression, ...]
    note: Line = ()
    inline: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table: a cell for each column; "total" stands below a rule, "gap" has one line, for rows left out.

    A "head" names columns anew, where those of a wide table go on below the others; they may be fewer.
    """

    cells: tuple[Line, ...] = ()
    kind: Literal["", "total", "gap", "head"] = ""


@dataclass(frozen=True)
class Table:
    """Rows under a head. A column of numbers is written with their points below each other.

    `kind` says what the table is for: a "ledger" is a sum, a row for each term and the total at its end.
    """

    kind: Kind
    head: tuple[Line, ...]
    rows: tuple[Row, ...]
    caption: Line = ()

    @property
    def columns(self) -> list[tuple[Line, list[Line]]]:
        """The head of each column and its cells, without columns that are empty; nothing in the row of a gap."""
        gap: tuple[Line, ...] = ((),) * len(self.head)
        cells = zip_longest(*(gap if row.kind == "gap" else row.cells for row in self.rows), fillvalue=())
        found = [(head, list(column)) for head, column in zip(self.head, cells, strict=True)]
        return [(head, column) for head, column in found if any(column)]

    @property
    def numeric(self) -> list[bool]:
        """Is each of these columns one of numbers?"""
        return [is_numeric(cells) for _, cells in self.columns]

    @property
    def labelled(self) -> bool:
        """Do its rows have labels?"""
        return any(row.cells[0] for row in self.rows)

    @property
    def grid(self) -> list[Row]:
        """Its rows, heads among them: without labels and heads where there are none."""
        rows = [Row(self.head, "head"), *self.rows]
        return [Row(row.cells[not self.labelled :], row.kind) for row in rows if any(row.cells)]


def is_numeric(cells: Sequence[Line]) -> bool:
    """Is it a column of numbers?"""
    return any(isinstance(part, Number) for cell in cells for part in cell)


@dataclass(frozen=True)
class Section:
    """Blocks that belong together, about the number at an address."""

    address: str
    blocks: tuple[Block, ...] = field(repr=False)


@dataclass(frozen=True)
class Item:
    """A question with its number, and what belongs to it; or its answer in a key."""

    number: int
    line: Line
    blocks: tuple[Block, ...] = field(repr=False)
    kind: Literal["question", "answer"] = "question"


Label: TypeAlias = Callable[[int], str]  # what the position along an index is called


@dataclass(frozen=True)
class Matrix:
    """A piece of a tensor with at most two axes, and what its rows (None: there is one) and columns are called.

    Where there are more than fit, those in the middle are left out, unless it is to be shown `whole`. Its numbers have
    so many significant `digits`: 0 is all of them, None as many as fit, and no more than is usual.
    """

    caption: str
    values: np.ndarray
    row: Label | None
    column: Label
    whole: bool = False
    digits: int | None = None


@dataclass(frozen=True)
class Scale:
    """Which numbers the strongest colours stand for; 0 is between them, or at one end.

    So the lowest is 0 where there is nothing below it, and as far from 0 as the highest where there is something.
    """

    lowest: float
    highest: float

    @staticmethod
    def of(values: np.ndarray, largest: float | None = None) -> Scale:
        """The scale for all of these numbers, or up to the `largest` that is given; what is not finite is not asked."""
        known = values[np.isfinite(values)].astype(np.float64)
        most = float(np.abs(known).max(initial=0.0)) if largest is None else largest
        below, above = bool((known < 0).any()), bool((known > 0).any())
        return Scale(-most if below else 0.0, 0.0 if below and not above else most)

    def strength(self, value: float) -> float:
        """How strong the colour of a number is: from -1, below zero, to 1."""
        most = max(self.highest, -self.lowest)
        return max(-1.0, min(1.0, value / most)) if most else 0.0


@dataclass(frozen=True)
class Panel:
    """A piece of a tensor to be seen: `masked` numbers do not count; `address` says where each one is."""

    matrix: Matrix
    masked: np.ndarray
    address: Callable[[int, int], str]

    @property
    def unknown(self) -> np.ndarray:
        """Which are no numbers, or not finite, though nothing masks them."""
        return np.asarray(~np.isfinite(self.matrix.values) & ~self.masked)

    def strength(self, row: int, column: int, scale: Scale) -> float | None:
        """How strong the colour of a number is; None where it has none: it is masked, or not finite."""
        value = float(self.matrix.values[row, column])
        return scale.strength(value) if isfinite(value) and not self.masked[row, column] else None


@dataclass(frozen=True)
class Heat:
    """Heat maps on one scale: a colour for each number, blue below zero, orange above; `small`, if there are many."""

    panels: tuple[Panel, ...]
    scale: Scale
    small: bool = False

    @property
    def without(self) -> dict[Literal["masked", "unknown"], bool]:
        """Has any of its numbers no colour: is it masked, or not finite?"""
        return {
            "masked": any(panel.masked.any() for panel in self.panels),
            "unknown": any(panel.unknown.any() for panel in self.panels),
        }


@dataclass(frozen=True)
class Scatter:
    """Points in a plane, each with its label, or the path of each, from time to time.

    `points` [time, point, axis] has all positions, finite numbers; `times` says what the times are called, `axes` what
    the two axes are. Points stand where they are at time `at`, with a line from where they were before. The plane has
    room for all positions, so that the frames of a film have the same axes. `title` says what it shows in a line, and
    `kind` what the numbers are for.
    """

    title: str
    points: np.ndarray
    labels: tuple[str, ...]
    axes: tuple[str, str]
    times: tuple[str, ...] = ("",)
    kind: notation.Role | None = None
    at: int = -1

    @property
    def paths(self) -> np.ndarray:
        """The positions up to the time that is shown, [time, point, axis]."""
        return self.points[: self.at % len(self.points) + 1]

    @property
    def matrix(self) -> Matrix:
        """The same numbers as a table: a row for each point, and two columns for each time."""
        paths = self.paths
        columns = [f"{time}, {axis}" if time else axis for time in self.times[: len(paths)] for axis in self.axes]
        rows = paths.transpose(1, 0, 2).reshape(len(self.labels), -1)
        return Matrix("", rows, self.labels.__getitem__, columns.__getitem__, whole=True)


Block: TypeAlias = Heading | Paragraph | Display | Working | Table | Matrix | Heat | Scatter | Section | Item
Document: TypeAlias = Sequence[Block]


def blocks(document: Document) -> Iterator[Block]:
    """Every block of the document, those inside of sections too."""
    for block in document:
        yield block
        if isinstance(block, (Section, Item)):
            yield from blocks(block.blocks)
