"""What one iteration hands to the next."""

from __future__ import annotations

from gpt_by_hand.notation import Program


def carried(program: Program) -> dict[str, str]:
    """The new weights and moments of an iteration, each with the name of the old one that it replaces."""
    return {tensor.name: tensor.replaces.name for tensor in program.tensors.values() if tensor.replaces is not None}
