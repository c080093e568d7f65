"""A program in the order in which one reads it: by phase, by part of the model, by question."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from gpt_by_hand.notation.expressions import Constant, Tensor
from gpt_by_hand.notation.meanings import Scope
from gpt_by_hand.notation.program import Assignment, Program

PHASES = {"clip": "Clipping"}  # all others are called what they are


@dataclass(frozen=True)
class Outline:
    """A program, with what a page about it needs: a title, and a few lines about it."""

    program: Program
    title: str
    about: tuple[str, ...] = ()

    @property
    def numbers(self) -> list[Constant]:
        """The constants with a name, such as `eps`, each once, in order of appearance."""
        constants = (constant for a in self.program.assignments for constant in a.expression.find(Constant))
        return list(dict.fromkeys(constant for constant in constants if constant.name))

    def phases(self) -> Iterator[tuple[str, list[Assignment]]]:
        """Each run of formulas of one phase, under the phase's title."""
        for phase, group in groupby(self.program.assignments, key=lambda a: a.phase):
            yield phase_title(phase), list(group)

    def places(self, assignments: Iterable[Assignment]) -> Iterator[tuple[str, list[Assignment]]]:
        """Each run of formulas of one scope, under its title and its address."""
        for scope, group in groupby(assignments, key=lambda a: a.scope):
            yield place_name(scope), list(group)


def phase_title(phase: str) -> str:
    """The phase as a heading."""
    return PHASES.get(phase, phase.capitalize())


def place_name(scope: Scope) -> str:
    """The title of a part of the model, and its address behind it; the address alone where it has no title."""
    return f"{scope.title} ({scope.name})" if scope.title else scope.name


def questions(assignments: Iterable[Assignment]) -> Iterator[tuple[Assignment, list[Assignment]]]:
    """Each run of formulas that answer one question, for tensors of one shape, behind the first of them."""
    for _, group in groupby(assignments, key=lambda a: (a.title, a.target.indices)):
        found = list(group)
        yield found[0], found


def shape(tensor: Tensor) -> str:
    """`[b, t, c] = 16 x 8 x 16`, or `one number`."""
    if not tensor.indices:
        return "one number"
    names = ", ".join(index.name for index in tensor.indices)
    return f"[{names}] = {' x '.join(map(str, tensor.shape))}"
