"""Somebody who fills in a sheet: evaluates the printed formula with what stands on the sheet, nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product

from gpt_by_hand.notation import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Reduction,
    Terms,
    Where,
)
from tests.practice.booklet.sheets import Numbers, Question, rounded

At = Mapping[str, int]
Write = Callable[[float], float]


def never(number: float) -> float:
    """A calculator with all its digits."""
    return number


@dataclass(frozen=True)
class Student:
    """Computes with these numbers; `write` is what happens to each intermediate result."""

    numbers: Numbers
    write: Write = never
    read_at: list[tuple[str, tuple[int, ...]]] = field(default_factory=list)

    def answer(self, question: Question, place: tuple[int, ...]) -> float:
        """The element that is asked for."""
        assert question.formula is not None
        pairs = zip(question.formula.subscripts, place, strict=True)
        at = {}
        for subscript, position in pairs:
            if isinstance(subscript, Index):
                at[subscript.name] = position
            else:
                assert subscript == position, f"the formula is of other elements than {place}"
        return self.value(question.formula.expression, at)

    def value(self, node: Expression, at: At) -> float:
        """What stands there, worked out from the inside."""
        if isinstance(node, Constant):
            return float(node.value) if isinstance(node.value, int) else rounded(node.value)
        if isinstance(node, Index):
            return at[node.name]
        if isinstance(node, Access):
            place = tuple(s if isinstance(s, int) else int(self.value(s, at)) for s in node.subscripts)
            self.read_at.append((node.tensor.name, place))
            return self.numbers[node.tensor.name, place]
        if isinstance(node, Where):
            return self.value(node.then if self.holds(node.condition, at) else node.otherwise, at)
        if isinstance(node, Negate):
            return -self.value(node.operand, at)
        if isinstance(node, Reduction):
            names = [index.name for index in node.indices]
            ways = product(*(range(index.extent) for index in node.indices))
            terms = [self.part(node.body, {**at, **dict(zip(names, way, strict=True))}) for way in ways]
            return math.fsum(terms) if node.kind == "sum" else max(terms)
        if isinstance(node, Terms):
            terms = [self.part(term, at) for term in node.terms]
            return math.fsum(terms) if node.kind == "sum" else max(terms)
        if isinstance(node, Call):
            function = float if node.function == "float" else getattr(math, node.function)
            return float(function(self.part(node.argument, at)))
        assert isinstance(node, Binary), node
        return OPERATORS[node.operator](self.part(node.left, at), self.part(node.right, at))

    def part(self, node: Expression, at: At) -> float:
        """An intermediate result, written down unless it is there already."""
        found = self.value(node, at)
        return found if isinstance(node, (Access, Constant, Index, Negate)) else self.write(found)

    def holds(self, condition: Compare, at: At) -> bool:
        left, right = self.value(condition.left, at), self.value(condition.right, at)
        return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right, "==": left == right}[
            condition.operator
        ]


OPERATORS: dict[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
