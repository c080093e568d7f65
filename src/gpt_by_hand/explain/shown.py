"""How an explanation's numbers are shown: so many digits, long sums folded, and what rounding does to the result."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isnan
from typing import TypeVar

from gpt_by_hand.explain.parts import Explained
from gpt_by_hand.explain.steps import all_rounded, exactly, folded, readable, rounded
from gpt_by_hand.layout.document import Row
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.notation import Constant, Expression
from gpt_by_hand.printers.text import text

DIGITS = 6  # significant ones, unless the user says otherwise
BINARY_DIGITS = {"float32": 24, "float64": 53}
LISTED = 12  # shown of a longer list, when sums are folded
T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """Digits: how many significant ones. Terms: how many of a sum, before it is folded in its middle; None is all."""

    digits: int = DIGITS
    terms: int | None = None

    def expression(self, node: Expression) -> Expression:
        """The expression as it is printed."""
        return readable(node if self.terms is None else folded(node, self.terms), self.digits)

    def rows(self, listed: Sequence[T], row: Callable[[T], Row]) -> list[Row]:
        """A row for each; when long things are folded, for the first and the last ones, around a gap."""
        left_out = len(listed) - (LISTED - 1)
        if self.terms is None or left_out < 2:
            return [*map(row, listed)]
        gap = Row(((said("gap", count=left_out),),), "gap")
        return [*map(row, listed[: LISTED - 3]), gap, *map(row, listed[-2:])]

    def number(self, value: float) -> str:
        """A number as it is printed."""
        return text(readable(Constant(value), self.digits))

    def rounding(self, explained: Explained) -> list[str]:
        """Where the numbers put in, rounded as the first stage shows them, give another last digit; or the trace has.

        Rounding at each stage may lead to yet another one, as 1.344 / 2 = 0.672 below numbers that give 0.6719.
        """
        if not explained.stages:
            return []
        first, last = explained.stages[0], explained.stages[-1]
        assert isinstance(last, Constant)
        true, found = rounded(last.value, self.digits), rounded(exactly(all_rounded(first, self.digits)), self.digits)
        notes = []
        if found != true and not (isnan(found) and isnan(true)):
            notes.append(many("rounding.by-hand", self.digits, found=self.number(found), true=self.number(true)))
        if rounded(explained.value, self.digits) != true:
            value, drawn, precision = self.number(explained.value), explained.phase == "start", explained.precision
            seen = {"value": value, "digits": BINARY_DIGITS[precision], "precision": precision}
            notes.append(said("rounding.drawn" if drawn else "rounding.computed", **seen))
        return notes
