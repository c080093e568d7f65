"""Curves of numbers, as text or as a picture."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from math import floor, isfinite, log10
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from gpt_by_hand.cli.output import check_ending
from gpt_by_hand.language import decimal, spoken
from gpt_by_hand.layout.sentences import said

HEIGHT = 16
USUAL, MOST = 4, 8  # decimals of a label
MARKS = ascii_lowercase.replace("x", "")  # of several curves; x is where some of them meet
Points = Sequence[tuple[float, float]]  # such as iterations, and the losses there
# Colours that the colour-blind tell apart (Okabe & Ito 2008), and lines, where there are more curves than colours.
COLOURS = ("#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#000000")
LINES = ("-", "--", ":", "-.")


def label_of(low: float, high: float) -> Callable[[float], str]:
    """How numbers in a range are written, so that those of neighbouring rows differ: with four decimals, or more."""
    step = (high - low) / (HEIGHT - 1)
    decimals = max(USUAL, 1 - floor(log10(step))) if step else USUAL
    form = f".{decimals}f" if decimals <= MOST and max(abs(low), abs(high)) < 10**USUAL else ".3e"
    return lambda number: decimal(format(number, form))


def curve(drawn: Mapping[str, Points], lines: Mapping[str, float], width: int) -> list[str]:
    """The points as text, each with its mark, or `x` where several meet; a row of `-` at each of the lines.

    A row's label is the middle of what it stands for, or the line's own value.
    """
    points = [point for some in drawn.values() for point in some]
    values = [y for _, y in points] + list(lines.values())
    low, high, last = min(values), max(values), max(x for x, _ in points)
    label = label_of(low, high)

    def row(y: float) -> int:
        return round((high - y) / ((high - low) or 1) * (HEIGHT - 1))

    labels = [label(high - (high - low) * n / (HEIGHT - 1)) for n in range(HEIGHT)]
    labels = [next((label(y) for y in lines.values() if row(y) == n), usual) for n, usual in enumerate(labels)]
    size = max(USUAL + 3, *map(len, labels))
    columns = max(width - 3 - size, 10)
    grid = [[" "] * columns for _ in range(HEIGHT)]
    for y in lines.values():
        grid[row(y)] = ["-"] * columns
    for mark, some in drawn.items():
        for x, y in some:
            cells, at = grid[row(y)], round(x / (last or 1) * (columns - 1))
            cells[at] = mark if cells[at] in (" ", "-", mark) else "x"
    foot = f"{' ' * (size + 2)}0{said('plot.last', iteration=last):>{columns - 1}}"
    return [*(f"{number:>{size}} │{''.join(cells).rstrip()}" for number, cells in zip(labels, grid, strict=True)), foot]


def finite_points(across: Iterable[float], up: Iterable[float]) -> Points:
    """The points that can be drawn: a masked score, which is -inf, cannot."""
    return [(x, y) for x, y in zip(across, up, strict=True) if isfinite(x) and isfinite(y)]


def picture(path: Path, draw: Callable[[Any], object], size: tuple[float, float] = (7, 4)) -> bytes:
    """What `draw` does to matplotlib's axes, as SVG or PNG, as the file's name says.

    Raises: UserError for another ending, or without matplotlib.
    """
    kind = check_ending(path, (".svg", ".png"))[1:]
    from gpt_by_hand.views.png import check_matplotlib

    check_matplotlib("a picture", "without -o the curve is text")
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots()
    if spoken().point != ".":
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda number, at: decimal(f"{number:g}"))
    draw(axes)
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind)
    return buffer.getvalue()


def look(number: int) -> dict[str, str]:
    """The colour and the line of a curve among several."""
    return {"color": COLOURS[number % len(COLOURS)], "linestyle": LINES[number // len(COLOURS) % len(LINES)]}
