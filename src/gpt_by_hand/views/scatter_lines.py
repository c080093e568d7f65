"""Points in a plane as lines of letters, for terminals."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from gpt_by_hand.folding import cells
from gpt_by_hand.language import several, whole
from gpt_by_hand.layout.document import Scatter
from gpt_by_hand.layout.scatter import Point, Scale, placed, tick_text

HIGH, LEAST = 14, 10  # lines and, at least, letters: the plane
POINT, EARLIER, WAY = "●", "○", "·"
BELOW = 6  # points whose labels have no room, listed below the plane
TICKS = 12, 4  # letters and lines between two of them, at least


def scatter_lines(scatter: Scatter, width: int) -> Iterator[str]:
    """The points and their labels in lines so wide: first what the axes are, upwards and to the right.

    Labels that found no room stand below, with their coordinates.
    """
    y = Scale.of(scatter.points[..., 1], HIGH - 1, 0)
    numbers = {round(y.at(tick)): tick_text(tick) for tick in y.ticks(HIGH // TICKS[1])}
    margin = 2 + max(map(len, numbers.values())) + 2
    columns = max(width - margin - 1, LEAST)
    x = Scale.of(scatter.points[..., 0], 0, columns - 1)
    plane = [[" "] * columns for _ in range(HIGH)]
    _zeros(plane, x, y)
    paths = [[(round(x.at(a)), round(y.at(b))) for a, b in path] for path in scatter.paths.transpose(1, 0, 2).tolist()]
    _ways(plane, paths)
    unnamed = _labels(plane, paths, scatter.labels)
    yield f"{'':{margin}}↑ {scatter.axes[1]}   → {scatter.axes[0]}"
    yield from (f"{numbers.get(n, ''):>{margin - 2}} │{''.join(row)}".rstrip() for n, row in enumerate(plane))
    yield f"{'':{margin}}{_foot(x, columns)}"
    points = sorted((scatter.labels[n], *scatter.paths[-1, n].tolist()) for n in unnamed)
    yield from (f"{'':{margin}}{label} ({several((f'{a:.4g}', f'{b:.4g}'))})" for label, a, b in points[:BELOW])
    if points[BELOW:]:
        yield f"{'':{margin}}… ({whole(len(points) - BELOW)})"


def _zeros(plane: list[list[str]], x: Scale, y: Scale) -> None:
    """Lines where the axes have their 0."""
    if y.low < 0 < y.high:
        plane[round(y.at(0))] = ["─"] * len(plane[0])
    if x.low < 0 < x.high:
        at = round(x.at(0))
        for row in plane:
            row[at] = "┼" if row[at] == "─" else "│"


def _ways(plane: list[list[str]], paths: list[list[tuple[int, int]]]) -> None:
    """Dots from position to position."""
    for path in paths:
        for (x0, y0), (x1, y1) in pairwise(path):
            steps = max(abs(x1 - x0), abs(y1 - y0))
            for n in range(1, steps):
                plane[round(y0 + (y1 - y0) * n / steps)][round(x0 + (x1 - x0) * n / steps)] = WAY
    for path in paths:
        for x, y in path[:-1]:
            plane[y][x] = EARLIER
    for path in paths:
        x, y = path[-1]
        plane[y][x] = POINT


def _labels(plane: list[list[str]], paths: list[list[tuple[int, int]]], labels: tuple[str, ...]) -> list[int]:
    """Write the labels beside the points; the numbers of those that find no room."""
    last: list[Point] = [(x + 0.5, y + 0.5) for x, y in (path[-1] for path in paths)]
    before: list[Point] = [(x + 0.5, y + 0.5) for path in paths for x, y in path[:-1]]
    bounds = (0.0, 0.0, float(len(plane[0])), float(len(plane)))
    places = placed(last, before, labels, (1.0, 1.0), (0.5, 0.5), bounds, 1, (0.0, 0.0))
    for place, label in zip(places, labels, strict=True):
        if place is not None:
            left, top = round(place.left), round(place.top)
            plane[top][left : left + cells(label)] = [label, *[""] * (cells(label) - 1)]
    return [n for n, place in enumerate(places) if place is None]


def _foot(x: Scale, columns: int) -> str:
    """The numbers of the axis to the right, each below its place."""
    line = [" "] * columns
    for tick in x.ticks(max(columns // TICKS[0], 1)):
        text = tick_text(tick)
        left = min(max(round(x.at(tick)) - len(text) // 2, 0), columns - len(text))
        line[left : left + len(text)] = text
    return "".join(line).rstrip()
