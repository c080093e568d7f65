"""Why a number of a GPT is what it is: the parts that add up to it, and what each layer would have said."""

from __future__ import annotations

from collections.abc import Collection

from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import HEAD
from gpt_by_hand.notation import Axis, Program, Role, Tensor
from gpt_by_hand.notation.decompose import Decomposition, decompose
from gpt_by_hand.notation.replay import replay

LENS = "lens."  # before the names of what a layer would have said


def decomposed(
    program: Program,
    target: str = "",
    parts: Collection[str] | None = None,
    held: Collection[str] | None = None,
    apart: Collection[Axis] = (HEAD,),
    depth: int | None = None,
) -> Decomposition:
    """The program and the shares of a target, which are the logits if nothing is said.

    The parts are what is written onto the residual, head by head; with a `depth`, whatever is so many formulas back.
    Held are the scales of the norms and the shares of attention; of a gradient, all numbers of the forward pass. With
    FEATURE among what is `apart`, there is a part for each feature of a feed-forward layer. Raises: as `decompose`.

    Source: Elhage et al. 2021, "A mathematical framework for transformer circuits".
    """
    tensor = program.tensors.get(target) if target else program.about(concepts.LOGITS)
    if parts is None:
        parts = () if depth is not None else _about(program, concepts.WRITES)
    if held is None:
        held = _forward(program) if tensor and tensor.role is Role.GRADIENT else _about(program, concepts.HELD)
    name = tensor.name if tensor else target
    return decompose(program, name, parts, held, lambda index: index.axis in apart, depth)


def with_lens(program: Program) -> Program:
    """The program, and at its end the last norm and the head once more for the residual as it is before each layer.

    Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
    """
    *earlier, last = residuals(program)
    until = program.about(concepts.PROBABILITIES)
    assert until is not None  # a GPT predicts
    for tensor in earlier:
        program = replay(program, tensor.name, last.name, until.name, f"{LENS}{tensor.name}.")
    return program


def residuals(program: Program) -> list[Tensor]:
    """The residual before the first layer and after each."""
    return [tensor for tensor in program.tensors.values() if tensor.concept in concepts.RESIDUAL]


def _about(program: Program, some: Collection[str]) -> list[str]:
    return [name for name, tensor in program.tensors.items() if tensor.concept in some]


def _forward(program: Program) -> list[str]:
    return [name for name in program.definitions if program.tensors[name].role is Role.ACTIVATION]
