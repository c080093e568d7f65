"""A part of a program once more, with something else in the place of one of its tensors."""

from __future__ import annotations

from dataclasses import replace

from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.expressions import Access, Expression, Tensor
from gpt_by_hand.notation.program import Program


def replay(program: Program, instead: str, of: str, until: str, prefix: str) -> Program:
    """`program`, and at its end what leads from `of` to `until` once more, with the tensor `instead` in place of `of`.

    What would have come out, had the program gone on from there? The new tensors have `prefix` before their names, and
    know which tensor they are `of`; their questions say what is supposed. `instead` must have the indices of `of`, and
    not follow from what is replayed.

    Raises: DefinitionError where `until` does not follow from `of`, or the indices differ.
    """
    if program.tensors[instead].indices != program.tensors[of].indices:
        raise DefinitionError(f"{instead} cannot stand for {of}: its indices differ")
    put: dict[str, Tensor] = {of: program.tensors[instead]}

    def other(node: Expression) -> Expression | None:
        if isinstance(node, Access) and node.tensor.name in put and not node.children():
            return Access(put[node.tensor.name], node.subscripts)
        return None

    def supposing(question: str) -> str:
        return f"With {instead} in place of {of}: {question[:1].lower()}{question[1:]}" if question else ""

    written = []
    for assignment in program.only([until]).assignments:
        if any(access.tensor.name in put for access in assignment.reads()):
            target = assignment.target
            title, question = supposing(assignment.title), supposing(assignment.question)
            again = replace(target, name=f"{prefix}{target.name}", title=supposing(target.title), of=target, concept="")
            put[target.name] = again
            expression = transform(assignment.expression, other)
            made = replace(assignment, target=again, expression=expression, title=title, question=question)
            written.append(made)
    if until not in put:
        raise DefinitionError(f"{until} does not follow from {of}")
    return program.then(written)
