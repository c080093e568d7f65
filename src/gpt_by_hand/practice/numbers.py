"""How exercises show numbers: four decimals, or three digits where a number is too small for that."""

from __future__ import annotations

from math import floor, isfinite, log10

from gpt_by_hand.layout.sentences import said

DECIMALS = 4
SIGNIFICANT = 3
SMALLEST = 1e-4  # below it, numbers are written with an exponent
FLOAT32 = 3e-7  # relative: what storing a weight such as 0.3 as float32 changes, and a little arithmetic


def decimals(number: float) -> int:
    """How many decimals the number is shown with.

    >>> decimals(12.3), decimals(0.0123), decimals(0.00123)
    (4, 4, 5)
    """
    if number == 0 or not isfinite(number):
        return DECIMALS
    return max(DECIMALS, SIGNIFICANT - 1 - floor(log10(abs(number))))


def half_unit(number: float) -> float:
    """By how much at most the number differs from what is shown: 0 for short numbers, which are shown as they are."""
    return 0.0 if is_short(number) else unit(number) / 2


def unit(number: float) -> float:
    """One in the last place that is shown."""
    return 10.0 ** -decimals(number)


def is_short(number: float) -> bool:
    """Is it shown with all its digits: a whole number, a weight such as 0.3, an infinity?"""
    return not isfinite(number) or abs(number - round(number, decimals(number))) <= FLOAT32 * abs(number)


def shown(number: float) -> str:
    """The number as exercises write it.

    >>> shown(0.30000001192), shown(-0.123456), shown(0.00123456), shown(0.0000123456), shown(8), shown(-inf)
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
    return int(value) if isfinite(value) and value == int(value) else value


def asked_for(number: float) -> str:
    """How precise the answer should be, in words.

    >>> asked_for(0.5), asked_for(0.123456), asked_for(0.00123)
    ('4 decimals', '4 decimals', '5 decimals')
    """
    if 0 < abs(number) < SMALLEST:
        return said("digits.significant", count=SIGNIFICANT)
    return said("digits.decimals", count=decimals(number))
