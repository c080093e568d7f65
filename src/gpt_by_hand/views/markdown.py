"""Documents in Markdown, as code hosts and notebooks show it: tables, and formulas between dollar signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gpt_by_hand.layout import document as doc
from gpt_by_hand.layout.sentences import said
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

    paper, emphasized = latex.PAPER, "*%s*"

    def __init__(self, level: int = 3, fenced: bool = False) -> None:
        self.level, self.fenced, self.inline = level, fenced, "$`%s`$" if fenced else "$%s$"

    def heading(self, block: doc.Heading) -> str:
        return f"{'#' * (block.level if block.level < 3 else self.level)} {self.line(block.line)}\n"

    def paragraph(self, block: doc.Paragraph) -> str:
        line = self.line(block.line)
        return f"> {line}\n" if block.role == "note" else f"*{line}*\n" if block.role == "meaning" else f"{line}\n"

    def display(self, block: doc.Display) -> str:
        return self._display(self.expression(block.formula))

    def equations(self, left: str, stages: Sequence[str], note: str, inline: bool) -> str:
        note = f" ({note})" if note else ""
        if inline:
            return f"- ${' = '.join((left, *stages))}${note}\n"
        aligned = r" \\ ".join(f"{'' if n else f'{left} '}&= {stage}" for n, stage in enumerate(stages))
        return self._display(rf"\begin{{aligned}}{aligned}\end{{aligned}}") + f"{note}\n" * bool(note)

    def table(self, block: doc.Table) -> str:
        caption = f"{self.line(block.caption)}\n\n" if block.caption else ""
        if block.kind in doc.GRIDS:
            answer = f"{said('sheet.answer')}\n\n" if block.kind == "boxes" else ""
            return answer + caption + "".join(self._grid(block))
        rules = ["--:" if numeric else ":--" for numeric in block.numeric]
        heads, *rows = (cells + [""] * (len(rules) - len(cells)) for _, cells in self.rows(block))
        return caption + "".join(map(_row, (heads, rules, *rows)))

    def section(self, block: doc.Section) -> str:
        return "\n".join(MarkdownView(min(self.level + 1, 6), self.fenced).document(block.blocks))

    def item(self, block: doc.Item) -> str:
        """A question and what belongs to it; answers are a list."""
        blocks = self.document(block.blocks)
        if block.kind == "answer":
            return f"{block.number}. {self.line(block.line)}\n\n" + "".join(f"   {one}" for one in blocks)
        return "\n".join([f"**{block.number}. {self.line(block.line)}**\n", *blocks])

    def text(self, text: str) -> str:
        return escaped(text)

    def reference(self, part: doc.Reference) -> str:
        return f"`{part.address}`"

    def bar(self, part: doc.Bar) -> str:
        return f"`{TextView().bar(part)}`"

    def _display(self, formula: str) -> str:
        return f"```math\n{formula}\n```\n" if self.fenced else f"$${formula}$$\n"

    def blank(self, part: doc.Blank) -> str:
        return f"*→ {part.question}*" if part.question else "_" * part.letters or BOX

    def _grid(self, block: doc.Table) -> Iterator[str]:
        """Each head begins a table: Markdown has none within."""
        for n, row in enumerate((doc.Row(block.head, "head"), *block.rows)):
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


def page(document: doc.Document, title: str = "", fenced: bool = False) -> str:
    """The document as Markdown, with formulas between dollars or, for GitHub, `fenced`."""
    return "\n".join(MarkdownView(fenced=fenced).document(document))
