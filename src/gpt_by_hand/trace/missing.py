"""Why there is no such number in a trace, and what to ask for instead."""

from __future__ import annotations

from collections.abc import Collection
from fnmatch import fnmatchcase
from functools import cache

from gpt_by_hand.model import concepts
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import gradients, iteration, prediction
from gpt_by_hand.model.loss import TIED
from gpt_by_hand.notation import Program, Role, Tensor
from gpt_by_hand.trace.address import AddressError, of_gradient, unknown


def missing(asked: str, names: Collection[str], program: Program) -> AddressError:
    """The error for an address, or a pattern of `trace --only`, that fits none of the names."""
    name, bracket, inside = asked.partition("[")
    if bracket and "]" not in asked.rpartition("[")[2]:
        return AddressError(f"{asked!r} is no address: its bracket is not closed, as in h.0.attn.scores[0,1,3,2]")
    subject, there = of_gradient(name), f"{name} does not exist"
    if (tied := name.replace(*TIED)) != name and tied in names:
        return AddressError(
            f"{there}: the head's weight is the word table (they are tied); ask for {tied}{bracket}{inside}"
        )
    loss, (backward, update) = program.about(concepts.LOSS), _behind_the_forward_pass()
    if loss is None or program.wrapping(Role.GRADIENT, loss) is None:
        if subject in program.tensors or any(fnmatchcase(other, name) for other in backward):
            return AddressError(
                f"{there} here: a prompt has no targets, so no loss and no gradients: add --gradients, which takes "
                "each word's next one as its target, or use --iteration in place of --prompt"
            )
    elif subject in program.tensors:
        return _no_gradient(there, subject, program, loss)
    if not program.carried and any(fnmatchcase(other, name) for other in update):
        return AddressError(f"{there} here: a prompt updates no weights: use --iteration in place of --prompt")
    return unknown(name if name and inside[-1:] == "]" else asked, names)  # else it may be a pattern


@cache
def _behind_the_forward_pass() -> tuple[set[str], set[str]]:
    """The names of the demo's tensors from the loss back to the gradients, and from there to the updated weights."""
    model = ModelConfig()
    forward, back = prediction(model, 1, model.seq_length), gradients(model, 1, model.seq_length)
    return {*back.tensors} - {*forward.tensors}, {*iteration(model, UpdateRule(), 1).tensors} - {*back.tensors}


def absent(program: Program) -> dict[str, list[str]]:
    """What a page needs to say the same: names that are tied, and those that are only in an iteration.

    `backward` are the loss, what leads to it, and the gradients; `update` what follows from those.
    """
    backward, update = (sorted(names - program.tensors.keys()) for names in _behind_the_forward_pass())
    loss = program.about(concepts.LOSS)
    has_gradients = loss is not None and program.wrapping(Role.GRADIENT, loss) is not None
    return {"tied": [*TIED], "backward": [] if has_gradients else backward, "update": [] if program.carried else update}


def _no_gradient(there: str, name: str, program: Program, loss: Tensor) -> AddressError:
    """A maximum's gradient, and others, are missing for a reason."""
    if name not in program.definitions:
        return AddressError(f"{there}: {name} is given, and no weight, so no gradient is computed for it")
    if name not in program.only([loss.name]).definitions:
        return AddressError(f"{there}: the loss is not computed from {name}, so it has no gradient")
    return AddressError(f"{there}: {name} is held constant on the way back, so no gradient goes through it")
