"""Weights and moments between arrays, in the shapes that checkpoints store, and the twin with its optimizer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from gpt_by_hand.errors import UserError

Arrays = dict[str, np.ndarray]
MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq"}  # what torch.optim calls them


def load_weights(model: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Copy arrays into the parameters of the same names; shapes may differ as long as the memory is the same.

    Raises: UserError when a name is missing on one side, or an array has another number of elements.
    """
    load({name: parameter.detach() for name, parameter in model.named_parameters()}, arrays)


def load(tensors: Mapping[str, torch.Tensor], arrays: Mapping[str, np.ndarray]) -> None:
    """Copy arrays into tensors, as `load_weights` does."""
    if differing := sorted(tensors.keys() ^ arrays.keys()):
        raise UserError(f"these weights are of another model: {', '.join(differing[:4])} on one side only")
    for name, tensor in tensors.items():
        tensor.copy_(_as_like(name, arrays[name], tensor))


def read(tensors: Mapping[str, torch.Tensor]) -> Arrays:
    """Copies of tensors as float32 arrays."""
    return {name: whole(tensor).to("cpu", torch.float32).numpy().copy() for name, tensor in tensors.items()}


def learnt(model: nn.Module, optimizer: torch.optim.Optimizer) -> dict[str, dict[str, torch.Tensor]]:
    """What training changes, itself and no copy of it: `weights`, and AdamW's moments `m` and `v`, by parameter.

    Before the first update, the moments are 0.
    """
    parameters = dict(model.named_parameters())
    for parameter in parameters.values():
        if not optimizer.state[parameter]:
            zeros = {kind: torch.zeros_like(parameter.detach()) for kind in MOMENTS.values()}
            optimizer.state[parameter] = {**zeros, "step": count_of(optimizer, parameter, 0)}
    found = {"weights": {name: parameter.detach() for name, parameter in parameters.items()}}
    for kind, theirs in MOMENTS.items():
        found[kind] = {name: optimizer.state[parameter][theirs] for name, parameter in parameters.items()}
    return found


def set_count(optimizer: torch.optim.Optimizer, step: int) -> None:
    """Have AdamW take it that there have been `step` updates."""
    for parameter, state in optimizer.state.items():
        state["step"] = count_of(optimizer, parameter, step)


def count_of(optimizer: torch.optim.Optimizer, parameter: torch.Tensor, step: int) -> torch.Tensor:
    """AdamW's count of updates: on the device of the weights if it is fused, else on the CPU, where it is read.

    Elsewhere, each update would wait for the device once for each parameter.
    """
    return torch.tensor(float(step), device=parameter.device if optimizer.defaults["fused"] else "cpu")


def _as_like(name: str, array: np.ndarray, like: torch.Tensor) -> torch.Tensor:
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


def whole(tensor: torch.Tensor) -> torch.Tensor:
    """All of a tensor, brought together where it is shared out among processes, which all have to ask for it."""
    found: torch.Tensor = tensor.full_tensor() if hasattr(tensor, "full_tensor") else tensor
    return found
