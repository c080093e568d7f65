"""Documents as PNG: the picture that `views/svg.py` draws, drawn once more by matplotlib, in light colours."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from xml.etree import ElementTree

from gpt_by_hand.advice import install
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.document import Document
from gpt_by_hand.layout.palette import LIGHT
from gpt_by_hand.views import svg

DENSITY = 2  # pixels for each of the drawing's, of which an inch has 96 and a point, as matplotlib counts, 4/3
INCH, POINT = 96, 0.75
FILLED = ("paper", "below", "above")  # rectangles, and the colours that they have, by their names in the palette
DRAWN = {"paper": "line", "frame": "line", "rule": "line", "hatch": "masked"}  # lines, and what goes around rectangles
SOFT = ("model", "note", "formula", "caption", "said")  # texts
ANCHORS = {"end": "right", "mid": "center"}
NUMBERS = re.compile(r"-?[\d.]+")
STROKE = re.compile(r"M([\d.]+) ([\d.]+)(?:l(-?[\d.]+) |v)(-?[\d.]+)")  # from where, and how far right and down


def check_matplotlib() -> None:
    """Raises: UserError without matplotlib."""
    if find_spec("matplotlib") is None:
        raise UserError(f"a PNG needs matplotlib: {install('plot')}; a picture as SVG or HTML needs nothing")


def page(document: Document, title: str) -> bytes:
    """The document as a PNG picture. Raises: UserError without matplotlib."""
    check_matplotlib()
    from matplotlib.figure import Figure

    drawn = ElementTree.fromstring(svg.page(document, title))
    width, height = float(drawn.attrib["width"]), float(drawn.attrib["height"])
    figure = Figure(figsize=(width / INCH, height / INCH), dpi=INCH * DENSITY)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    for x, y, element in _elements(drawn, 0, 0):
        match _kind(element):
            case "rect":
                _rectangle(axes, x, y, element)
            case "text":
                _text(axes, x, y, element)
            case "path":
                _lines(axes, x, y, element)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Title": title})
    return buffer.getvalue()


def _elements(element: Any, x: float, y: float) -> Iterator[tuple[float, float, Any]]:
    """All elements, each with where (0, 0) is for it."""
    for child in element:
        moved = child.get("transform") if _kind(child) == "g" else None
        dx, dy = map(float, NUMBERS.findall(moved)) if moved else (0.0, 0.0)
        yield x + dx, y + dy, child
        yield from _elements(child, x + dx, y + dy)


def _kind(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _number(element: Any, key: str, usual: float = 1) -> float:
    return float(element.get(key, usual))


def _rectangle(axes: Any, x: float, y: float, element: Any) -> None:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    look, size = element.get("class"), (_number(element, "width"), _number(element, "height"))
    place = x + _number(element, "x"), y + _number(element, "y")
    face = to_rgba(LIGHT[look], _number(element, "fill-opacity")) if look in FILLED else "none"
    edge = LIGHT[DRAWN[look]] if look in DRAWN else "none"
    axes.add_patch(Rectangle(place, *size, facecolor=face, edgecolor=edge, linewidth=POINT))


def _text(axes: Any, x: float, y: float, element: Any) -> None:
    look, upright = element.get("class", ""), element.get("transform") is not None
    meaning, bold = look == "meaning", look in ("meaning", "reference")
    axes.text(
        x + _number(element, "x"),
        y + _number(element, "y"),
        element.text,
        color=LIGHT["soft" if look in SOFT else "ink"],
        horizontalalignment="right" if upright else ANCHORS.get(look, "left"),
        verticalalignment="bottom" if upright else "baseline",
        rotation=90 if upright else 0,
        fontsize=(17 if meaning else 12) * POINT,
        fontweight="bold" if bold else "normal",
        fontfamily="sans-serif" if meaning else "monospace",
        parse_math=False,
    )


def _lines(axes: Any, x: float, y: float, element: Any) -> None:
    for start in STROKE.findall(element.get("d")):
        left, top, right, down = (float(number or 0) for number in start)
        ends = (x + left, x + left + right), (y + top, y + top + down)
        axes.plot(*ends, color=LIGHT[DRAWN[element.get("class")]], linewidth=POINT)
