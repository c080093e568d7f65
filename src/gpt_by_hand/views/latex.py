"""Documents in LaTeX, to be put into another one with amsmath: paragraphs, their formulas broken into lines by TeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gpt_by_hand.layout import document as doc
from gpt_by_hand.printers import latex
from gpt_by_hand.views.view import View

ROWS = 40  # of a table: a longer one is cut into pieces, each with room on a page
BAR = 3  # how long the longest one is, in letters


class LatexView(View[str]):
    """Prints documents as LaTeX."""

    paper, inline, emphasized, digit = latex.PAPER, "$%s$", r"\emph{%s}", r"\phantom{0}"

    def heading(self, block: doc.Heading) -> str:
        return rf"\paragraph{{{self.line(block.line)}}}"

    def paragraph(self, block: doc.Paragraph) -> str:
        stop = "." if block.role == "note" else ""
        return rf"\noindent {self.line(block.line)}{stop}\par"

    def display(self, block: doc.Display) -> str:
        return _broken(self.expression(block.formula))

    def equations(self, left: str, stages: Sequence[str], note: str, inline: bool) -> str:
        lines = [_broken(f"{'{}' if n else left}= {stage}") for n, stage in enumerate(stages)]
        return "\n".join([*lines, rf"\noindent ({note})\par"] if note else lines)

    def table(self, block: doc.Table) -> str:
        caption = [rf"\noindent {self.line(block.caption)}\par"] if block.caption else []
        if block.kind == "operands":
            return "\n".join([*caption, r"\begin{description}", *self._items(block), r"\end{description}"])
        return "\n".join([*caption, *self._pieces(block)])

    def section(self, block: doc.Section) -> str:
        return "\n" + "\n".join(self.document(block.blocks))

    def item(self, block: doc.Item) -> str:
        return "\n".join(
            [rf"\paragraph{{{block.number}}} \emph{{{self.line(block.line)}}}\par", *self.document(block.blocks)]
        )

    def text(self, text: str) -> str:
        return latex.escaped(text)

    def reference(self, part: doc.Reference) -> str:
        return rf"\texttt{{{latex.escaped(part.address)}}}"

    def bar(self, part: doc.Bar) -> str:
        drawn = rf"\rule{{{abs(part.part) * BAR:.2f}em}}{{0.6em}}"
        below, above = (drawn, "") if part.part < 0 else ("", drawn)
        return rf"\makebox[{BAR}em][r]{{{below}}}\vrule\makebox[{BAR}em][l]{{{above}}}"

    def blank(self, part: doc.Blank) -> str:
        if part.question:
            return rf"$\to$ {part.question}"
        return rf"\rule{{{part.letters / 2}em}}{{0.4pt}}" if part.letters else r"\framebox[4em]{\strut}"

    def _items(self, block: doc.Table) -> Iterator[str]:
        """Numbers that have a sentence each: a list, since TeX breaks no line in a table."""
        for row in block.rows:
            name, value, meaning = (row.cells[0], (), ()) if row.kind == "gap" else row.cells
            equals = f" = {self.line(value)}" if value else ""
            yield rf"\item[{self.line(name)}{equals}] {self.line(meaning)}".rstrip()

    def _pieces(self, block: doc.Table) -> Iterator[str]:
        alignment = "".join("r" if numeric else "l" for numeric in block.numeric)
        heads = list(self._heads([head for head, _ in block.columns]))
        rows = [_row(*row, len(alignment)) for row in self.rows(block)[1:]]
        for start in range(0, len(rows), ROWS):
            piece = [*heads, r"\hline", *rows[start : start + ROWS]]
            yield "\n".join([r"\par\noindent\begin{tabular}{" + alignment + "}", *piece, r"\end{tabular}\par"])

    def _heads(self, heads: Sequence[doc.Line]) -> Iterator[str]:
        """A formula is wider than its numbers: it stands above them on a line of its own, and ends where they do."""
        for n, head in enumerate(heads):
            if any(isinstance(part, doc.Formula) for part in head):
                yield rf"\multicolumn{{{n + 1}}}{{r}}{{{self.line(head)}}} \\"
        plain = ("" if any(isinstance(part, doc.Formula) for part in head) else self.line(head) for head in heads)
        yield " & ".join(plain) + r" \\"


def _row(kind: str, cells: Sequence[str], columns: int) -> str:
    if kind == "gap":
        return rf"\multicolumn{{{columns}}}{{l}}{{{cells[0]}}} \\"
    return (r"\hline " if kind == "total" else "") + " & ".join(cells) + r" \\"


def _broken(formula: str) -> str:
    """Text in display style: TeX breaks it at its signs where the line ends, which no aligned equation is."""
    return rf"{{\raggedright\leftskip2em\hangindent2em\noindent $\displaystyle {formula}$\par}}"


def page(document: doc.Document, title: str = "") -> str:
    """The document as LaTeX; it has headings of its own."""
    return "\n".join(LatexView().document(document)) + "\n"
