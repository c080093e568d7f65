"""Formulas as one reads them in a terminal: `h.0.attn.q[b, h, t, d] = sum(c, h.0.ln_1[b, t, c] * ...)`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from gpt_by_hand.language import decimal, spoken
from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Reduction, Terms, Where
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.notation.precedence import needs_parentheses, term_needs_parentheses
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.printer import Printer


def number(value: float) -> str:
    """A number as Python writes it."""
    return repr(value)


class Text(Printer[str]):
    """A line of text that reads back to the same expression; numbers are as the language that is spoken writes them."""

    language = "text"

    def formula(self, assignment: Assignment) -> str:
        """One assignment."""
        return f"{element(assignment.target.name, assignment.subscripts)} = {self.print(assignment.expression)}"

    def number(self, value: float) -> str:
        """A number with all its digits."""
        return decimal(number(value))

    def arguments(self, printed: Iterable[str]) -> str:
        """What a function is called with."""
        return spoken().between.join(printed)

    def index(self, node: Index) -> str:
        return node.name

    def literal(self, node: Constant) -> str:
        return node.name or self.number(node.value)

    def access(self, node: Access) -> str:
        return element(node.tensor.name, node.subscripts)

    def binary(self, node: Binary | Compare) -> str:
        left, right = self.print(node.left), self.print(node.right)
        negative_base = node.operator == "**" and left.startswith("-")  # -2.0 ** 2 would be -4
        signed = right.startswith("-") and not isinstance(node, Compare)  # x > -1 reads well without parentheses
        left = f"({left})" if needs_parentheses(node, node.left, on_the_right=False) or negative_base else left
        right = f"({right})" if needs_parentheses(node, node.right, on_the_right=True) or signed else right
        return f"{left} {node.operator} {right}"

    compare = binary

    def negate(self, node: Negate) -> str:
        operand = self.print(node.operand)
        loose = needs_parentheses(node, node.operand, on_the_right=False) or operand.startswith("-")
        return f"-({operand})" if loose else f"-{operand}"

    def where(self, node: Where) -> str:
        return f"where({self.arguments(map(self.print, node.children()))})"

    def call(self, node: Call) -> str:
        return f"{node.function}({self.print(node.argument)})"

    def reduction(self, node: Reduction) -> str:
        return f"{node.kind}({self.arguments([*(index.name for index in node.indices), self.print(node.body)])})"

    def terms(self, node: Terms) -> str:
        if node.kind != "sum":
            return f"{node.kind}({self.arguments(map(self.print, node.terms))})"
        return " + ".join(self.term(node, n, self.print(term)) for n, term in enumerate(node.terms)) or "0"

    def term(self, node: Terms, position: int, printed: str) -> str:
        """A term of a sum that is written out; a minus stands in parentheses, with the first factor alone."""
        if term_needs_parentheses(node, position):
            return f"({printed})"
        if position == 0 or not printed.startswith("-"):
            return printed
        factor, space, others = printed.partition(" ")
        alone = isinstance(node.terms[position], Binary) and re.fullmatch(r"-[\d.,]+(e[-+]?\d+)?", factor)
        return f"({factor}){space}{others}" if alone else f"({printed})"


class Code(Text):
    """The same in the comments of programs, where it is written in one way for all."""

    def number(self, value: float) -> str:
        return number(value)

    def arguments(self, printed: Iterable[str]) -> str:
        return ", ".join(printed)


PRINTER = Text()
text, formula, code = PRINTER.print, PRINTER.formula, Code().formula


def element(name: str, subscripts: tuple[Any, ...]) -> str:
    """`name[b, t, 0]`, or the bare name of a scalar."""
    inner = ", ".join(str(s) if isinstance(s, int) else text(s) for s in subscripts)
    return f"{name}[{inner}]" if subscripts else name


def address(name: str, place: Sequence[Subscript]) -> str:
    """The address of one element, or of several, with letters in place of what differs.

    >>> address("h.0.attn.scores", (0, 1, 3, 2))
    'h.0.attn.scores[0,1,3,2]'
    """
    return f"{name}[{','.join(s.name if isinstance(s, Index) else str(s) for s in place)}]" if place else name
