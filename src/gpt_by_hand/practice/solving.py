"""Solving a formula for one of its operands: each operation undone in turn, from the result inwards."""

from __future__ import annotations

from gpt_by_hand.notation import Access, Binary, Call, Expression, Negate, Terms, exp, log


def solved(formula: Expression, result: Expression, operand: Access) -> Expression | None:
    """What `operand` must be so that `formula` gives `result`; None if it is not there just once, or cannot be freed.

    >>> from gpt_by_hand.notation import Index, Tensor
    >>> from gpt_by_hand.printers.text import text
    >>> i = Index("i", 3)
    >>> x, y = Tensor("x", (i,)), Tensor("y", (i,))
    >>> text(solved((x[0] * x[1] + x[2]) / 2, y[0], x[1]))
    '(y[0] * 2 - x[2]) / x[0]'
    """
    node, value = formula, result
    while node != operand:
        inside = [n for n, child in enumerate(node.children()) for part in child.walk() if part == operand]
        if isinstance(node, Access) or len(inside) != 1:
            return None
        undone = _undone(node, inside[0], value)
        if undone is None:
            return None
        node, value = node.children()[inside[0]], undone
    return value


def _undone(node: Expression, at: int, value: Expression) -> Expression | None:
    """What the child of the node must be so that the node is `value`."""
    match node:
        case Negate():
            return Negate(value)
        case Terms("sum", terms):
            others = (*terms[:at], *terms[at + 1 :])
            return value - (Terms("sum", others) if len(others) > 1 else others[0]) if others else value
        case Call("exp"):
            return log(value)
        case Call("log"):
            return exp(value)
        case Binary("+", left, right):
            return value - (left, right)[1 - at]
        case Binary("-", left, right):
            return value + right if at == 0 else left - value
        case Binary("*", left, right):
            return value / (left, right)[1 - at]
        case Binary("/", left, right):
            return value * right if at == 0 else left / value
        case _:
            return None
