"""Documents for browsers and notebooks: MathML, without a script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from gpt_by_hand.language import spoken
from gpt_by_hand.layout import document as doc
from gpt_by_hand.layout.palette import PALETTE, SIGNS, Sign, variables
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.printers import mathml
from gpt_by_hand.views import heat_drawing, scatter_drawing
from gpt_by_hand.views.drawing import Drawing
from gpt_by_hand.views.view import View

HEAD = '<meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />'
HEAT_ROOM = 900  # pixels for heat maps side by side
LINE = "var(--line, #8886)"
# Colours are the reader's own (a notebook may be dark on a light desktop); greys are half transparent, so fit both.
STYLE = f"""\
.explanation {{ font: 16px/1.45 system-ui, sans-serif; text-align: left; }}
.explanation .explanation {{ margin-top: 1.5em; padding-top: 1em; border-top: 1px solid {LINE}; }}
.explanation .address {{ font: 600 1.15em/1.3 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; }}
.explanation a {{ color: inherit; text-decoration: underline dotted; }}
.explanation .address code {{ font: inherit; white-space: normal; overflow-wrap: anywhere; }}
.explanation .sign {{ width: 0.6em; height: 0.6em; margin-right: 0.4em; overflow: visible; flex: none; }}
.explanation p {{ margin: 0.5em 0; max-width: 60em; overflow-wrap: anywhere; }}
.explanation .meaning {{ color: var(--soft, inherit); }}
.explanation .note {{ border-left: 3px solid {LINE}; padding-left: 0.6em; }}
.explanation .working {{ overflow: auto hidden; margin: 0.8em 0; }}
.explanation table {{ border-collapse: collapse; margin: 0.8em 0; font-size: 0.875em; }}
.explanation .working table {{ margin: 0; font-size: inherit; }}
.explanation .working tr {{ background: none !important; }}
.explanation table th, .explanation table td {{ text-align: left; vertical-align: baseline; border: 0;
  padding: 0.25em 1.2em 0.25em 0; white-space: normal; max-width: none; }}
.explanation table th {{ font-weight: 600; color: var(--soft, inherit); }}
.explanation table .number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.explanation .table math {{ font-size: 1.143em; }}
.explanation .table {{ overflow: auto hidden; }}
.explanation .total td {{ border-top: 1px solid {LINE}; font-weight: 600; }}
.explanation .bar {{ display: inline-block; width: 6em; height: 0.7em; position: relative; vertical-align: baseline;
  background: linear-gradient({LINE}, {LINE}) center / 1px 100% no-repeat; }}
.explanation .bar i {{ position: absolute; height: 100%; }}
.explanation .bar.below i {{ right: 50%; background: var(--below, {PALETTE["below"]}); }}
.explanation .bar.above i {{ left: 50%; background: var(--above, {PALETTE["above"]}); }}
.explanation .working table td {{ padding: 0.4em 0; white-space: nowrap; }}
.explanation td code {{ font: 1em ui-monospace, monospace; background: none; color: inherit;
  padding: 0; white-space: nowrap; }}
@media (max-width: 40em) {{
  .explanation td code {{ white-space: normal; overflow-wrap: anywhere; }}
  .explanation .working td {{ display: block; }}
  .explanation .working td + td {{ padding: 0 0 0.6em 1em; }}
  .explanation .operands tr {{ display: grid; grid-template-columns: 1fr auto; }}
  .explanation .operands tr > :nth-child(2) {{ padding-right: 0; }}
  .explanation .operands th:nth-child(3) {{ display: none; }}
  .explanation .operands td:nth-child(3) {{ grid-column: 1 / -1; padding: 0 0 0.5em; }}
}}
@media print {{ .explanation .working {{ overflow: visible; }} }}
{mathml.style(".explanation")}"""
PAGE_STYLE = f"""\
:root {{ color-scheme: light dark; {variables("light")} }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {variables("dark")} }} }}
body {{ margin: 0; padding: 24px 16px; background: var(--ground); color: var(--ink); }}
body > .explanation {{ max-width: 76em; margin: 0 auto; padding: 20px 24px; box-sizing: border-box;
  background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }}
@media (max-width: 40em) {{ body {{ padding: 0; }} body > .explanation {{ padding: 16px; border-width: 0; }} }}
@media print {{ body {{ padding: 0; background: none; }} body > .explanation {{ padding: 0; border: 0; }} }}
"""


class HtmlView(View[str]):
    """Prints documents as HTML; on a page, a `document` as a whole, addresses that have a heading link to it."""

    paper, inline, emphasized, digit = mathml.PAPER, mathml.math("%s"), "<em>%s</em>", "\N{FIGURE SPACE}"

    def __init__(self, document: doc.Document = ()) -> None:
        headings = [block for block in doc.blocks(document) if isinstance(block, doc.Heading)]
        self.deeper = 1 - min((heading.level for heading in headings), default=1)  # so that a page begins with an h1
        self.first = {address: heading for heading in reversed(headings) for address in _addresses(heading)}

    def heading(self, block: doc.Heading) -> str:
        """Each section is a level further down."""
        level, name = min(block.level + self.deeper, 6), ' class="address"' if block.level > 2 else ""
        anchors = (f' id="{escape(one)}"' for one in _addresses(block) if self.first.get(one) is block)
        said = (_code(part) if isinstance(part, doc.Reference) else self.part(part) for part in block.line)
        return f"<h{level}{name}{''.join(anchors)}>{''.join(said)}</h{level}>"

    def paragraph(self, block: doc.Paragraph) -> str:
        return f'<p class="{block.role}">{self.line(block.line)}</p>'

    def display(self, block: doc.Display) -> str:
        left = mathml.element(block.formula.target, block.formula.subscripts)
        return self.equations(left, [self.expression(block.formula.expression)])

    def equations(self, left: str, stages: Sequence[str], note: str = "", inline: bool = False) -> str:
        """Their equals signs stand below each other, or they follow each other."""
        rights, note = [*map(mathml.equals, stages)], f"<i>({note})</i>" if note else ""
        if inline:
            return f"<p>{pieces([left, *rights])} {note}</p>"
        lines = (
            f"<tr><td>{'' if n else mathml.math(left)}</td><td>{mathml.math(right)}</td></tr>"
            for n, right in enumerate(rights)
        )
        return f'<div class="working"><table role="presentation">{"".join(lines)}</table></div>{note}'

    def table(self, block: doc.Table) -> str:
        if block.kind in doc.GRIDS:
            return self._grid(block)
        caption = f'<p class="caption">{self.line(block.caption)}</p>' if block.caption else ""
        rows = "\n".join(_row(*row, block.numeric) for row in self.rows(block))
        return f'{caption}<div class="table"><table class="{block.kind}">{rows}</table></div>'

    def heat(self, block: doc.Heat) -> str:
        return _picture(heat_drawing.drawing(block, HEAT_ROOM), said("heat"))

    def scatter(self, block: doc.Scatter) -> str:
        return _picture(scatter_drawing.drawing(block), block.title)

    def _grid(self, block: doc.Table) -> str:
        """Every cell has a border; a single number stands beside its name."""
        caption, rows = self.line(block.caption), block.grid
        table = f"<table>{''.join(self._grid_row(row, block.labelled) for row in rows)}</table>"
        if len(rows) == 1:
            return f'<div class="{block.kind} one row"><span>{caption} =</span>{table}</div>'
        return f'<div class="{block.kind}"><span>{caption}</span>{table}</div>'

    def _grid_row(self, row: doc.Row, labelled: bool) -> str:
        head, cells = row.kind == "head", [self.line(cell) for cell in row.cells]
        if head and labelled:
            cells[0] = f"<i>{cells[0]}</i>"
        tags = ("th" if head or (labelled and n == 0) else "td" for n in range(len(cells)))
        return f"<tr>{''.join(f'<{tag}>{cell}</{tag}>' for tag, cell in zip(tags, cells, strict=True))}</tr>"

    def section(self, block: doc.Section) -> str:
        self.deeper += 1
        printed = self.whole(block.blocks)
        self.deeper -= 1
        return printed

    def item(self, block: doc.Item) -> str:
        words = f'<span class="n">{block.number}</span><p class="words">{self.line(block.line)}</p>'
        return f'<article class="{block.kind}">{words}{self.belonging(block)}</article>\n'

    def belonging(self, block: doc.Item) -> str:
        """What belongs to an item."""
        return "\n".join(self.document(block.blocks))

    def whole(self, document: doc.Document) -> str:
        """The document as one section."""
        return '<section class="explanation">\n' + "\n".join(self.document(document)) + "\n</section>"

    def text(self, text: str) -> str:
        return escape(text)

    def number(self, part: doc.Number) -> str:
        return escape(part.written.replace("-", "−"))

    def reference(self, part: doc.Reference) -> str:
        code = _code(part)
        return f'<a href="#{quote(part.address)}">{code}</a>' if part.address in self.first else code

    def bar(self, part: doc.Bar) -> str:
        side = "below" if part.part < 0 else "above"
        return f'<span class="bar {side}"><i style="width: {abs(part.part) * 50:.1f}%"></i></span>'

    def blank(self, part: doc.Blank) -> str:
        if part.question:
            return f"<i>→ {part.question}</i>"
        return f'<span class="line" style="width: {part.letters / 2}em"></span>' if part.letters else ""


def _addresses(heading: doc.Heading) -> list[str]:
    return [part.address for part in heading.line if isinstance(part, doc.Reference)]


def _picture(drawn: Drawing, label: str) -> str:
    """A drawing within the page."""
    return f'<div class="table">{drawn.framed(label)}</div>'


def _code(part: doc.Reference) -> str:
    sign = "" if part.kind is None else _sign(SIGNS[part.kind])
    return f"<code>{sign}{escape(part.address)}</code>"


def _sign(sign: Sign) -> str:
    """The mark of a kind of number; its colour is the page's, or else that of the text."""
    kind = said(f"kind.{sign.kind}")
    label = f'<svg class="sign" viewBox="0 0 10 10" role="img" aria-label="{kind}"'
    colour = f"var(--{sign.colour}, currentColor)"
    fill, dash = colour if sign.filled else "none", ' stroke-dasharray="1.6 1.5"' if sign.line == "dotted" else ""
    return f'{label} fill="{fill}" stroke="{colour}"{dash}><path d="{sign.path}"/></svg>'


def pieces(formulas: Sequence[str]) -> str:
    """Each is a piece of mathematics of its own, so that the line can end behind any of them."""
    return " ".join(f'<span class="stage">{mathml.math(formula)}</span>' for formula in formulas)


def _row(kind: str, cells: Sequence[str], numeric: Sequence[bool]) -> str:
    if kind == "gap":
        return f'<tr><td colspan="{len(numeric)}">{cells[0]}</td></tr>'
    tag, named = "th" if kind == "head" else "td", ' class="total"' if kind == "total" else ""
    kinds = (' class="number"' if number else "" for number in numeric)
    row = (f"<{tag}{kind}>{cell}</{tag}>" for kind, cell in zip(kinds, cells, strict=True))
    return f"<tr{named}>{''.join(row)}</tr>"


def page(document: doc.Document, title: str) -> str:
    """A whole page."""
    head = f"{HEAD}<title>{escape(title)}</title><style>{PAGE_STYLE}</style>"
    body = f"<style>{STYLE}</style>\n{HtmlView(document).whole(document)}"
    return f'<!DOCTYPE html>\n<html lang="{spoken().code}">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def fragment(document: doc.Document) -> str:
    """What a notebook shows: without links, which might lead to another cell."""
    return f"<style>{STYLE}</style>\n{HtmlView().whole(document)}"
