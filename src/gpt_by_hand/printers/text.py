"""Formulas as one reads them in a terminal: `h.0.attn.q[b, h, t, d] = sum(c, h.0.ln_1[b, t, c] * ...)`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

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
    Terms,
    Where,
)
from gpt_by_hand.notation.precedence import needs_parentheses, term_needs_parentheses
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.errors import CannotPrintError


def text(node: Expression) -> str:
    """One expression as text; what is printed reads back to the same expression.

    Raises: CannotPrintError for a node outside of the notation.
    """
    printer = PRINTERS.get(type(node))
    if printer is None:
        raise CannotPrintError("text", node)
    return printer(node)


def formula(assignment: Assignment) -> str:
    """One assignment as text.

    Raises: CannotPrintError for a node outside of the notation.
    """
    try:
        return f"{element(assignment.target.name, assignment.subscripts)} = {text(assignment.expression)}"
    except CannotPrintError as error:
        raise CannotPrintError(error.printer, error.node, assignment) from None


def element(name: str, subscripts: tuple[Any, ...]) -> str:
    """`name[b, t, 0]`, or the bare name of a scalar."""
    inner = ", ".join(str(s) if isinstance(s, int) else text(s) for s in subscripts)
    return f"{name}[{inner}]" if subscripts else name


def number(value: float) -> str:
    """A number as Python writes it."""
    return repr(value)


def _operator(node: Any) -> str:
    left, right = text(node.left), text(node.right)
    left = f"({left})" if needs_parentheses(node, node.left, on_the_right=False) else left
    right = f"({right})" if needs_parentheses(node, node.right, on_the_right=True) or _signed(node, right) else right
    return f"{left} {node.operator} {right}"


def _signed(node: Any, right: str) -> bool:
    """Would a minus stand behind another operator? A condition such as `x > -1` reads well without parentheses."""
    return right.startswith("-") and not isinstance(node, Compare)


def _terms(node: Any) -> str:
    if node.kind != "sum":
        return f"{node.kind}({', '.join(map(text, node.terms))})"
    return " + ".join(_term(node, n, text(term)) for n, term in enumerate(node.terms)) or "0"


def _term(node: Any, position: int, printed: str) -> str:
    if term_needs_parentheses(node, position):
        return f"({printed})"
    if position == 0 or not printed.startswith("-"):
        return printed
    factor, space, others = printed.partition(" ")  # a minus stands in parentheses, with the first factor alone
    alone = isinstance(node.terms[position], Binary) and re.fullmatch(r"-[\d.]+(e[-+]?\d+)?", factor)
    return f"({factor}){space}{others}" if alone else f"({printed})"


def _negate(node: Any) -> str:
    operand = text(node.operand)
    return f"-({operand})" if needs_parentheses(node, node.operand, on_the_right=False) else f"-{operand}"


def _reduction(node: Any) -> str:
    indices = ", ".join(index.name for index in node.indices)
    return f"{node.kind}({indices}, {text(node.body)})"


PRINTERS: dict[type, Callable[[Any], str]] = {
    Index: lambda node: node.name,
    Constant: lambda node: node.name or number(node.value),
    Access: lambda node: element(node.tensor.name, node.subscripts),
    Binary: _operator,
    Compare: _operator,
    Negate: _negate,
    Where: lambda node: f"where({', '.join(text(child) for child in node.children())})",
    Call: lambda node: f"{node.function}({text(node.argument)})",
    Reduction: _reduction,
    Terms: _terms,
}
