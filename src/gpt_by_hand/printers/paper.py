"""Formulas as they stand in a paper: what every such language decides alike, and what each writes in its own way."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from math import isinf
from typing import Any, ClassVar

from gpt_by_hand.notation.expressions import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Reduction,
    Tensor,
    Terms,
    Where,
)
from gpt_by_hand.notation.meanings import Role
from gpt_by_hand.notation.precedence import LEVEL, precedence
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.errors import CannotPrintError
from gpt_by_hand.printers.paper_rules import (
    base_is_loose,
    begins,
    is_sum,
    left_is_loose,
    operand_is_loose,
    right_is_loose,
    term_is_loose,
    times,
)


class Paper(ABC):
    """A language with fractions, roots and raised exponents.

    A sum and a maximum reach over the factors behind them, as in any paper, so they are put in parentheses where
    that would be too far; fractions and roots need none.

    A language gives its words; its forms, in which each `%s` is a place for what stands there; and methods for what
    no form can say.
    """

    language: ClassVar[str]
    widest: ClassVar[int] = 120  # characters: a wider sum is broken over lines where the language would not break it

    functions: ClassVar[Mapping[str, str]]
    reductions: ClassVar[Mapping[str, str]]
    constants: ClassVar[Mapping[str, str]]
    infinity: ClassVar[str]
    comma: ClassVar[str] = ","

    numbered: ClassVar[str]  # a letter and its number, below
    subscripted: ClassVar[str]  # a name and its subscripts
    gradient: ClassVar[str]  # the derivative of the loss with respect to an element
    minus: ClassVar[str]  # an operand
    fraction: ClassVar[str]  # what is above and below a line
    raised: ClassVar[str]  # a base and its exponent
    root: ClassVar[str]  # of an argument
    called: ClassVar[str]  # a function, and its argument in parentheses
    parentheses: ClassVar[str]  # that grow with what is inside
    reduced: ClassVar[str]  # a sum or a maximum, its indices and its body
    largest: ClassVar[str]  # of terms
    times: ClassVar[str]  # the digits of a number and its power of ten

    @abstractmethod
    def letter(self, letter: str) -> str:
        """A name of one letter."""

    @abstractmethod
    def upright(self, name: str) -> str:
        """A name of several letters."""

    @abstractmethod
    def digits(self, digits: str) -> str:
        """A number that is not negative, without an exponent."""

    @abstractmethod
    def infix(self, left: str, operator: str, right: str) -> str:
        """Two operands and what stands between them: a sign, a comparison, `SPACE`, `DOT`, or "=" of a formula."""

    @abstractmethod
    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        """Cases: each a value, a word ("if", "otherwise", …) and a condition, which may be empty."""

    @abstractmethod
    def lines(self, rows: Sequence[str]) -> str:
        """Lines above each other, all beginning at the same place; the ones behind the first begin with a sign."""

    @abstractmethod
    def signed(self, sign: str, term: str) -> str:
        """A term of a sum and the sign in front of it, to go behind other terms."""

    @abstractmethod
    def width(self, printed: str) -> int:
        """About how many characters one sees."""

    def power(self, base: str, exponent: str) -> str:
        """The exponent raised."""
        return self.raised % (base, exponent)

    def number(self, value: float) -> str:
        """A number with all its digits: 0.5, or 10 to the power of -6."""
        if repr(value).startswith("-"):
            return self.minus % self.number(-value)
        if isinf(value):
            return self.infinity
        digits, _, exponent = repr(value).partition("e")
        if not exponent:
            return self.digits(digits)
        power = self.power(self.digits("10"), self.number(int(exponent)))
        return power if digits == "1" else self.times % (self.digits(digits), power)

    def print(self, node: Expression) -> str:
        """One expression. Raises: CannotPrintError for a node outside of the notation."""
        printer = PRINTERS.get(type(node))
        if printer is None:
            raise CannotPrintError(self.language, node)
        return printer(self, node)

    def formula(self, assignment: Assignment) -> str:
        """One assignment. Raises: CannotPrintError for a node outside of the notation."""
        try:
            left = self.element(assignment.target, assignment.subscripts)
            return self.infix(left, "=", self.outermost(assignment.expression))
        except CannotPrintError as error:
            raise CannotPrintError(error.printer, error.node, assignment) from None

    def element(self, tensor: Tensor, subscripts: tuple[Any, ...]) -> str:
        """An element under its address; of a gradient, the derivative of the loss with respect to what it is of."""
        if tensor.role is Role.GRADIENT and tensor.of is not None:
            return self.gradient % self.element(tensor.of, subscripts)
        inside = [self.number(s) if isinstance(s, int) else self.print(s) for s in subscripts]
        return (
            self.subscripted % (self.upright(tensor.name), self.comma.join(inside))
            if inside
            else self.upright(tensor.name)
        )

    def outermost(self, node: Expression) -> str:
        """An expression that stands inside of nothing: most languages find by themselves where a line may break."""
        return self.print(node)

    def whole(self, node: Expression) -> str:
        """An expression that stands inside of something, where no line breaks; a wide sum gets several lines."""
        printed = self.print(node)
        if self.width(printed) <= self.widest or not is_sum(node):
            return printed
        return self.lines(self.rows(node))

    def rows(self, node: Expression) -> list[str]:
        """A sum in lines that are no wider than `widest`, where its terms allow it."""
        rows = [""]
        for sign, term in self._signed_terms(node):
            if rows[-1] and self.width(rows[-1]) + self.width(term) > self.widest:
                rows.append("")
            rows[-1] += self.signed(sign, term) if sign else term
        return rows

    def _signed_terms(self, node: Any) -> Iterator[tuple[str, str]]:
        """The terms of a sum with their signs, from left to right."""
        if isinstance(node, Terms) and len(node.terms) > 1:
            yield from (("+" if n else "", self._term(node, term, n)) for n, term in enumerate(node.terms))
        elif not is_sum(node):
            yield "", self.print(node)
        else:
            yield from [("", self._left(node))] if left_is_loose(node) else self._signed_terms(node.left)
            yield node.operator, self._right(node)

    def _parentheses(self, node: Expression) -> str:
        return self.parentheses % self.whole(node)

    def _name(self, name: str) -> str:
        match = re.fullmatch(r"([A-Za-z])(\d*)", name)
        if not match:
            return self.upright(name)
        letter, number = self.letter(match[1]), match[2]
        return self.numbered % (letter, self.digits(number)) if number else letter

    def _index(self, node: Any) -> str:
        return self._name(node.name)

    def _constant(self, node: Any) -> str:
        return self.constants.get(node.name) or self._name(node.name) if node.name else self.number(node.value)

    def _access(self, node: Any) -> str:
        return self.element(node.tensor, node.subscripts)

    def _binary(self, node: Any) -> str:
        if node.operator == "/":
            return self.fraction % (self.whole(node.left), self.whole(node.right))
        if node.operator == "**":
            base = self._parentheses(node.left) if base_is_loose(node) else self.print(node.left)
            return self.power(base, self.whole(node.right))
        operator = times(node) if node.operator == "*" else node.operator
        return self.infix(self._left(node), operator, self._right(node))

    def _negate(self, node: Any) -> str:
        return self.minus % (self._parentheses(node.operand) if operand_is_loose(node) else self.print(node.operand))

    def _left(self, node: Any) -> str:
        return self._parentheses(node.left) if left_is_loose(node) else self.print(node.left)

    def _right(self, node: Any) -> str:
        return self._parentheses(node.right) if right_is_loose(node) else self.print(node.right)

    def _reduction(self, node: Any) -> str:
        indices, body = [self.print(index) for index in node.indices], node.body
        loose = precedence(body) < LEVEL["*"] or begins(body) == "-"
        inside = self._parentheses(body) if loose else self.print(body)
        return self.reduced % (self._known(self.reductions, node.kind), self.comma.join(indices), inside)

    def _terms(self, node: Any) -> str:
        self._known(self.reductions, node.kind)
        if node.kind == "max":
            return self.largest % self.comma.join(self.print(term) for term in node.terms)
        if not node.terms:
            return self.number(0)
        total = self._term(node, node.terms[0], 0)
        for n, term in enumerate(node.terms[1:], start=1):
            total = self.infix(total, "+", self._term(node, term, n))
        return total

    def _term(self, node: Any, term: Expression, n: int) -> str:
        return self._parentheses(term) if term_is_loose(node, n) else self.print(term)

    def _call(self, node: Any) -> str:
        if node.function == "sqrt":
            return self.root % self.whole(node.argument)
        return self.called % (self._known(self.functions, node.function), self._parentheses(node.argument))

    def _where(self, node: Any) -> str:
        """Cases; a `Where` in the last one goes on with more of them."""
        rows, word = [], "if"
        while isinstance(node, Where):
            rows.append((self.whole(node.then), word, self.print(node.condition)))
            node, word = node.otherwise, "else if"
        return self.cases([*rows, (self.whole(node), "otherwise", "")])

    def _known(self, words: Mapping[str, str], key: str) -> str:
        if key not in words:
            raise CannotPrintError(self.language, key)
        return words[key]


PRINTERS: dict[type, Callable[[Paper, Any], str]] = {
    Index: Paper._index,
    Constant: Paper._constant,
    Access: Paper._access,
    Binary: Paper._binary,
    Compare: lambda paper, node: paper.infix(paper._left(node), node.operator, paper._right(node)),
    Negate: Paper._negate,
    Where: Paper._where,
    Call: Paper._call,
    Reduction: Paper._reduction,
    Terms: Paper._terms,
}
