"""How an explanation's numbers are shown: with so many digits, and long sums folded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from gpt_by_hand.explain.steps import folded, readable
from gpt_by_hand.layout.document import Row
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Constant, Expression
from gpt_by_hand.printers.text import text

DIGITS = 6  # significant ones, unless the user says otherwise
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
