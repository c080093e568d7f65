"""How the tests drive the independent PyTorch GPT, `engines/torch/module.py`: what they hold the formulas against.

It trains here as it does for users, but with dropout masks from outside, so that both sides can drop the same numbers,
and each update is written down.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn

from gpt_by_hand.engines.torch.device import find_device
from gpt_by_hand.engines.torch.learner import Learner, Rule
from gpt_by_hand.engines.torch.module import GPT, CausalSelfAttention, Sizes

Masks = Mapping[str, Tensor]
Batch = tuple[Tensor, Tensor] | tuple[Tensor, Tensor, Masks | None]
RULE = Rule(3e-4, 3e-4, 0, 0, 0.9, 0.95, 1e-8, 0.1, 1.0)  # its rate is its `min_lr` from iteration 0 on


def init_like_nanogpt(sizes: Sizes, seed: int = 1337) -> GPT:
    """The model that nanoGPT starts from, draw for draw; leaves PyTorch's generator where nanoGPT leaves it."""
    torch.manual_seed(seed)
    model = GPT(sizes)
    _initialize(model, 0.02)
    return model


class Masked(nn.Dropout):
    """Dropout that drops what a `mask` of zeros and ones says; without one, it draws."""

    mask: Tensor | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Any shape to the same shape. Raises: ValueError for a mask of another shape, which is never stretched."""
        if self.mask is None:
            return super().forward(x)
        if self.mask.shape != x.shape:
            raise ValueError(f"a mask is {tuple(self.mask.shape)}, and what it is for {tuple(x.shape)}")
        return x * (self.mask.to(x) / (1 - self.p))


class Explicit(CausalSelfAttention):
    """Attention step by step where a mask says what is dropped, which no fused kernel can be told."""

    def mix(self, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        if self.drop.mask is None:
            return super().mix(q, k, v)
        scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=q.device).triu(1)
        return self.drop(scores.masked_fill(future, -math.inf).softmax(dim=-1)) @ v


def use_masks(model: nn.Module, masks: Masks | None) -> None:
    """Have the model drop what the masks say, in place of drawing it; with None, draw again.

    A mask is a tensor of zeros and ones by name: `drop.mask` (B, T, C), and of layer 0 `h.0.attn.drop.mask`
    (B, H, T, T), `h.0.attn.resid_drop.mask` (B, T, C) and `h.0.mlp.drop.mask` (B, T, C).

    Raises: KeyError when one is missing.
    """
    for name, module in model.transformer.named_modules():
        if isinstance(module, CausalSelfAttention):
            module.__class__ = Explicit
        if isinstance(module, nn.Dropout):
            module.__class__ = Masked
            module.mask = None if masks is None else masks[f"{name}.mask"]


def with_masks(model: GPT, masks: Masks | None) -> GPT:
    """The model, which drops what the masks say from now on; without masks, nothing."""
    use_masks(model, masks)
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
    use_masks(learner.model, masks[0] if masks else None)
    return learner.backward(tokens, targets, 1 / num_micro_batches).item() * num_micro_batches


def _initialize(model: GPT, std: float) -> None:
    """Draw the weights as nanoGPT does: normal with `std`, smaller for the projections onto the residual, biases 0.

    Source: Radford et al. 2019, section 2.3.
    """
    model.apply(lambda module: _draw(module, std))
    for block in model.transformer["h"]:
        for projection in (block.attn.c_proj, block.mlp.c_proj):
            nn.init.normal_(projection.weight, std=std / math.sqrt(2 * model.config.num_layers))


def _draw(module: Any, std: float) -> None:
    if isinstance(module, (nn.Linear, nn.Embedding)):
        nn.init.normal_(module.weight, std=std)
    if isinstance(module, nn.Linear) and module.bias is not None:
        nn.init.zeros_(module.bias)
