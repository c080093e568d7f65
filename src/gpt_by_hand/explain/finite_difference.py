"""The check of a gradient by finite differences: nudge the number, run forward again, compare."""

from __future__ import annotations

from math import floor, log10

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.document import Block, Paragraph
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Role, Tensor
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Values

STEP = 1e-4  # of the number's size: the error of the difference grows with its square, that of rounding falls with it
SIZES = (1e-3, 1.0)  # that a number is taken to have at least and at most
FACTS = ("step", "larger", "smaller", "gradient", "difference", "error")


@dataclass(frozen=True)
class Nudge:
    """The loss with the number a little larger and a little smaller, and what that says of the gradient."""

    address: str
    step: float
    larger: float
    smaller: float
    gradient: float

    @property
    def difference(self) -> float:
        """(larger - smaller) / (2 * step): what the gradient should be."""
        return (self.larger - self.smaller) / (2 * self.step)

    @property
    def error(self) -> float:
        """How far apart the two are."""
        return abs(self.gradient - self.difference)

    def facts(self) -> dict[str, str | float]:
        """The check for programs; a number that is not finite is a string."""
        return {"address": self.address, **{fact: finite(getattr(self, fact)) for fact in FACTS}}

    def lines(self) -> list[str]:
        """The check in words and numbers."""
        step, larger, smaller = f"{self.step:g}", repr(self.larger), repr(self.smaller)
        gradient, error = f"{self.gradient:.8g}", f"{self.error:.1g}"
        details = [
            said("check.losses", larger=larger, smaller=smaller, step=step),
            said("check.difference", larger=larger, smaller=smaller, step=step, difference=f"{self.difference:.8g}"),
            said("check.gradient", gradient=gradient, error=error),
        ]
        return [said("check", address=self.address, step=step), *(f"  {line}" for line in details)]

    def blocks(self) -> list[Block]:
        """The same, as part of a document."""
        first, *details = self.lines()
        return [Paragraph((first,), "check"), *(Paragraph((line.strip(),), "note") for line in details)]


def has_gradient(trace: Trace, tensor: Tensor) -> bool:
    """Is there a gradient to check: this tensor's, or is it one itself?"""
    return tensor.role is Role.GRADIENT or trace.program.wrapping(Role.GRADIENT, tensor) is not None


def nudge(trace: Trace, tensor: Tensor, place: Position) -> Nudge:
    """The finite difference for a number that has a gradient, or for the one that a gradient is of.

    Raises: UserError for a number without a gradient.
    """
    nudged, gradient = tensor, trace.program.wrapping(Role.GRADIENT, tensor)
    if tensor.role is Role.GRADIENT and tensor.of is not None:
        nudged, gradient = tensor.of, tensor
    if gradient is None:
        raise UserError(f"{address.of(tensor.name, place)} has no gradient to check: ask for one that d.… exists of")
    size = float(np.clip(np.nan_to_num(abs(np.asarray(trace.arrays[nudged.name])[place])), *SIZES))
    step = float(f"1e{floor(log10(STEP * size) + 1e-9)}")
    larger, smaller = (_loss(trace, nudged.name, place, by) for by in (step, -step))
    found = np.asarray(trace.arrays[gradient.name])[place].item()
    return Nudge(address.of(nudged.name, place), step, larger, smaller, found)


def _loss(trace: Trace, name: str, place: Position, step: float) -> float:
    """The loss with one number changed, everything behind it computed anew."""
    program = trace.program
    loss = program.about(concepts.LOSS)
    assert loss is not None  # there is a gradient
    given = {tensor.name: trace.arrays[tensor.name] for tensor in (*program.inputs, *program.parameters)}
    changed = np.array(trace.arrays[name], np.float64)
    changed[place] += step
    return float(Values(program, {**given, name: changed}, "float64")[loss.name])
