"""A whole program as a page of text: what goes in, and then each formula under the question that it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpt_by_hand.notation.expressions import Tensor
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.outline import Outline, questions, shape
from gpt_by_hand.printers.text import formula, number


def print_text(outline: Outline) -> str:
    """The program as text: inputs and parameters, then its formulas by phase and place, in the program's order.

    A formula stands on a line of its own, two spaces in, and reads back to the same formula.

    Raises: CannotPrintError for a node outside of the notation.
    """
    return "\n".join([outline.title, "", *outline.about, *_given(outline), *_formulas(outline), ""])


def _given(outline: Outline) -> Iterator[str]:
    numbers = [f"  {constant.name} = {number(constant.value)}" for constant in outline.numbers]
    yield from _section("Numbers", numbers)
    yield from _section("Inputs", map(declared, outline.program.inputs))
    yield from _section("Parameters", map(declared, outline.program.parameters))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return ["", f"# {title}", "", *found] if found else []


def declared(tensor: Tensor) -> str:
    """`  tokens  [b, t] = 16 x 8, integer: the words, as numbers`."""
    kind = f", {tensor.kind}" if tensor.kind != "real" else ""
    return f"  {tensor.name}  {shape(tensor)}{kind}{': ' * bool(tensor.title)}{tensor.title}"


def _formulas(outline: Outline) -> Iterator[str]:
    for phase, assignments in outline.phases():
        yield from ("", f"# {phase}")
        for place, found in outline.places(assignments):
            yield from ("", f"## {place}")
            for first, answers in questions(found):
                yield from ("", question(first), *(f"  {formula(answer)}" for answer in answers))


def question(assignment: Assignment) -> str:
    """`Which vector stands for this word?  [b, t, c] = 16 x 8 x 16`."""
    return f"{assignment.title}  {shape(assignment.target)}".strip()
