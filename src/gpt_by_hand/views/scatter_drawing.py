"""Points in a plane as a drawing in SVG: marks, their labels, and the ways between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import hypot

import numpy as np

from gpt_by_hand.folding import cells
from gpt_by_hand.language import several
from gpt_by_hand.layout.document import Scatter
from gpt_by_hand.layout.palette import COMPUTED, PALETTE, SIGNS
from gpt_by_hand.layout.scatter import Place, Point, Scale, placed, scales, tick_text
from gpt_by_hand.records import dataclass
from gpt_by_hand.views.drawing import LETTER, LETTERS, Drawing, text

WIDE, LEAST, MOST = 754, 240, 520  # pixels: the drawing, and how high the plane may be
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 28, 46  # pixels around the plane
HIGH = 14  # pixels: a label
MARK = 4  # pixels from the middle of a mark to its edge
FAR, GAP = 12, (3.0, 2.0)  # how many times further away a label may be, and by how much
TICKS = 90  # pixels between two of them, at least
ARROW = 7  # pixels: the length of its head
# Colours are those of the page; in a notebook, the reader's own.
STYLE = f"""\
.scatter text {{ {LETTERS} white-space: pre; }}
.scatter text.axis {{ fill: var(--soft, currentColor); }}
.scatter .label {{ paint-order: stroke; stroke: var(--paper, Canvas); stroke-width: 3px; stroke-linejoin: round; }}
.scatter path {{ fill: none; stroke: var(--line, #8886); }}
.scatter .zero {{ stroke: var(--soft, currentColor); }}
.scatter .to {{ stroke: var(--soft, currentColor); stroke-width: 0.75px; }}
.scatter .path {{ stroke: var(--below, {PALETTE["below"]}); stroke-width: 1.25px; }}
.scatter .mark.earlier {{ stroke: var(--soft, currentColor); fill: var(--paper, Canvas); }}"""


@dataclass(frozen=True)
class Mark:
    """The position of a point at a time: the last one that is shown, or an `earlier` one."""

    x: float
    y: float
    point: int
    time: int
    earlier: bool


def drawing(scatter: Scatter) -> Drawing:
    """The drawing of the points. Distances are true: 1 is as long on either axis."""
    spread = np.ptp(scatter.points, axis=(0, 1))
    across = WIDE - LEFT - RIGHT
    down = min(max(across * float(spread[1] / spread[0]) if spread[0] else MOST, LEAST), MOST)
    x, y = scales(scatter.points, (LEFT, LEFT + across), (TOP, TOP + down), equal=True)
    places = [[(x.at(a), y.at(b)) for a, b in positions] for positions in scatter.paths.tolist()]
    marks = tuple(
        Mark(*where, point, time, time < len(places) - 1)
        for time, positions in enumerate(places)
        for point, where in enumerate(positions)
    )
    paths = [*zip(*places, strict=True)]
    last, before = [m for m in marks if not m.earlier], [(m.x, m.y) for m in marks if m.earlier]
    before += [head[1] for head in map(_head, paths) if head]
    bounds = (LEFT, TOP, LEFT + across, TOP + down)
    labels = placed([(m.x, m.y) for m in last], before, scatter.labels, (LETTER, HIGH), (MARK, MARK), bounds, FAR, GAP)
    parts = [
        *_axes(x, y),
        *_paths(paths),
        *_to_labels(last, labels, scatter.labels),
        *(_mark(scatter, mark) for mark in marks),
        *_numbers(x, y, scatter.axes),
    ]
    for label, place in zip(scatter.labels, labels, strict=True):
        if place is not None:
            parts.append(text(place.left, place.top + HIGH - 3, label, "label"))
    return Drawing.of(parts, WIDE, TOP + down + BOTTOM).whole("scatter", STYLE)


def _axes(x: Scale, y: Scale) -> Iterator[str]:
    """The frame, and a line where an axis has its 0."""
    corners = ((x.start, y.start), (x.start, y.end), (x.end, y.end), (x.end, y.start), (x.start, y.start))
    yield _stroke("axis", *corners)
    if x.low < 0 < x.high:
        yield _stroke("zero", (x.at(0), y.start), (x.at(0), y.end))
    if y.low < 0 < y.high:
        yield _stroke("zero", (x.start, y.at(0)), (x.end, y.at(0)))


def _numbers(x: Scale, y: Scale, axes: Sequence[str]) -> Iterator[str]:
    """The numbers of the axes, and what those are."""
    for tick in x.ticks(int((x.end - x.start) / TICKS)):
        yield text(x.at(tick), y.start + 16, _tick(tick), "axis", "middle")
    for tick in y.ticks(int((y.start - y.end) / TICKS * 2)):
        yield text(x.start - 6, y.at(tick) + 4, _tick(tick), "axis", "end")
    yield text(x.end, y.start + 36, f"{axes[0]} →", "axis", "end")
    yield text(x.start, y.end - 10, f"↑ {axes[1]}", "axis")


def _tick(tick: float) -> str:
    return tick_text(tick).replace("-", "−")


def _stroke(look: str, *points: Point) -> str:
    """A line through points; its `look` is axis, zero, to (from a mark to its label) or path."""
    return f'<path class="{look}" d="M{"L".join(f"{x:.1f} {y:.1f}" for x, y in points)}" />'


def _paths(paths: Sequence[Sequence[Point]]) -> Iterator[str]:
    """The way of each point, with an arrow's head at its end; none for one that stays where it is."""
    for path in paths:
        if len(path) > 1:
            yield _stroke("path", *path)
        if head := _head(path):
            (x, y), back, (across, down) = head
            wings = [(back[0] + side * across, back[1] + side * down) for side in (1, -1)]
            yield _stroke("path", wings[0], (x, y), wings[1])


def _head(path: Sequence[Point]) -> tuple[Point, Point, Point] | None:
    """Of an arrow's head, the tip, the middle of its back, and the way from there to a corner; None for a short way."""
    if len(path) < 2:
        return None
    (x0, y0), (x1, y1) = path[-2:]
    long = hypot(x1 - x0, y1 - y0)
    if long < 2 * MARK + ARROW:
        return None
    x, y, far = (x1 - x0) / long, (y1 - y0) / long, MARK + ARROW
    return (x1 - MARK * x, y1 - MARK * y), (x1 - far * x, y1 - far * y), (-y * ARROW / 2, x * ARROW / 2)


def _to_labels(marks: Sequence[Mark], places: Sequence[Place | None], labels: Sequence[str]) -> Iterator[str]:
    """A line from a mark to its label, where that is not beside it."""
    for mark, place, label in zip(marks, places, labels, strict=True):
        if place is not None and not place.near:
            right, bottom = place.left + cells(label) * LETTER, place.top + HIGH
            end = min(max(mark.x, place.left), right), min(max(mark.y, place.top), bottom)
            yield _stroke("to", (mark.x, mark.y), end)


def _mark(scatter: Scatter, mark: Mark) -> str:
    """The mark of a point, with its numbers with all digits; to point at it shows them."""
    sign = COMPUTED if scatter.kind is None else SIGNS[scatter.kind]
    x, y = (repr(float(value)) for value in scatter.points[mark.time, mark.point])
    label, time = scatter.labels[mark.point], scatter.times[mark.time]
    said = f"{label}{f', {time}' if time else ''}: {several((x, y))}"
    data = {"label": label, "time": time, "x": x, "y": y}
    told = " ".join(f'data-{name}="{escape(value)}"' for name, value in data.items() if value)
    colour = f"var(--{sign.colour}, currentColor)"
    look = "" if mark.earlier else f' style="stroke: {colour}; fill: {colour if sign.filled else "none"}"'
    size, kind = (0.7, "earlier") if mark.earlier else (1.0, "point")
    where = f"translate({mark.x - 5 * size:.2f} {mark.y - 5 * size:.2f}) scale({size})"
    return (
        f'<g class="{kind}" {told}><title>{escape(said)}</title>'
        f'<path class="mark {sign.kind} {kind}" transform="{where}"{look} d="{sign.path}" /></g>'
    )
