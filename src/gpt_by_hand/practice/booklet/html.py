"""Worksheets as a web page that prints well: MathML, no script, one sheet after the other on paper."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from gpt_by_hand.language import spoken
from gpt_by_hand.layout.document import Block, Display, Item, Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.practice.booklet.page import Booklet, Page, name
from gpt_by_hand.printers.mathml import PAPER, element, equals, formula, mathml, style
from gpt_by_hand.views.html import HEAD, HtmlView, pieces
from gpt_by_hand.views.typst import part_of

BESIDE = 4  # boxes: so many have room beside their formula
WIDEST = 92  # characters: a formula and boxes that are wider stand above each other, and a wider formula is set smaller
BOX = 9  # characters: as wide as a box
FEW = 8  # questions: with more of them, a sheet that is to be one page is set in small type
SIZES = {"a4": "A4", "us-letter": "letter"}


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
    foot = said("sheet.page", page='" counter(page) "', pages='" counter(pages) "')
    paper = part_of(__package__, "worksheet.css").replace("SIZE", SIZES[booklet.paper]).replace("PAGE", foot)
    head = f"{HEAD}<title>{escape(booklet.title)}</title><style>{style('body')}{paper}</style>"
    return f'<!DOCTYPE html>\n<html lang="{spoken().code}"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _section(page: Page) -> str:
    kind = "key" if page.key else "page" * page.one_page + " dense" * (page.one_page and len(page.blocks) > FEW)
    view = SheetView()
    who = "" if page.key else f'<div class="who">{view.line(name())}</div>'
    return (
        f'<section class="{kind}"><header><h1>{escape(page.title)}</h1>{who}</header>\n'
        f'<p class="caption">{escape(page.about)}</p>\n{"".join(view.document(page.blocks))}'
        f"<footer>{'<br />'.join(map(view.line, page.foot))}</footer></section>"
    )
