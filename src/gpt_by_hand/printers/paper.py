"""Formulas as they stand in a paper: what every such language decides alike, and what each writes in its own way."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from math import isinf
from typing import Any, ClassVar

from gpt_by_hand.language import decimal, spoken
from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Reduction, Tensor, Terms, Where
from gpt_by_hand.notation.expressions import Expression
from gpt_by_hand.notation.meanings import Role
from gpt_by_hand.notation.precedence import LEVEL, precedence
from gpt_by_hand.notation.program import Assignment
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
from gpt_by_hand.printers.printer import CannotPrintError, Printer

FUNCTIONS = {name: name for name in ("exp", "erf", "tanh", "cos", "sin", "round")} | {"log": "ln"}
# Those with a Greek letter, and a word or a number below it.
CONSTANTS = {"eps": ("eps", ""), "adam_eps": ("eps", "adam"), "pi": ("pi", "")}
CONSTANTS |= {"beta1": ("beta", "1"), "beta2": ("beta", "2")}


class Paper(Printer[str]):
    """A language with fractions, roots and raised exponents.

    A sum and a maximum reach over the factors behind them, as in any paper, so they are put in parentheses where
    that would be too far; fractions and roots need none.

    A language gives its words; its forms, in which each `%s` is a place for what stands there; and methods for what
    no form can say.
    """

    widest: ClassVar[int] = 120  # characters: a wider sum is broken over lines where the language would not break it

    known_function: ClassVar[str]  # the name of a function that the language knows
    other_function: ClassVar[str]  # and of one that it does not
    reductions: ClassVar[Mapping[str, str]]
    greek: ClassVar[Mapping[str, str]]  # the letters of constants
    operators: ClassVar[Mapping[str, str]]  # those that are not written as they are
    infinity: ClassVar[str]
    comma: ClassVar[str] = ","  # between subscripts
    separator: ClassVar[str] = "%s"  # between the arguments of a function

    letter: ClassVar[str] = "%s"  # a name of one letter
    digits: ClassVar[str] = "%s"  # a number that is not negative, without an exponent
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
    def upright(self, name: str) -> str:
        """A name of several letters."""

    def infix(self, left: str, operator: str, right: str) -> str:
        """Two operands and what stands between them: a sign, a comparison, `SPACE`, `DOT`, or "=" of a formula."""
        return f"{left} {self.operators.get(operator, operator)} {right}"

    @abstractmethod
    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        """Cases: each a value, a word ("if", "otherwise", …) and a condition, which may be empty."""

    @abstractmethod
    def lines(self, rows: Sequence[str]) -> str:
        """Lines above each other, all beginning at the same place; the ones behind the first begin with a sign."""

    def signed(self, sign: str, term: str) -> str:
        """A term of a sum and the sign in front of it, to go behind other terms."""
        return f" {sign} {term}"

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
            return self.decimal(digits)
        power = self.power(self.digits % "10", self.number(int(exponent)))
        return power if digits == "1" else self.times % (self.decimal(digits), power)

    def decimal(self, digits: str) -> str:
        """The digits of a number, with the decimal mark of the language that is spoken."""
        return self.digits % decimal(digits)

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
        name = self.upright(tensor.name)
        return self.subscripted % (name, self.comma.join(inside)) if inside else name

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

    def _signed_terms(self, node: Expression) -> Iterator[tuple[str, str]]:
        """The terms of a sum with their signs, from left to right."""
        match node:
            case Terms("sum", (_, _, *_)):
                yield from (("+" if n else "", self._term(node, n)) for n in range(len(node.terms)))
            case Binary("+" | "-" as sign, left):
                yield from [("", self._left(node))] if left_is_loose(node) else self._signed_terms(left)
                yield sign, self._right(node)
            case _:
                yield "", self.print(node)

    def _parentheses(self, node: Expression) -> str:
        return self.parentheses % self.whole(node)

    def _name(self, name: str) -> str:
        match = re.fullmatch(r"([A-Za-z])(\d*)", name)
        if not match:
            return self.upright(name)
        letter, number = self.letter % match[1], match[2]
        return self.numbered % (letter, self.digits % number) if number else letter

    def index(self, node: Index) -> str:
        return self._name(node.name)

    def literal(self, node: Constant) -> str:
        return self._constant(node.name) if node.name else self.number(node.value)

    def _constant(self, name: str) -> str:
        if name not in CONSTANTS:
            return self._name(name)
        letter, below = CONSTANTS[name]
        if not below:
            return self.greek[letter]
        return self.numbered % (self.greek[letter], self.digits % below if below.isdigit() else self.upright(below))

    def access(self, node: Access) -> str:
        return self.element(node.tensor, node.subscripts)

    def binary(self, node: Binary | Compare) -> str:
        if node.operator == "/":
            return self.fraction % (self.whole(node.left), self.whole(node.right))
        if node.operator == "**":
            base = self._parentheses(node.left) if base_is_loose(node.left) else self.print(node.left)
            return self.power(base, self.whole(node.right))
        operator = times(node) if node.operator == "*" else node.operator
        return self.infix(self._left(node), operator, self._right(node))

    compare = binary

    def negate(self, node: Negate) -> str:
        return self.minus % (self._parentheses(node.operand) if operand_is_loose(node) else self.print(node.operand))

    def _left(self, node: Binary | Compare) -> str:
        return self._parentheses(node.left) if left_is_loose(node) else self.print(node.left)

    def _right(self, node: Binary | Compare) -> str:
        return self._parentheses(node.right) if right_is_loose(node) else self.print(node.right)

    def reduction(self, node: Reduction) -> str:
        indices, body = [self.print(index) for index in node.indices], node.body
        loose = precedence(body) < LEVEL["*"] or begins(body) == "-"
        inside = self._parentheses(body) if loose else self.print(body)
        return self.reduced % (self._known(self.reductions, node.kind), self.comma.join(indices), inside)

    def terms(self, node: Terms) -> str:
        self._known(self.reductions, node.kind)
        if node.kind == "max":
            separator = self.separator % spoken().between.strip()
            return self.largest % separator.join(self.print(term) for term in node.terms)
        terms = [self._term(node, n) for n in range(len(node.terms))] or [self.number(0)]
        return reduce(lambda total, term: self.infix(total, "+", term), terms)

    def _term(self, node: Terms, n: int) -> str:
        return self._parentheses(node.terms[n]) if term_is_loose(node, n) else self.print(node.terms[n])

    def call(self, node: Call) -> str:
        if node.function == "sqrt":
            return self.root % self.whole(node.argument)
        form = self.other_function if node.function in ("erf", "round") else self.known_function
        return self.called % (form % self._known(FUNCTIONS, node.function), self._parentheses(node.argument))

    def where(self, node: Where) -> str:
        """Cases; a `Where` in the last one goes on with more of them."""
        rows: list[tuple[str, str, str]] = []
        last: Expression = node
        while isinstance(last, Where):
            rows.append((self.whole(last.then), spoken().cases[bool(rows)], self.print(last.condition)))
            last = last.otherwise
        return self.cases([*rows, (self.whole(last), spoken().cases[-1], "")])

    def _known(self, words: Mapping[str, str], key: str) -> str:
        return words[key] if key in words else self.no_form(key)
