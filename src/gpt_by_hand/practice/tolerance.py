"""How far an answer may be from the exact one, so that nobody is wrong who computes with the digits that are shown."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

from gpt_by_hand.notation import Access, Binary, Call, Constant, Expression, Negate, Terms
from gpt_by_hand.practice.numbers import half_unit, seen, unit

Value = Callable[[Expression], float]
Range = tuple[float, float]


def tolerance(expression: Expression, value: Value) -> float:
    """The largest distance from the exact value that rounding can explain; infinite where there is no bound.

    Interval arithmetic (Moore 1966): each element may be anything that looks like what is shown, each intermediate
    result may be rounded as it would be shown, and the answer too.
    """
    exact = value(expression)
    if not math.isfinite(exact):
        return 0.0
    try:
        low, high = reach(expression, value)
    except (ZeroDivisionError, ValueError, OverflowError):
        return math.inf
    if math.isnan(low) or math.isnan(high):
        return math.inf
    return max(exact - low, high - exact, 0.0) + unit(exact) / 2


def reach(node: Expression, value: Value, known: Callable[[Access], Range] | None = None) -> Range:
    """The smallest and the largest result that rounding on the way can lead to; `known` says so of the elements.

    Raises: ZeroDivisionError, ValueError or OverflowError where it can lead to no number at all.
    """
    inner = [_rounded(child, reach(child, value, known)) for child in node.children()]
    match node:
        case Access():
            return around(value(node)) if known is None else known(node)
        case Constant():
            return value(node), value(node)
        case Binary(operator):
            return OPERATORS[operator](*inner)
        case Negate():
            return -inner[0][1], -inner[0][0]
        case Call(function):
            return _call(function, *inner[0])
        case Terms(kind):
            lows, highs = zip(*inner, strict=True)
            return _sum(lows, highs) if kind == "sum" else (max(lows), max(highs))
        case _:
            raise TypeError(f"{type(node).__name__} is no arithmetic on numbers")


def around(exact: float) -> Range:
    """What an element may be for somebody who sees it as it is shown."""
    near, slack = seen(exact), half_unit(exact)
    return min(near - slack, exact), max(near + slack, exact)


def _sum(lows: Sequence[float], highs: Sequence[float]) -> Range:
    """Terms with more decimals than the total has may be cut off one by one, as one adds them up."""
    low, high = sum(lows), sum(highs)
    coarse = max(unit(max(abs(a), abs(b))) for a, b in zip((*lows, low), (*highs, high), strict=True))
    fine = sum(unit(max(abs(a), abs(b))) < coarse for a, b in zip(lows, highs, strict=True) if (a, b) != (0, 0))
    slack = fine * coarse / 2
    return low - slack, high + slack


def _rounded(node: Expression, found: Range) -> Range:
    """An intermediate result may be written down as it would be shown; what is given, or only negated, is not."""
    if isinstance(node, (Access, Constant, Negate)):
        return found
    low, high = found
    slack = half_unit(low) if low == high else unit(max(abs(low), abs(high))) / 2
    return low - slack, high + slack


def _ends(operation: Callable[[float, float], float]) -> Callable[[Range, Range], Range]:
    def combined(left: Range, right: Range) -> Range:
        ends = [operation(x, y) for x, y in product(left, right)]
        return min(ends), max(ends)

    return combined


def _divide(left: Range, right: Range) -> Range:
    if right[0] <= 0 <= right[1]:
        raise ZeroDivisionError
    return _ends(lambda x, y: x / y)(left, right)


def _power(base: Range, exponent: Range) -> Range:
    """With one exponent, or with a base above 0."""
    low, high = _ends(math.pow)(base, exponent)
    return (0.0 if base[0] < 0 < base[1] and exponent[0] % 2 == 0 else low), high


def _call(function: str, low: float, high: float) -> Range:
    """All but the cosine grow with their argument; the cosine changes by no more than its argument."""
    if function == "cos":
        middle, half = math.cos((low + high) / 2), (high - low) / 2
        return middle - half, middle + half
    if function == "sqrt":
        low = max(low, 0.0)
    found = round if function == "round" else getattr(math, function)
    return float(found(low)), float(found(high))


OPERATORS: dict[str, Callable[[Range, Range], Range]] = {
    "+": lambda left, right: (left[0] + right[0], left[1] + right[1]),
    "-": lambda left, right: (left[0] - right[1], left[1] - right[0]),
    "*": _ends(lambda x, y: x * y),
    "/": _divide,
    "**": _power,
}
