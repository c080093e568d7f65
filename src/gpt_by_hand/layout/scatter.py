"""Where everything stands in a picture of points: scales, marks, and labels that do not overlap.

Units are those of the surface, pixels or letters, counted from the upper left corner.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10

import numpy as np

from gpt_by_hand.folding import cells
from gpt_by_hand.language import decimal
from gpt_by_hand.records import dataclass

ROOM = 0.05  # of the range, around the outermost points
STEPS = (1, 2, 5, 10)  # times a power of ten: how far apart the numbers of an axis are
# From the mark to its label: to the right first, since that reads best.
SIDES = ((1, 0), (-1, 0), (0, -1), (0, 1), (1, -1), (-1, -1), (1, 1), (-1, 1))

Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True)
class Scale:
    """From the numbers `low` to `high` of an axis to the places `start` to `end` of a surface."""

    low: float
    high: float
    start: float
    end: float

    @staticmethod
    def of(values: np.ndarray, start: float, end: float) -> Scale:
        """The scale with room for the values, and a little more."""
        low, high = float(values.min()), float(values.max())
        room = (high - low) * ROOM or abs(high) / 2 or 1.0
        return Scale(low - room, high + room, start, end)

    @property
    def unit(self) -> float:
        """How long 1 is."""
        return abs(self.end - self.start) / (self.high - self.low)

    def at(self, value: float) -> float:
        """Where a number stands."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def widened(self, unit: float) -> Scale:
        """The scale on which 1 is only so long; what was in the middle stays there."""
        middle, half = (self.low + self.high) / 2, abs(self.end - self.start) / unit / 2
        return Scale(middle - half, middle + half, self.start, self.end)

    def ticks(self, most: int) -> list[float]:
        """Round numbers on the axis, evenly spaced, 0 among them where it is there."""
        rough = (self.high - self.low) / most
        power = 10.0 ** floor(log10(rough))
        step = next(times * power for times in STEPS if times * power >= rough * (1 - 1e-9))
        decimals = -floor(log10(power) + 0.5)
        return [round(n * step, decimals) + 0.0 for n in range(ceil(self.low / step), floor(self.high / step) + 1)]


def tick_text(tick: float) -> str:
    """A number of an axis, with all of its digits, which are few."""
    return decimal(f"{tick:.12g}")


def scales(points: np.ndarray, across: Point, down: Point, equal: bool = False) -> tuple[Scale, Scale]:
    """The scales of two axes with room for all points [..., axis], from start to end `across`, and from top to bottom.

    If they are to be `equal`, 1 is as long on either axis, so that distances are true.
    """
    x, y = Scale.of(points[..., 0], *across), Scale.of(points[..., 1], *reversed(down))
    if not equal:
        return x, y
    spread = [float(np.ptp(points[..., axis])) for axis in (0, 1)]
    units = [scale.unit for scale, wide in zip((x, y), spread, strict=True) if wide or not any(spread)]
    return x.widened(min(units)), y.widened(min(units))


@dataclass(frozen=True)
class Place:
    """Where a label begins, its left and its top; it is `near` its mark, or needs a line to it."""

    left: float
    top: float
    near: bool


def placed(
    marks: Sequence[Point],
    others: Sequence[Point],
    labels: Sequence[str],
    cell: Point,
    half: Point,
    bounds: Box,
    far: int,
    gap: Point,
) -> list[Place | None]:
    """A place for the label of each mark, where it covers no mark, no other label, and no edge; None if none is free.

    Marks (and the `others`, which have no labels) are twice `half` as large, and `cell` is the size of a letter, all
    (across, down). A label is tried on all sides, then further away, up to `far` times; two are a letter apart. The
    order of the marks does not matter: those to the left come first.
    """
    sizes = [(cells(label) * cell[0], cell[1]) for label in labels]
    taken = np.array([(x - half[0], y - half[1], x + half[0], y + half[1]) for x, y in (*marks, *others)])
    found: list[Place | None] = [None] * len(marks)
    for n in sorted(range(len(marks)), key=lambda n: (round(marks[n][0], 6), round(marks[n][1], 6), labels[n])):
        for near, box in _candidates(marks[n], sizes[n], half, far, gap):
            if _inside(box, bounds) and not _covers(box, taken):
                found[n] = Place(box[0], box[1], near)
                taken = np.vstack([taken, (box[0] - cell[0], box[1], box[2] + cell[0], box[3])])
                break
    return found


def _candidates(mark: Point, size: Point, half: Point, far: int, gap: Point) -> Iterator[tuple[bool, Box]]:
    (x, y), (wide, high) = mark, size
    for ring in range(far):
        out = half[0] + gap[0] * (1 + 2 * ring), half[1] + gap[1] * (1 + 2 * ring)
        for across, down in SIDES:
            away = out[0] if not down else half[0] if not ring else out[0]
            left = x + across * (away + wide / 2) - wide / 2
            top = y + down * (out[1] + high / 2) - high / 2
            yield ring == 0, (left, top, left + wide, top + high)


def _inside(box: Box, bounds: Box) -> bool:
    return box[0] >= bounds[0] and box[1] >= bounds[1] and box[2] <= bounds[2] and box[3] <= bounds[3]


def _covers(box: Box, taken: np.ndarray) -> bool:
    apart = (taken[:, 0] >= box[2]) | (taken[:, 2] <= box[0]) | (taken[:, 1] >= box[3]) | (taken[:, 3] <= box[1])
    return not bool(apart.all())
