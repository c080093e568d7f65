"""What there is to say about one number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gpt_by_hand.notation import Assignment, Expression
from gpt_by_hand.notation.instance import Instance
from gpt_by_hand.study.values import Precision
from gpt_by_hand.study.whose import Whose

DIGITS = 6  # significant ones, unless the user says otherwise


@dataclass(frozen=True)
class Operand:
    """A number that another one is computed from, ready to be asked in turn."""

    address: str
    value: float
    asked: Callable[[], str] = field(compare=False, repr=False)

    @property
    def meaning(self) -> str:
        """What the number means; found out when it is asked for, since a long sum has tens of thousands of operands."""
        return self.asked()


@dataclass(frozen=True)
class Use:
    """A place where a number is used, and the part of its gradient that comes from there.

    `term` is what this place contributes, with its numbers put in; `share` is its part of the whole (1 is all of it).
    """

    through: str
    term: Expression
    value: float
    share: float


@dataclass(frozen=True, repr=False)
class Explanation:
    """One number: what it means, its formula, its working, and what it is computed from.

    `stages` begins with the formula of this element with its numbers put in and ends with the value; it is empty for
    a number that is simply given. `notes` say what is special about it. `uses` is there for gradients, `below` holds
    the explanations of operands, as many levels as were asked for. `whose` says which model the number is of; those
    below leave that to the one above them. `precision` is that of the value: a start weight is drawn in float32.
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
    whose: Whose | None = None
    precision: Precision = "float64"

    @property
    def substituted(self) -> str | None:
        """The formula with its numbers, in Python (with `math`); None for a number that is given."""
        from gpt_by_hand.printers.python import python

        return python(self.stages[0]) if self.stages else None

    def text(self, digits: int = DIGITS) -> str:
        """The explanation as `gpt-by-hand explain` prints it, with so many significant digits."""
        from gpt_by_hand.study.explain.shown import Shown
        from gpt_by_hand.study.explain.text_page import TextPage

        return "\n".join(line for line, _ in TextPage(Shown(digits)).lines(self))

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data, at full precision: what `--format json` prints."""
        from gpt_by_hand.study.explain.data import as_data

        return as_data(self)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand.study.explain.html_page import html_fragment
        from gpt_by_hand.study.explain.shown import Shown

        return html_fragment(self, Shown())
