"""Documents in LaTeX, to be put into another one with amsmath: paragraphs, their formulas broken into lines by TeX."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gpt_by_hand.layout.document import (
    Bar,
    Blank,
    Display,
    Document,
    Emphasis,
    Formula,
    Heading,
    Item,
    Line,
    Number,
    Paragraph,
    Reference,
    Row,
    Section,
    Table,
    Working,
    is_numeric,
)
from gpt_by_hand.notation import Assignment
from gpt_by_hand.printers import latex
from gpt_by_hand.views.view import View

ROWS = 40  # of a table: a longer one is cut into pieces, each with room on a page
BAR = 3  # how long the longest one is, in letters


class LatexView(View[str]):
    """Prints documents as LaTeX."""

    def heading(self, block: Heading) -> str:
        return rf"\paragraph{{{self.line(block.line)}}}"

    def paragraph(self, block: Paragraph) -> str:
        stop = "." if block.role == "note" else ""
        return rf"\noindent {self.line(block.line)}{stop}\par"

    def display(self, block: Display) -> str:
        return _broken(latex.formula(block.formula))

    def working(self, block: Working) -> str:
        left = latex.element(block.element.tensor, block.element.subscripts)
        stages = dict.fromkeys(map(latex.latex, block.stages))
        note = [rf"\noindent ({self.line(block.note)})\par"] if block.note else []
        return "\n".join([*(_broken(f"{'{}' if n else left}= {stage}") for n, stage in enumerate(stages)), *note])

    def table(self, block: Table) -> str:
        caption = [rf"\noindent {self.line(block.caption)}\par"] if block.caption else []
        if block.kind == "operands":
            return "\n".join([*caption, r"\begin{description}", *self._items(block), r"\end{description}"])
        return "\n".join([*caption, *self._pieces(block)])

    def section(self, block: Section) -> str:
        return "\n" + "\n".join(self.document(block.blocks))

    def item(self, block: Item) -> str:
        return "\n".join(
            [rf"\paragraph{{{block.number}}} \emph{{{self.line(block.line)}}}\par", *self.document(block.blocks)]
        )

    def text(self, text: str) -> str:
        return latex.escaped(text)

    def number(self, part: Number) -> str:
        return latex.escaped(part.text)

    def reference(self, part: Reference) -> str:
        return rf"\texttt{{{latex.escaped(part.address)}}}"

    def formula(self, part: Formula) -> str:
        printed = latex.formula(part.node) if isinstance(part.node, Assignment) else latex.latex(part.node)
        return f"${printed}$"

    def emphasis(self, part: Emphasis) -> str:
        return rf"\emph{{{latex.escaped(part.text)}}}"

    def bar(self, part: Bar) -> str:
        drawn = rf"\rule{{{abs(part.part) * BAR:.2f}em}}{{0.6em}}"
        below, above = (drawn, "") if part.part < 0 else ("", drawn)
        return rf"\makebox[{BAR}em][r]{{{below}}}\vrule\makebox[{BAR}em][l]{{{above}}}"

    def blank(self, part: Blank) -> str:
        if part.question:
            return rf"$\to$ {part.question}"
        return rf"\rule{{{part.letters / 2}em}}{{0.4pt}}" if part.letters else r"\framebox[4em]{\strut}"

    def room(self, digits: int) -> str:
        return rf"\phantom{{{'0' * digits}}}"

    def _items(self, block: Table) -> Iterator[str]:
        """Numbers that have a sentence each: a list, since TeX breaks no line in a table."""
        for row in block.rows:
            name, value, meaning = (row.cells[0], (), ()) if row.kind == "gap" else row.cells
            equals = f" = {self.line(value)}" if value else ""
            yield rf"\item[{self.line(name)}{equals}] {self.line(meaning)}".rstrip()

    def _pieces(self, block: Table) -> Iterator[str]:
        columns = [self.cells(cells) for _, cells in block.columns]
        alignment = "".join("r" if is_numeric(cells) else "l" for _, cells in block.columns)
        heads = list(self._heads([head for head, _ in block.columns], alignment))
        rows = [self._row(row, cells) for row, cells in zip(block.rows, zip(*columns, strict=True), strict=True)]
        for start in range(0, len(rows), ROWS):
            piece = [*heads, r"\hline", *rows[start : start + ROWS]]
            yield "\n".join([r"\par\noindent\begin{tabular}{" + alignment + "}", *piece, r"\end{tabular}\par"])

    def _row(self, row: Row, cells: Sequence[str]) -> str:
        if row.kind == "gap":
            return rf"\multicolumn{{{len(cells)}}}{{l}}{{{self.line(row.cells[0])}}} \\"
        return (r"\hline " if row.kind == "total" else "") + " & ".join(cells) + r" \\"

    def _heads(self, heads: Sequence[Line], alignment: str) -> Iterator[str]:
        """A formula is wider than its numbers: it stands above them on a line of its own, and ends where they do."""
        for n, head in enumerate(heads):
            if any(isinstance(part, Formula) for part in head):
                yield rf"\multicolumn{{{n + 1}}}{{r}}{{{self.line(head)}}} \\"
        yield (
            " & ".join("" if any(isinstance(p, Formula) for p in head) else self.line(head) for head in heads) + r" \\"
        )


def _broken(formula: str) -> str:
    """Text in display style: TeX breaks it at its signs where the line ends, which no aligned equation is."""
    return rf"{{\raggedright\leftskip2em\hangindent2em\noindent $\displaystyle {formula}$\par}}"


def page(document: Document, title: str = "") -> str:
    """The document as LaTeX; it has headings of its own."""
    return "\n".join(LatexView().document(document)) + "\n"
