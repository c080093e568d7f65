"""Arrays as tables that fit the terminal: words beside token numbers, heads apart, long ones folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import accumulate, product
from math import floor, log10
from typing import Any

import numpy as np

from gpt_by_hand.folding import cells as width_of
from gpt_by_hand.language import decimal
from gpt_by_hand.layout.digits import MOST, Writing, exact
from gpt_by_hand.layout.document import Label, Line, Matrix, Number, Row, Table
from gpt_by_hand.layout.sentences import told
from gpt_by_hand.notation import Index, Layout
from gpt_by_hand.records import dataclass

GAP = 2  # spaces between columns
LONGEST_WORD = 24
FOLDED_ROWS = 4
MOST_COLUMNS = 12  # of a table that is not fitted to a terminal
WHOLE_ROWS = 8  # up to so many rows there is little to save
CUT = 6  # a column's name may be cut to this width where that lets all columns fit
FITS = [*((digits, False) for digits in (6, 5, 4)), *((digits, True) for digits in (6, 5, 4, 3))]  # digits, names cut


def short(word: str, longest: int = LONGEST_WORD) -> str:
    """The word, or as much of it as a table has room for."""
    if width_of(word) <= longest:
        return word
    ends = accumulate(map(width_of, word))
    return word[: sum(end < longest for end in ends)] + "…"


def has_layout(index: Index, layout: Layout) -> bool:
    """Is this how the positions along the index are laid out?"""
    return index.axis is not None and index.axis.layout is layout


def axes_apart(indices: Sequence[Index]) -> list[int]:
    """The axes along which each position has a table of its own: sequences, heads; never the last one."""
    return [axis for axis, index in enumerate(indices[:-1]) if has_layout(index, Layout.APART)]


def sheets(
    values: np.ndarray,
    indices: Sequence[Index],
    names: Callable[[Index], Label],
    whole: bool = False,
    digits: int | None = 0,
) -> Iterator[Matrix]:
    """Cut an array with named axes into matrices: sequences, heads and other outer axes apart.

    `names` says what the positions along an index are called.
    """
    if not indices:
        yield Matrix("", values.reshape(1, 1), None, lambda _: "", digits=digits)
        return
    apart = axes_apart(indices)
    rest = [axis for axis in range(len(indices)) if axis not in apart]
    apart, rest = apart + rest[:-2], rest[-2:]
    turned = values.transpose([*apart, *rest])
    for chosen in product(*(range(extent) for extent in turned.shape[: len(apart)])):
        where = ", ".join(called(indices[axis], at) for axis, at in zip(apart, chosen, strict=True))
        piece = turned[chosen]
        row = names(indices[rest[0]]) if len(rest) == 2 else None
        yield Matrix(where, np.atleast_2d(piece), row, names(indices[rest[-1]]), whole, digits)


def called(index: Index, at: int) -> str:
    """What a position is called that a table is of: `head 1`, `query`; along an index without a name, `f 3`."""
    if index.axis is None or not has_layout(index, Layout.APART):
        return f"{index.name} {at}"
    return told(index.axis.names[at]) if index.axis.names else f"{told(index.axis.noun)} {at}"


def fitted(sheet: Matrix, width: int) -> list[str]:
    """A sheet in lines of this width.

    Rows and columns that do not fit are folded, or, of a whole one, all there block by block.
    """
    height, total = sheet.values.shape
    rows = _folded(height, None if sheet.whole or height <= WHOLE_ROWS else FOLDED_ROWS, last=2)
    names = ["…" if r is None else sheet.row(r) if sheet.row else "" for r in rows]
    layout = _layout(sheet, width - _widest(names) - GAP, sheet.digits)
    labels = [layout.unit, *names]
    space = width - _widest(labels) - GAP
    room = total if layout.fits(space) else max(1, (space - len("  …")) // (layout.widest + GAP))
    if sheet.whole:
        blocks: list[list[int | None]] = [list(range(s, min(s + room, total))) for s in range(0, total, room)]
    else:
        blocks = [_folded(total, room, last=0 if room < 5 else 1 if room < 6 else 2)]
    lines = [f"  {sheet.caption}"] if sheet.caption else []
    for block in blocks:
        lines += _lines(labels, [["…"] * len(labels) if c is None else layout.column(c, rows) for c in block])
    return lines


def as_table(matrix: Matrix) -> Table:
    """The matrix as a table; of a long one, the first and the last rows and columns."""
    digits = MOST if matrix.digits is None else matrix.digits
    writing = Writing.of(matrix.values, digits) if digits else None
    height, total = matrix.values.shape
    rows = _folded(height, None if matrix.whole or height <= WHOLE_ROWS else FOLDED_ROWS, last=2)
    columns = _folded(total, None if matrix.whole else MOST_COLUMNS, last=2)
    head: list[Line] = [
        (writing.unit,) if writing and writing.unit else (),
        *((matrix.column(at) if at is not None else "…",) for at in columns),
    ]

    def row(at: int | None) -> Row:
        if at is None:
            return Row((("…",),), "gap")
        cells = (("…",) if c is None else _cell(matrix.values[at, c], writing) for c in columns)
        return Row(((matrix.row(at) if matrix.row else "",), *cells))

    return Table("numbers", tuple(head), tuple(map(row, rows)), (matrix.caption,) if matrix.caption else ())


def evenly(table: Table, digits: int) -> Table:
    """The table with equal decimals down each column, so many that the largest number has these significant digits.

    What is not a term, such as the total, stays as it is.
    """
    terms = [row.cells for row in table.rows if not row.kind]
    columns = zip(*terms, strict=True)
    numbers = [[abs(n.value) for line in column for n in line if isinstance(n, Number)] for column in columns]
    places = [_decimals(column, digits) for column in numbers]

    def cell(line: Line, decimals: int) -> Line:
        return tuple(replace(n, text=f"{n.value:.{decimals}f}") if isinstance(n, Number) else n for n in line)

    rows = (row if row.kind else Row(tuple(map(cell, row.cells, places))) for row in table.rows)
    return replace(table, rows=tuple(rows))


def _decimals(sizes: Sequence[float], digits: int) -> int:
    """The decimals that give the largest number so many digits; none where all are whole."""
    whole = all(size == int(size) for size in sizes)
    return 0 if whole else max(0, digits - 1 - floor(log10(max(sizes))))


def _cell(value: Any, writing: Writing | None) -> Line:
    return (Number(value.item(), writing.text(value.item()) if writing else exact(value)),)


@dataclass(frozen=True)
class _Layout:
    """How the columns of a sheet are written: their numbers, and whether their names are cut."""

    sheet: Matrix
    writing: Writing | None
    cut: bool

    @property
    def unit(self) -> str:
        """What stands in the corner."""
        return self.writing.unit if self.writing else ""

    @cached_property
    def numbers(self) -> int:
        """The width of the widest number."""
        values = self.sheet.values
        if self.writing is None:
            return max(len(exact(value)) for value in values.ravel())
        return max(self.writing.width, *(len(str(v)) for v in (-np.inf, np.inf, np.nan) if _holds(values, v)), 1)

    @cached_property
    def widths(self) -> list[int]:
        """The width of each column, with room for any of the numbers."""
        return [max(self.numbers, width_of(self.label(column))) for column in range(self.sheet.values.shape[1])]

    @property
    def widest(self) -> int:
        """The width of the widest column."""
        return max(self.widths)

    def fits(self, room: int) -> bool:
        """Do all columns fit into the room beside the names of the rows?"""
        return (1 + GAP) * self.sheet.values.shape[1] <= room and sum(self.widths) + GAP * len(self.widths) <= room

    def label(self, column: int) -> str:
        """The name of a column; where it is cut, its number stays."""
        name = self.sheet.column(column)
        return short(name, max(CUT, self.numbers, len(f"{column}…"))) if self.cut else name

    def column(self, column: int, rows: Sequence[int | None]) -> list[str]:
        """The name of a column and its numbers."""
        values, write = self.sheet.values[:, column], self.writing.text if self.writing else exact
        return [self.label(column), *("…" if row is None else decimal(write(values[row])) for row in rows)]


def _layout(sheet: Matrix, room: int, digits: int | None) -> _Layout:
    """The one with the most digits, and names cut only if need be, in which all columns fit into the room."""
    tries = FITS if digits is None else [(digits, False), (digits, True)]
    found = [_Layout(sheet, Writing.of(sheet.values, few) if few else None, cut) for few, cut in tries]
    return next((one for one in found if one.fits(room - len(one.unit))), found[0])


def _holds(values: np.ndarray, value: float) -> bool:
    return bool((np.isnan(values) if np.isnan(value) else values == value).any())


def _lines(labels: list[str], columns: list[list[str]]) -> list[str]:
    """A line of column names and a line for each row, everything aligned to the right but the row's name."""
    margin, widths = _widest(labels), [_widest(column) for column in columns]
    lines = []
    for label, *cells in zip(labels, *columns, strict=True):
        padded = (" " * (width - width_of(cell)) + cell for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {label}{' ' * (margin - width_of(label))}  {'  '.join(padded)}".rstrip())
    return lines


def _widest(cells: Sequence[str]) -> int:
    return max(map(width_of, cells))


def _folded(count: int, room: int | None, last: int) -> list[int | None]:
    """The positions to show out of `count`: all, or `room` of them, of which `last` are behind a gap (None)."""
    if room is None or count <= room:
        return list(range(count))
    return [*range(room - last), None, *range(count - last, count)]
