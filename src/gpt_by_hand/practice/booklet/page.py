"""What is on a worksheet, whatever it is written as: sheets of questions, tables of numbers, boxes, the key."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from gpt_by_hand.layout.document import Table
from gpt_by_hand.notation import Access, Assignment, Constant, Expression, Index, Tensor

WIDEST = 10  # columns of numbers on an upright page
PaperSize = Literal["a4", "us-letter"]


@dataclass(frozen=True)
class Cell:
    """A number as it is shown, a box to fill in (without text), or the question that asks for the number."""

    text: str = ""
    question: int = 0
    value: float = 0.0


@dataclass(frozen=True)
class Grid:
    """A table of a tensor's elements: `subscripts` are fixed, or the indices that run along its rows and columns.

    Labels name the positions along them; a table of one row has no row labels, a single number has no labels at all.
    """

    tensor: Tensor
    subscripts: tuple[Index | int, ...]
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def down(self) -> Index | None:
        """The index that runs down, if there are rows."""
        return self._running[-2] if self.rows else None

    @property
    def across(self) -> Index | None:
        """The index that runs across, if there are columns."""
        return self._running[-1] if self.columns else None

    @property
    def blocks(self) -> list[tuple[tuple[str, ...], list[tuple[Cell, ...]]]]:
        """The table in pieces, one below the other where it is too wide: the labels of each piece, and its rows."""
        count = -(-max(1, len(self.columns)) // WIDEST)
        width = -(-max(1, len(self.columns)) // count)
        starts = range(0, count * width, width)
        return [(self.columns[at : at + width], [row[at : at + width] for row in self.cells]) for at in starts]

    @property
    def _running(self) -> list[Index]:
        return [subscript for subscript in self.subscripts if isinstance(subscript, Index)]


@dataclass(frozen=True)
class FromAbove:
    """Numbers that an earlier question of the sheet has shown or asked for."""

    tensor: Tensor
    subscripts: tuple[Index | int, ...]
    question: int


@dataclass(frozen=True)
class Line:
    """One answer of the key: the element, its working stage by stage, and what to accept."""

    element: Access
    stages: tuple[Expression, ...]
    accepted: tuple[float, float]
    note: str = ""
    blurred: bool = False
    """Does rounding decide what comes out?"""


@dataclass(frozen=True)
class Question:
    """A question in words, its formula, what is given, the boxes for the answer, and the key to it.

    What is looked up in the vocabulary has no formula.
    """

    number: int
    words: str
    formula: Assignment | None
    where: str
    constants: tuple[Constant, ...]
    given: tuple[Grid, ...]
    from_above: tuple[FromAbove, ...]
    help: Table | None
    boxes: tuple[Grid, ...]
    key: tuple[Line, ...]
    note: str = ""


@dataclass(frozen=True)
class Sheet:
    """Questions under a title; `about` says what they start from."""

    title: str
    about: str
    questions: tuple[Question, ...]
    command: str = ""
    """The command that prints this sheet again, but for its file."""
    trace: str = ""
    """The command that shows the same numbers, if there is one."""
    one_page: bool = False


@dataclass(frozen=True)
class Copy:
    """The sheets for one person, and their seed."""

    seed: int
    sheets: tuple[Sheet, ...]

    @property
    def commands(self) -> tuple[str, ...]:
        """The commands that print them again."""
        return tuple(dict.fromkeys(sheet.command for sheet in self.sheets))


@dataclass(frozen=True)
class Booklet:
    """The copies for a class, and their keys if they are asked for."""

    title: str
    paper: PaperSize
    copies: tuple[Copy, ...]
    answers: bool
