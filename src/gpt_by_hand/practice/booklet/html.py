"""Worksheets as a web page that prints well: MathML, no script, one sheet after the other on paper."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gpt_by_hand.layout.document import Block, Display, Item, Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.practice.booklet.page import NAME, Booklet, Page
from gpt_by_hand.printers.mathml import PAPER, element, equals, formula, mathml, style
from gpt_by_hand.views.html import HEAD, HtmlView, pieces

BESIDE = 4  # boxes: so many have room beside their formula
WIDEST = 92  # characters: a formula and boxes that are wider stand above each other, and a wider formula is set smaller
BOX = 9  # characters: as wide as a box
FEW = 8  # questions: with more of them, a sheet that is to be one page is set in small type
SIZES = {"a4": "A4", "us-letter": "letter"}
PAGE = said("sheet.page", page='" counter(page) "', pages='" counter(pages) "')
SERIF = '"Times New Roman", "Liberation Serif", "Nimbus Roman", serif'  # about as wide everywhere
STYLE = f"""
@page {{ size: SIZE; margin: 10mm 15mm 12mm;
  @bottom-right {{ content: "{PAGE}"; font: 7pt {SERIF} }} }}
:root {{ color-scheme: light }}
body {{ font: 12pt/1.25 {SERIF}; color: black; background: white; margin: 0 }}
h1 {{ font-size: 1.25em; margin: 0 }} h2 {{ font-size: 1em; margin: 1em 0 .5em }} p {{ margin: .2em 0 }}
header {{ display: flex; flex-wrap: wrap; gap: .5em 2em; align-items: end }} .who {{ white-space: pre-wrap }}
header {{ border-bottom: 1px solid black; padding-bottom: .3em }}
header > :first-child {{ flex: 1 1 12em }}
article {{ margin: .9em 0; padding-left: 1.5em }}
article > .n {{ float: left; margin-left: -1.5em; font-weight: bold }}
.words {{ font-weight: bold }}
.caption {{ margin: 0 }} .caption, .help {{ font-size: .9em }} footer {{ font-size: 9pt; margin-top: 1.5em }}
.formula, .beside, .given, .boxes, .help {{ max-width: 100% }}
.formula {{ padding: .15em 0 }} .formula:not(.wide) {{ white-space: nowrap }}
.row {{ display: flex; flex-wrap: wrap; gap: .3em 1.5em; align-items: end }}
.beside {{ display: flex; flex-wrap: wrap; gap: .2em 1em }}
.beside > :first-child {{ flex: 1 1 0; min-width: min-content; max-width: 100% }}
.beside > .boxes, .row > .one.boxes {{ margin-left: auto; align-self: end }}
.one.row {{ flex-wrap: nowrap }}
.line {{ display: inline-block; border-bottom: 1px solid black }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
td, th {{ border: 1px solid black; padding: .05em .35em; text-align: center; font-weight: normal; white-space: nowrap }}
th {{ background: #e8e8e8; print-color-adjust: exact; -webkit-print-color-adjust: exact }}
.boxes td {{ border: 2px solid black; min-width: 14mm; height: 6.5mm }}
.key article {{ margin: .5em 0 }} .key .words {{ font-weight: normal; font-style: italic }}
.key p {{ overflow-wrap: anywhere }} .stage {{ display: inline-block }}
.stage:has(mfrac) {{ padding: .15em 0 }} .key {{ font-size: 10.8pt }}
code {{ overflow-wrap: anywhere }}
@media screen {{
  body {{ background: #f6f5f1; padding: 24px 16px }}
  section {{ background: white; box-sizing: border-box; max-width: 270mm; margin: 0 auto 24px; padding: 12mm 15mm;
    border: 1px solid #d8d6cf }}
  /* Formulas reach a little out of their lines: room for it, which takes none, or there would be a second bar. */
  .formula, .beside, .given, .boxes, .help, .key p {{
    overflow: auto hidden; padding-block: .4em; margin-block: -.25em -.15em }}
}}
@media screen and (max-width: 40em) {{
  .beside > :first-child {{ min-width: 0; flex-basis: 100% }}
  .formula:not(.wide) {{ white-space: normal }}
  body {{ padding: 0 }} section {{ padding: 16px; margin: 0 0 16px; border-width: 1px 0 }}
}}
@media print {{
  body {{ font-size: 9.5pt }} .key {{ font-size: 8pt }} .caption, .help {{ font-size: .85em }}
  footer {{ font-size: 7pt }}
  section:not(.page) .wide {{ font-size: .85em }}
  .page {{ font-size: 9pt }} .dense {{ font-size: 7.1pt }}
  .page article {{ margin: .4em 0 }} .page footer {{ margin-top: .8em }}
  /* Fractions are higher in Latin Modern than in other fonts: a sheet of many needs all the room that there is. */
  .dense article {{ margin: .2em 0 }} .dense footer {{ margin-top: .3em }}
  .dense :is(.formula, .stage:has(mfrac)) {{ padding: .05em 0 }}
  .page .asked {{ display: flex; flex-wrap: wrap; gap: 0 1.5em; align-items: center }}
  .page td, .page th {{ line-height: 1.1 }} .page .help td {{ line-height: 1.25 }} .dense .boxes td {{ height: 5.4mm }}
  section {{ break-after: page }} section:last-child {{ break-after: auto }}
  article {{ break-inside: avoid }} .answer {{ break-inside: auto }} h2, .words {{ break-after: avoid }}
}}
{style("body")}
/* Letters as high as the text's, in any font: .46 made Latin Modern, whose are low, too wide for its lines. */
math {{ font-size-adjust: .44 }}
"""


class SheetView(HtmlView):
    """Prints what is on sheets: the boxes of a question stand beside its formula where there is room for them."""

    def display(self, block: Display) -> str:
        """Its two sides are pieces of their own, so that a narrow page can set the second below the first."""
        left = element(block.formula.target, block.formula.subscripts)
        wide = " wide" if PAPER.width(formula(block.formula)) > WIDEST else ""
        return f'<div class="formula{wide}">{pieces([left, equals(mathml(block.formula.expression))])}</div>'

    def belonging(self, block: Item) -> str:
        if block.kind == "answer":
            return super().belonging(block)
        tables = [one for one in block.blocks if isinstance(one, Table) and one.kind != "boxes"]
        boxes = [one for one in block.blocks if isinstance(one, Table) and one.kind == "boxes"]
        formulas = [one for one in block.blocks if isinstance(one, Display)]
        asked = self._all("asked", [one for one in block.blocks if not isinstance(one, Table)])
        several = sum(one.kind == "given" and len(one.grid) > 1 for one in tables) > 1
        if several or sum(len(one.head) - 1 for one in boxes if len(one.grid) > 1) > BESIDE:
            return asked + self._all("row", [*tables, *boxes])
        right = "".join(self.document(boxes))
        if PAPER.width("".join(self.document(formulas))) + sum(map(self._width, boxes)) > WIDEST:
            return f'{asked}<div class="beside">{self._all("row", tables)}{right}</div>'
        return f'<div class="beside"><div>{asked}{self._all("row", tables)}</div>{right}</div>'

    def _all(self, kind: str, blocks: Sequence[Block]) -> str:
        return f'<div class="{kind}">{"".join(self.document(blocks))}</div>'

    def _width(self, boxes: Table) -> int:
        """About how many characters wide they are."""
        single = len(boxes.grid) == 1
        return BOX + PAPER.width(self.line(boxes.caption)) if single else BOX * (len(boxes.head) - 1)


def html(booklet: Booklet) -> str:
    """The booklet as one page: all sheets, and then all keys."""
    body = "\n".join(map(_section, booklet.pages))
    head = f"{HEAD}<title>{escape(booklet.title)}</title><style>{STYLE.replace('SIZE', SIZES[booklet.paper])}</style>"
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _section(page: Page) -> str:
    kind = "key" if page.key else "page" * page.one_page + " dense" * (page.one_page and len(page.blocks) > FEW)
    view = SheetView()
    name = "" if page.key else f'<div class="who">{view.line(NAME)}</div>'
    return (
        f'<section class="{kind}"><header><h1>{escape(page.title)}</h1>{name}</header>\n'
        f'<p class="caption">{escape(page.about)}</p>\n{"".join(view.document(page.blocks))}'
        f"<footer>{'<br />'.join(map(view.line, page.foot))}</footer></section>"
    )
