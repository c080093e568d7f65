"""Loop nests in languages that write them alike, and the texts that are the same in every file of such a language.

What a statement is made of is printed by the language itself.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from importlib.resources import files
from string import Template
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


def part(name: str, **values: object) -> str:
    """A text of `texts`, which is the same in every file but for these values."""
    text = files("gpt_by_hand.printers").joinpath("texts").joinpath(name).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def indented(lines: Iterable[str]) -> list[str]:
    """Lines inside of something; directions to the compiler stay where they are."""
    return [line if line.startswith("#") or not line else f"    {line}" for line in lines]


def block(head: str, body: Iterable[str]) -> list[str]:
    """A head and what it governs, in braces unless that is a single line."""
    lines = indented(body)
    return [head, *lines] if head and len(lines) == 1 else [f"{head} {{".lstrip(), *lines, "}"]
