"""Documents in Markdown, as code hosts and notebooks show it: tables, and formulas between dollar signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gpt_by_hand.layout.document import (
    GRIDS,
    Bar,
    Blank,
    Display,
    Document,
    Emphasis,
    Formula,
    Heading,
    Item,
    Number,
    Paragraph,
    Reference,
    Row,
    Section,
    Table,
    Working,
    is_numeric,
)
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Assignment
from gpt_by_hand.printers import latex
from gpt_by_hand.views.text import TextView
from gpt_by_hand.views.view import View

LINES = re.compile(r"\s*[\r\n]\s*")
BOX = "&emsp;&emsp;"  # a box to fill in: cells without anything in them would be narrow
SPECIAL = frozenset("\\`*_{}[]<>#|$~&")


class MarkdownView(View[str]):
    """Prints documents as Markdown; each section is a level further down.

    `fenced` puts formulas where GitHub and GitLab read no Markdown in them; elsewhere dollars alone mean a formula.
    """

    def __init__(self, level: int = 3, fenced: bool = False) -> None:
        self.level, self.fenced = level, fenced

    def heading(self, block: Heading) -> str:
        return f"{'#' * (block.level if block.level < 3 else self.level)} {self.line(block.line)}\n"

    def paragraph(self, block: Paragraph) -> str:
        line = self.line(block.line)
        return f"> {line}\n" if block.role == "note" else f"*{line}*\n" if block.role == "meaning" else f"{line}\n"

    def display(self, block: Display) -> str:
        return self._display(latex.formula(block.formula))

    def working(self, block: Working) -> str:
        left = latex.element(block.element.tensor, block.element.subscripts)
        first, *others = dict.fromkeys(map(latex.latex, block.stages))
        note = f" ({self.line(block.note)})" if block.note else ""
        if block.inline:
            return f"- ${' = '.join((left, first, *others))}${note}\n"
        stages = [f"{left} &= {first}", *(f"&= {stage}" for stage in others)]
        return self._display(r"\begin{aligned}" + r" \\ ".join(stages) + r"\end{aligned}") + f"{note}\n" * bool(note)

    def table(self, block: Table) -> str:
        caption = f"{self.line(block.caption)}\n\n" if block.caption else ""
        if block.kind in GRIDS:
            answer = f"{said('sheet.answer')}\n\n" if block.kind == "boxes" else ""
            return answer + caption + "".join(self._grid(block))
        heads = [self.line(head) for head, _ in block.columns]
        rules = ["--:" if is_numeric(cells) else ":--" for _, cells in block.columns]
        cells = zip(*([self.line(cell) for cell in cells] for _, cells in block.columns), strict=True)
        gaps = [[self.line(row.cells[0])] if row.kind == "gap" else [] for row in block.rows]
        rows = [gap + [""] * (len(heads) - 1) if gap else row for gap, row in zip(gaps, cells, strict=True)]
        return caption + "".join(map(_row, (heads, rules, *rows)))

    def section(self, block: Section) -> str:
        return "\n".join(MarkdownView(min(self.level + 1, 6), self.fenced).document(block.blocks))

    def item(self, block: Item) -> str:
        """A question and what belongs to it; answers are a list."""
        blocks = self.document(block.blocks)
        if block.kind == "answer":
            return f"{block.number}. {self.line(block.line)}\n\n" + "".join(f"   {one}" for one in blocks)
        return "\n".join([f"**{block.number}. {self.line(block.line)}**\n", *blocks])

    def text(self, text: str) -> str:
        return escaped(text)

    def number(self, part: Number) -> str:
        return escaped(part.text)

    def reference(self, part: Reference) -> str:
        return f"`{part.address}`"

    def formula(self, part: Formula) -> str:
        printed = latex.formula(part.node) if isinstance(part.node, Assignment) else latex.latex(part.node)
        return f"$`{printed}`$" if self.fenced else f"${printed}$"

    def emphasis(self, part: Emphasis) -> str:
        return f"*{escaped(part.text)}*"

    def bar(self, part: Bar) -> str:
        return f"`{TextView().bar(part)}`"

    def _display(self, formula: str) -> str:
        return f"```math\n{formula}\n```\n" if self.fenced else f"$${formula}$$\n"

    def blank(self, part: Blank) -> str:
        return f"*→ {part.question}*" if part.question else "_" * part.letters or BOX

    def _grid(self, block: Table) -> Iterator[str]:
        """Each head begins a table: Markdown has none within."""
        for n, row in enumerate((Row(block.head, "head"), *block.rows)):
            head = row.kind == "head"
            yield "\n" * (head and n > 0) + _row(map(self.line, row.cells))
            yield _row(["---"] * len(row.cells)) if head else ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def escaped(text: str) -> str:
    """Text that means to Markdown what it says, in one line.

    >>> print(escaped("a|b *c*"))
    a\\|b \\*c\\*
    """
    return "".join(f"\\{c}" if c in SPECIAL else c for c in LINES.sub(" ", text))


def page(document: Document, title: str = "", fenced: bool = False) -> str:
    """The document as Markdown, with formulas between dollars or, for GitHub, `fenced`."""
    return "\n".join(MarkdownView(fenced=fenced).document(document))
