"""What every view has: something to print for each kind of block, and for each kind of part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from gpt_by_hand.layout.digits import aligned
from gpt_by_hand.layout.document import (
    Bar,
    Blank,
    Block,
    Display,
    Document,
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
from gpt_by_hand.layout.tables import as_table
from gpt_by_hand.notation import assert_never

Printed = TypeVar("Printed")


class View(ABC, Generic[Printed]):
    """Prints documents: blocks become `Printed`, and the parts of a line text."""

    def document(self, document: Document) -> list[Printed]:
        """All blocks, printed."""
        return [self.block(block) for block in document]

    def block(self, block: Block) -> Printed:
        """One block."""
        match block:
            case Heading():
                return self.heading(block)
            case Paragraph():
                return self.paragraph(block)
            case Display():
                return self.display(block)
            case Working():
                return self.working(block)
            case Table():
                return self.table(block)
            case Matrix():
                return self.matrix(block)
            case Section():
                return self.section(block)
            case Item():
                return self.item(block)
        assert_never(block)

    def line(self, line: Line) -> str:
        """The parts of a line, one behind the other."""
        return "".join(map(self.part, line))

    def part(self, part: Part) -> str:
        """One part of a line."""
        match part:
            case str():
                return self.text(part)
            case Number():
                return self.number(part)
            case Reference():
                return self.reference(part)
            case Formula():
                return self.formula(part)
            case Bar():
                return self.bar(part)
            case Emphasis():
                return self.emphasis(part)
            case Blank():
                return self.blank(part)
        assert_never(part)

    def matrix(self, block: Matrix) -> Printed:
        """A piece of a tensor."""
        return self.table(as_table(block))

    def cells(self, cells: Sequence[Line]) -> list[str]:
        """The cells of a column; numbers have room behind them, so that their points stand below each other."""
        if not is_numeric(cells):
            return list(map(self.line, cells))
        numbers = ["".join(part.text for part in cell if isinstance(part, Number)) for cell in cells]
        behind = [len(wide) - len(text) for text, wide in zip(numbers, aligned(numbers), strict=True)]
        return [self.line(cell) + (self.room(n) if n else "") for cell, n in zip(cells, behind, strict=True)]

    def room(self, digits: int) -> str:
        """Nothing, as wide as so many digits."""
        return " " * digits

    @abstractmethod
    def heading(self, block: Heading) -> Printed: ...
    @abstractmethod
    def paragraph(self, block: Paragraph) -> Printed: ...
    @abstractmethod
    def display(self, block: Display) -> Printed: ...
    @abstractmethod
    def working(self, block: Working) -> Printed: ...
    @abstractmethod
    def table(self, block: Table) -> Printed: ...
    @abstractmethod
    def section(self, block: Section) -> Printed: ...
    @abstractmethod
    def item(self, block: Item) -> Printed: ...
    @abstractmethod
    def text(self, text: str) -> str: ...
    @abstractmethod
    def number(self, part: Number) -> str: ...
    @abstractmethod
    def reference(self, part: Reference) -> str: ...
    @abstractmethod
    def formula(self, part: Formula) -> str: ...
    @abstractmethod
    def bar(self, part: Bar) -> str: ...
    @abstractmethod
    def emphasis(self, part: Emphasis) -> str: ...
    @abstractmethod
    def blank(self, part: Blank) -> str: ...
