"""Loop nests as text in a language with braces. What each language writes in its own way is left to it."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Where
from gpt_by_hand.notation.expressions import Expression, assert_never
from gpt_by_hand.notation.precedence import ATOM, precedence
from gpt_by_hand.printers.printer import Printer
from gpt_by_hand.schedule.nests import Declare, If, Loop, Product, Statement, Store

INDENT = "    "


@dataclass(frozen=True)
class Code:
    """A piece of text, how tightly its outermost operator binds, and what kind of number it is.

    `kind`: "plain" for what follows from scalar inputs and constants alone, in double precision; "whole" for positions
    and integer tensors; "real" for everything else, in single precision.
    """

    text: str
    level: int
    kind: str


class LoopPrinter(Printer[Code]):
    """Prints statements and expressions; a language says how it writes numbers, elements, functions and loops."""

    reduction = terms = Printer.no_form  # loops by now

    def __init__(self, names: dict[str, str], plain: set[str]) -> None:
        self.names, self.plain = names, plain

    @abstractmethod
    def real(self, code: Code, node: Expression) -> str:
        """The code as a number in single precision."""

    @abstractmethod
    def element(self, node: Access) -> str:
        """An element of a tensor, or a local number."""

    @abstractmethod
    def double(self, text: str) -> str:
        """A whole number in double precision, so that dividing by it leaves no remainder."""

    @abstractmethod
    def function(self, function: str, argument: str, kind: str) -> str:
        """A function's value."""

    @abstractmethod
    def power(self, base: Code, exponent: Code, node: Binary) -> Code:
        """`base ** exponent`."""

    @abstractmethod
    def declare(self, statement: Declare) -> list[str]:
        """A local number comes into being."""

    def before(self, loop: Loop) -> list[str]:
        """Lines above a loop, such as directions to the compiler."""
        return []

    @abstractmethod
    def loop(self, index: Index) -> str:
        """The head of a loop."""

    @abstractmethod
    def product(self, statement: Product) -> list[str]:
        """A product of matrices."""

    @abstractmethod
    def largest(self, place: str, value: str) -> str:
        """`place` becomes the larger of both."""

    def statements(self, body: Iterable[Statement]) -> list[str]:
        """The lines for statements that follow each other."""
        return [line for statement in body for line in self.statement(statement)]

    def statement(self, statement: Statement) -> list[str]:
        """The lines for one statement."""
        match statement:
            case Loop(index, body):
                return [*self.before(statement), *self.block(self.loop(index), body)]
            case If(condition, body):
                return self.block(f"if ({self.print(condition).text})", body)
            case Product():
                return self.product(statement)
            case Declare():
                return self.declare(statement)
            case Store():
                return self.store(statement)
            case _:
                assert_never(statement)

    def block(self, head: str, body: Iterable[Statement]) -> list[str]:
        """A head and its body, in braces unless the body is a single line."""
        lines = [f"{INDENT}{line}" if not line.startswith("#") else line for line in self.statements(body)]
        if len(lines) == 1:
            return [f"{head}", *lines]
        return [f"{head} {{", *lines, "}"]

    def store(self, statement: Store) -> list[str]:
        """An assignment."""
        value, place = self.print(statement.value), self.element(statement.place)
        text = value.text if self.is_plain(statement.place) else self.real(value, statement.value)
        if statement.how == "max":
            return [self.largest(place, text)]
        return [f"{place} {'+=' if statement.how == 'sum' else '='} {text};"]

    def is_plain(self, access: Access) -> bool:
        return access.tensor.name in self.plain

    def index(self, node: Index) -> Code:
        return Code(node.name, ATOM, "whole")

    def access(self, node: Access) -> Code:
        kind = "plain" if self.is_plain(node) else "whole" if node.tensor.kind == "integer" else "real"
        text = self.element(node)
        return Code(self.double(text) if kind == "plain" and node.tensor.kind == "integer" else text, ATOM, kind)

    def negate(self, node: Negate) -> Code:
        value = self.print(node.operand)
        return Code(f"-{self.inside(value, precedence(node) + 1)}", precedence(node), value.kind)

    def compare(self, node: Compare) -> Code:
        left, right, _ = self.both(node.left, node.right, whole=True)
        return Code(f"{left} {node.operator} {right}", precedence(node), "whole")

    def binary(self, node: Binary) -> Code:
        """Two operands of one kind; those on the right keep their parentheses, since rounding depends on the order."""
        if node.operator == "**":
            return self.power(self.print(node.left), self.print(node.right), node)
        level = precedence(node)
        left, right, kind = self.both(node.left, node.right, level=level)
        return Code(f"{left} {node.operator} {right}", level, kind)

    def both(self, left: Expression, right: Expression, level: int = 2, whole: bool = False) -> tuple[str, str, str]:
        """Two operands as numbers of one kind: whole if allowed and both are, plain if both are, else real."""
        codes = [self.print(left), self.print(right)]
        kinds = {code.kind for code in codes}
        if whole and "whole" in kinds:
            codes = [_counted(code, node) for code, node in zip(codes, (left, right), strict=True)]
            kinds = {code.kind for code in codes}
        kind = "plain" if kinds == {"plain"} else "whole" if whole and kinds == {"whole"} else "real"
        texts = []
        for code, node, needed in zip(codes, (left, right), (level, level + 1), strict=True):
            converted = kind == "real" and code.kind != "real"
            texts.append(self.real(code, node) if converted else self.inside(code, needed))
        return texts[0], texts[1], kind

    def inside(self, code: Code, level: int) -> str:
        """The code in parentheses if it binds less tightly than what is around it."""
        return code.text if code.level >= level else f"({code.text})"

    def call(self, node: Call) -> Code:
        value = self.print(node.argument)
        if value.kind == "plain":
            return Code(self.function(node.function, value.text, "plain"), ATOM, "plain")
        return Code(self.function(node.function, self.real(value, node.argument), "real"), ATOM, "real")

    def where(self, node: Where) -> Code:
        """`(condition ? then : otherwise)`."""
        condition = self.print(node.condition).text
        then, otherwise = self.print(node.then), self.print(node.otherwise)
        if then.kind == otherwise.kind == "plain":
            return Code(f"({condition} ? {then.text} : {otherwise.text})", ATOM, "plain")
        yes, no = self.real(then, node.then), self.real(otherwise, node.otherwise)
        return Code(f"({condition} ? {yes} : {no})", ATOM, "real")


def _counted(code: Code, node: Expression) -> Code:
    """A whole number without a name, beside a position or an integer tensor, is one of their kind."""
    if isinstance(node, Constant) and isinstance(node.value, int) and not node.name:
        return Code(str(node.value), precedence(node), "whole")
    return code


def is_infinite(node: Constant) -> bool:
    """Is it plus or minus infinity?"""
    return abs(node.value) == inf
