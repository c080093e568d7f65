"""The weights that training starts from: the ones that PyTorch would draw for the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

import numpy as np

from gpt_by_hand.data.random import BLOCK, RandomStream, values_of_normals
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.notation import Role, Start, Tensor
from gpt_by_hand.records import dataclass

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Draw:
    """So many normal numbers with the standard deviation `std` for a parameter, in place of those drawn before.

    Without a parameter: so many 32-bit values, which nothing is made of.
    """

    parameter: str
    count: int
    std: float = 1.0


def start_weights(config: ModelConfig, stream: RandomStream) -> Arrays:
    """Float32 arrays by parameter name, in the formulas' shapes; `stream` ends where PyTorch's generator would.

    Linear and embedding weights are normal with `init_std`, the two projections onto the residual with
    init_std / sqrt(2 * num_layers) (Radford et al. 2019, section 2.3), LayerNorm gains 1 and biases 0.
    """
    drawn: Arrays = {}
    for draw in _in_effect(draws(parameters(config))):
        if draw.parameter:
            drawn[draw.parameter] = stream.normal(draw.count, std=draw.std)
        else:
            stream.skip(draw.count)
    weights = {}
    for parameter in parameters(config):
        start = parameter.start or Start()
        array = drawn.get(parameter.name, np.full(parameter.shape, start.value, np.float32))
        weights[parameter.name] = _rounded(array, config.init_decimals).reshape(parameter.shape)
    return weights


def _in_effect(drawn: list[Draw]) -> list[Draw]:
    """The same draws, but of numbers that are replaced by later ones only so many 32-bit values are left.

    Fewer than 16 numbers are made in another way, which remembers: these are drawn in any case.
    """
    last = {draw.parameter: n for n, draw in enumerate(drawn)}

    def replaced(n: int, draw: Draw) -> bool:
        return bool(draw.parameter) and n < last[draw.parameter] and draw.count >= BLOCK

    return [Draw("", values_of_normals(d.count)) if replaced(n, d) else d for n, d in enumerate(drawn)]


def draws(parameters: Sequence[Tensor]) -> list[Draw]:
    """What PyTorch draws for the parameters of a model, in its order."""
    return [*_thrown_away(parameters), *_kept(parameters)]


def _thrown_away(parameters: Sequence[Tensor]) -> list[Draw]:
    """Building the modules draws weights that are then drawn anew: each table's, each linear layer's, the head's."""
    drawn, biases = _drawn(parameters), {p.of.name: p for p in parameters if p.role is Role.BIAS and p.of}
    layers = [[p, *([biases[p.name]] if p.name in biases else [])] for p, start in drawn if not start.table]
    return [
        *(Draw(p.name, prod(p.shape)) for p, start in drawn if start.table),
        *(Draw("", sum(prod(p.shape) for p in layer)) for layer in layers),
        *(Draw("", prod(p.shape)) for p, start in drawn if start.table and start.tied),
    ]


def _kept(parameters: Sequence[Tensor]) -> list[Draw]:
    """The normal draws, in PyTorch's order: everything once, what is tied twice, then some smaller ones again."""
    drawn = _drawn(parameters)
    order = [*drawn, *((p, start) for p, start in drawn if start.tied)]
    return [
        *(Draw(p.name, prod(p.shape), start.std) for p, start in order),
        *(Draw(p.name, prod(p.shape), start.again) for p, start in drawn if start.again is not None),
    ]


def _drawn(parameters: Sequence[Tensor]) -> list[tuple[Tensor, Start]]:
    return [(p, p.start) for p in parameters if p.start is not None and p.start.std]


def _rounded(array: np.ndarray, decimals: int) -> np.ndarray:
    """Rounded to so many decimals, with no -0; as it is for decimals below 0."""
    return array if decimals < 0 else np.round(array, decimals) + np.float32(0)
