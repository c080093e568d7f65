"""What somebody has who fills in a sheet: the numbers that are shown, and own answers, each as good as its rounding."""

from __future__ import annotations

from dataclasses import dataclass, field

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Access, Expression
from gpt_by_hand.study.exercises.numbers import half_unit, seen
from gpt_by_hand.study.exercises.tolerance import Range
from gpt_by_hand.study.trace import Trace


@dataclass
class Desk:
    """One sheet's numbers: `shown_in` says in which question each was shown or asked for."""

    trace: Trace
    shown_in: dict[Access, int] = field(default_factory=dict)
    answers: dict[Access, float] = field(default_factory=dict)
    ranges: dict[Access, Range] = field(default_factory=dict)

    def exact(self, node: Expression) -> float:
        """The number that an expression without indices stands for, from the exact numbers of the trace."""
        return float(reference.value(node, {}, self.trace.arrays))

    def by_hand(self, node: Expression) -> float:
        """The same from the numbers on the desk; each answer has been rounded before it was used."""
        if isinstance(node, Access):
            return self.answers[node] if node in self.answers else seen(self.exact(node))
        return float(reference.value(node, {}, {}))

    def range(self, element: Access) -> Range:
        """Between which numbers an element is for somebody who has computed with rounded ones."""
        if element in self.ranges:
            return self.ranges[element]
        exact = self.exact(element)
        near, slack = seen(exact), half_unit(exact)
        return min(near - slack, exact), max(near + slack, exact)
