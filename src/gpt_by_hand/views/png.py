"""Documents as PNG: the picture that `views/svg.py` draws, drawn once more by matplotlib, in light colours."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any
from xml.etree import ElementTree

from gpt_by_hand.advice import install
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.document import Document
from gpt_by_hand.layout.palette import LIGHT, SIGNS
from gpt_by_hand.views import svg

DENSITY = 2  # pixels for each of the drawing's, of which an inch has 96 and a point, as matplotlib counts, 4/3
INCH, POINT = 96, 0.75
FILLED = ("paper", "below", "above")  # rectangles, and the colours that they have, by their names in the palette
# Lines, and what goes around rectangles.
DRAWN = {"paper": "line", "frame": "line", "rule": "line", "axis": "line", "hatch": "masked", "path": "below"}
SOFT = ("model", "note", "formula", "caption", "said", "axis")  # texts
MARKS = {"weight": "s", "gradient": "v", "optimizer": "D"}  # of points, as matplotlib calls them; any other is round
SIDES = {"start": "left", "middle": "center", "end": "right"}
FROM_LEFT = "\N{LEFT-TO-RIGHT MARK}"  # so a number stays in front of a word that is read from the right, as in SVG
NUMBERS = re.compile(r"-?[\d.]+")
STEP = re.compile(r"([MLlv])([-\d. ]+)")  # of a path: to where or, if the letter is a small one, by how much


def check_matplotlib(what: str = "a PNG", instead: str = "a picture as SVG or HTML needs nothing") -> None:
    """Raises: UserError without matplotlib, which says what needs it, and what to do instead."""
    if find_spec("matplotlib") is None:
        raise UserError(f"{what} needs matplotlib: {install('plot')}; {instead}")


def page(document: Document, title: str, density: float = DENSITY) -> bytes:
    """The document as a PNG picture, `density` pixels for each of the drawing's.

    Raises: UserError without matplotlib, and for a letter that none of its fonts has.
    """
    check_matplotlib()
    from matplotlib.figure import Figure

    drawn = ElementTree.fromstring(svg.page(document, title))
    width, height = _number(drawn, "width"), _number(drawn, "height")
    figure = Figure(figsize=(width / INCH, height / INCH), dpi=INCH * density)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.set_axis_off()
    for order, (x, y, element) in enumerate(_elements(drawn, 0, 0)):  # what comes later lies above
        match _kind(element):
            case "rect":
                _rectangle(axes, x, y, element, order)
            case "text":
                _text(axes, x, y, element, order)
            case "path" if "mark" in element.get("class").split():
                _mark(axes, x, y, element, order)
            case "path":
                _lines(axes, x, y, element, order)
    return _printed(figure, title)


def _printed(figure: Any, title: str) -> bytes:
    """The figure as PNG. Raises: UserError for a letter that no font has: a box in its place could be any."""
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        warnings.filterwarnings("error", "Glyph")
        try:
            figure.savefig(buffer, format="png", metadata={"Title": title})
        except UserWarning as warning:
            raise UserError(_without(str(warning))) from None
    return buffer.getvalue()


def _without(warning: str) -> str:
    """What to do without a letter, whose number the warning says: Glyph 35328 (...) missing from font(s) ..."""
    letter = chr(int(NUMBERS.findall(warning)[0]))
    return f"a PNG cannot show {letter!r}, which matplotlib's fonts have not: a picture as SVG or HTML can"


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


def _rectangle(axes: Any, x: float, y: float, element: Any, zorder: int) -> None:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    look, width, height = element.get("class"), _number(element, "width"), _number(element, "height")
    left, top = x + _number(element, "x"), y + _number(element, "y")
    face = to_rgba(LIGHT[look], _number(element, "fill-opacity")) if look in FILLED else "none"
    edge = LIGHT[DRAWN[look]] if look in DRAWN else "none"
    axes.add_patch(Rectangle((left, top), width, height, fc=face, ec=edge, lw=POINT, zorder=zorder))


def _text(axes: Any, x: float, y: float, element: Any, zorder: int) -> None:
    from matplotlib.patheffects import withStroke

    look, meaning, words = element.get("class", ""), element.get("class") == "meaning", element.text or ""
    around = [withStroke(linewidth=3 * POINT, foreground=LIGHT["paper"])] if look == "label" else []
    axes.text(
        x + _number(element, "x"),
        y + _number(element, "y"),
        words if words.isascii() else FROM_LEFT + words,
        color=LIGHT["soft" if look in SOFT else "ink"],
        horizontalalignment=SIDES[element.get("text-anchor", "start")],
        verticalalignment="baseline",
        rotation=0 if element.get("transform") is None else 90,
        rotation_mode="anchor",
        fontsize=(17 if meaning else 12) * POINT,
        fontweight="bold" if look in ("meaning", "reference") else "normal",
        fontfamily=["sans-serif"] if meaning else ["monospace", "sans-serif"],  # the last for letters that it has not
        parse_math=False,
        path_effects=around,  # so that lines do not cross letters
        zorder=zorder,
    )


def _mark(axes: Any, x: float, y: float, element: Any, zorder: int) -> None:
    """The mark of a point, 8 pixels large in a square of 10; an earlier one is empty."""
    kind, earlier = element.get("class").split()[1], "earlier" in element.get("class")
    left, top, size = map(float, NUMBERS.findall(element.get("transform")))
    sign = next(sign for sign in SIGNS.values() if sign.kind == kind)
    edge = LIGHT["soft" if earlier else sign.colour]
    inside = edge if sign.filled and not earlier else LIGHT["paper"]
    axes.plot(
        x + left + 5 * size,
        y + top + 5 * size,
        marker=MARKS.get(kind, "o"),
        markersize=8 * size * POINT,
        markeredgecolor=edge,
        markerfacecolor=inside,
        zorder=zorder,
    )


def _lines(axes: Any, x: float, y: float, element: Any, zorder: int) -> None:
    colour = LIGHT[DRAWN.get(element.get("class"), "soft")]
    for line in _strokes(element.get("d")):
        across, down = zip(*line, strict=True)
        axes.plot([x + n for n in across], [y + n for n in down], color=colour, lw=POINT, zorder=zorder)


def _strokes(path: str) -> list[list[tuple[float, float]]]:
    """The lines of a path, each with its points."""
    found: list[list[tuple[float, float]]] = []
    for step, said in STEP.findall(path):
        right, down = map(float, said.split()) if " " in said else (0.0, float(said))
        match step:
            case "M":
                found.append([(right, down)])
            case "L":
                found[-1].append((right, down))
            case _:
                x, y = found[-1][-1]
                found[-1].append((x + right, y + down))
    return found
