"""What drawings in SVG are made of: pieces, each with its place in pixels, from the upper left corner."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Literal

from gpt_by_hand.folding import cells

LETTER, LINE = 7.25, 20  # pixels: a letter, and a line
LETTERS = "font: 12px ui-monospace, 'DejaVu Sans Mono', monospace; fill: var(--ink, currentColor);"


class Drawing(str):
    """What is drawn, as SVG, from (0, 0) on; and how large it is, in pixels."""

    width: float
    height: float

    @staticmethod
    def of(parts: Iterable[str], width: float, height: float) -> Drawing:
        """So much is drawn."""
        made = Drawing("\n".join(parts))
        made.width, made.height = width, height
        return made

    def whole(self, look: str, style: str) -> Drawing:
        """As one piece, with its own style."""
        return Drawing.of([f'<g class="{look}">', f"<style>{style}</style>", self, "</g>"], self.width, self.height)

    def framed(self, label: str) -> str:
        """As a picture for a page, which is said to be one of what the label says."""
        width, height = f"{self.width:.0f}", f"{self.height:.0f}"
        size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
        return f'<svg {size} role="img" aria-label="{escape(label)}">\n{self}\n</svg>'


def moved(x: float, y: float, drawn: str) -> str:
    """The drawing, from (x, y) on."""
    return f'<g transform="translate({x:.1f} {y:.1f})">\n{drawn}\n</g>'


def text(
    x: float,
    y: float,
    words: str,
    look: str = "",
    anchor: Literal["start", "middle", "end"] = "start",
    upright: bool = False,
) -> str:
    """Words that begin, have their middle, or end at x, their letters standing on y; upright ones are read upwards."""
    turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if upright else ""
    named = f' class="{look}"' if look else ""
    anchored = f' text-anchor="{anchor}"' if anchor != "start" else ""
    long = f' textLength="{cells(words) * LETTER:.1f}"'  # in whichever letters the reader has
    return f'<text x="{x:.1f}" y="{y:.1f}"{named}{anchored}{turned}{long}>{escape(words, quote=False)}</text>'
