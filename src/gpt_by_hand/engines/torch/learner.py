"""One update of the twin: micro-steps, gradients added up, clipped, AdamW; and what it has learnt, as arrays.

Arrays have the shapes that checkpoints store.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gpt_by_hand.engines.torch.device import Device
from gpt_by_hand.engines.torch.module import GPT
from gpt_by_hand.errors import UserError

Arrays = dict[str, np.ndarray]
MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq"}  # what torch.optim calls them


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

    def learnt(self) -> dict[str, dict[str, Tensor]]:
        """What training changes, itself and no copy of it: `weights`, and AdamW's moments `m` and `v`, by parameter.

        Before the first update, the moments are 0.
        """
        named, state = dict(self.model.named_parameters()), self.optimizer.state
        for parameter in named.values():
            if not state[parameter]:
                zeros = {theirs: torch.zeros_like(parameter.detach()) for theirs in MOMENTS.values()}
                state[parameter] = {**zeros, "step": count_of(self.optimizer, parameter, 0)}
        moments = {kind: {name: state[p][theirs] for name, p in named.items()} for kind, theirs in MOMENTS.items()}
        return {"weights": {name: parameter.detach() for name, parameter in named.items()}, **moments}

    def set_count(self, step: int) -> None:
        """Have AdamW take it that there have been `step` updates."""
        for parameter, state in self.optimizer.state.items():
            state["step"] = count_of(self.optimizer, parameter, step)

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


def load_weights(model: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Copy arrays into the parameters of the same names; shapes may differ as long as the memory is the same.

    Raises: UserError when a name is missing on one side, or an array has another number of elements.
    """
    load({name: parameter.detach() for name, parameter in model.named_parameters()}, arrays)


def load(tensors: Mapping[str, Tensor], arrays: Mapping[str, np.ndarray]) -> None:
    """Copy arrays into tensors, as `load_weights` does."""
    if differing := sorted(tensors.keys() ^ arrays.keys()):
        raise UserError(f"these weights are of another model: {', '.join(differing[:4])} on one side only")
    for name, tensor in tensors.items():
        tensor.copy_(_as_like(name, arrays[name], tensor))


def read(tensors: Mapping[str, Tensor]) -> Arrays:
    """Copies of tensors as float32 arrays."""
    return {name: whole(tensor).to("cpu", torch.float32).numpy().copy() for name, tensor in tensors.items()}


def count_of(optimizer: torch.optim.Optimizer, parameter: Tensor, step: int) -> Tensor:
    """AdamW's count of updates: on the device of the weights if it is fused, else on the CPU, where it is read.

    Elsewhere, each update would wait for the device once for each parameter.
    """
    return torch.tensor(float(step), device=parameter.device if optimizer.defaults["fused"] else "cpu")


def _as_like(name: str, array: np.ndarray, like: Tensor) -> Tensor:
    """Numbers that every process has, as `like` is: whole too, or this process's part of them (see sharding.py)."""
    if array.size != like.numel():
        raise UserError(f"{name} holds {array.size} numbers, and the model wants {like.numel()}: it has other sizes")
    numbers = torch.from_numpy(np.ascontiguousarray(array)).reshape(like.shape).to(like.device, like.dtype)
    mesh: Any = getattr(like, "device_mesh", None)
    if mesh is None:
        return numbers
    from torch.distributed.tensor import distribute_tensor

    placements: Any = like.placements  # type: ignore[attr-defined]
    return distribute_tensor(numbers, mesh, placements, src_data_rank=None)


def whole(tensor: Tensor) -> Tensor:
    """All of a tensor, brought together where it is shared out among processes, which all have to ask for it."""
    found: Tensor = tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor
    return found
