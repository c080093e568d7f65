"""Why a number of a GPT is what it is: the parts that add up to it, and what each layer would have said."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase

from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import FEATURE, HEAD
from gpt_by_hand.notation import Axis, Program, Role, Tensor
from gpt_by_hand.notation.decompose import PREFIX, Decomposition, decompose
from gpt_by_hand.notation.replay import replay

LENS = "lens."  # before the names of what a layer would have said
DEPTH = "depth"  # in the names of parts that are so many formulas back


def decomposed(
    program: Program,
    target: str = "",
    parts: Collection[str] | None = None,
    held: Collection[str] = (),
    apart: Collection[Axis] = (HEAD,),
    depth: int | None = None,
) -> Decomposition:
    """The program and the shares of a target, which are the logits if nothing is said.

    The parts are what is written onto the residual, head by head, and of a gradient what comes back to it from each
    layer; with a `depth`, whatever is so many formulas back. Held are the scales of the norms and the shares of
    attention, the factors of an update, of a gradient all numbers of the forward pass, and what is `held` beside those.
    With FEATURE among what is `apart`, there is a part for each feature of a feed-forward layer.

    The shares are called as `of_target` says. Raises: as `decompose`.

    Source: Elhage et al. 2021, "A mathematical framework for transformer circuits".
    """
    logits = program.about(concepts.LOGITS)
    tensor = program.tensors.get(target) if target else logits
    if parts is None:
        parts = () if depth is not None else [*_about(program, concepts.WRITES), *_returning(program)]
    held = {*held, *_held(program)}
    if tensor and tensor.role is not Role.ACTIVATION:
        held.update(_forward(program))
    name = tensor.name if tensor else target
    prefix = of_target("" if tensor == logits and depth is None else name, depth)
    return decompose(program, name, parts, held - {name}, lambda index: index.axis in apart, depth, prefix)


def of_target(target: str, depth: int | None = None) -> str:
    """How the names begin of the shares of a target; without one, of the logits.

    >>> of_target("") + "tok_emb", of_target("h.1.mid") + "tok_emb", of_target("h.1.mid", 2) + "h.0.out"
    ('why.tok_emb', 'why.h.1.mid.tok_emb', 'why.h.1.mid.depth2.h.0.out')
    """
    return "".join([PREFIX, f"{target}." if target else "", "" if depth is None else f"{DEPTH}{depth}."])


def answering(program: Program, asked: str, held: Collection[str] = ()) -> Program:
    """The program with the numbers that a name or a pattern asks for, where these are shares of a number, or what
    layers would have said; where it asks for something else, or that is not there, the program as it is.

    >>> from gpt_by_hand.model.gpt import prediction
    >>> from gpt_by_hand.model.config import ModelConfig
    >>> program = prediction(ModelConfig(), 1, 8)
    >>> [name for name in answering(program, "why.h.0.mid.depth1.embed").tensors if name not in program.tensors]
    ['why.h.0.mid.depth1.embed', 'why.h.0.mid.depth1.h.0.attn.c_proj']
    """
    longer = program
    if asked.startswith(LENS) and program.about(concepts.PROBABILITIES) is not None:
        longer = with_lens(program)
    elif asked.startswith(PREFIX) and not _matches(program, asked):
        longer = _with_shares(program, asked, held)
    return longer if len(longer.tensors) > len(program.tensors) else program


def _with_shares(program: Program, asked: str, held: Collection[str]) -> Program:
    rest = asked.removeprefix(PREFIX)
    if rest.startswith(PREFIX):  # a share of a share
        program = _with_logits(_with_shares(program, rest, held), held)
    if rest.startswith(LENS) and program.about(concepts.PROBABILITIES) is not None:
        program = with_lens(program)
    for target, depth in _targets(program, rest):
        program = decomposed(program, target, held=held, depth=depth).program
    for apart in ((HEAD,), (HEAD, FEATURE)):
        program = program if _matches(program, asked) else _with_logits(program, held, apart)
    return program


def _with_logits(program: Program, held: Collection[str], apart: Collection[Axis] = (HEAD,)) -> Program:
    """The program with the shares of the logits, if it computes those."""
    logits = program.about(concepts.LOGITS)
    computes = logits is not None and logits.name in program.definitions
    return decomposed(program, held=held, apart=apart).program if computes else program


def _matches(program: Program, asked: str) -> bool:
    return any(fnmatchcase(name, asked) for name in program.tensors)


def _targets(program: Program, rest: str) -> Iterator[tuple[str, int | None]]:
    """Whose shares a name may be of, from what stands behind its prefix, and how many formulas back they are."""
    for target in program.definitions:
        if rest.startswith(f"{target}."):
            deep = re.match(rf"{DEPTH}([0-9]{{1,3}})\.", rest.removeprefix(f"{target}."))
            yield target, int(deep[1]) if deep else None


def with_lens(program: Program) -> Program:
    """The program, and at its end the last norm and the head once more for the residual as it is before each layer.

    Source: nostalgebraist 2020, "interpreting GPT: the logit lens".
    """
    *earlier, last = residuals(program)
    until = program.about(concepts.PROBABILITIES)
    assert until is not None  # a GPT predicts
    for tensor in earlier:
        prefix = f"{LENS}{tensor.name}."
        if f"{prefix}{until.name}" not in program.tensors:
            program = replay(program, tensor.name, last.name, until.name, prefix)
    return program


def residuals(program: Program) -> list[Tensor]:
    """The residual before the first layer and after each."""
    return [tensor for tensor in program.tensors.values() if tensor.concept in concepts.RESIDUAL]


def _about(program: Program, some: Collection[str]) -> list[str]:
    return [name for name, tensor in program.tensors.items() if tensor.concept in some]


def _held(program: Program) -> list[str]:
    """What is held if nothing is said, also where it is computed once more for what a layer would have said."""

    def again(tensor: Tensor) -> bool:
        return tensor.role is Role.ACTIVATION and tensor.of is not None and tensor.of.concept in concepts.HELD

    return [name for name, tensor in program.tensors.items() if tensor.concept in concepts.HELD or again(tensor)]


def _returning(program: Program) -> list[str]:
    """The gradients of what reads the residual: of the norms."""
    norms = (program.tensors[name] for name in _about(program, concepts.RETURNS))
    return [found.name for norm in norms if (found := program.wrapping(Role.GRADIENT, norm)) is not None]


def _forward(program: Program) -> list[str]:
    return [name for name in program.definitions if program.tensors[name].role is Role.ACTIVATION]
