"""One update of the twin: micro-steps, gradients added up, clipped, AdamW."""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from gpt_by_hand.engines.torch.device import Device
from gpt_by_hand.engines.torch.module import GPT
from gpt_by_hand.engines.torch.weights import whole


@dataclass(frozen=True)
class Rule:
    """The numbers of the update: a linear warm-up, a cosine down to `min_lr`, AdamW and clipping."""

    learning_rate: float
    min_lr: float
    warmup_iters: int
    lr_decay_iters: int
    beta1: float
    beta2: float
    eps: float
    weight_decay: float
    grad_clip: float

    def rate(self, iteration: int) -> float:
        """The step size of an iteration. Source: Loshchilov & Hutter 2017, equation 5, behind a warm-up."""
        if iteration < self.warmup_iters:
            return self.learning_rate * iteration / self.warmup_iters
        if iteration >= self.lr_decay_iters:
            return self.min_lr
        way = (iteration - self.warmup_iters) / (self.lr_decay_iters - self.warmup_iters)
        return self.min_lr + (1 + math.cos(math.pi * way)) / 2 * (self.learning_rate - self.min_lr)


class Learner:
    """A model and its optimizer on a device. `forward` is the model itself, or what wraps or compiles it."""

    def __init__(self, model: GPT, device: Device, rule: Rule, compiled: bool = False) -> None:
        self.model, self.device, self.rule = model, device, rule
        # shapes are few, and one program for each is faster than one for all of them
        self.forward: Any = torch.compile(model, dynamic=False) if compiled else model
        self.parameters = list(model.parameters())
        self.optimizer = _optimizer(self.parameters, device, rule)
        self.scaler = torch.amp.GradScaler(device.device.type, enabled=device.scaled)

    def update(self, batches: Sequence[tuple[Tensor, Tensor]], iteration: int) -> tuple[Tensor, Tensor | None]:
        """One update from micro-batches; returns the mean loss of their rows and the gradient's norm, on the device.

        The norm is that before clipping, and None where nothing is clipped.
        """
        total, rows = torch.zeros((), device=self.device.device), sum(len(tokens) for tokens, _ in batches)
        for n, (tokens, targets) in enumerate(batches):
            with self._synchronised(n == len(batches) - 1):
                total += self.backward(tokens, targets, len(tokens) / rows)
        return total, self.step(iteration)

    def backward(self, tokens: Tensor, targets: Tensor, share: float) -> Tensor:
        """Add a micro-batch's share to the gradients; returns its share of the loss, on the device."""
        self._turn(training=True)
        with self.device.autocast():  # the way back computes with the types of the way there by itself
            loss: Tensor = self.forward(tokens, targets)[1] * share
        self.scaler.scale(loss).backward()
        return loss.detach()

    def step(self, iteration: int) -> Tensor | None:
        """Clip the gradients, and update with the step size of an iteration; returns the norm before clipping."""
        for group in self.optimizer.param_groups:
            group["lr"] = self.rule.rate(iteration)
        norm = self._clipped()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.optimizer.zero_grad(set_to_none=True)
        return norm

    @torch.no_grad()
    def loss(self, tokens: Tensor, targets: Tensor) -> Tensor:
        """The mean loss of a batch, without dropout."""
        self._turn(training=False)
        with self.device.autocast():
            found: Tensor = self.forward(tokens, targets)[1]
        return found.float()

    def scaling(self, iteration: int) -> dict[str, Any]:
        """How gradients are scaled, and how many updates before `iteration` were skipped, since some overflowed.

        Nothing where nothing is scaled.
        """
        found: dict[str, Any] = self.scaler.state_dict()
        count = next((int(state["step"]) for state in self.optimizer.state.values()), iteration)
        return {**found, "skipped": iteration - count} if found else {}

    def _turn(self, training: bool) -> None:
        """Dropout is for training only; a turn visits each module, which takes as long as a small one's update."""
        if self.model.training != training:
            self.model.train(training)

    def _clipped(self) -> Tensor | None:
        if self.rule.grad_clip <= 0:
            return None
        self.scaler.unscale_(self.optimizer)
        return whole(torch.nn.utils.clip_grad_norm_(self.parameters, self.rule.grad_clip))

    def _synchronised(self, last: bool) -> AbstractContextManager[Any]:
        """Processes exchange their gradients once an update, not once a micro-step."""
        model: Any = self.model
        if hasattr(model, "set_requires_gradient_sync"):  # FSDP2
            model.set_requires_gradient_sync(last)
        wait = getattr(self.forward, "no_sync", None)  # DistributedDataParallel
        return nullcontext() if last or wait is None else wait()


def _optimizer(parameters: Sequence[Tensor], device: Device, rule: Rule) -> torch.optim.AdamW:
    """AdamW (Loshchilov & Hutter 2019) that decays matrices, not gains and biases; fused into one kernel."""
    groups = [
        {"params": [p for p in parameters if p.dim() >= 2], "weight_decay": rule.weight_decay},
        {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0},
    ]
    betas, fused = (rule.beta1, rule.beta2), device.device.type in ("cpu", "cuda")
    return torch.optim.AdamW(groups, lr=rule.rate(0), betas=betas, eps=rule.eps, fused=fused)
