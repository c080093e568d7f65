"""Arrays as tables that fit the terminal: words beside token numbers, heads apart, long ones folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len, set_cell_size

from gpt_by_hand.study.digits import number

if TYPE_CHECKING:
    from rich.console import Console  # not imported for names and labels alone: that takes a while

Label = Callable[[int], str]
POSITIONS = "tij"  # the indices that stand for a place in the sequence
APART = "bhs"  # the indices that get a table of their own for each value: sequence, head, and query/key/value
GAP = 2  # spaces between columns
LONGEST_WORD = 24
FOLDED_ROWS = 4
SQUARE = 8  # a table of words by words is shown whole up to this size: its pattern is what it is for


@dataclass(frozen=True)
class Names:
    """What to call each position along an index."""

    words: Sequence[str]
    """The words of the sequence, by position."""
    vocabulary: Callable[[int], str]
    """The word of each token."""

    def label(self, index: str) -> Label:
        """Names for the positions along the index."""
        if index in POSITIONS:
            return lambda at: f"{at} {_short(self.words[at])}"
        if index == "v":
            return lambda at: f"{at} {_short(self.vocabulary(at))}"
        return str


def _short(word: str) -> str:
    """The word, or as much of it as a table has room for."""
    return word if cell_len(word) <= LONGEST_WORD else f"{set_cell_size(word, LONGEST_WORD - 1)}…"


@dataclass(frozen=True)
class Sheet:
    """A two-dimensional piece of an array, with the names of its rows and columns."""

    caption: str
    values: np.ndarray
    row: Label | None
    column: Label


def sheets(values: np.ndarray, indices: Sequence[str], names: Names) -> Iterator[Sheet]:
    """Cut an array with named axes into sheets: sequences, heads and other outer axes apart."""
    if not indices:
        yield Sheet("", values.reshape(1, 1), None, lambda _: "")
        return
    apart = [i for i in indices if i in APART and i != indices[-1]]
    rest = [i for i in indices if i not in apart]
    apart, rest = apart + rest[:-2], rest[-2:]
    turned = values.transpose([list(indices).index(i) for i in (*apart, *rest)])
    for chosen in product(*(range(extent) for extent in turned.shape[: len(apart)])):
        where = ", ".join(f"{OUTER.get(i, i)} {at}" for i, at in zip(apart, chosen, strict=True) if i != "b")
        piece = turned[chosen]
        row = names.label(rest[0]) if len(rest) == 2 else None
        yield Sheet(where, np.atleast_2d(piece), row, names.label(rest[-1]))


OUTER = {"h": "head", "s": "part"}


def show(console: Console, sheet: Sheet, full: bool) -> None:
    """Print a sheet; rows and columns that do not fit are folded, or, with `full`, all printed block by block."""
    square = sheet.row is not None and sheet.values.shape[0] == sheet.values.shape[1] <= SQUARE
    rows = _folded(sheet.values.shape[0], None if full or square else FOLDED_ROWS, last=2)
    labels = ["", *("…" if r is None else sheet.row(r) if sheet.row else "" for r in rows)]
    total = sheet.values.shape[1]
    columns = [[sheet.column(c), *_numbers(sheet.values[:, c], rows)] for c in range(total)]
    widest, margin = max(map(_width, columns)), _width(labels)
    room = max(1, (console.width - margin - GAP - len("  …")) // (widest + GAP))
    if full:
        blocks: list[list[int | None]] = [list(range(s, min(s + room, total))) for s in range(0, total, room)]
    else:
        blocks = [_folded(total, room, last=0 if room < 5 else 1 if room < 6 else 2)]
    lines = [f"  {sheet.caption}"] if sheet.caption else []
    for block in blocks:
        lines += _lines(labels, [["…"] * len(labels) if c is None else columns[c] for c in block])
    from rich.text import Text

    console.print(Text("\n".join(lines)), soft_wrap=True)


def _lines(labels: list[str], columns: list[list[str]]) -> list[str]:
    """A line of column names and a line for each row, everything aligned to the right but the row's name."""
    margin, widths = _width(labels), [_width(column) for column in columns]
    lines = []
    for label, *cells in zip(labels, *columns, strict=True):
        padded = (" " * (width - cell_len(cell)) + cell for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {label}{' ' * (margin - cell_len(label))}  {'  '.join(padded)}".rstrip())
    return lines


def _numbers(values: np.ndarray, rows: Sequence[int | None]) -> list[str]:
    return ["…" if row is None else number(values[row]) for row in rows]


def _width(cells: Sequence[str]) -> int:
    return max(cell_len(cell) for cell in cells)


def _folded(count: int, room: int | None, last: int) -> list[int | None]:
    """The positions to show out of `count`: all, or `room` of them, of which `last` are behind a gap (None)."""
    if room is None or count <= room:
        return list(range(count))
    return [*range(room - last), None, *range(count - last, count)]
