"""Documents as lines for a terminal or a file: pieces of text, each with the name of a style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import nan

from gpt_by_hand.folding import cells as width_of
from gpt_by_hand.layout.document import (
    Bar,
    Blank,
    Block,
    Display,
    Emphasis,
    Formula,
    Heading,
    Item,
    Line,
    Matrix,
    Number,
    Paragraph,
    Part,
    Reference,
    Section,
    Table,
    Working,
    is_numeric,
)
from gpt_by_hand.layout.tables import fitted
from gpt_by_hand.notation import Access, Assignment, Constant, Expression
from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.printers.text import address, formula, text
from gpt_by_hand.views.view import View

Spans = tuple[tuple[str, str], ...]  # pieces of a line, and what each of them is: a key of STYLES
BLANK: Spans = ()  # a line
STYLES = {
    "part": "bold",
    "place": "green",
    "reference": "bold",
    "emphasis": "italic",
    "head": "bold",
    "model": "dim",
    "meaning": "italic",
    "caption": "italic",
    "formula": "dim",
    "note": "yellow",
    "check": "yellow",
    "number": "",
    "plain": "",
}
INDENTED = ("note", "caption", "number")
LEVELS = {1: "part", 2: "place"}  # headings with a rule behind them
INDENT, GAP = "  ", "  "
INDENTS = {"numbers": "", "known": INDENT + INDENT}  # of tables
WIDE = 100  # characters that a line of a table should not have more of, where nobody says
BOX = 8  # characters to write a number in
BAR = 6  # characters to each side of nothing
HALVES = "▐█▌"


@dataclass(frozen=True)
class TextView(View[Iterator[Spans]]):
    """Prints documents as lines; `numbered` puts numbers in front of those that can be chosen by one.

    Numbers of tensors are fitted to the `width`. Where a table is wider, it goes without its bars.
    """

    numbered: bool = False
    width: int = WIDE

    def lines(self, document: Iterable[Block]) -> Iterator[Spans]:
        """All lines: a blank one in front of what is to stand apart."""
        before: Block | None = None
        for block in document:
            if _apart(before, block):
                yield BLANK
            yield from self.block(block)
            before = block

    def heading(self, block: Heading) -> Iterator[Spans]:
        if block.level in LEVELS:
            title = self.line(block.line)
            yield ((f"{title} {'─' * (self.width - width_of(title) - 1)}", LEVELS[block.level]),)
        else:
            yield tuple((self.part(part), _style(part)) for part in block.line)

    def paragraph(self, block: Paragraph) -> Iterator[Spans]:
        yield ((f"{INDENT if block.role in INDENTED else ''}{self.line(block.line)}", block.role),)

    def display(self, block: Display) -> Iterator[Spans]:
        yield BLANK
        yield ((f"{INDENT}{formula(block.formula)}", "formula"),)

    def working(self, block: Working) -> Iterator[Spans]:
        left = address(block.element.tensor.name, block.element.subscripts)
        yield BLANK
        for n, stage in enumerate(dict.fromkeys(map(_said, block.stages))):
            yield ((f"{INDENT}{' ' * len(left) if n else left} = {stage}", "plain"),)
        if block.note:
            yield ((f"{INDENT}({self.line(block.note)})", "note"),)
        yield BLANK

    def table(self, block: Table) -> Iterator[Spans]:
        if block.kind == "ledger":
            yield BLANK
        if block.caption:
            yield ((f"{INDENT}{self.line(block.caption)}", "caption"),)
        indent = INDENTS.get(block.kind, INDENT)
        for line, style in self._rows(block):
            yield ((f"{indent}{line}".rstrip(), style),)

    def matrix(self, block: Matrix) -> Iterator[Spans]:
        for line in fitted(block, self.width):
            yield ((line, "plain"),)

    def section(self, block: Section) -> Iterator[Spans]:
        yield BLANK
        yield from self.lines(block.blocks)

    def item(self, block: Item) -> Iterator[Spans]:
        yield BLANK
        yield ((f"{block.number}  {self.line(block.line)}", "emphasis"),)
        yield from self.lines(block.blocks)

    def text(self, text: str) -> str:
        return text

    def number(self, part: Number) -> str:
        return f"{part.choice:>3}  {part.text}" if self.numbered and part.choice is not None else part.text

    def reference(self, part: Reference) -> str:
        return part.address

    def formula(self, part: Formula) -> str:
        return formula(part.node) if isinstance(part.node, Assignment) else _said(part.node)

    def emphasis(self, part: Emphasis) -> str:
        return part.text

    def bar(self, part: Bar) -> str:
        halves = round(abs(part.part) * 2 * BAR) or 1 if part.part else 0
        whole, half = divmod(halves, 2)
        below, above = HALVES[0] * half + HALVES[1] * whole, HALVES[1] * whole + HALVES[2] * half
        return f"{below if part.part < 0 else '':>{BAR}}│{above if part.part > 0 else ''}"

    def blank(self, part: Blank) -> str:
        return f"→ {part.question}" if part.question else "_" * (part.letters or BOX)

    def _rows(self, table: Table) -> Iterator[tuple[str, str]]:
        columns = [_Column.of(self, head, cells) for head, cells in table.columns]
        if sum(column.width + len(GAP) for column in columns) > self.width:
            columns = [column for column in columns if not column.bars] or columns
        groups = _groups(columns, self.width - len(INDENTS["known"])) if table.kind == "known" else [columns]
        for beside in groups:
            yield from ((line, "head" if table.kind == "numbers" else "plain") for line in _heads(beside, self.width))
            for n, row in enumerate(table.rows):
                if row.kind == "total":
                    yield GAP.join("─" * column.width for column in beside if not column.bars), "plain"
                line = self.line(row.cells[0]) if row.kind == "gap" else GAP.join(column.cells[n] for column in beside)
                yield line, "plain"


def plain(document: Iterable[Block], width: int = WIDE) -> str:
    """The document as text alone."""
    view = TextView(width=width)
    return "\n".join("".join(piece for piece, _ in line) for line in view.lines(document))


def _apart(before: Block | None, block: Block) -> bool:
    """Does a blank line stand between the two?"""
    if not isinstance(block, Heading) or block.level > 3:
        return False
    if block.level in LEVELS:
        return True
    match before:
        case None | Paragraph(role="model"):
            return False
        case Heading(level=level):
            return level not in LEVELS
        case _:
            return True


def _style(part: Part) -> str:
    return (
        "emphasis" if isinstance(part, Emphasis) else "reference" if isinstance(part, (Reference, Number)) else "plain"
    )


@dataclass(frozen=True)
class _Column:
    """The cells of a column, equally wide: numbers with their points below each other, all else from the left."""

    head: str
    cells: list[str]
    numeric: bool
    bars: bool

    @staticmethod
    def of(view: TextView, head: Line, cells: Sequence[Line]) -> _Column:
        texts, numeric = view.cells(cells), is_numeric(cells)
        said, staggered = view.line(head), any(isinstance(part, Formula) for part in head)
        widest = max(map(width_of, texts if staggered else [said, *texts]))
        blanks = [" " * (widest - width_of(text)) for text in texts]
        padded = [blank + text if numeric else text + blank for text, blank in zip(texts, blanks, strict=True)]
        return _Column(said, padded, numeric, any(isinstance(part, Bar) for cell in cells for part in cell))

    @property
    def width(self) -> int:
        """How many columns of the terminal it takes."""
        return width_of(self.cells[0])


def _groups(columns: Sequence[_Column], room: int) -> Iterator[list[_Column]]:
    """As many columns as there is room for, behind that of the names of rows, which has no head; and again."""
    names = [column for column in columns[:1] if not column.head]
    group = [*names]
    for column in columns[len(names) :]:
        if group != names and sum(one.width + len(GAP) for one in group) + column.width > room:
            yield group
            group = [*names]
        group.append(column)
    yield group


def _heads(columns: Sequence[_Column], width: int) -> Iterator[str]:
    """The heads of columns; a formula wider than its column has a line of its own, and begins or ends there."""
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
    return Constant(nan, address(node.tensor.name, node.subscripts)) if isinstance(node, Access) else None
