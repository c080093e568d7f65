"""What every view has: something to print for each kind of block, and for each kind of part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Generic, TypeVar

from gpt_by_hand.layout import document as doc
from gpt_by_hand.layout.digits import aligned
from gpt_by_hand.layout.tables import as_table
from gpt_by_hand.notation import Assignment, Expression, assert_never

if TYPE_CHECKING:
    from gpt_by_hand.printers.paper import Paper

Printed = TypeVar("Printed")


class View(ABC, Generic[Printed]):
    """Prints documents: blocks become `Printed`, and the parts of a line text.

    A view has its forms, in which `%s` is a place for what stands there, and methods for what no form can say.
    """

    paper: ClassVar[Paper]  # prints its formulas, where it has no `expression` of its own
    inline: str = "%s"  # a formula in a line
    emphasized: ClassVar[str] = "%s"
    digit: ClassVar[str] = ""  # a blank as wide as one

    def document(self, document: doc.Document) -> list[Printed]:
        """All blocks, printed."""
        return [self.block(block) for block in document]

    def block(self, block: doc.Block) -> Printed:
        """One block."""
        match block:
            case doc.Heading():
                return self.heading(block)
            case doc.Paragraph():
                return self.paragraph(block)
            case doc.Display():
                return self.display(block)
            case doc.Working():
                return self.working(block)
            case doc.Table():
                return self.table(block)
            case doc.Matrix():
                return self.matrix(block)
            case doc.Heat():
                return self.heat(block)
            case doc.Scatter():
                return self.scatter(block)
            case doc.Section():
                return self.section(block)
            case doc.Item():
                return self.item(block)
        assert_never(block)

    def line(self, line: doc.Line) -> str:
        """The parts of a line, one behind the other."""
        return "".join(map(self.part, line))

    def part(self, part: doc.Part) -> str:
        """One part of a line."""
        match part:
            case str():
                return self.text(part)
            case doc.Number():
                return self.number(part)
            case doc.Reference():
                return self.reference(part)
            case doc.Formula():
                return self.inline % self.expression(part.node)
            case doc.Bar():
                return self.bar(part)
            case doc.Emphasis():
                return self.emphasized % self.text(part.text)
            case doc.Blank():
                return self.blank(part)
        assert_never(part)

    def matrix(self, block: doc.Matrix) -> Printed:
        """A piece of a tensor."""
        return self.table(as_table(block))

    def heat(self, block: doc.Heat) -> Printed:
        """Numbers as colours or, where there are none, as numbers."""
        return self.section(doc.Section("", tuple(panel.matrix for panel in block.panels)))

    def scatter(self, block: doc.Scatter) -> Printed:
        """Points in a plane: their coordinates as a table, where nothing can be drawn."""
        return self.matrix(block.matrix)

    def cells(self, cells: Sequence[doc.Line]) -> list[str]:
        """The cells of a column; numbers have room behind them, so that their points stand below each other."""
        if not doc.is_numeric(cells):
            return list(map(self.line, cells))
        numbers = ["".join(part.written for part in cell if isinstance(part, doc.Number)) for cell in cells]
        behind = [len(wide) - len(text) for text, wide in zip(numbers, aligned(numbers), strict=True)]
        return [self.line(cell) + self.digit * n for cell, n in zip(cells, behind, strict=True)]

    def rows(self, table: doc.Table) -> list[tuple[str, list[str]]]:
        """The head and each row: its kind, and its cells; a gap has one."""
        columns = zip(*([self.line(head), *self.cells(cells)] for head, cells in table.columns), strict=True)
        return [
            (row.kind, [self.line(row.cells[0])] if row.kind == "gap" else [*cells])
            for row, cells in zip((doc.Row(kind="head"), *table.rows), columns, strict=True)
        ]

    def working(self, block: doc.Working) -> Printed:
        """Stages that look alike are one."""
        stages = [*dict.fromkeys(map(self.expression, block.stages))]
        return self.equations(self.expression(block.element), stages, self.line(block.note), block.inline)

    def number(self, part: doc.Number) -> str:
        """As it is written."""
        return self.text(part.written)

    def expression(self, node: Expression | Assignment) -> str:
        """A formula, or a part of one, in the view's language."""
        return self.paper.formula(node) if isinstance(node, Assignment) else self.paper.outermost(node)

    @abstractmethod
    def equations(self, left: str, stages: Sequence[str], note: str, inline: bool) -> Printed:
        """What `left` is equal to, stage by stage."""

    @abstractmethod
    def heading(self, block: doc.Heading) -> Printed: ...
    @abstractmethod
    def paragraph(self, block: doc.Paragraph) -> Printed: ...
    @abstractmethod
    def display(self, block: doc.Display) -> Printed: ...
    @abstractmethod
    def table(self, block: doc.Table) -> Printed: ...
    @abstractmethod
    def section(self, block: doc.Section) -> Printed: ...
    @abstractmethod
    def item(self, block: doc.Item) -> Printed: ...
    @abstractmethod
    def text(self, text: str) -> str: ...
    @abstractmethod
    def reference(self, part: doc.Reference) -> str: ...
    @abstractmethod
    def bar(self, part: doc.Bar) -> str: ...
    @abstractmethod
    def blank(self, part: doc.Blank) -> str: ...
