"""A whole program as a page of text: what goes in, and then each formula under the question that it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gpt_by_hand.notation.expressions import Tensor
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.outline import Outline, shape
from gpt_by_hand.printers.text import formula, number


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
    "formula": lambda assignment: f"  {formula(assignment)}",
}
