"""A whole program as a Python module that needs NumPy and nothing of this package."""

from __future__ import annotations

from collections.abc import Iterator

from gpt_by_hand.notation.expressions import Call, Tensor
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.numpy import print_numpy
from gpt_by_hand.printers.outline import Outline, declared, question
from gpt_by_hand.printers.text import formula

USE = """\
    results = run(given)

`given` holds these arrays, each under its address, the real ones as float32. What is one number is a Python number.
"""
RESULTS = """
`results` holds every array that the formulas below compute, each under its address, such as results["{last}"].
"""


def print_module(outline: Outline, erf: str) -> str:
    """The source of a module with a function `run`, from inputs and parameters to every tensor, by address.

    Above its lines each formula stands with its place, its question and its shape. `erf` is the source of the error
    function for arrays, for NumPy has none; it is put in where a formula calls it.

    Raises: CannotPrintError for a node outside of the notation.
    """
    program = outline.program
    outputs = list(program.definitions)
    parts = [
        f'"""{_docstring(outline, outputs[-1])}"""',
        "import math\n\nimport numpy as np\n\ndtype = np.float32",
        *([erf] if _calls(outline, "erf") else []),
        print_numpy(program, outputs, comments=_comments),
    ]
    return "\n\n\n".join(part.strip() for part in parts) + "\n"


def _comments(assignment: Assignment) -> Iterator[str]:
    yield f"{assignment.scope.name}: {question(assignment)}"
    yield formula(assignment)


def _docstring(outline: Outline, last: str) -> str:
    lines = [outline.title, "", *outline.about, "", USE, *_given(outline), RESULTS.format(last=last)]
    return "\n".join(lines).replace("\\", "\\\\").replace('"""', r"\"\"\"")


def _given(outline: Outline) -> Iterator[str]:
    tensors: tuple[Tensor, ...] = (*outline.program.inputs, *outline.program.parameters)
    yield from (f"  {declared(tensor)}" for tensor in tensors)


def _calls(outline: Outline, function: str) -> bool:
    return any(call.function == function for a in outline.program.assignments for call in a.expression.find(Call))
