"""The working of one number: numbers in place of names, then one stage of results after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Context
from fractions import Fraction
from math import isfinite
from typing import Any

from gpt_by_hand.engines import reference
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Expression, Negate, Terms
from gpt_by_hand.notation.algebra import rebuild, transform

LARGEST_WHOLE = 1e15
EXACT = 15  # decimal digits that a float64 keeps
LARGEST_POWER = 64  # that fractions are raised to
Value = Callable[[Expression], float]


def with_numbers(node: Expression, value: Value) -> Expression:
    """The expression with the value of each element and each named constant in its place."""

    def number(part: Expression) -> Expression | None:
        match part:
            case Access():
                return Constant(value(part))
            case Constant(plain):
                return Constant(plain)
            case _:
                return None

    return transform(node, number)


def result(node: Expression) -> float:
    """What an operation on numbers gives."""
    return reference.value(node, {}, {})


def steps(node: Expression, value: Value, compute: Value = result) -> list[Expression]:
    """From the expression with its numbers put in, by stages, down to one number (exact up to float64).

    Each stage computes what stands innermost: products first, then the sum of them, then its root, and so on.
    `compute` gives the result of each operation on numbers.
    """
    return list(_stages(with_numbers(node, value), compute))


def _stages(node: Expression, compute: Value) -> Iterator[Expression]:
    node = _signed(node)
    yield node
    while not isinstance(node, Constant):
        node = _signed(_computed(node, compute))
        yield node


def _computed(node: Expression, compute: Value) -> Expression:
    """Every operation whose operands are numbers, as its result; a condition stays what it is."""
    if isinstance(node, Constant):
        return node
    children = node.children()
    ready = all(isinstance(child, Constant) or _is_chain(node, child) for child in children)
    if ready and not isinstance(node, Compare):
        return Constant(compute(node))
    return rebuild(node, tuple(_computed(child, compute) for child in children))


def _is_chain(node: Expression, child: Expression) -> bool:
    """Is it the beginning of a sum, or of a product, of numbers that goes on in `node`, as in a + b + c?"""
    match node, child:
        case Binary(operator, left), Binary(other, first, Constant()) if child is left:
            alike = any(operator in kind and other in kind for kind in ("+-", "*/"))
            return alike and (isinstance(first, Constant) or _is_chain(child, first))
        case _:
            return False


def _signed(node: Expression) -> Expression:
    """-(0.5) is the number -0.5 already, and a sum of one term is that term."""
    node = rebuild(node, tuple(_signed(child) for child in node.children()))
    match node:
        case Negate(Constant(value)):
            return Constant(-value)
        case Terms(_, (only,)):
            return only
        case _:
            return node


def rounded(number: float | Fraction, digits: int) -> float:
    """The number with so many significant digits, a 5 rounded up; whole numbers, infinities and NaN as they are.

    A fraction is rounded as what it is, a float as the number of 15 digits that it stands for.

    >>> rounded(0.123456, 3), rounded(-1234.5, 2), rounded(0.15, 1), rounded(Fraction(1, 8), 2)
    (0.123, -1200.0, 0.2, 0.13)
    """
    if isinstance(number, Fraction):
        exact = Context(prec=digits, rounding=ROUND_HALF_UP).divide(number.numerator, number.denominator)
    elif isinstance(number, int) or not isfinite(number):
        return number
    else:
        meant = Context(prec=max(digits, EXACT)).create_decimal(number)
        exact = Context(prec=digits, rounding=ROUND_HALF_UP).plus(meant)
    return float(exact) + 0.0


def all_rounded(node: Expression, digits: int) -> Expression:
    """The expression with every number in it rounded to so many significant digits."""
    return each_number(node, lambda value: rounded(value, digits))


def readable(node: Expression, digits: int) -> Expression:
    """The same, with whole numbers written without a point: to be read, not to be computed with."""

    def whole(value: float) -> float:
        short = rounded(value, digits)
        return int(short) if isfinite(short) and short == int(short) and abs(short) < LARGEST_WHOLE else short

    return each_number(node, whole)


def each_number(node: Expression, change: Callable[[float], float]) -> Expression:
    """The expression with every number in it changed."""
    return transform(node, lambda p: Constant(change(p.value), p.name) if isinstance(p, Constant) else None)


def exactly(node: Expression) -> float | Fraction:
    """The value of an expression of numbers, each taken for the decimal that it is written as: 0.1 is a tenth."""
    parts: list[Any] = [exactly(child) for child in node.children()]
    match node:
        case Constant(value):
            return Fraction(repr(value)) if isfinite(value) else value
        case Negate():
            return -parts[0]
        case Call(function):
            return float(reference.FUNCTIONS[function](parts[0]))
        case Terms(kind):
            return sum(parts) if kind == "sum" else max(parts)
        case Binary("**") if abs(parts[1]) > LARGEST_POWER:
            return float(parts[0]) ** float(parts[1])
        case Binary(operator) | Compare(operator):
            found: float | Fraction = reference.OPERATORS[operator](*parts)
            return found
        case _:
            raise TypeError(f"{type(node).__name__} is no arithmetic on numbers")


def folded(node: Expression, shown: int) -> Expression:
    """The expression with the middle of sums longer than `shown` terms left out: the first ones, a gap, the last."""
    node = rebuild(node, tuple(folded(child, shown) for child in node.children()))
    if not isinstance(node, Terms) or len(node.terms) <= shown:
        return node
    last = max(1, shown // 4)
    gap = Constant(float("nan"), said("gap", count=len(node.terms) - shown))
    return Terms(node.kind, (*node.terms[: shown - last], gap, *node.terms[-last:]))
