"""Arrays as tables that fit the terminal: words beside token numbers, heads apart, long ones folded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

Label = Callable[[int], str]
POSITIONS = "tij"  # the indices that stand for a place in the sequence
APART = "bhs"  # the indices that get a table of their own for each value: sequence, head, and query/key/value
NUMBER_WIDTH = 14  # "-0.0022882789" and a space
FOLDED_ROWS = 8


def number(value: float) -> str:
    """Eight significant digits: what a float32 holds, and no more."""
    return f"{value:.8g}"


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
    rows = _folded(sheet.values.shape[0], None if full else FOLDED_ROWS)
    labels = [sheet.row(r) if sheet.row and r is not None else "" if sheet.row is None else "…" for r in rows]
    room = max(3, (console.width - max(map(len, labels), default=0) - 4) // NUMBER_WIDTH)
    total = sheet.values.shape[1]
    blocks = [list(range(s, min(s + room, total))) for s in range(0, total, room)] if full else [_folded(total, room)]
    for columns in blocks:
        console.print(_table(sheet, rows, labels, columns))


def _table(sheet: Sheet, rows: list[int | None], labels: list[str], columns: Sequence[int | None]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, title=sheet.caption or None, title_justify="left")
    table.add_column("", style="cyan", no_wrap=True)
    for column in columns:
        table.add_column("…" if column is None else sheet.column(column), justify="right", no_wrap=True)
    for label, row in zip(labels, rows, strict=True):
        table.add_row(label, *("…" if None in (row, c) else number(float(sheet.values[row, c])) for c in columns))
    return table


def _folded(count: int, room: int | None) -> list[int | None]:
    """The positions to show out of `count`: all, or the first ones, a gap (None) and the last two."""
    if room is None or count <= room:
        return list(range(count))
    first = max(1, room - 3)
    return [*range(first), None, count - 2, count - 1]
