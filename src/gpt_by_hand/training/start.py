"""The weights that training starts from: the ones that PyTorch would draw for the same seed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from math import prod

import numpy as np

from gpt_by_hand.data.random import BLOCK, RandomStream, values_of_normals
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters

Arrays = dict[str, np.ndarray]
PARTS = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")  # in the order in which PyTorch builds them


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
    for used, group in groupby(_in_effect(draws(config)), key=lambda draw: bool(draw.parameter)):
        some = list(group)
        if used:
            arrays = stream.normals([((draw.count,), draw.std) for draw in some])
            drawn |= {draw.parameter: array for draw, array in zip(some, arrays, strict=True)}
        else:
            stream.skip(sum(draw.count for draw in some))
    weights = {}
    for parameter in parameters(config):
        array = drawn.get(parameter.name, np.full(parameter.shape, undrawn(parameter.name), np.float32))
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


def undrawn(parameter: str) -> float:
    """What a parameter starts with that no number is drawn for: LayerNorm gains with 1, biases with 0."""
    return 0.0 if parameter.endswith(".bias") else 1.0


def draws(config: ModelConfig) -> list[Draw]:
    """What PyTorch draws, in its order."""
    return [*_thrown_away(config), *_kept(config)]


def _thrown_away(config: ModelConfig) -> list[Draw]:
    """Building the modules draws weights that are then drawn anew: two embeddings, each linear layer's, the head's."""
    counts = {p.name: prod(p.stored_shape) for p in parameters(config)}
    tables = ("transformer.wte.weight", "transformer.wpe.weight")
    linear = [f"transformer.h.{layer}.{part}" for layer in range(config.num_layers) for part in PARTS]
    return [
        *(Draw(name, counts[name]) for name in tables),
        *(Draw("", counts[f"{name}.weight"] + counts.get(f"{name}.bias", 0)) for name in linear),
        Draw("", counts["transformer.wte.weight"]),
    ]


def _kept(config: ModelConfig) -> list[Draw]:
    """The normal draws, in PyTorch's order: everything once, then the projections onto the residual again."""
    counts = {p.name: prod(p.stored_shape) for p in parameters(config)}
    weights = [f"transformer.h.{layer}.{part}.weight" for layer in range(config.num_layers) for part in PARTS]
    word_table = "transformer.wte.weight"  # tied to the head, so it is drawn twice: first and last
    order = [word_table, "transformer.wpe.weight", *weights, word_table]
    again = [name for name in weights if name.endswith("c_proj.weight")]
    smaller = config.init_std / math.sqrt(2 * config.num_layers)
    return [
        *(Draw(name, counts[name], config.init_std) for name in order),
        *(Draw(name, counts[name], smaller) for name in again),
    ]


def _rounded(array: np.ndarray, decimals: int) -> np.ndarray:
    """Rounded to so many decimals, with no -0; as it is for decimals below 0."""
    return array if decimals < 0 else np.round(array, decimals) + np.float32(0)
