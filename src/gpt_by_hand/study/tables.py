"""Arrays as tables that fit the terminal: words beside token numbers, heads apart, long ones folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

Label = Callable[[int], str]
POSITIONS = "tij"  # the indices that stand for a place in the sequence
APART = "bhs"  # the indices that get a table of their own for each value: sequence, head, and query/key/value
NUMBER_WIDTH = 15  # "-0.0022882789" and two spaces
FOLDED_ROWS = 4
SQUARE = 8  # a table of words by words is shown whole up to this size: its pattern is what it is for


def number(value: float) -> str:
    """Eight significant digits: what a float32 holds, and no more."""
    return f"{value:.8g}"


def scalar(value: np.ndarray) -> str:
    """A single number: eight digits of a float32; all of them of a float64, such as the learning rate."""
    return repr(value.item()) if value.dtype == np.float64 else number(value.item())


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
            return lambda at: f"{at} {self.words[at]}"
        if index == "v":
            return lambda at: f"{at} {self.vocabulary(at)}"
        return str


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
    rows = _folded(sheet.values.shape[0], None if full or square else FOLDED_ROWS)
    labels = ["…" if r is None else sheet.row(r) if sheet.row else "" for r in rows]
    margin = max(cell_len(label) for label in labels)
    room = max(3, (console.width - margin - 4) // NUMBER_WIDTH)
    total = sheet.values.shape[1]
    blocks = [list(range(s, min(s + room, total))) for s in range(0, total, room)] if full else [_folded(total, room)]
    lines = [f"  {sheet.caption}"] if sheet.caption else []
    for columns in blocks:
        lines += _lines(sheet, rows, labels, columns)
    console.print(Text("\n".join(lines)), soft_wrap=True)


def _lines(sheet: Sheet, rows: Sequence[int | None], labels: list[str], columns: Sequence[int | None]) -> list[str]:
    """A line of column names and a line for each row, everything aligned to the right but the row's name."""
    margin = max(cell_len(label) for label in labels)
    head = ["…" if column is None else sheet.column(column) for column in columns]
    body = [["…" if None in (row, c) else number(float(sheet.values[row, c])) for c in columns] for row in rows]
    widths = [max(cell_len(cells[at]) for cells in (head, *body)) for at in range(len(columns))]
    lines = []
    for label, cells in zip(["", *labels], [head, *body], strict=True):
        padded = (" " * (width - cell_len(cell)) + cell for cell, width in zip(cells, widths, strict=True))
        lines.append(f"  {label}{' ' * (margin - cell_len(label))}  {'  '.join(padded)}".rstrip())
    return lines


def _folded(count: int, room: int | None) -> list[int | None]:
    """The positions to show out of `count`: all, or the first ones, a gap (None) and the last one or two."""
    if room is None or count <= room:
        return list(range(count))
    last = 1 if room < 4 else 2
    return [*range(room - last), None, *range(count - last, count)]
