"""Documents as lines for a terminal or a file: pieces of text, each with the name of a style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

from gpt_by_hand.folding import cells as width_of
from gpt_by_hand.layout import document as doc
from gpt_by_hand.layout.tables import fitted
from gpt_by_hand.notation import Access, Assignment, Expression
from gpt_by_hand.printers.text import Text, address, formula
from gpt_by_hand.records import dataclass
from gpt_by_hand.views.heat_lines import heat_lines
from gpt_by_hand.views.scatter_lines import scatter_lines
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
    "masked": "dim",
    "number": "",
    "plain": "",
}
INDENTED = ("note", "caption", "number")
LEVELS = {1: "part", 2: "place"}  # headings with a rule behind them
INDENT, GAP = "  ", "  "
INDENTS = {"numbers": "", "known": INDENT + INDENT}  # of tables
WIDE = 100  # characters that a line of a table should not have more of, where nobody says
BOX = 8  # characters to write a number in
BAR, SHORT = 6, 2  # characters to each side of nothing: as many as fit, and no fewer
HALVES = "▐█▌"


@dataclass(frozen=True)
class TextView(View[Iterator[Spans]]):
    """Prints documents as lines; `numbered` puts numbers in front of those that can be chosen by one.

    Numbers of tensors are fitted to the `width`. Where a table is wider, its `bars` are shorter, or left out. Heat maps
    have the colours of a `scheme`, "light" or "dark": their styles are colours.
    """

    digit: ClassVar[str] = " "
    numbered: bool = False
    width: int = WIDE
    scheme: str = "dark"
    bars: int = BAR

    def lines(self, document: Iterable[doc.Block]) -> Iterator[Spans]:
        """All lines: a blank one in front of what is to stand apart."""
        before: doc.Block | None = None
        for block in document:
            if _apart(before, block):
                yield BLANK
            yield from self.block(block)
            before = block

    def heading(self, block: doc.Heading) -> Iterator[Spans]:
        if block.level in LEVELS:
            title = self.line(block.line)
            yield ((f"{title} {'─' * (self.width - width_of(title) - 1)}", LEVELS[block.level]),)
        else:
            yield tuple((self.part(part), _style(part)) for part in block.line)

    def paragraph(self, block: doc.Paragraph) -> Iterator[Spans]:
        yield ((f"{INDENT if block.role in INDENTED else ''}{self.line(block.line)}", block.role),)

    def display(self, block: doc.Display) -> Iterator[Spans]:
        yield BLANK
        yield ((f"{INDENT}{formula(block.formula)}", "formula"),)

    def equations(self, left: str, stages: Sequence[str], note: str, inline: bool) -> Iterator[Spans]:
        yield BLANK
        for n, stage in enumerate(stages):
            yield ((f"{INDENT}{' ' * len(left) if n else left} = {stage}", "plain"),)
        if note:
            yield ((f"{INDENT}({note})", "note"),)
        yield BLANK

    def table(self, block: doc.Table) -> Iterator[Spans]:
        if block.kind == "ledger":
            yield BLANK
        if block.caption:
            yield ((f"{INDENT}{self.line(block.caption)}", "caption"),)
        indent = INDENTS.get(block.kind, INDENT)
        for line, style in self._rows(block):
            yield ((f"{indent}{line}".rstrip(), style),)

    def matrix(self, block: doc.Matrix) -> Iterator[Spans]:
        for line in fitted(block, self.width):
            yield ((line, "plain"),)

    def heat(self, block: doc.Heat) -> Iterator[Spans]:
        return heat_lines(block, self.width, self.scheme)

    def scatter(self, block: doc.Scatter) -> Iterator[Spans]:
        for line in scatter_lines(block, self.width):
            yield ((line, "plain"),)

    def section(self, block: doc.Section) -> Iterator[Spans]:
        yield BLANK
        yield from self.lines(block.blocks)

    def item(self, block: doc.Item) -> Iterator[Spans]:
        yield BLANK
        yield ((f"{block.number}  {self.line(block.line)}", "emphasis"),)
        yield from self.lines(block.blocks)

    def text(self, text: str) -> str:
        return text

    def number(self, part: doc.Number) -> str:
        return f"{part.choice:>3}  {part.written}" if self.numbered and part.choice is not None else part.written

    def reference(self, part: doc.Reference) -> str:
        return part.address

    def expression(self, node: Expression | Assignment) -> str:
        """With spaces after commas only where it has letters: the elements of a part are numbers to look up."""
        return formula(node) if isinstance(node, Assignment) else ADDRESSED.print(node)

    def bar(self, part: doc.Bar) -> str:
        halves = round(abs(part.part) * 2 * self.bars)
        whole, half = divmod(halves, 2)
        below, above = HALVES[0] * half + HALVES[1] * whole, HALVES[1] * whole + HALVES[2] * half
        return f"{below if part.part < 0 else '':>{self.bars}}│{above if part.part > 0 else ''}"

    def blank(self, part: doc.Blank) -> str:
        return f"→ {part.question}" if part.question else "_" * (part.letters or BOX)

    def _rows(self, table: doc.Table) -> Iterator[tuple[str, str]]:
        columns = [_Column.of(self, head, cells) for head, cells in table.columns]
        over = sum(column.width + len(GAP) for column in columns) - self.width
        if over > 0 and any(column.bars for column in columns):
            shorter = replace(self, bars=self.bars - (over + 1) // 2)
            if shorter.bars >= SHORT:
                yield from shorter._rows(table)
                return
            columns = [column for column in columns if not column.bars] or columns
        groups = _groups(columns, self.width - len(INDENTS["known"])) if table.kind == "known" else [columns]
        for beside in groups:
            yield from ((line, "head" if table.kind == "numbers" else "plain") for line in _heads(beside, self.width))
            for n, row in enumerate(table.rows):
                if row.kind == "total":
                    yield GAP.join("─" * column.width for column in beside if not column.bars), "plain"
                line = self.line(row.cells[0]) if row.kind == "gap" else GAP.join(column.cells[n] for column in beside)
                yield line, "plain"


def plain(document: Iterable[doc.Block], width: int = WIDE) -> str:
    """The document as text alone."""
    view = TextView(width=width)
    return "\n".join("".join(piece for piece, _ in line) for line in view.lines(document))


def _apart(before: doc.Block | None, block: doc.Block) -> bool:
    """Does a blank line stand between the two?"""
    if not isinstance(block, doc.Heading) or block.level > 3:
        return False
    if block.level in LEVELS:
        return True
    match before:
        case None | doc.Paragraph(role="model"):
            return False
        case doc.Heading(level=level):
            return level not in LEVELS
        case _:
            return True


def _style(part: doc.Part) -> str:
    if isinstance(part, doc.Emphasis):
        return "emphasis"
    return "reference" if isinstance(part, (doc.Reference, doc.Number)) else "plain"


@dataclass(frozen=True)
class _Column:
    """The cells of a column, equally wide: numbers with their points below each other, all else from the left."""

    head: str
    cells: list[str]
    numeric: bool
    bars: bool

    @staticmethod
    def of(view: TextView, head: doc.Line, cells: Sequence[doc.Line]) -> _Column:
        texts, numeric = view.cells(cells), doc.is_numeric(cells)
        said, staggered = view.line(head), any(isinstance(part, doc.Formula) for part in head)
        widest = max(map(width_of, texts if staggered else [said, *texts]))
        blanks = [" " * (widest - width_of(text)) for text in texts]
        padded = [blank + text if numeric else text + blank for text, blank in zip(texts, blanks, strict=True)]
        return _Column(said, padded, numeric, any(isinstance(part, doc.Bar) for cell in cells for part in cell))

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


class _Addressed(Text):
    """An expression with addresses in place of elements."""

    def access(self, node: Access) -> str:
        return address(node.tensor.name, node.subscripts)


ADDRESSED = _Addressed()
