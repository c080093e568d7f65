"""Documents as pictures: the lines of a terminal, with drawn bars. Text stays text, and nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from math import ceil

from gpt_by_hand.folding import cells, folds
from gpt_by_hand.layout.document import Bar, Document, Heat
from gpt_by_hand.layout.palette import variables
from gpt_by_hand.records import dataclass
from gpt_by_hand.views.heat_drawing import LETTER, LINE, Drawing, drawing
from gpt_by_hand.views.text import BAR, BLANK, Spans, TextView

EDGE = 24  # pixels around everything
DRAWN = "drawn"  # the style of what is no text
WIDE = 104  # letters in a line
LARGE = 1.4  # the meaning's letters, beside the others
HIGH = 10  # pixels: a bar
STEPS = 1000  # in which a bar's length is told
# Where a bar belongs, a line has letters that no text has: the first tells its length.
FILLER, FIRST = "\ue000", 0xE100
PLACE = re.compile(f"([\ue100-\uf000]){FILLER}*")
STYLE = f"""\
svg {{ {variables("light")} }}
@media (prefers-color-scheme: dark) {{ svg {{ {variables("dark")} }} }}
text {{ font: 12px ui-monospace, 'DejaVu Sans Mono', monospace; fill: var(--ink); white-space: pre; }}
.meaning {{ font: 600 17px system-ui, sans-serif; }}
.model, .note, .formula, .caption {{ fill: var(--soft); }}
.reference {{ font-weight: 700; }}
.paper {{ fill: var(--paper); stroke: var(--line); }}
.rule {{ stroke: var(--line); }}
.below {{ fill: var(--below); }}
.above {{ fill: var(--above); }}"""


@dataclass(frozen=True)
class SvgView(TextView):
    """Prints documents as lines, with places for bars."""

    width: int = WIDE

    def bar(self, part: Bar) -> str:
        return chr(FIRST + round((part.part + 1) * STEPS)) + FILLER * (2 * BAR)

    def heat(self, block: Heat) -> Iterator[Spans]:
        """A drawing, and as many lines as it is high."""
        drawn = drawing(block, LETTER * self.width)
        yield BLANK
        yield ((drawn, DRAWN),)
        yield from (BLANK for _ in range(ceil(drawn.height / LINE)))


def page(document: Document, title: str) -> str:
    """The document as an SVG picture."""
    lines = [part for line in SvgView().lines(document) for part in _parts(line)]
    width = 2 * EDGE + max(LETTER * WIDE, *map(_width, lines))
    height = 2 * EDGE + LINE * len(lines)
    drawn = "\n".join(piece for n, line in enumerate(lines) for piece in _drawn(line, EDGE + LINE * (n + 0.75)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
        f'viewBox="0 0 {width:.0f} {height}" role="img">\n<title>{escape(title)}</title>\n<style>\n{STYLE}\n</style>\n'
        f'<rect class="paper" x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1}" rx="8" />\n'
        f"{drawn}\n</svg>\n"
    )


def _width(line: Spans) -> float:
    """In pixels."""
    return sum(text.width if isinstance(text, Drawing) else LETTER * cells(text) for text, _ in line)


def _parts(line: Spans) -> Iterator[Spans]:
    """The line as several, if it is too long."""
    if len(line) != 1:
        yield line
        return
    ((text, style),) = line
    if style == DRAWN:
        yield line
        return
    for indent, start, end in folds(text, int(WIDE / LARGE) if style == "meaning" else WIDE):
        yield ((" " * indent + text[start:end], style),)


def _drawn(line: Spans, y: float) -> Iterator[str]:
    """Its pieces, each where it stands, and its bars."""
    at = 0
    for text, style in line:
        if style == DRAWN:
            yield f'<g transform="translate({EDGE} {y - LINE / 2:.1f})">\n{text}\n</g>'
            continue
        for found in PLACE.finditer(text):
            yield _bar(EDGE + LETTER * (at + found.start() + BAR + 0.5), y, (ord(found[1]) - FIRST) / STEPS - 1)
        said = PLACE.sub(lambda found: " " * len(found[0]), text).rstrip()
        if said.strip():
            exact = "" if style == "meaning" else f' textLength="{cells(said) * LETTER:.1f}"'
            place = f'x="{EDGE + LETTER * at:.1f}" y="{y:.1f}" class="{style}"{exact}'
            yield f"<text {place}>{escape(said, quote=False)}</text>"
        at += cells(text)


def _bar(x: float, y: float, part: float) -> str:
    """From its zero at `x`, to the left below zero and to the right above."""
    long = LETTER * BAR * abs(part)
    side, left = ("below", x - long) if part < 0 else ("above", x)
    return (
        f'<path class="rule" d="M{x:.1f} {y - 15:.1f}v{LINE}" />'
        f'<rect class="{side}" x="{left:.1f}" y="{y - HIGH:.1f}" width="{long:.1f}" height="{HIGH}" />'
    )
