"""Documents with drawings as PNG, which matplotlib draws: the lines of text above, the drawings below."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gpt_by_hand.advice import install
from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import folded
from gpt_by_hand.layout.document import Document, Scatter, blocks
from gpt_by_hand.layout.palette import PALETTE
from gpt_by_hand.views.drawing import MARK, Drawing, drawing
from gpt_by_hand.views.text import Spans, TextView

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDE, EDGE, LINE = 802, 24, 20  # pixels: the picture, around everything, and a line
LETTERS = 104  # in a line
DENSITY = 2  # dots for each pixel, in either direction
INCH = 100  # pixels
POINTS = 72 / INCH  # in a pixel
COLOURS = {"axis": "line", "zero": "soft", "to": "soft", "path": "below"}
MARKERS = {"weight": "s", "gradient": "v", "optimizer": "D"}  # any other is round


@dataclass(frozen=True)
class _Lines(TextView):
    """The document without its drawings."""

    def scatter(self, block: Scatter) -> Iterator[Spans]:
        return iter(())


def figure(wide: float, high: float, **how: Any) -> Figure:
    """An empty picture, so many inches large. Raises: UserError without matplotlib."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise UserError(f"a picture needs matplotlib: {install('plot')}; without -o it is text") from None
    return Figure(figsize=(wide, high), **how)


def encoded(drawn: Figure, form: str, **how: Any) -> bytes:
    """The picture as a file of that form, such as png."""
    buffer = io.BytesIO()
    drawn.savefig(buffer, format=form, **how)
    return buffer.getvalue()


def page(document: Document) -> bytes:
    """The document as a PNG picture, in the light colours. Raises: UserError without matplotlib."""
    said = "\n".join("".join(text for text, _ in line) for line in _Lines(width=LETTERS).lines(document))
    lines = folded(said, LETTERS).splitlines()
    drawings = [drawing(block) for block in blocks(document) if isinstance(block, Scatter)]
    high = 2 * EDGE + LINE * len(lines) + sum(one.height for one in drawings)
    made = figure(WIDE / INCH, high / INCH, facecolor=PALETTE["paper"])
    axes = made.add_axes((0, 0, 1, 1), xlim=(0, WIDE), ylim=(high, 0))
    axes.axis("off")
    for n, line in enumerate(lines):
        _write(axes, EDGE, EDGE + LINE * (n + 0.75), line, "ink")
    top = float(EDGE + LINE * len(lines))
    for one in drawings:
        _draw(axes, one, top)
        top += one.height
    return encoded(made, "png", dpi=INCH * DENSITY)


def _draw(axes: Any, drawn: Drawing, top: float) -> None:
    for stroke in drawn.strokes:
        x, y = zip(*stroke.points, strict=True)
        axes.plot([EDGE + a for a in x], [top + b for b in y], color=PALETTE[COLOURS[stroke.look]], lw=POINTS)
    sign = drawn.sign
    for mark in drawn.marks:
        colour = PALETTE["soft" if mark.earlier else sign.colour]
        inside = colour if sign.filled and not mark.earlier else PALETTE["paper"]
        size = 2 * MARK * POINTS * (0.7 if mark.earlier else 1)
        how = {"mec": colour, "mfc": inside, "ms": size, "ls": "", "marker": MARKERS.get(sign.kind, "o")}
        axes.plot([EDGE + mark.x], [top + mark.y], **how)
    for text in drawn.texts:
        _write(axes, EDGE + text.x, top + text.y, text.text, "ink" if text.look == "label" else "soft", text.anchor)


def _write(axes: Any, x: float, y: float, text: str, colour: str, anchor: str = "start") -> None:
    from matplotlib.patheffects import withStroke

    side = {"start": "left", "middle": "center", "end": "right"}[anchor]
    how = {"ha": side, "va": "baseline", "family": "monospace", "size": 12 * POINTS, "color": PALETTE[colour]}
    behind = [withStroke(linewidth=3 * POINTS, foreground=PALETTE["paper"])]  # so that lines do not cross letters
    axes.text(x, y, text, parse_math=False, path_effects=behind, **how)
