"""One exercise: an element's formula with a blank in it, its answer, and how precise an answer can be."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cached_property

from gpt_by_hand.engines import reference
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Assignment, Expression
from gpt_by_hand.notation.instance import Instance, Position, instance
from gpt_by_hand.practice.formulas import inlined, is_masked, opened, own_formula, solved, without_masked
from gpt_by_hand.practice.mutations import directly_wrong, slips
from gpt_by_hand.practice.numbers import shown, tolerance
from gpt_by_hand.practice.rules import Slip
from gpt_by_hand.practice.topics import Topic
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.meaning import lower, meaning
from gpt_by_hand.trace.trace import Trace

# Words and their numbers are given, so no formula asks for them.
LOOKED_UP = {concepts.TOKENS: "token", concepts.TARGETS: "target"}


@dataclass(frozen=True)
class Mistake(Slip):
    """A wrong way to compute the answer, and the number that it leads to."""

    value: float


@dataclass(frozen=True)
class Question:
    """What is element `place` of tensor `name`? Or, if there is one `missing`, what must this operand of it be?

    `formula` is the right-hand side in one piece, `lines` are the program's own formulas that it was put together from.
    """

    topic: Topic
    trace: Trace
    name: str
    place: Position
    formula: Assignment
    lines: tuple[Assignment, ...]
    missing: Access | None = None

    def value(self, node: Expression) -> float:
        """The number that an expression without indices stands for."""
        return float(reference.value(node, {}, self.trace.arrays))

    @property
    def address(self) -> str:
        """The address of the number that is asked for."""
        if self.missing is None:
            return address.of(self.name, self.place)
        return address.of(self.missing.tensor.name, self.missing.subscripts)

    @property
    def result(self) -> Access:
        """The element that the formula defines."""
        return Access(self.trace.program.tensors[self.name], self.place)

    @cached_property
    def instance(self) -> Instance:
        """The formula for this one element."""
        return instance(self.formula, self.place, self.value)

    @cached_property
    def own(self) -> Expression:
        """The same, without what is masked."""
        return without_masked(self.instance.expression)

    @cached_property
    def expression(self) -> Expression:
        """What the answer is computed by: the formula, or the formula solved for what is missing."""
        if self.missing is None:
            return self.own
        found = solved(self.own, self.result, self.missing)
        assert found is not None, "a question is only asked where it can be solved"
        return found

    @cached_property
    def answer(self) -> float:
        """The exact answer, from the exact operands, in float64."""
        return self.value(self.expression)

    @cached_property
    def tolerance(self) -> float:
        """How far a right answer can be from it, as one computes with the digits that are shown."""
        return tolerance(self.expression, self.value)

    @cached_property
    def as_if_open(self) -> Instance:
        """The formula that the question looks like to somebody who does not know yet that the element is masked."""
        if not is_masked(self.own):
            return self.instance
        return instance(replace(self.formula, expression=opened(self.formula.expression)), self.place, self.value)

    @property
    def operands(self) -> tuple[Access, ...]:
        """The elements that must be known, each once; what decides that an element is masked, too."""
        if self.missing is None:
            return tuple(dict.fromkeys((*self.as_if_open.operands, *self.instance.operands)))
        return (self.result, *(x for x in self.instance.operands if x != self.missing))

    @property
    def meaning(self) -> str:
        """The question in words."""
        concept = self.result.tensor.concept
        if concept in LOOKED_UP:
            sequence, position = self.place
            return said(f"look up.{LOOKED_UP[concept]}", sequence=sequence, position=position)
        found = meaning(self.trace, self.name, self.place)
        if self.missing is None:
            return found
        result, value = address.of(self.name, self.place), shown(self.value(self.result))
        return said("ask.operand", operand=self.address, result=result, value=value, question=lower(found))

    @cached_property
    def mistakes(self) -> tuple[Mistake, ...]:
        """Every mistake that leads to another number than rounding can explain."""
        found: dict[tuple[str, float], Mistake] = {}
        for slip in self._slips():
            value = self._leads_to(slip)
            key = (slip.kind, value)
            if abs(value - self.answer) > self.tolerance and (key not in found or slip.cost < found[key].cost):
                found[key] = Mistake(**vars(slip), value=value)
        return tuple(found.values())

    def _slips(self) -> list[Slip]:
        made = list(slips(self.formula, self.place, self.value))
        if self.missing is None:
            return made
        turned = ((slip, solved(slip.node, self.result, self.missing)) for slip in made)
        return [*(replace(slip, node=node) for slip, node in turned if node), *directly_wrong(self.expression)]

    def _leads_to(self, slip: Slip) -> float:
        """The number that it leads to; NaN where there is none."""
        try:
            return self.value(slip.node)
        except (ZeroDivisionError, ValueError, OverflowError, TypeError):
            return math.nan

    def tolerance_of(self, mistake: Mistake) -> float:
        """How far from its value somebody can be who makes the mistake and computes with the digits that are shown."""
        if mistake.value == 0 and self.tolerance:  # how finely 0 is written, the answer says
            return self.tolerance
        return tolerance(mistake.node, self.value)


def ask(topic: Topic, trace: Trace, name: str, place: Position, missing: Access | None = None) -> Question:
    """The question for one element of a tensor; with `missing`, for this operand of it."""
    own = own_formula(trace.program, name, place)
    formula, lines = inlined(trace.program, own, topic.inline)
    return Question(topic, trace, name, place, formula, (*lines, own), missing)


def solvable(question: Question) -> list[Access]:
    """The operands that can be asked for instead of the result."""
    reals = (x for x in question.operands if x.tensor.kind == "real" and question.missing is None)
    return [x for x in reals if solved(question.own, question.result, x) is not None]
