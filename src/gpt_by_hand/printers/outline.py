"""A program in the order in which one reads it, by phase, by part of the model, by question; and so as a page of text.

On that page, each formula stands under the question that it answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

from gpt_by_hand.notation.expressions import Constant, Tensor
from gpt_by_hand.notation.meanings import Scope
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.printers.text import code, number
from gpt_by_hand.records import dataclass

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

    def pieces(self) -> Iterator[tuple[str, Any]]:
        """What stands on a page, each with what kind of thing it is: numbers, inputs and parameters, then formulas.

        These come by phase, by part of the model and by question, in the program's order.
        """
        if self.numbers:
            yield from (("section", "Numbers"), ("numbers", self.numbers))
        for title, tensors in (("Inputs", self.program.inputs), ("Parameters", self.program.parameters)):
            yield from [("section", title)] if tensors else []
            yield from (("declared", tensor) for tensor in tensors)
        for phase, assignments in groupby(self.program.assignments, key=lambda a: a.phase):
            yield "phase", phase_title(phase)
            for scope, found in groupby(assignments, key=lambda a: a.scope):
                yield "scope", place_name(scope)
                for first, answers in questions(found):
                    yield "question", first
                    yield from (("formula", answer) for answer in answers)


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


def print_text(outline: Outline) -> str:
    """The program as text: inputs and parameters, then its formulas by phase and place, in the program's order.

    A formula stands on a line of its own, two spaces in, and reads back to the same formula.

    Raises: CannotPrintError for a node outside of the notation.
    """
    body = (LINES[kind](found) for kind, found in outline.pieces())
    return "\n".join([outline.title, "", *outline.about, *body, ""])


def declared(tensor: Tensor) -> str:
    """`  tokens  [b, t] = 16 x 8, integer: the words, as numbers`."""
    kind = f", {tensor.kind}" if tensor.kind != "real" else ""
    return f"  {tensor.name}  {shape(tensor)}{kind}{': ' * bool(tensor.title)}{tensor.title}"


def question(assignment: Assignment) -> str:
    """`Which vector stands for this word?  [b, t, c] = 16 x 8 x 16`."""
    return f"{assignment.title}  {shape(assignment.target)}".strip()


LINES: dict[str, Callable[[Any], str]] = {
    "section": "\n# {}\n".format,
    "numbers": lambda found: "\n".join(f"  {constant.name} = {number(constant.value)}" for constant in found),
    "declared": declared,
    "phase": "\n# {}".format,
    "scope": "\n## {}".format,
    "question": lambda assignment: f"\n{question(assignment)}",
    "formula": lambda assignment: f"  {code(assignment)}",
}
