"""Which tensors are plain numbers, in double precision: those that follow from scalar inputs alone."""

from __future__ import annotations

from gpt_by_hand.notation.program import Program


def plain_numbers(program: Program) -> set[str]:
    """The scalars that follow from scalar inputs alone, such as the learning rate."""
    plain = {tensor.name for tensor in program.inputs if not tensor.indices}
    for assignment in program.assignments:
        if not assignment.target.indices and all(access.tensor.name in plain for access in assignment.reads()):
            plain.add(assignment.target.name)
    return plain
