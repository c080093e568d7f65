"""Documents one after another, as a film: an SVG that moves by itself in a browser, or a GIF."""

from __future__ import annotations

import io
from collections.abc import Sequence

from gpt_by_hand.layout.document import Document
from gpt_by_hand.views import png, svg
from gpt_by_hand.views.drawing import Drawing

DENSITY = 1  # pixels of a GIF for each of the drawing's
SHOWN, LAST = 0.2, 1.6  # seconds: each frame, and the last one
MOVES = "(prefers-reduced-motion: no-preference)"


def svg_film(frames: Sequence[Document], title: str) -> str:
    """Each frame lies on those before it, and appears when its time has come, again and again.

    Where nothing moves, as for readers who want that, the last one is seen.
    """
    drawn = [svg.drawing(frame) for frame in frames]
    total = SHOWN * (len(drawn) - 1) + LAST
    moving = "\n".join(_moving(n, SHOWN * n, total) for n in range(1, len(drawn)))
    groups = [f'<g class="frame frame{n}">\n{one}\n</g>' for n, one in enumerate(drawn)]
    film = Drawing.of(groups, max(one.width for one in drawn), max(one.height for one in drawn))
    return svg.whole(film, title, f"\n@media {MOVES} {{\n{moving}\n}}")


def _moving(n: int, start: float, total: float) -> str:
    """The style of a frame that is not there before its start."""
    percent = 100 * start / total
    return (
        f"@keyframes frame{n} {{ 0% {{ visibility: hidden; }} {percent:.4f}% {{ visibility: visible; }} }}\n"
        f".frame{n} {{ animation: frame{n} {total:.1f}s step-end infinite; }}"
    )


def gif(frames: Sequence[Document], title: str) -> bytes:
    """The pictures that views/png.py draws, again and again. Raises: UserError without matplotlib, which has Pillow."""
    png.check_matplotlib("a GIF", "a film as SVG needs nothing")
    from PIL import Image

    first, *others = (Image.open(io.BytesIO(png.page(frame, title, DENSITY))).convert("RGB") for frame in frames)
    times = [round(1000 * SHOWN)] * len(others) + [round(1000 * LAST)]
    buffer = io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    return buffer.getvalue()
