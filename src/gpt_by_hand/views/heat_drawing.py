"""Heat maps as drawings in SVG: a square for each number, which says its address and its value.

A colour is that of a sign, more or less opaque: as strong as the number is large, on light paper and on dark.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil

from gpt_by_hand.folding import cells as width_of
from gpt_by_hand.language import decimal
from gpt_by_hand.layout.digits import number
from gpt_by_hand.layout.document import Heat, Panel, Scale
from gpt_by_hand.layout.palette import PALETTE
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.views.drawing import LETTER, LETTERS, LINE, Drawing, moved, text

SIZES = {16: 24, 64: 14, 160: 6, 20_000: 3}  # up to so many rows and columns, a cell has so many pixels
SMALL = 14  # pixels: a cell of one of many heat maps; and the least that a name has room in
APART, BETWEEN, DOWN = 24, 6, 4  # pixels: between heat maps; to their names; from a letter's middle to its foot
STEPS, STEP, HIGH = 8, 14, 12  # colours of the legend to each side of 0, how wide each is, and how high
STYLE = f"""\
.heat text {{ {LETTERS} }}
.heat .said {{ fill: var(--soft, currentColor); }}
.heat .below {{ fill: var(--below, {PALETTE["below"]}); }}
.heat .above {{ fill: var(--above, {PALETTE["above"]}); }}
.heat .masked, .heat .unknown, .heat .frame {{ fill: transparent; }}
.heat .frame {{ stroke: var(--line, #8886); }}
.heat .hatch {{ fill: none; stroke: var(--masked, {PALETTE["masked"]}); pointer-events: none; }}"""


def drawing(block: Heat, room: float) -> Drawing:
    """The heat maps side by side as far as there is room for so many pixels, then below each other; and the legend."""
    x = y = low = wide = 0.0
    parts = []
    for panel in block.panels:
        drawn = _panel(panel, block.scale, block.small)
        if x and x + drawn.width > room:
            x, y = 0.0, low + APART
        parts.append(moved(x, y, drawn))
        low, wide = max(low, y + drawn.height), max(wide, x + drawn.width)
        x += drawn.width + APART
    legend = _legend(block)
    parts.append(moved(0, low + HIGH, legend))
    return Drawing.of(parts, max(wide, legend.width), low + HIGH + legend.height).whole("heat", STYLE)


def _panel(panel: Panel, scale: Scale, small: bool) -> Drawing:
    """One heat map: its caption, the names of its columns, which stand upright if they are long, and its rows."""
    matrix, (rows, columns) = panel.matrix, panel.matrix.values.shape
    cell = next(size for most, size in SIZES.items() if max(rows, columns) <= most)
    cell = min(cell, SMALL) if small else cell
    names = [matrix.row(row) if matrix.row else "" for row in range(rows)]
    heads = [matrix.column(column) for column in range(columns)]
    longest, margin = LETTER * max(map(width_of, heads)), LETTER * max(map(width_of, names))
    upright = longest > cell - 2
    left = margin + BETWEEN * bool(margin)
    top = LINE * bool(matrix.caption) + ((longest + DOWN if upright else HIGH) + BETWEEN) * bool(longest)
    parts = [
        text(0, HIGH, matrix.caption, "said"),
        *_heads(heads, left, top - BETWEEN, cell, upright),
        *_names(names, left - BETWEEN, top, cell),
        *_cells(panel, scale, left, top, cell),
    ]
    width = max(left + cell * columns, LETTER * width_of(matrix.caption))
    return Drawing.of(parts, width + 1, top + cell * rows + 1)


def _heads(heads: Sequence[str], left: float, foot: float, cell: int, upright: bool) -> Iterator[str]:
    """The names of columns; of narrow ones, some."""
    for column in range(0, len(heads), ceil(SMALL / cell)):
        middle = left + cell * (column + 0.5)
        if upright:
            yield text(middle + DOWN, foot, heads[column], upright=True)
        else:
            yield text(middle, foot, heads[column], anchor="middle")


def _names(names: Sequence[str], right: float, top: float, cell: int) -> Iterator[str]:
    for row in range(0, len(names), ceil(SMALL / cell)):
        yield text(right, top + cell * (row + 0.5) + DOWN, names[row], anchor="end")


def _cells(panel: Panel, scale: Scale, left: float, top: float, cell: int) -> Iterator[str]:
    """A square for each number, and a stroke through those that are masked."""
    rows, columns = panel.matrix.values.shape
    size = cell - (cell > min(SIZES.values()))  # with a gap, where there is room
    large = f'width="{cell * columns + 1}" height="{cell * rows + 1}"'
    yield f'<rect class="frame" x="{left - 0.5:.1f}" y="{top - 0.5:.1f}" {large} />'
    strokes = ""
    for row in range(rows):
        for column in range(columns):
            x, y = left + cell * column + 0.5, top + cell * row + 0.5
            yield _cell(panel, row, column, scale, f'x="{x:.1f}" y="{y:.1f}" width="{size}" height="{size}"')
            if panel.strength(row, column, scale) is None:
                strokes += _strokes(x, y, size, crossed=not panel.masked[row, column])
    if strokes:
        yield f'<path class="hatch" d="{strokes}" />'


def _strokes(x: float, y: float, size: float, crossed: bool) -> str:
    """Through a square: one, or a cross."""
    return f"M{x:.1f} {y + size:.1f}l{size} {-size}" + (f"M{x:.1f} {y:.1f}l{size} {size}" if crossed else "")


def _cell(panel: Panel, row: int, column: int, scale: Scale, place: str) -> str:
    """A square that says its address and its value."""
    value, address = float(panel.matrix.values[row, column]), escape(panel.address(row, column))
    masked, strength = panel.masked[row, column], panel.strength(row, column, scale)
    side = "masked" if masked else "unknown" if strength is None else "below" if strength < 0 else "above"
    opaque = "" if strength is None else f' fill-opacity="{abs(strength):.4f}"'
    title = f"{address} = {decimal(number(value))}" + (f", {said('heat.masked')}" if masked else "")
    data = f'data-address="{address}" data-value="{value!r}"'
    return f'<rect class="{side}" {place}{opaque} {data}><title>{title}</title></rect>'


def _legend(block: Heat) -> Drawing:
    """The scale: colours from its lowest number to its highest, with 0 where it is; and what is masked."""
    low, high = block.scale.lowest, block.scale.highest
    parts: list[str] = []
    x = 0.0
    for value, steps in ((low, range(-STEPS, 0)), (0.0, range(0)), (high, range(1, STEPS + 1))):
        if value or not steps:
            before = value <= 0  # its number stands in front of its colours
            colours = [_step(step, x + (_wide(value) if before else 0) + STEP * n) for n, step in enumerate(steps)]
            at = x if before else x + STEP * len(steps) + BETWEEN
            parts += [text(at, HIGH, _end(value)), *colours]
            x += _wide(value) + STEP * len(steps) + BETWEEN
    for kind in (kind for kind, there in block.without.items() if there):
        x += APART
        parts.append(f'<path class="hatch" d="{_strokes(x, 2, HIGH, kind == "unknown")}" />')
        parts.append(f'<rect class="frame" x="{x:.1f}" y="2" width="{HIGH}" height="{HIGH}" />')
        parts.append(text(x + HIGH + BETWEEN, HIGH, said(f"heat.{kind}"), "said"))
        x += HIGH + BETWEEN + LETTER * len(said(f"heat.{kind}"))
    return Drawing.of(parts, x, LINE)


def _end(value: float) -> str:
    return decimal(f"{value:.6g}")


def _wide(value: float) -> float:
    return LETTER * len(_end(value)) + BETWEEN


def _step(step: int, x: float) -> str:
    side = "below" if step < 0 else "above"
    size = f'width="{STEP - 1}" height="{HIGH}" fill-opacity="{abs(step) / STEPS:.4f}"'
    return f'<rect class="{side}" x="{x:.1f}" y="2" {size} />'
