"""Expressions as Python: numbers with all their digits, functions from `math`, so that Python computes the value."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, isnan
from typing import Any

from gpt_by_hand.notation.expressions import Binary, Call, Compare, Constant, Expression, Negate, Terms
from gpt_by_hand.notation.precedence import needs_parentheses, term_needs_parentheses
from gpt_by_hand.printers.errors import CannotPrintError

FLAT = 100  # terms: a longer sum is written with sum(), since parsers don't nest operators without end


def python(node: Expression) -> str:
    """An expression of numbers, as one instance of a formula has it, in Python; it needs `math`, and nothing else.

    Raises: CannotPrintError for what is not a number yet: an index, an element, a reduction, a condition.
    """
    printer = PRINTERS.get(type(node))
    if printer is None:
        raise CannotPrintError("Python", node)
    return printer(node)


def number(value: float) -> str:
    """A number with all its digits.

    >>> number(float("-inf")), number(0.1)
    ('-math.inf', '0.1')
    """
    if isnan(value):
        return "math.nan"
    if abs(value) == inf:
        return "math.inf" if value > 0 else "-math.inf"
    return repr(value)


def _operator(node: Any) -> str:
    left, right = python(node.left), python(node.right)
    left = f"({left})" if needs_parentheses(node, node.left, on_the_right=False) or _negative_base(node) else left
    right = f"({right})" if needs_parentheses(node, node.right, on_the_right=True) or right.startswith("-") else right
    return f"{left} {node.operator} {right}"


def _negative_base(node: Any) -> bool:
    """-2.0 ** 2 is -4, whatever the -2.0 is called."""
    left = node.left
    return node.operator == "**" and isinstance(left, Constant) and repr(left.value).startswith("-")


def _negate(node: Any) -> str:
    operand = python(node.operand)
    loose = needs_parentheses(node, node.operand, on_the_right=False) or operand.startswith("-")
    return f"-({operand})" if loose else f"-{operand}"


def _call(node: Any) -> str:
    function = node.function if node.function == "round" else f"math.{node.function}"
    return f"{function}({python(node.argument)})"


def _terms(node: Any) -> str:
    printed = [python(term) for term in node.terms]
    if node.kind == "max":
        return f"max([{', '.join(printed)}])"
    if len(printed) > FLAT:
        return f"sum([{', '.join(printed)}])"
    return " + ".join(_term(node, n, term) for n, term in enumerate(printed)) or "0"


def _term(node: Terms, position: int, printed: str) -> str:
    loose = term_needs_parentheses(node, position) or (position > 0 and printed.startswith("-"))
    return f"({printed})" if loose else printed


PRINTERS: dict[type, Callable[[Any], str]] = {
    Constant: lambda node: number(node.value),
    Binary: _operator,
    Compare: _operator,
    Negate: _negate,
    Call: _call,
    Terms: _terms,
}
