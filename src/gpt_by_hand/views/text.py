"""Documents as lines for a terminal or a file: each line, and its part in the document, which has a style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan

from gpt_by_hand.layout.document import (
    Bar,
    Display,
    Document,
    Formula,
    Heading,
    Line,
    Number,
    Paragraph,
    Reference,
    Section,
    Table,
    Working,
    is_numeric,
)
from gpt_by_hand.notation import Access, Assignment, Constant, Expression
from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.printers.text import formula, text
from gpt_by_hand.study import address
from gpt_by_hand.study.digits import aligned
from gpt_by_hand.study.tables import width_of
from gpt_by_hand.views.view import View

Lines = list[tuple[str, str]]
STYLES = {
    "model": "dim",
    "heading": "bold",
    "meaning": "italic",
    "caption": "italic",
    "formula": "dim",
    "note": "yellow",
    "plain": "",
}
INDENT, GAP = "  ", "  "
WIDE = 80  # characters that a line should not have more of, where nobody says
BAR = 6  # characters to each side of nothing
HALVES = "▐█▌"


@dataclass(frozen=True)
class TextView(View[Lines]):
    """Prints documents as lines; `numbered` puts numbers in front of those that can be chosen by one.

    Where a table is wider than `width`, it goes without its bars.
    """

    numbered: bool = False
    width: int | None = None

    def lines(self, document: Document) -> Lines:
        """All lines: a blank one in front of what is to stand apart."""
        return [line for printed in self.document(document) for line in printed]

    def heading(self, block: Heading) -> Lines:
        return [(self.line(block.line), "heading")]

    def paragraph(self, block: Paragraph) -> Lines:
        indent = INDENT if block.role in ("note", "caption") else ""
        return [(f"{indent}{self.line(block.line)}", block.role)]

    def display(self, block: Display) -> Lines:
        return [("", "plain"), (f"{INDENT}{formula(block.formula)}", "formula")]

    def working(self, block: Working) -> Lines:
        left = address.of(block.element.tensor.name, block.element.subscripts)
        lines = [f"{INDENT}{' ' * len(left) if n else left} = {_said(stage)}" for n, stage in enumerate(block.stages)]
        return [("", "plain"), *((line, "plain") for line in lines), ("", "plain")]

    def table(self, block: Table) -> Lines:
        caption = [(f"{INDENT}{self.line(block.caption)}", "caption")] if block.caption else []
        before = [("", "plain")] if block.kind == "ledger" else []
        return [*before, *caption, *((f"{INDENT}{line}".rstrip(), "plain") for line in self._rows(block))]

    def section(self, block: Section) -> Lines:
        return [("", "plain"), *self.lines(block.blocks)]

    def text(self, text: str) -> str:
        return text

    def number(self, part: Number) -> str:
        return f"{part.choice:>3}  {part.text}" if self.numbered and part.choice is not None else part.text

    def reference(self, part: Reference) -> str:
        return part.address

    def formula(self, part: Formula) -> str:
        return formula(part.node) if isinstance(part.node, Assignment) else _said(part.node)

    def bar(self, part: Bar) -> str:
        halves = round(abs(part.part) * 2 * BAR) or 1 if part.part else 0
        whole, half = divmod(halves, 2)
        below, above = HALVES[0] * half + HALVES[1] * whole, HALVES[1] * whole + HALVES[2] * half
        return f"{below if part.part < 0 else '':>{BAR}}│{above if part.part > 0 else ''}"

    def _rows(self, table: Table) -> Iterator[str]:
        columns = [_Column.of(self, head, cells) for head, cells in table.columns]
        if self.width and sum(column.width + len(GAP) for column in columns) > self.width:
            columns = [column for column in columns if not column.bars] or columns
        yield from _heads(columns, self.width or WIDE)
        for n, row in enumerate(table.rows):
            if row.kind == "total":
                yield GAP.join("─" * column.width for column in columns if not column.bars)
            yield self.line(row.cells[0]) if row.kind == "gap" else GAP.join(column.cells[n] for column in columns)


@dataclass(frozen=True)
class _Column:
    """The cells of a column, equally wide: numbers with their points below each other, all else from the left."""

    head: str
    cells: list[str]
    numeric: bool
    bars: bool

    @staticmethod
    def of(view: TextView, head: Line, cells: Sequence[Line]) -> _Column:
        texts, numeric = [view.line(cell) for cell in cells], is_numeric(cells)
        texts = aligned(texts) if numeric else texts
        widest = max(map(width_of, texts))
        blanks = [" " * (widest - width_of(text)) for text in texts]
        padded = [blank + text if numeric else text + blank for text, blank in zip(texts, blanks, strict=True)]
        return _Column(view.line(head), padded, numeric, any(isinstance(part, Bar) for cell in cells for part in cell))

    @property
    def width(self) -> int:
        """How many columns of the terminal it takes."""
        return width_of(self.cells[0])


def _heads(columns: Sequence[_Column], width: int) -> Iterator[str]:
    """The heads of columns; one that is wider than its column has a line of its own, and begins or ends with it."""
    last, end = "", -len(GAP)
    for column in columns:
        start, end = end + len(GAP), end + len(GAP) + column.width
        wide = width_of(column.head)
        if wide > column.width:
            yield " " * (start if start + wide <= width else max(0, end - wide)) + column.head
        elif column.head:
            last = f"{last:<{end - wide if column.numeric else start}}{column.head}"
    if last:
        yield last


def _said(node: Expression) -> str:
    """An expression with addresses in place of elements."""
    return text(transform(node, _addressed))


def _addressed(node: Expression) -> Expression | None:
    return Constant(nan, address.of(node.tensor.name, node.subscripts)) if isinstance(node, Access) else None
