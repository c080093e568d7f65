"""Curves and paths of numbers, as text or as a picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import floor, isfinite, log10
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from gpt_by_hand.advice import install
from gpt_by_hand.cli.output import check_ending
from gpt_by_hand.errors import UserError

HEIGHT = 16
USUAL, MOST = 4, 8  # decimals of a label
MARKS = ascii_lowercase.replace("x", "")  # of several curves; x is where some of them meet
PATH, START = "·", "o"
Points = Sequence[tuple[float, float]]  # such as iterations, and the losses there
# Colours that the colour-blind tell apart (Okabe & Ito 2008), and lines, where there are more curves than colours.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#000000")
LINES = ("-", "--", ":", "-.")


class Canvas:
    """Rows and columns of text that stand for numbers; each row is labelled with the middle of what it stands for."""

    def __init__(self, points: Points, width: int, beside: Iterable[float] = (), first: float | None = None) -> None:
        """Room for all the points, and for what stands `beside` them; columns begin at `first`, or at the least x."""
        across, up = [x for x, _ in points], [*(y for _, y in points), *beside]
        self.low, self.high = min(up), max(up)
        self.first, self.last = min(across) if first is None else first, max(across)
        values = [self.high - (self.high - self.low) * n / (HEIGHT - 1) for n in range(HEIGHT)]
        self.label = label_of(self.low, self.high)
        self.labels = list(map(self.label, values))
        self.columns = max(width - 3 - max(USUAL + 3, *map(len, self.labels)), 10)
        self.cells = [[" "] * self.columns for _ in range(HEIGHT)]

    def row(self, y: float) -> int:
        """The row of a number."""
        return round((self.high - y) / ((self.high - self.low) or 1) * (HEIGHT - 1))

    def column(self, x: float) -> int:
        """The column of a number."""
        return round((x - self.first) / ((self.last - self.first) or 1) * (self.columns - 1))

    def rule(self, y: float) -> None:
        """A row of `-`, labelled with its own value."""
        self.labels[self.row(y)], self.cells[self.row(y)] = self.label(y), ["-"] * self.columns

    def lines(self, left: str, right: str) -> list[str]:
        """The text, with what stands below its two ends."""
        size = max(USUAL + 3, *map(len, self.labels))
        rows = zip(self.labels, self.cells, strict=True)
        foot = f"{' ' * (size + 2)}{left}{right:>{self.columns - len(left)}}"
        return [*(f"{label:>{size}} │{''.join(cells).rstrip()}" for label, cells in rows), foot]


def label_of(low: float, high: float) -> Callable[[float], str]:
    """How numbers in a range are written, so that those of neighbouring rows differ: with four decimals, or more."""
    step = (high - low) / (HEIGHT - 1)
    decimals = max(USUAL, 1 - floor(log10(step))) if step else USUAL
    return (f"{{:.{decimals}f}}" if decimals <= MOST and max(abs(low), abs(high)) < 10**USUAL else "{:.3e}").format


def curve(drawn: Mapping[str, Points], lines: Mapping[str, float], width: int) -> list[str]:
    """The points as text, each with its mark, or `x` where several meet; a row of `-` at each of the lines.

    A row's label is the middle of what it stands for, or the line's own value.
    """
    points = [point for some in drawn.values() for point in some]
    canvas = Canvas(points, width, lines.values(), first=0)
    for y in lines.values():
        canvas.rule(y)
    for mark, some in drawn.items():
        for x, y in some:
            cells, at = canvas.cells[canvas.row(y)], canvas.column(x)
            cells[at] = mark if cells[at] in (" ", "-", mark) else "x"
    return canvas.lines("0", f"iteration {canvas.last or 1}")


def paths(drawn: Mapping[str, Points], width: int, across: str) -> tuple[list[str], list[str]]:
    """Paths as text: `·` at each point, `o` at the first one, and at the last one the name.

    Also returns the names that there was no room for.
    """
    canvas = Canvas([point for some in drawn.values() for point in some], width)
    for some in drawn.values():
        for x, y in some:
            canvas.cells[canvas.row(y)][canvas.column(x)] = PATH
    for some in drawn.values():
        x, y = some[0]
        canvas.cells[canvas.row(y)][canvas.column(x)] = START
    left_out = [name for name, some in drawn.items() if not _written(canvas, name, some[-1])]
    left, right = map(label_of(canvas.first, canvas.last), (canvas.first, canvas.last))
    return canvas.lines(left, f"{across}   {right}"), left_out


def _written(canvas: Canvas, name: str, end: tuple[float, float]) -> bool:
    """Write a name where a path ends, or in the row beside it, if there is room: over paths, but over no other name."""
    row, size = canvas.row(end[1]), min(len(name), canvas.columns)
    at = min(canvas.column(end[0]), canvas.columns - size)
    for cells in (canvas.cells[n] for n in (row, row - 1, row + 1) if 0 <= n < HEIGHT):
        if set(cells[max(at - 1, 0) : at + size + 1]) <= {" ", PATH, START}:
            cells[at : at + size] = name[:size]
            return True
    return False


def finite_points(across: Iterable[float], up: Iterable[float]) -> Points:
    """The points that can be drawn: a masked score, which is -inf, cannot."""
    return [(x, y) for x, y in zip(across, up, strict=True) if isfinite(x) and isfinite(y)]


def picture(path: Path, draw: Callable[[Any], object], size: tuple[float, float] = (7, 4)) -> bytes:
    """What `draw` does to matplotlib's axes, as SVG or PNG, as the file's name says.

    Raises: UserError for another ending, or without matplotlib.
    """
    kind = check_ending(path, (".svg", ".png"))[1:]
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UserError(f"a picture needs matplotlib: {install('plot')}; without -o the curve is text") from None
    figure = Figure(figsize=size, layout="constrained")
    draw(figure.subplots())
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()


def look(number: int) -> dict[str, str]:
    """The colour and the line of a curve among several."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": LINES[number // len(COLOURS) % len(LINES)]}
