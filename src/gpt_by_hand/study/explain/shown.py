"""How an explanation's numbers are shown: so many digits, long sums folded, and what rounding does to the result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import isnan, nan
from typing import TypeVar

from gpt_by_hand.notation import Access, Constant, Expression
from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.printers.text import text
from gpt_by_hand.study import address
from gpt_by_hand.study.explain.explanation import DIGITS, Explanation
from gpt_by_hand.study.steps import all_rounded, exactly, folded, readable, rounded

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

    def symbols(self, explanation: Explanation) -> Expression | None:
        """The formula of this element, with addresses in place of elements; None where it has none to show."""
        found = explanation.instance
        return None if found is None else self.expression(_addressed(found.expression))

    def some(self, listed: Sequence[T]) -> list[T | None]:
        """The list, or, when long things are folded, its beginning and its end around a gap (None)."""
        if self.terms is None or len(listed) <= LISTED:
            return [*listed]
        return [*listed[: LISTED - 3], None, *listed[-2:]]

    def number(self, value: float) -> str:
        """A number as it is printed."""
        return text(readable(Constant(value), self.digits))

    def stages(self, explanation: Explanation) -> list[Expression]:
        """The working, each stage once: two that are the same when rounded are one."""
        found = [self.expression(stage) for stage in explanation.stages]
        return [stage for n, stage in enumerate(found) if n == 0 or stage != found[n - 1]]

    def rounding(self, explanation: Explanation) -> list[str]:
        """Where the numbers put in, rounded as the first stage shows them, give another last digit; or the trace has.

        Rounding at each stage may lead to yet another one, as 1.344 / 2 = 0.672 below numbers that give 0.6719.
        """
        if not explanation.stages:
            return []
        said = []
        exact, by_hand = _result(explanation), self._by_hand(explanation.stages[0])
        true, found = rounded(exact, self.digits), rounded(by_hand, self.digits)
        if found != true and not (isnan(found) and isnan(true)):
            said.append(
                f"the numbers put in, rounded to {self.digits} digit{'s' * (self.digits > 1)}, give "
                f"{self.number(found)} if nothing is rounded in between; with all their digits it is "
                f"{self.number(true)}"
            )
        if rounded(explanation.value, self.digits) != true:
            how = "was drawn" if explanation.phase == "start" else "is computed"
            binary = f"{BINARY_DIGITS[explanation.precision]} binary digits ({explanation.precision})"
            said.append(
                f"the trace has {self.number(explanation.value)}: it {how} with {binary}, and each result rounded"
            )
        return said

    def _by_hand(self, stage: Expression) -> float | Fraction:
        return exactly(all_rounded(stage, self.digits))


def _addressed(node: Expression) -> Expression:
    def name(part: Expression) -> Expression | None:
        if isinstance(part, Access):
            return Constant(nan, address.of(part.tensor.name, part.subscripts))  # type: ignore[arg-type]
        return None

    return transform(node, name)


def _result(explanation: Explanation) -> float:
    last = explanation.stages[-1]
    assert isinstance(last, Constant)
    return last.value
