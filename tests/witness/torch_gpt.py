"""How the tests drive the independent PyTorch GPT, `engines/torch/module.py`: what they hold the formulas against.

It trains here as it does for users, but with dropout masks from outside, so that both sides can drop the same numbers,
and each update is written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from gpt_by_hand.engines.torch.device import find_device
from gpt_by_hand.engines.torch.learner import Learner, Rule
from gpt_by_hand.engines.torch.module import GPT, Sizes, initialize

Masks = Mapping[str, Tensor]
Batch = tuple[Tensor, Tensor] | tuple[Tensor, Tensor, Masks | None]
RULE = Rule(3e-4, 3e-4, 0, 0, 0.9, 0.95, 1e-8, 0.1, 1.0)  # its rate is its `min_lr` from iteration 0 on


def init_like_nanogpt(sizes: Sizes, seed: int = 1337) -> GPT:
    """The model that nanoGPT starts from, draw for draw; leaves PyTorch's generator where nanoGPT leaves it."""
    torch.manual_seed(seed)
    model = GPT(sizes)
    initialize(model, 0.02)
    return model


def with_masks(model: GPT, masks: Masks | None) -> GPT:
    """The model, which drops what the masks say from now on; without masks, nothing."""
    model.use_masks(masks)
    return model.eval()


def learning(model: GPT, **settings: float) -> Learner:
    """What trains the model."""
    return Learner(model, find_device("cpu"), replace(RULE, **settings))


def train_steps(
    learner: Learner, batches: Iterable[Sequence[Batch]], learning_rates: Iterable[float]
) -> list[dict[str, Any]]:
    """One update per learning rate, each from a list of micro-batches (tokens, targets[, masks]).

    A record per update: `losses` (one float per micro-batch, undivided), `grad_norm` (None where nothing is clipped)
    and `gradients` (before clipping), `parameters` (after the update).
    """
    return [
        _train_step(learner, micro_batches, learning_rate)
        for micro_batches, learning_rate in zip(batches, learning_rates, strict=True)
    ]


def _train_step(learner: Learner, micro_batches: Sequence[Batch], learning_rate: float) -> dict[str, Any]:
    learner.rule = replace(learner.rule, min_lr=learning_rate)
    losses = [_backward(learner, batch, len(micro_batches)) for batch in micro_batches]
    gradients = {name: p.grad.clone() for name, p in learner.model.named_parameters()}
    norm = learner.step(0)
    parameters = {name: p.detach().clone() for name, p in learner.model.named_parameters()}
    found = {"losses": losses, "gradients": gradients, "parameters": parameters}
    return {**found, "grad_norm": None if norm is None else norm.item()}


def _backward(learner: Learner, batch: Batch, num_micro_batches: int) -> float:
    """Add one micro-batch's share to the gradients; return its loss."""
    tokens, targets, *masks = batch
    learner.model.use_masks(masks[0] if masks else None)
    return learner.backward(tokens, targets, 1 / num_micro_batches).item() * num_micro_batches
