"""Heat maps as lines for a terminal: a cell of two or three letters for each number.

Its style is a colour. Where there are no colours, its letters tell the same: the sign, and how strong it would be.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest

from gpt_by_hand.folding import cells as width_of
from gpt_by_hand.language import decimal
from gpt_by_hand.layout.document import Heat, Panel, Scale
from gpt_by_hand.layout.palette import heat as colour
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass

Spans = tuple[tuple[str, str], ...]
NOTHING: Spans = ()  # a line
SHADES = " ░▒▓█"  # from nothing to all of the largest number
WIDE, NARROW, APART = 3, 2, 3  # letters: a cell, where all of a row's fit and where not, and between heat maps
LETTERS = 8  # of a column's name that are written below each other
MARKS = {"masked": ".", "unknown": "?"}  # of numbers without a colour
STEPS = 4  # colours of the legend to each side of 0


def heat_lines(block: Heat, width: int, scheme: str) -> Iterator[Spans]:
    """The heat maps side by side as far as the `width` allows, then below each other, and what their colours mean.

    Columns that do not fit go on below the others.
    """
    for group in _groups([tile for panel in block.panels for tile in _tiles(panel, width)], width):
        columns = [list(tile.lines(block.scale, scheme)) for tile in group]
        high = max(map(len, columns))
        level = [[NOTHING] * (high - len(lines)) + lines for lines in columns]  # so that rows stand beside each other
        for beside in zip(*level, strict=True):
            yield _beside(beside, [tile.width for tile in group])
        yield NOTHING
    yield _legend(block, scheme)


@dataclass(frozen=True)
class _Tile:
    """Some columns of a panel; names of columns stand upright, a letter below the other, or lie in their cells."""

    panel: Panel
    columns: Sequence[int]
    cell: int
    upright: bool

    @property
    def margin(self) -> int:
        """Letters in front of the cells."""
        names = self.names
        return 2 + max(map(width_of, names)) + any(names)

    @property
    def names(self) -> list[str]:
        """What its rows are called."""
        matrix = self.panel.matrix
        return [matrix.row(row) if matrix.row else "" for row in range(len(matrix.values))]

    @property
    def width(self) -> int:
        """Of its widest line."""
        caption = self.panel.matrix.caption
        return max(self.margin + self.cell * len(self.columns), 2 + width_of(caption) if caption else 0)

    def lines(self, scale: Scale, scheme: str) -> Iterator[Spans]:
        """Its caption, the names of its columns, and its rows."""
        if self.panel.matrix.caption:
            yield ((f"  {self.panel.matrix.caption}", "caption"),)
        margin = self.margin
        for line in self._heads():
            yield ((f"{' ' * margin}{line}", "plain"),)
        for row, name in enumerate(self.names):
            label = f"  {name}"
            cells = (self._cell(row, column, scale, scheme) for column in self.columns)
            yield ((label + " " * (margin - width_of(label)), "plain"), *cells)

    def _heads(self) -> Iterator[str]:
        names = [self.panel.matrix.column(column) for column in self.columns]
        if not any(names):
            return
        if not self.upright:
            yield "".join(_centred(name, self.cell) for name in names)
            return
        stacks = [_stack(name, column, self.cell) for name, column in zip(names, self.columns, strict=True)]
        for letters in zip_longest(*stacks, fillvalue=""):
            yield "".join(_centred(letter, self.cell) for letter in letters)

    def _cell(self, row: int, column: int, scale: Scale, scheme: str) -> tuple[str, str]:
        strength = self.panel.strength(row, column, scale)
        if strength is None:
            return _centred(MARKS["masked" if self.panel.masked[row, column] else "unknown"], self.cell), "masked"
        return _shaded(strength, self.cell), colour(strength, scheme)


def _tiles(panel: Panel, width: int) -> Iterator[_Tile]:
    """The panel or, where it is too wide, some of its columns, then the next ones, and so on."""
    count, column = panel.matrix.values.shape[1], panel.matrix.column
    flat = _Tile(panel, range(count), max(WIDE, 1 + max(width_of(column(at)) for at in range(count))), upright=False)
    wide, narrow = (_Tile(panel, range(count), cell, upright=True) for cell in (WIDE, NARROW))
    found = wide if wide.width <= width else narrow
    if _fit(flat, width) >= max(1, _fit(found, width)):
        found = flat
    room = max(1, (width - found.margin) // found.cell)
    for first in range(0, count, room):
        yield replace(found, columns=range(first, min(first + room, count)))


def _fit(tile: _Tile, width: int) -> int:
    """How many of these have room beside each other."""
    return (width + APART) // (tile.width + APART)


def _groups(tiles: Sequence[_Tile], width: int) -> Iterator[list[_Tile]]:
    """As many as have room beside each other, and again."""
    group: list[_Tile] = []
    for tile in tiles:
        if group and sum(one.width + APART for one in group) + tile.width > width:
            yield group
            group = []
        group.append(tile)
    yield group


def _beside(lines: Sequence[Spans], widths: Sequence[int]) -> Spans:
    """Lines of several as one."""
    found: list[tuple[str, str]] = []
    for line, width in zip(lines, widths, strict=True):
        blank = width + APART - sum(width_of(text) for text, _ in line)
        found += [*line, *([("", "plain")] if not line else []), (" " * blank, "plain")]
    text, style = found[-2]
    return (*found[:-2], (text if style.startswith("#") else text.rstrip(), style))


def _shaded(strength: float, width: int) -> str:
    """Its sign, and a letter that is as strong; of nothing, a 0."""
    if strength == 0:
        return _centred("0", width)
    return ("-" if strength < 0 else "+") + SHADES[round(abs(strength) * (len(SHADES) - 1))] * (width - 1)


def _stack(label: str, at: int, width: int) -> list[str]:
    """A label with a letter below the other; the number that it begins with lies, where there is room."""
    numbered = str(at)
    if label != numbered and not label.startswith(f"{numbered} "):
        return _cut(label)
    lying = [numbered] if len(numbered) < width else [*numbered]  # with a gap to the next one
    return [*lying, *_cut(label[len(numbered) + 1 :])]


def _cut(word: str) -> list[str]:
    return [*word] if len(word) <= LETTERS else [*word[: LETTERS - 1], "…"]


def _centred(text: str, width: int) -> str:
    blank = width - width_of(text)
    return " " * (blank // 2) + text + " " * (blank - blank // 2)


def _legend(block: Heat, scheme: str) -> Spans:
    """The scale: colours from its lowest number to its highest, with 0 where it is; and what is masked."""
    low, high = block.scale.lowest, block.scale.highest
    parts = [("  ", "plain")]
    if low < 0:
        parts += [(decimal(f"{low:.6g} "), "plain"), *(_step(-step, scheme) for step in range(STEPS, 0, -1))]
    parts.append((" 0 " if low < 0 else "0 ", "plain"))
    if high > 0:
        parts += [*(_step(step, scheme) for step in range(1, STEPS + 1)), (decimal(f" {high:.6g}"), "plain")]
    marks = [kind for kind, there in block.without.items() if there]
    return (*parts, *((f"   {MARKS[kind]} {said(f'heat.{kind}')}", "masked") for kind in marks))


def _step(step: int, scheme: str) -> tuple[str, str]:
    return _shaded(step / STEPS, WIDE), colour(step / STEPS, scheme)
