"""Numbers as all tables show them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np

from gpt_by_hand.language import spoken
from gpt_by_hand.records import dataclass

MOST = 6  # significant digits, unless somebody asks for others
PLAIN = range(-2, MOST)  # powers of ten of a table's largest number for which it needs no exponent
ENOUGH = 2  # significant digits below which a small number is better told by its own exponent


def number(value: float) -> str:
    """Eight significant digits, or fewer where fewer tell this float32 from its neighbours; tiny numbers keep eight.

    A float64 too is written with the digits that tell the nearest float32, where they are its own, correctly rounded:
    what is computed from a weight of 0.3, which is 0.30000001 in float32, has no more digits than that is worth.
    """
    with np.errstate(over="ignore"):  # a float64 may be too large for one
        single = np.float32(value) + np.float32(0)
    fewest, eight = str(single).removesuffix(".0"), f"{value:.8g}"
    tiny = "e" in fewest and len(fewest) > len("-1.25e-06")
    digits = len(fewest.partition("e")[0].lstrip("-0.").replace(".", ""))
    own = value == float(single) or (isfinite(single) and float(f"{value:.{max(1, digits)}g}") == float(fewest))
    return min(fewest, eight, key=len) if own and not tiny else eight


def exact(value: np.generic) -> str:
    """All digits of a float64; of a float32 eight, or as few as tell it from its neighbours."""
    return repr(value.item() + 0.0).removesuffix(".0") if value.dtype == np.float64 else number(value.item())


def scalar(value: np.ndarray, digits: int = 0) -> str:
    """A single number to so many significant digits.

    With 0: eight digits of a float32, all of them of a float64, such as the learning rate. A whole number has all of
    its digits in any case.
    """
    if value.dtype.kind in "iub":
        return str(int(value))
    if digits:
        text = f"{value.item() + 0.0:.{digits}g}"
        whole = text.lstrip("-").isdigit() and float(text) != value.item()  # it looks so, and is not
        return f"{value.item():#.{digits}g}".rstrip(".") if whole else text
    return repr(value.item()) if value.dtype == np.float64 else number(value.item())


def written(values: np.ndarray, digits: int) -> list[str]:
    """The numbers of one column, with so many significant digits in the largest of them; with 0, each has its own."""
    return [Writing.of(values, digits).text(value) if digits else exact(value) for value in values]


def finite(value: float) -> float | str:
    """The number; as text where it is not finite, since JSON has no such numbers."""
    return value if isfinite(value) else str(value)


def percent(share: float) -> str:
    """A part as a percentage with one decimal, with no minus in front of nothing."""
    found = f"{share:.1%}"
    return "0.0%" if found == "-0.0%" else found


def probability(value: float) -> str:
    """Four decimals, or a power of ten, 3e-05, where four would say that something possible is impossible."""
    return f"{value:.4f}" if value == 0 or value >= 0.00005 else f"{value:.0e}"


def aligned(numbers: Sequence[str], blank: str = " ") -> list[str]:
    """The numbers with blanks behind them, so that their points stand below each other where their ends do.

    >>> aligned(["-1.25", "300", "0.5", "2e-05"])
    ['-1.25 ', '300    ', '0.5  ', '2e-05']
    """
    behind = [len(text) - _point(text) if text else 0 for text in numbers]
    return [text + blank * (max(behind) - n) if text else text for text, n in zip(numbers, behind, strict=True)]


def _point(text: str) -> int:
    """Where a number's decimal point stands, or would."""
    return min(at if at >= 0 else len(text) for at in map(text.find, (spoken().point, "e", "%")))


@dataclass(frozen=True)
class Writing:
    """How the numbers of one table are written: all in units of 10**`exponent`, to so many decimals, equally wide.

    A number of which that would leave nothing, or one digit, has an exponent of its own; `scientific` says that all of
    them have one. What is exactly 0 is written as 0, and nothing else is; and where a table
    has room for decimals, 1 is exactly 1, and 1.00000 is nearly 1, or beside it.
    """

    decimals: int = 0
    exponent: int = 0
    scientific: bool = False
    largest: float = 0.0
    smallest: float = 0.0
    signs: bool = False

    @staticmethod
    def of(values: np.ndarray, digits: int) -> Writing:
        """The writing of these numbers in which the largest has so many significant digits."""
        sizes = np.abs(values[np.isfinite(values) & (values != 0)].astype(np.float64))
        if not len(sizes) or values.dtype.kind in "iub":
            return Writing(largest=float(sizes.max(initial=0)), signs=bool((values < 0).any()))
        seen: Any = {"largest": sizes.max(), "smallest": sizes.min(), "signs": bool((values < 0).any())}
        high, low = _power(sizes.max(), digits), _power(sizes.min(), digits)
        exponent = 0 if high in PLAIN else high
        if exponent and high - low > digits - ENOUGH:
            return Writing(digits - 1, scientific=True, **seen)
        decimals = max(0, digits - 1 - high + exponent)
        return Writing(_needed(sizes / 10.0**exponent, decimals), exponent, **seen)

    @property
    def unit(self) -> str:
        """What stands in the corner of the table: nothing, or the power of ten that its numbers count."""
        return f"× 1e{self.exponent:+03d}" if self.exponent else ""

    @property
    def width(self) -> int:
        """How wide a number is at most, its sign included."""
        tiny = len("1e-06") if self.smallest and self._left(self.smallest) < 1 else 0
        return self.signs + max(self._room, tiny)

    def text(self, value: float) -> str:
        """One of the numbers."""
        if value == 0 or not isfinite(value):
            return f"{value + 0.0:.0f}"
        if self.scientific:
            return f"{value:.{self.decimals}e}"
        fixed = self._fixed(value)
        own = max(0, self._room - len("1.e-06"))  # decimals for which there is room beside an exponent
        tiny = not self.exponent and self._left(abs(value)) < min(ENOUGH, 1 + own)
        told = f"{value:.{own}e}"
        return told if tiny and float(told) != float(fixed) else fixed

    def _left(self, size: float) -> int:
        """How many significant digits of a number stand before the last decimal."""
        return _power(size, ENOUGH) - self.exponent + self.decimals + 1

    @cached_property
    def _room(self) -> int:
        return len(f"{self.largest:.{self.decimals}e}" if self.scientific else self._fixed(self.largest))

    def _fixed(self, value: float) -> str:
        return f"{Decimal(float(value)).scaleb(-self.exponent):.{self.decimals}f}"


def _power(size: float, digits: int) -> int:
    """The power of ten that a number begins with, rounded to so many digits."""
    return int(f"{size:.{digits - 1}e}".partition("e")[2])


def _needed(sizes: np.ndarray, decimals: int) -> int:
    """The decimals without those that would be 0 in all of the numbers; all of them, where only whole ones were left.

    Then those zeros say that some number is not quite whole.
    """
    needed = decimals
    while needed and np.array_equal(np.round(sizes, needed), np.round(sizes, needed - 1)):
        needed -= 1
    return needed if needed or np.array_equal(sizes, np.round(sizes)) else decimals
