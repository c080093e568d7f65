"""Formulas in a browser, without a script: MathML Core, `<msub><mi>q</mi><mi>i</mi></msub>`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import Any

from gpt_by_hand.notation.expressions import Expression
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.paper import Paper, is_infinite, mantissa_and_exponent
from gpt_by_hand.printers.paper_rules import DOT, SPACE

FUNCTIONS = {"exp": "exp", "log": "ln", "erf": "erf", "tanh": "tanh", "cos": "cos", "sin": "sin", "round": "round"}
REDUCTIONS = {"sum": "<mo>∑</mo>", "max": '<mo lspace="0" rspace="0" movablelimits="true">max</mo>'}
CONSTANTS = {
    "eps": "<mi>ϵ</mi>",
    "adam_eps": "<msub><mi>ϵ</mi><mi>adam</mi></msub>",
    "pi": "<mi>π</mi>",
    "beta1": "<msub><mi>β</mi><mn>1</mn></msub>",
    "beta2": "<msub><mi>β</mi><mn>2</mn></msub>",
}
OPERATORS = {"-": "−", "<=": "≤", ">=": "≥", "==": "=", "%": "mod", DOT: "⋅"}
GAP = '<mspace width="0.28em"></mspace>'
MINUS = '<mo form="prefix">−</mo>'
APPLY = "<mo>&#x2061;</mo>"  # between a function and its argument; not to be seen
LEFT = 'style="text-align: left"'
# Invisible, of no width: a sign at the beginning of a line stays one between two terms.
NOTHING = "<mrow></mrow>"


class Mathml(Paper):
    """What stands between `<math>` and `</math>`."""

    language = "MathML"
    widest = 90  # on paper, an upright page
    functions = FUNCTIONS
    reductions = REDUCTIONS
    constants = CONSTANTS

    def letter(self, letter: str, number: str) -> str:
        return f"<msub><mi>{letter}</mi><mn>{number}</mn></msub>" if number else f"<mi>{letter}</mi>"

    def upright(self, name: str) -> str:
        variant = ' mathvariant="normal"' if len(name) == 1 else ""  # a single letter would be slanted
        return f"<mi{variant}>{escape(name)}</mi>"

    def number(self, value: float) -> str:
        if is_infinite(value):
            return "<mi>∞</mi>" if value > 0 else f"{MINUS}<mi>∞</mi>"
        digits, exponent = mantissa_and_exponent(value)
        minus = MINUS if digits.startswith("-") else ""
        mantissa = f"<mn>{digits.lstrip('-')}</mn>" if digits.lstrip("-") else ""
        if exponent is None:
            return f"{minus}{mantissa}"
        times = "<mo>×</mo>" if mantissa else ""
        return f"{minus}{mantissa}{times}<msup><mn>10</mn>{_one(self.number(exponent))}</msup>"

    def subscripted(self, name: str, subscripts: Sequence[str]) -> str:
        return f"<msub>{name}{_listed(subscripts)}</msub>"

    def gradient(self, element: str) -> str:
        return self.fraction("<mo>∂</mo><mi>ℒ</mi>", f"<mo>∂</mo>{element}")

    def infix(self, left: str, operator: str, right: str) -> str:
        between = GAP if operator == SPACE else f"<mo>{escape(OPERATORS.get(operator, operator))}</mo>"
        return f"{left}{between}{right}"

    def minus(self, operand: str) -> str:
        return f"{MINUS}{operand}"

    def fraction(self, above: str, below: str) -> str:
        full = '<mrow displaystyle="true">'  # a fraction inside of a fraction stays as large as it is
        return f"<mfrac>{full}{above}</mrow>{full}{below}</mrow></mfrac>"

    def power(self, base: str, exponent: str) -> str:
        if base.startswith("<msub>"):  # the exponent goes above the subscripts, not behind them
            return f"<msubsup>{base.removeprefix('<msub>').removesuffix('</msub>')}{_one(exponent)}</msubsup>"
        return f"<msup>{_one(base)}{_one(exponent)}</msup>"

    def root(self, inside: str) -> str:
        return f"<msqrt>{inside}</msqrt>"

    def called(self, function: str, argument: str) -> str:
        return f"<mi>{function}</mi>{APPLY}{argument}"

    def parentheses(self, inside: str) -> str:
        return f"<mrow><mo>(</mo>{inside}<mo>)</mo></mrow>"

    def reduced(self, reduction: str, indices: Sequence[str], body: str) -> str:
        return f"<munder>{reduction}{_listed(indices)}</munder>{GAP}{body}"

    def largest(self, terms: Sequence[str]) -> str:
        return self.called("max", self.parentheses("<mo>,</mo>".join(terms)))

    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        lines = "".join(
            f"<mtr><mtd {LEFT}>{value}</mtd><mtd {LEFT}><mtext>{word}&#xa0;</mtext>{condition}</mtd></mtr>"
            for value, word, condition in rows
        )
        brace = '<mo form="prefix" stretchy="true">{</mo>'
        return f'<mrow>{brace}<mtable displaystyle="true">{lines}</mtable></mrow>'

    def signed(self, sign: str, term: str) -> str:
        return self.infix("", sign, term)

    def lines(self, rows: Sequence[str]) -> str:
        lines = "".join(f"<mtr><mtd {LEFT}>{NOTHING}{row}</mtd></mtr>" for row in rows)
        return f'<mtable displaystyle="true">{lines}</mtable>'

    def width(self, printed: str) -> int:
        return len(unescape(re.sub(r"<[^>]*>", "", printed)))

    def outermost(self, node: Expression) -> str:
        return self.whole(node)  # a browser breaks no formula


def _one(content: str) -> str:
    """The content as one element, where a fixed number of them is asked for."""
    return f"<mrow>{content}</mrow>"


def _listed(parts: Sequence[str]) -> str:
    return _one("<mo>,</mo>".join(parts))


PAPER = Mathml()


def mathml(node: Expression) -> str:
    """One expression, to go into `math`.

    Raises: CannotPrintError for a node outside of the notation.
    """
    return PAPER.outermost(node)


def formula(assignment: Assignment) -> str:
    """One assignment, to go into `math`.

    Raises: CannotPrintError for a node outside of the notation.
    """
    return PAPER.formula(assignment)


def element(name: str, subscripts: tuple[Any, ...]) -> str:
    """An element under its address, to go into `math`; of a gradient, the derivative of the loss."""
    return PAPER.element(name, subscripts)


def math(content: str) -> str:
    """The `<math>` element around what the printer gives; it is a part of a line, with sums as large as on their own.

    >>> math(element("x", (0,)))
    '<math displaystyle="true"><msub><mi mathvariant="normal">x</mi><mrow><mn>0</mn></mrow></msub></math>'
    """
    return f'<math displaystyle="true">{content}</math>'
