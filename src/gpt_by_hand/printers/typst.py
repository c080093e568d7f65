"""Formulas for Typst's math mode: `"loss" = frac(sum_(b) "nll"_(b), B)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gpt_by_hand.notation.expressions import Expression
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.paper import Paper, is_infinite, mantissa_and_exponent
from gpt_by_hand.printers.paper_rules import DOT, SPACE

TOKEN = r'"((?:[^"\\]|\\.)*)"|([A-Za-z.]+)|[_^(){}]'  # a string, a word, or what one does not see
FUNCTIONS = {
    "exp": "exp",
    "log": "ln",
    "erf": 'op("erf")',
    "tanh": "tanh",
    "cos": "cos",
    "sin": "sin",
    "round": 'op("round")',
}
REDUCTIONS = {"sum": "sum", "max": "max"}
CONSTANTS = {
    "eps": "epsilon.alt",
    "adam_eps": 'epsilon.alt_("adam")',
    "pi": "pi",
    "beta1": "beta_(1)",
    "beta2": "beta_(2)",
}
OPERATORS = {"==": "=", "%": "mod", SPACE: "thick", DOT: "dot.op"}


class Typst(Paper):
    """Typst's math mode. Names are strings, so no letter in them means anything to it."""

    language = "Typst"
    widest = 90  # an upright page
    functions = FUNCTIONS
    reductions = REDUCTIONS
    constants = CONSTANTS

    def letter(self, letter: str, number: str) -> str:
        return f"{letter}_({number})" if number else letter

    def upright(self, name: str) -> str:
        return quoted(name)

    def number(self, value: float) -> str:
        if is_infinite(value):
            return "infinity" if value > 0 else "-infinity"
        digits, exponent = mantissa_and_exponent(value)
        if exponent is None:
            return digits
        mantissa = digits if digits in ("", "-") else f"{digits} times "
        return f"{mantissa}10^({exponent})"

    def subscripted(self, name: str, subscripts: Sequence[str]) -> str:
        return f"{name}_({','.join(subscripts)})"

    def gradient(self, element: str) -> str:
        return f"frac(partial cal(L), partial {element})"

    def infix(self, left: str, operator: str, right: str) -> str:
        return f"{left} {OPERATORS.get(operator, operator)} {right}"

    def minus(self, operand: str) -> str:
        return f"-{operand}"

    def fraction(self, above: str, below: str) -> str:
        return f"frac({above}, {below})"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^({exponent})"

    def root(self, inside: str) -> str:
        return f"sqrt({inside})"

    def called(self, function: str, argument: str) -> str:
        return f"{function} {argument}"

    def parentheses(self, inside: str) -> str:
        return f"({inside})"

    def reduced(self, reduction: str, indices: Sequence[str], body: str) -> str:
        return f"{reduction}_({','.join(indices)}) {body}"

    def largest(self, terms: Sequence[str]) -> str:
        return f"max ({', '.join(terms)})"

    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        lines = [f"display({value}) & {quoted(word)} {condition}".rstrip() for value, word, condition in rows]
        return f"cases({', '.join(lines)})"

    def signed(self, sign: str, term: str) -> str:
        return f" {sign} {term}"

    def lines(self, rows: Sequence[str]) -> str:
        joined = "; ".join(f'"" {row}' for row in rows)
        return f"mat(delim: #none, align: #left, {joined})"

    def width(self, printed: str) -> int:
        return len(re.sub(TOKEN, lambda found: found[1] or (found[2] and "m") or "", printed).replace(" ", ""))


PAPER = Typst()


def quoted(text: str) -> str:
    r"""Text as a string of Typst's, whatever is in it.

    >>> print(quoted('a "b" c'))
    "a \"b\" c"
    """
    return '"' + "".join(_character(character) for character in text) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


def typst(node: Expression) -> str:
    """One expression in Typst's math mode.

    Raises: CannotPrintError for a node outside of the notation.
    """
    return PAPER.print(node)


def formula(assignment: Assignment) -> str:
    """One assignment in Typst's math mode.

    Raises: CannotPrintError for a node outside of the notation.
    """
    return PAPER.formula(assignment)


def element(name: str, subscripts: tuple[Any, ...]) -> str:
    """An element under its address; of a gradient `d.x`, the derivative of the loss with respect to x."""
    return PAPER.element(name, subscripts)
