"""What one iteration hands to the next."""

from __future__ import annotations

from gpt_by_hand.notation import Program


def carried(program: Program) -> dict[str, str]:
    """The new weights and moments of an iteration, each with the name of the old one that it replaces."""
    found = {}
    for tensor in program.parameters:
        found[f"new.{tensor.name}"] = tensor.name
        found[f"adamw.m.{tensor.name}"] = f"previous.m.{tensor.name}"
        found[f"adamw.v.{tensor.name}"] = f"previous.v.{tensor.name}"
    return {new: old for new, old in found.items() if new in program.definitions}
