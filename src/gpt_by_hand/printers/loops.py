"""Loop nests in languages that write them alike: what a statement is made of is printed by the language itself."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TypeVar

from gpt_by_hand.notation import Compare
from gpt_by_hand.notation.expressions import assert_never
from gpt_by_hand.printers.printer import Printer
from gpt_by_hand.schedule.nests import If, Loop, Product, Statement, Store

Code = TypeVar("Code")


class Loops(Printer[Code]):
    """Statements, each as lines of text."""

    reduction = terms = Printer.no_form  # loops by now

    def statements(self, body: Iterable[Statement]) -> list[str]:
        """The lines for statements that follow each other."""
        return [line for statement in body for line in self.statement(statement)]

    def statement(self, statement: Statement) -> list[str]:
        """The lines for one statement."""
        match statement:
            case Loop():
                return self.loop(statement)
            case If(condition, body):
                return self.decided(condition, self.statements(body))
            case Product():
                return [self.product(statement)]
            case Store():
                return [self.store(statement)]
            case _:
                assert_never(statement)

    @abstractmethod
    def loop(self, loop: Loop) -> list[str]: ...
    @abstractmethod
    def decided(self, condition: Compare, body: list[str]) -> list[str]: ...
    @abstractmethod
    def product(self, statement: Product) -> str: ...
    @abstractmethod
    def store(self, statement: Store) -> str: ...
