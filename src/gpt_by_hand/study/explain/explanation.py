"""What there is to say about one number."""

from __future__ import annotations

from dataclasses import dataclass

from gpt_by_hand.notation import Assignment, Expression
from gpt_by_hand.notation.instance import Instance


@dataclass(frozen=True)
class Operand:
    """A number that another one is computed from, ready to be asked in turn."""

    address: str
    value: float
    meaning: str


@dataclass(frozen=True)
class Use:
    """A place where a number is used, and the part of its gradient that comes from there.

    `term` is what this place contributes, with its numbers put in; `share` is its part of the whole (1 is all of it).
    """

    through: str
    term: Expression
    value: float
    share: float


@dataclass(frozen=True)
class Explanation:
    """One number: what it means, its formula, its working, and what it is computed from.

    `stages` begins with the formula of this element with its numbers put in and ends with the value; it is empty for
    a number that is simply given. `notes` say what is special about it. `uses` is there for gradients, `below` holds
    the explanations of operands, as many levels as were asked for.
    """

    address: str
    value: float
    title: str
    meaning: str
    phase: str
    assignment: Assignment | None = None
    instance: Instance | None = None
    stages: tuple[Expression, ...] = ()
    operands: tuple[Operand, ...] = ()
    notes: tuple[str, ...] = ()
    uses: tuple[Use, ...] = ()
    below: tuple[Explanation, ...] = ()
