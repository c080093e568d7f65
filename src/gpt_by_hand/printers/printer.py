"""What every language has in common: a method for each kind of node, and what is said where it has no form for one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

from gpt_by_hand.notation import (
    Access,
    Assignment,
    Binary,
    Call,
    Compare,
    Constant,
    Index,
    Negate,
    Reduction,
    Terms,
    Where,
)
from gpt_by_hand.notation.expressions import Expression, assert_never

Code = TypeVar("Code")


class CannotPrintError(Exception):
    """The target language has no form for a node; says which, in which formula, and where that was written."""

    def __init__(self, printer: str, node: object, formula: Assignment | None = None) -> None:
        self.printer, self.node = printer, node
        kind = type(node).__name__ if isinstance(node, Expression) else repr(node)
        place = f" in {formula.name}" if formula else ""
        written = f"\n  written at {formula.written_at}" if formula and formula.written_at else ""
        super().__init__(f"the {printer} printer has no form for {kind}{place}{written}")


class Printer(ABC, Generic[Code]):
    """Prints expressions by kind of node, each as a piece of `Code`: text, or text and what is known of it.

    A language has a method for each kind, or says `kind = Printer.no_form`; mypy finds the one that forgot a kind.
    """

    language: ClassVar[str]

    def print(self, node: Expression) -> Code:
        """One expression. Raises: CannotPrintError for what the language has no form for."""
        match node:
            case Access():
                return self.access(node)
            case Binary():
                return self.binary(node)
            case Constant():
                return self.literal(node)
            case Index():
                return self.index(node)
            case Call():
                return self.call(node)
            case Where():
                return self.where(node)
            case Reduction():
                return self.reduction(node)
            case Negate():
                return self.negate(node)
            case Compare():
                return self.compare(node)
            case Terms():
                return self.terms(node)
            case _:
                assert_never(node)

    def no_form(self, node: Any) -> NoReturn:
        """Raises: CannotPrintError, for a node, or the name of a function or a reduction."""
        raise CannotPrintError(self.language, node)

    @abstractmethod
    def index(self, node: Index) -> Code: ...
    @abstractmethod
    def literal(self, node: Constant) -> Code: ...
    @abstractmethod
    def access(self, node: Access) -> Code: ...
    @abstractmethod
    def binary(self, node: Binary) -> Code: ...
    @abstractmethod
    def compare(self, node: Compare) -> Code: ...
    @abstractmethod
    def negate(self, node: Negate) -> Code: ...
    @abstractmethod
    def where(self, node: Where) -> Code: ...
    @abstractmethod
    def call(self, node: Call) -> Code: ...
    @abstractmethod
    def reduction(self, node: Reduction) -> Code: ...
    @abstractmethod
    def terms(self, node: Terms) -> Code: ...
