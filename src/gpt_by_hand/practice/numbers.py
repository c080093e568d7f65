"""How exercises show numbers: four decimals, or three digits where a number is too small for that.

And so, how far an answer may be from the exact one, so that nobody is wrong who computes with what is shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import product

from gpt_by_hand.engines import reference
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Access, Binary, Call, Constant, Expression, Negate, Terms
from gpt_by_hand.notation.instance import Value

DECIMALS = 4
SIGNIFICANT = 3
SMALLEST = 1e-4  # below it, numbers are written with an exponent
NEGLIGIBLE = 1e-9  # what is left of numbers so much larger is what floats add: of 0.1 + 0.2 - 0.3, or of log(1)
FLOAT32 = 3e-7  # relative: what storing a weight such as 0.3 as float32 changes, and a little arithmetic
Range = tuple[float, float]


def decimals(number: float) -> int:
    """How many decimals the number is shown with.

    >>> decimals(12.3), decimals(0.0123), decimals(0.00123)
    (4, 4, 5)
    """
    if number == 0 or not math.isfinite(number):
        return DECIMALS
    return max(DECIMALS, SIGNIFICANT - 1 - math.floor(math.log10(abs(number))))


def half_unit(number: float) -> float:
    """By how much at most the number differs from what is shown: 0 for short numbers, which are shown as they are."""
    return 0.0 if is_short(number) else unit(number) / 2


def unit(number: float) -> float:
    """One in the last place that is shown."""
    return 10.0 ** -decimals(number)


def is_short(number: float) -> bool:
    """Is it shown with all its digits: a whole number, a weight such as 0.3, an infinity?"""
    return not math.isfinite(number) or abs(number - round(number, decimals(number))) <= FLOAT32 * abs(number)


def shown(number: float) -> str:
    """The number as exercises write it.

    >>> shown(0.30000001192), shown(-0.123456), shown(0.00123456), shown(0.0000123456), shown(8), shown(float("-inf"))
    ('0.3', '-0.1235', '0.00123', '1.23e-05', '8', '-inf')
    """
    if is_short(number):  # without zeros that say nothing, and without a minus before 0
        return repr(round(float(number), decimals(number)) + 0.0).removesuffix(".0")
    if abs(number) < SMALLEST:
        return f"{number:.{SIGNIFICANT - 1}e}"
    return f"{number:.{decimals(number)}f}"


def seen(number: float) -> float:
    """The number that somebody reads who is shown it."""
    return float(shown(number))


def as_read(number: float) -> float:
    """The same, without its decimal point where it is whole.

    >>> as_read(2.0), as_read(0.123456)
    (2, 0.1235)
    """
    value = seen(number)
    return int(value) if math.isfinite(value) and value == int(value) else value


def result(node: Expression) -> float:
    """What an operation on numbers gives: 0 where it has only left what floats add.

    >>> result(Constant(0.1) + Constant(0.2) - Constant(0.3)), result(Constant(3e-20) / Constant(0.1))
    (0.0, 3e-19)
    """
    found = float(reference.value(node, {}, {}))
    match node:
        case Call("log"):
            largest = 1.0
        case Terms("sum") | Binary("+" | "-"):
            largest = max(abs(number.value) for number in node.find(Constant))
        case _:
            return found
    return 0.0 if abs(found) < NEGLIGIBLE * largest else found


def asked_for(number: float) -> str:
    """How precise the answer should be, in words.

    >>> asked_for(0.5), asked_for(0.123456), asked_for(0.00123)
    ('4 decimals', '4 decimals', '5 decimals')
    """
    if 0 < abs(number) < SMALLEST:
        return said("digits.significant", count=SIGNIFICANT)
    return said("digits.decimals", count=decimals(number))


def tolerance(expression: Expression, value: Value) -> float:
    """The largest distance from the exact value that rounding can explain; infinite where there is no bound.

    Interval arithmetic (Moore 1966): each element may be anything that looks like what is shown, each intermediate
    result may be rounded as it would be shown, and the answer too.
    """
    exact = value(expression)
    if not math.isfinite(exact):
        return 0.0
    low, high = reach(expression, value)
    return max(exact - low, high - exact, 0.0) + unit(exact) / 2


def reach(node: Expression, value: Value, known: Callable[[Access], Range] | None = None) -> Range:
    """The smallest and the largest result that rounding on the way can lead to: infinite ones, where any is possible.

    `known` says it of the elements, where they are not just seen.
    """
    try:
        low, high = _reach(node, value, known)
    except (ZeroDivisionError, ValueError, OverflowError):
        return -math.inf, math.inf
    return (-math.inf, math.inf) if math.isnan(low) or math.isnan(high) else (low, high)


def _reach(node: Expression, value: Value, known: Callable[[Access], Range] | None) -> Range:
    inner = [_rounded(child, _reach(child, value, known)) for child in node.children()]
    match node:
        case Access():
            return around(value(node)) if known is None else known(node)
        case Constant():
            return value(node), value(node)
        case Binary(operator):
            return _combined(operator, *inner)
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


def _combined(operator: str, left: Range, right: Range) -> Range:
    """Of what the ends lead to, the least and the most; a power has one exponent, or a base above 0."""
    if operator == "/" and right[0] <= 0 <= right[1]:
        raise ZeroDivisionError
    operation = math.pow if operator == "**" else reference.OPERATORS[operator]
    ends = [operation(x, y) for x, y in product(left, right)]
    even = operator == "**" and left[0] < 0 < left[1] and right[0] % 2 == 0
    return 0.0 if even else min(ends), max(ends)


def _call(function: str, low: float, high: float) -> Range:
    """All but the cosine grow with their argument; the cosine changes by no more than its argument."""
    if function == "cos":
        middle, half = math.cos((low + high) / 2), (high - low) / 2
        return middle - half, middle + half
    if function == "sqrt":
        low = max(low, 0.0)
    found = reference.FUNCTIONS[function]
    return float(found(low)), float(found(high))
