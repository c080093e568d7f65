"""A program for a few numbers of some tensors: with a position in place of an index, nothing else is computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from gpt_by_hand.notation.algebra import substitute
from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.expressions import Index, Tensor
from gpt_by_hand.notation.program import Assignment, Program


def pinned(program: Program, names: Collection[str], at: Mapping[Index, int]) -> Program:
    """The program with the named tensors at one position along each of the indices `at`, which they no longer have.

    Raises: DefinitionError where another formula reads one of the tensors, or one is defined in parts.
    """
    if read := {access.tensor.name for a in program.assignments for access in a.reads()} & set(names):
        raise DefinitionError(f"{sorted(read)[0]} is read by another formula, so all of it is needed")
    return replace(program, assignments=tuple(_at(a, at) if a.target.name in names else a for a in program.assignments))


def _at(assignment: Assignment, at: Mapping[Index, int]) -> Assignment:
    if len(assignment.indices) < len(assignment.target.indices):
        raise DefinitionError(f"{assignment.name} is a part of its tensor")
    indices = tuple(index for index in assignment.indices if index not in at)
    target: Tensor = replace(assignment.target, indices=indices, stored=())
    positions = {index.name: position for index, position in at.items()}
    return replace(
        assignment, target=target, subscripts=indices, expression=substitute(assignment.expression, positions)
    )
