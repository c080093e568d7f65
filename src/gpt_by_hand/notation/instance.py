"""One element's own formula: positions in place of indices, sums written out, conditions decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from itertools import product
from typing import TypeAlias, cast

from gpt_by_hand.notation.algebra import ZERO, factors, is_number, rebuild
from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.expressions import Access, Compare, Constant, Expression, Index, Reduction, Terms, Where
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.records import dataclass

Position: TypeAlias = tuple[int, ...]
Value: TypeAlias = Callable[[Expression], float]  # the number that an expression without indices stands for


@dataclass(frozen=True)
class Instance:
    """The formula of one element. Every `Access` in it has whole numbers for subscripts: it is one number.

    `lookups` are the integers that subscripts were looked up in, `conditions` the comparisons that decided a `Where`
    outside of sums (with whether they hold), and `left_out` counts the terms of sums that a condition makes 0.
    """

    assignment: Assignment
    place: Position
    expression: Expression
    lookups: tuple[Access, ...] = ()
    conditions: tuple[tuple[Compare, bool], ...] = ()
    left_out: int = 0

    @property
    def operands(self) -> tuple[Access, ...]:
        """The numbers that it is computed from, each once, in order: those that were looked up come last."""
        parts = (self.expression, *(condition for condition, _ in self.conditions), *self.lookups)
        return tuple(dict.fromkeys(access for part in parts for access in part.find(Access)))


def defining(program: Program, name: str, place: Position) -> Assignment:
    """The assignment that defines an element.

    Raises: DefinitionError when none does: inputs and parameters are given.
    """
    for assignment in program.definitions.get(name, ()):
        fixed = zip(assignment.subscripts, place, strict=True)
        if all(at == s for s, at in fixed if isinstance(s, int)):
            return assignment
    raise DefinitionError(f"{name}{list(place)} is not defined by a formula")


def place_of(element: Access) -> Position:
    """Where an element is: its subscripts, which are all positions, as `instance` makes them."""
    assert all(isinstance(at, int) for at in element.subscripts)
    return cast(Position, element.subscripts)


def instance(assignment: Assignment, place: Position, value: Value) -> Instance:
    """The formula of the element at `place`; `value` decides its conditions and what is looked up."""
    fixed = zip(assignment.subscripts, place, strict=True)
    at = {s.name: position for s, position in fixed if isinstance(s, Index)}
    maker = _Maker(value)
    expression = maker.make(assignment.expression, at)
    lookups = tuple(dict.fromkeys(maker.lookups))
    return Instance(assignment, place, expression, lookups, tuple(maker.conditions), maker.left_out)


@dataclass
class _Maker:
    value: Value
    lookups: list[Access] = field(default_factory=list)
    conditions: list[tuple[Compare, bool]] = field(default_factory=list)
    left_out: int = 0
    inside: int = 0  # how many sums the walk is inside of

    def make(self, node: Expression, at: Mapping[str, int]) -> Expression:
        match node:
            case Index(name):
                return Constant(at[name])
            case Access():
                return self.element(node, at)
            case Where():
                return self.decided(node, at)
            case Reduction():
                return self.written_out(node, at)
            case _:
                return rebuild(node, tuple(self.make(child, at) for child in node.children()))

    def element(self, node: Access, at: Mapping[str, int]) -> Access:
        place = []
        for subscript in node.subscripts:
            if isinstance(subscript, Access):
                looked = self.element(subscript, at)
                self.lookups.append(looked)
                place.append(int(self.value(looked)))
            else:
                place.append(subscript if isinstance(subscript, int) else at[subscript.name])
        return Access(node.tensor, tuple(place))

    def decided(self, node: Where, at: Mapping[str, int]) -> Expression:
        condition = node.condition
        left, right = (self.make(side, at) for side in condition.children())
        found = Compare(condition.operator, left, right)
        holds = bool(self.value(found))
        if not self.inside:
            self.conditions.append((found, holds))
        return self.make(node.then if holds else node.otherwise, at)

    def written_out(self, node: Reduction, at: Mapping[str, int]) -> Expression:
        names = [index.name for index in node.indices]
        terms = []
        self.inside += 1
        for chosen in product(*(range(index.extent) for index in node.indices)):
            term = self.make(node.body, {**at, **dict(zip(names, chosen, strict=True))})
            if node.kind == "sum" and any(is_number(factor, 0) for factor in factors(term)[0]):
                self.left_out += 1
            else:
                terms.append(term)
        self.inside -= 1
        return Terms(node.kind, tuple(terms)) if terms else ZERO
