"""What somebody has who fills in a sheet: the numbers that are shown, and own answers, each as good as its rounding."""

from __future__ import annotations

from dataclasses import dataclass, field

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Access, Expression
from gpt_by_hand.practice.numbers import is_short, seen
from gpt_by_hand.practice.tolerance import Range, around
from gpt_by_hand.trace.trace import Trace

NOTHING = 1e-7  # what is below it in the forward pass is what rounding weights to float32 has left of 0


@dataclass
class Desk:
    """One sheet's numbers: `shown_in` says in which question each was shown or asked for."""

    trace: Trace
    shown_in: dict[Access, int] = field(default_factory=dict)
    answers: dict[Access, float] = field(default_factory=dict)
    ranges: dict[Access, Range] = field(default_factory=dict)

    def exact(self, node: Expression) -> float:
        """The number that an expression without indices stands for, from the exact numbers of the trace."""
        value = float(reference.value(node, {}, self.trace.arrays))
        return self._meant(node, value) if isinstance(node, Access) else value

    def _meant(self, element: Access, value: float) -> float:
        """Without what float32 adds to weights: 0.3 is not 0.30000001, nor is a sum of them 1.5e-08 where it is 0."""
        formulas = self.trace.program.definitions.get(element.tensor.name, ())
        if abs(value) < NOTHING and any(formula.phase == "forward" for formula in formulas):
            return 0.0
        return seen(value) if is_short(value) else value

    def by_hand(self, node: Expression) -> float:
        """The same from the numbers on the desk; each answer has been rounded before it was used."""
        if isinstance(node, Access):
            return self.answers[node] if node in self.answers else seen(self.exact(node))
        return float(reference.value(node, {}, {}))

    def range(self, element: Access) -> Range:
        """Between which numbers an element is for somebody who has computed with rounded ones."""
        if element in self.ranges:
            return self.ranges[element]
        return around(self.exact(element))
