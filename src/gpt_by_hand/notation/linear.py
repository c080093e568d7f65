"""Formulas that are linear: sums of what varies, each term times what does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gpt_by_hand.notation.algebra import ZERO, add, divide, is_number, multiply, negate
from gpt_by_hand.notation.errors import NotLinearError
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
    assert_never,
)

Take: TypeAlias = Callable[[Expression], Expression]


def linear(node: Expression, varies: Callable[[Tensor], bool], take: Take) -> Expression:
    """The formula with what `take` makes of each of its terms: elements that vary, and what does not vary as a whole.

    Raises: NotLinearError, with what is in the way, where it is no sum of such terms times what does not vary.
    """

    def moves(part: Expression) -> bool:
        return any(varies(access.tensor) for access in part.find(Access))

    def walk(part: Expression) -> Expression:
        if not moves(part):
            return take(part)
        match part:
            case Access():
                return take(part)
            case Negate(operand):
                return negate(walk(operand))
            case Binary("+", left, right):
                return add(walk(left), walk(right))
            case Binary("-", left, right):
                return add(walk(left), negate(walk(right)))
            case Binary("*", left, right) if not moves(right):
                return multiply(walk(left), right)
            case Binary("*", left, right) if not moves(left):
                return multiply(left, walk(right))
            case Binary("/", left, right) if not moves(right):
                return divide(walk(left), right)
            case Where(condition, then, otherwise) if not moves(condition):
                chosen = walk(then), walk(otherwise)
                return ZERO if chosen == (ZERO, ZERO) else Where(condition, *chosen)
            case Reduction("sum", indices, body):
                inside = walk(body)
                return ZERO if is_number(inside, 0) else Reduction("sum", indices, inside)
            case _:
                raise NotLinearError(_in_the_way(part))

    return walk(node)


def _in_the_way(node: Expression) -> str:
    """What a formula does that is not linear."""
    match node:
        case Call(function):
            return function
        case Binary("*"):
            return "a product of two numbers that both vary"
        case Binary("/"):
            return "a division by a number that varies"
        case Binary("**"):
            return "a power"
        case Reduction():
            return "a maximum"
        case Where() | Compare():
            return "a condition on a number that varies"
        case Binary(operator):
            return operator
        case Index() | Constant() | Access() | Negate() | Terms():
            return type(node).__name__.lower()
        case _:
            assert_never(node)
