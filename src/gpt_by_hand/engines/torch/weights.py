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
    parameters = dict(model.named_parameters())
    if differing := sorted(parameters.keys() ^ arrays.keys()):
        raise UserError(f"these weights are of another model: {', '.join(differing[:4])} on one side only")
    with torch.no_grad():
        for name, parameter in parameters.items():
            parameter.copy_(_tensor(name, arrays[name], parameter))


def read_weights(model: nn.Module) -> Arrays:
    """Copies of all parameters as float32 arrays, in the module's shapes."""
    return {name: _array(parameter) for name, parameter in model.named_parameters()}


def load_moments(
    model: nn.Module,
    optimizer: torch.optim.Optimizer,
    m: Mapping[str, np.ndarray],
    v: Mapping[str, np.ndarray],
    step: int,
) -> None:
    """Give AdamW the moments that `step` updates have gathered."""
    for name, parameter in model.named_parameters():
        for arrays, kind in ((m, MOMENTS["m"]), (v, MOMENTS["v"])):
            optimizer.state[parameter][kind] = _tensor(name, arrays[name], parameter).clone()
        optimizer.state[parameter]["step"] = count_of(optimizer, parameter, step)


def count_of(optimizer: torch.optim.Optimizer, parameter: torch.Tensor, step: int) -> torch.Tensor:
    """AdamW's count of updates: on the device of the weights if it is fused, else on the CPU, where it is read.

    Elsewhere, each update would wait for the device once for each parameter.
    """
    return torch.tensor(float(step), device=parameter.device if optimizer.defaults["fused"] else "cpu")


def read_moments(model: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[Arrays, Arrays]:
    """Copies of AdamW's two moments by parameter; zeros before the first update."""
    found = []
    for kind in MOMENTS.values():
        arrays = {}
        for name, parameter in model.named_parameters():
            moment = optimizer.state.get(parameter, {}).get(kind)
            arrays[name] = np.zeros(tuple(parameter.shape), np.float32) if moment is None else _array(moment)
        found.append(arrays)
    return found[0], found[1]


def _tensor(name: str, array: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    if array.size != like.numel():
        raise UserError(f"{name} holds {array.size} numbers, and the model wants {like.numel()}: it has other sizes")
    found = torch.from_numpy(np.ascontiguousarray(array)).reshape(like.shape)
    return as_like(found.to(device=like.device, dtype=like.dtype), like)


def _array(tensor: torch.Tensor) -> np.ndarray:
    return whole(tensor.detach()).to("cpu", torch.float32).numpy().copy()


def as_like(numbers: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """Numbers that every process has, as `like` is: whole too, or this process's part of them (see sharding.py)."""
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
