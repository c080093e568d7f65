"""Documents in Typst: calls of the functions in `document.typ`, whose text is strings, whatever it says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import resources

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
from gpt_by_hand.layout.palette import PALETTE
from gpt_by_hand.notation import Assignment
from gpt_by_hand.printers import typst
from gpt_by_hand.printers.typst import quoted
from gpt_by_hand.views.view import View


class TypstView(View[str]):
    """Prints documents as expressions of Typst's."""

    def heading(self, block: Heading) -> str:
        return call("heading", self.content(block.line), level=str(block.level))

    def paragraph(self, block: Paragraph) -> str:
        return call("paragraph-of", quoted(block.role), self.content(block.line))

    def display(self, block: Display) -> str:
        return call("formula-of", f"${typst.formula(block.formula)}$")

    def working(self, block: Working) -> str:
        left = typst.element(block.element.tensor, block.element.subscripts)
        *stages, last = dict.fromkeys(map(typst.typst, block.stages))
        printed = array(f"$= {stage}$" for stage in (*stages, f"bold({last})"))
        note = self.content(block.note) if block.note else "none"
        return call("working-of", f"${left}$", printed, note=note, inline=flag(block.inline))

    def table(self, block: Table) -> str:
        caption = self.content(block.caption) if block.caption else "none"
        if block.kind in GRIDS:
            rows = [array([quoted(row.kind), *map(self.content, row.cells)]) for row in block.grid]
            return call("grid-of", quoted(block.kind), caption, flag(block.labelled), *rows)
        kinds = ["number" if is_numeric(cells) else "" for _, cells in block.columns]
        kinds[-1] = "text" if block.kind == "operands" else kinds[-1]
        columns = [[self.content(head), *(f"[{cell}]" for cell in self.cells(cells))] for head, cells in block.columns]
        rows = list(map(self._row, (Row(), *block.rows), zip(*columns, strict=True)))
        return call("table-of", caption, array(map(quoted, kinds)), *rows)

    def section(self, block: Section) -> str:
        return f"{{\n{chr(10).join(self.document(block.blocks))}\n}}"

    def item(self, block: Item) -> str:
        return call("item-of", str(block.number), self.content(block.line), *self.document(block.blocks))

    def content(self, line: Line) -> str:
        """The parts of a line, as an argument."""
        return f"[{self.line(line)}]"

    def text(self, text: str) -> str:
        return f"#{quoted(text)}"

    def number(self, part: Number) -> str:
        return self.text(part.text)

    def reference(self, part: Reference) -> str:
        return f"#raw({quoted(part.address)})"

    def formula(self, part: Formula) -> str:
        return f"${typst.formula(part.node) if isinstance(part.node, Assignment) else typst.typst(part.node)}$"

    def emphasis(self, part: Emphasis) -> str:
        return f"#emph({quoted(part.text)})"

    def bar(self, part: Bar) -> str:
        return f"#bar-of({part.part:.4f})"

    def blank(self, part: Blank) -> str:
        if part.question:
            return f"#emph({quoted(f'→ {part.question}')})"
        return f"#blank-of({part.letters})" if part.letters else ""

    def room(self, digits: int) -> str:
        return self.text("\N{FIGURE SPACE}" * digits)

    def _row(self, row: Row, cells: Sequence[str]) -> str:
        return array([quoted(row.kind), *([self.content(row.cells[0])] if row.kind == "gap" else cells)])


def call(function: str, *values: str, **named: str) -> str:
    """A call of a function."""
    return f"{function}({', '.join([*values, *(f'{name}: {value}' for name, value in named.items())])})"


def flag(value: bool) -> str:
    """True or false."""
    return str(value).lower()


def array(items: Iterable[str]) -> str:
    """An array, also where it has one item."""
    return f"({''.join(f'{item}, ' for item in items)})"


def definitions() -> str:
    """What the view's functions are."""
    colours = (f"#let {name}-color = rgb({quoted(PALETTE[name])})\n" for name in ("below", "above"))
    return "".join((*colours, part_of(__package__, "document.typ")))


def part_of(package: str, name: str) -> str:
    """A file of a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


def page(document: Document, title: str = "") -> str:
    """The document as a file for Typst."""
    return definitions() + "".join(f"#{block}\n" for block in TypstView().document(document))
