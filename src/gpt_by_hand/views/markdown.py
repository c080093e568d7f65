"""Documents in Markdown, as code hosts and notebooks show it: tables, and formulas between dollar signs."""

from __future__ import annotations

import re

from gpt_by_hand.layout.document import (
    Bar,
    Display,
    Document,
    Emphasis,
    Formula,
    Heading,
    Matrix,
    Number,
    Paragraph,
    Reference,
    Section,
    Table,
    Working,
    is_numeric,
)
from gpt_by_hand.layout.tables import as_table
from gpt_by_hand.notation import Assignment
from gpt_by_hand.printers import latex
from gpt_by_hand.views.text import TextView
from gpt_by_hand.views.view import View

LINES = re.compile(r"\s*[\r\n]\s*")
SPECIAL = frozenset("\\`*_{}[]<>#|$~&")


class MarkdownView(View[str]):
    """Prints documents as Markdown; each section is a level further down.

    `fenced` puts formulas where GitHub and GitLab read no Markdown in them; elsewhere dollars alone mean a formula.
    """

    def __init__(self, level: int = 3, fenced: bool = False) -> None:
        self.level, self.fenced = level, fenced

    def heading(self, block: Heading) -> str:
        return f"{'#' * self.level} {self.line(block.line)}\n"

    def paragraph(self, block: Paragraph) -> str:
        said = self.line(block.line)
        return f"> {said}\n" if block.role == "note" else f"*{said}*\n" if block.role == "meaning" else f"{said}\n"

    def display(self, block: Display) -> str:
        return self._display(latex.formula(block.formula))

    def working(self, block: Working) -> str:
        left = latex.element(block.element.tensor, block.element.subscripts)
        stages = [
            f"{left} &= {latex.latex(block.stages[0])}",
            *(f"&= {latex.latex(stage)}" for stage in block.stages[1:]),
        ]
        return self._display(r"\begin{aligned}" + r" \\ ".join(stages) + r"\end{aligned}")

    def table(self, block: Table) -> str:
        heads = [self.line(head) for head, _ in block.columns]
        rules = ["--:" if is_numeric(cells) else ":--" for _, cells in block.columns]
        cells = zip(*([self.line(cell) for cell in cells] for _, cells in block.columns), strict=True)
        gaps = [[self.line(row.cells[0])] if row.kind == "gap" else [] for row in block.rows]
        rows = [gap + [""] * (len(heads) - 1) if gap else row for gap, row in zip(gaps, cells, strict=True)]
        caption = f"{self.line(block.caption)}\n\n" if block.caption else ""
        return caption + "".join(f"| {' | '.join(row)} |\n" for row in (heads, rules, *rows))

    def section(self, block: Section) -> str:
        return "\n".join(MarkdownView(min(self.level + 1, 6), self.fenced).document(block.blocks))

    def text(self, text: str) -> str:
        return escaped(text)

    def number(self, part: Number) -> str:
        return part.text

    def reference(self, part: Reference) -> str:
        return f"`{part.address}`"

    def formula(self, part: Formula) -> str:
        printed = latex.formula(part.node) if isinstance(part.node, Assignment) else latex.latex(part.node)
        return f"$`{printed}`$" if self.fenced else f"${printed}$"

    def matrix(self, block: Matrix) -> str:
        return self.table(as_table(block))

    def emphasis(self, part: Emphasis) -> str:
        return f"*{escaped(part.text)}*"

    def bar(self, part: Bar) -> str:
        return f"`{TextView().bar(part)}`"

    def _display(self, formula: str) -> str:
        return f"```math\n{formula}\n```\n" if self.fenced else f"$${formula}$$\n"


def escaped(text: str) -> str:
    """Text that means to Markdown what it says, in one line.

    >>> print(escaped("a|b *c*"))
    a\\|b \\*c\\*
    """
    return "".join(f"\\{c}" if c in SPECIAL else c for c in LINES.sub(" ", text))


def page(document: Document, title: str = "", fenced: bool = False) -> str:
    """The document as Markdown, with formulas between dollars or, for GitHub, `fenced`."""
    return "\n".join(MarkdownView(fenced=fenced).document(document))
