"""What one iteration hands to the next."""

from __future__ import annotations

from gpt_by_hand.notation import Program, Role


def carried(program: Program) -> dict[str, str]:
    """The new weights and moments of an iteration, each with the name of the old one that it replaces."""
    new = [tensor for tensor in program.tensors.values() if tensor.replaces is not None]
    order = {parameter: n for n, parameter in enumerate(program.parameters)}
    new.sort(key=lambda tensor: (order.get(tensor.of, 0), tensor.role is not Role.UPDATE))  # type: ignore[arg-type]
    return {tensor.name: tensor.replaces.name for tensor in new if tensor.replaces is not None}
