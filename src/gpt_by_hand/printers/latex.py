r"""Formulas as they stand in a paper: `\mathrm{loss} = \frac{\sum_{b} \mathrm{nll}_{b}}{B}`, for LaTeX with amsmath."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gpt_by_hand.notation.expressions import Expression
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.paper import Paper, is_infinite, mantissa_and_exponent
from gpt_by_hand.printers.paper_rules import DOT, SPACE

FUNCTIONS = {"exp": r"\exp", "log": r"\ln", "erf": r"\operatorname{erf}", "tanh": r"\tanh", "cos": r"\cos"}
FUNCTIONS |= {"sin": r"\sin", "round": r"\operatorname{round}"}
REDUCTIONS = {"sum": r"\sum", "max": r"\max"}
CONSTANTS = {
    "eps": r"\epsilon",
    "adam_eps": r"\epsilon_{\mathrm{adam}}",
    "pi": r"\pi",
    "beta1": r"\beta_{1}",
    "beta2": r"\beta_{2}",
}
OPERATORS = {"<=": r"\le", ">=": r"\ge", "==": "=", "%": r"\bmod", SPACE: r"\;", DOT: r"\cdot"}
ESCAPES = {c: f"\\{c}" for c in "_{}$&#%"} | {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}"}
ESCAPES |= {"~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}


class Latex(Paper):
    """LaTeX's math mode, with amsmath."""

    language = "LaTeX"
    functions = FUNCTIONS
    reductions = REDUCTIONS
    constants = CONSTANTS

    def letter(self, letter: str, number: str) -> str:
        return f"{letter}_{{{number}}}" if number else letter

    def upright(self, name: str) -> str:
        plain = re.fullmatch(r"[\w.]+", name, re.ASCII)
        return rf"\mathrm{{{escaped(name)}}}" if plain else rf"\text{{\upshape {escaped(name)}}}"

    def number(self, value: float) -> str:
        if is_infinite(value):
            return r"\infty" if value > 0 else r"-\infty"
        digits, exponent = mantissa_and_exponent(value)
        if exponent is None:
            return digits
        mantissa = digits if digits in ("", "-") else rf"{digits} \times "
        return f"{mantissa}10^{{{exponent}}}"

    def subscripted(self, name: str, subscripts: Sequence[str]) -> str:
        return f"{name}_{{{','.join(subscripts)}}}"

    def gradient(self, element: str) -> str:
        return rf"\frac{{\partial \mathcal{{L}}}}{{\partial {element}}}"

    def infix(self, left: str, operator: str, right: str) -> str:
        return f"{left} {OPERATORS.get(operator, operator)} {right}"

    def minus(self, operand: str) -> str:
        return f"-{operand}"

    def fraction(self, above: str, below: str) -> str:
        return rf"\frac{{{above}}}{{{below}}}"

    def power(self, base: str, exponent: str) -> str:
        return f"{base}^{{{exponent}}}"

    def root(self, inside: str) -> str:
        return rf"\sqrt{{{inside}}}"

    def called(self, function: str, argument: str) -> str:
        return rf"{function}\!{argument}"

    def parentheses(self, inside: str) -> str:
        return rf"\left({inside}\right)"

    def reduced(self, reduction: str, indices: Sequence[str], body: str) -> str:
        return f"{reduction}_{{{','.join(indices)}}} {body}"

    def largest(self, terms: Sequence[str]) -> str:
        return rf"\max\!\left({', '.join(terms)}\right)"

    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        lines = [
            rf"{_case(value)} & \text{{{word} }} {condition}" if condition else rf"{_case(value)} & \text{{{word}}}"
            for value, word, condition in rows
        ]
        return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"

    def signed(self, sign: str, term: str) -> str:
        return f" {sign} {term}"

    def lines(self, rows: Sequence[str]) -> str:
        return r"\begin{aligned} & " + r" \\ &{}".join(rows) + r" \end{aligned}"

    def width(self, printed: str) -> int:
        return len(re.sub(r"\\[A-Za-z]+ ?|[\\{}_^&]", "", printed))


def _case(printed: str) -> str:
    return rf"\displaystyle {printed}" if re.search(r"\\(frac|sum|max|begin)\b", printed) else printed


def escaped(text: str) -> str:
    """Text that means to LaTeX what it says."""
    return "".join(ESCAPES.get(character, character) for character in text)


PAPER = Latex()


def latex(node: Expression) -> str:
    """One expression in LaTeX's math mode, with amsmath.

    Raises: CannotPrintError for a node outside of the notation.
    """
    return PAPER.print(node)


def formula(assignment: Assignment) -> str:
    """One assignment in LaTeX's math mode.

    Raises: CannotPrintError for a node outside of the notation.
    """
    return PAPER.formula(assignment)


def element(name: str, subscripts: tuple[Any, ...]) -> str:
    """An element under its address; of a gradient `d.x`, the derivative of the loss with respect to x."""
    return PAPER.element(name, subscripts)


def number(value: float) -> str:
    """A number with all its digits: 0.5, or 10^{-6}."""
    return PAPER.number(value)
