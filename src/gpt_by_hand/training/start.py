"""The weights that training starts from: the ones that PyTorch would draw for the same seed."""

from __future__ import annotations

import math
from math import prod

import numpy as np

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters

Arrays = dict[str, np.ndarray]
Shape = tuple[int, ...]
PARTS = ("attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj")  # in the order in which PyTorch builds them


def start_weights(config: ModelConfig, stream: RandomStream) -> Arrays:
    """Float32 arrays by parameter name, in the formulas' shapes; `stream` ends where PyTorch's generator would.

    Linear and embedding weights are normal with `init_std`, the two projections onto the residual with
    init_std / sqrt(2 * num_layers) (Radford et al. 2019, section 2.3), LayerNorm gains 1 and biases 0.
    """
    shapes = {p.name: p.stored_shape for p in parameters(config)}
    _skip_what_pytorch_throws_away(config, stream, shapes)
    drawn = _draw(config, stream, shapes)
    weights = {}
    for parameter in parameters(config):
        start = 0.0 if parameter.name.endswith(".bias") else 1.0
        array = drawn.get(parameter.name, np.full(parameter.shape, start, np.float32))
        weights[parameter.name] = _rounded(array, config.init_decimals).reshape(parameter.shape)
    return weights


def _skip_what_pytorch_throws_away(config: ModelConfig, stream: RandomStream, shapes: dict[str, Shape]) -> None:
    """Building the modules draws weights that are then drawn anew: two embeddings, each linear layer's, the head's."""
    stream.normal(*shapes["transformer.wte.weight"])
    stream.normal(*shapes["transformer.wpe.weight"])
    for layer in range(config.num_layers):
        for part in PARTS:
            name = f"transformer.h.{layer}.{part}"
            stream.raw(prod(shapes[f"{name}.weight"]) + prod(shapes.get(f"{name}.bias", (0,))))
    stream.raw(prod(shapes["transformer.wte.weight"]))


def _draw(config: ModelConfig, stream: RandomStream, shapes: dict[str, Shape]) -> Arrays:
    """The normal draws, in PyTorch's order: everything once, then the projections onto the residual again."""
    std = config.init_std
    order = ["transformer.wte.weight", "transformer.wpe.weight"]  # the word table is drawn again: it is the head, too
    projections = []
    for layer in range(config.num_layers):
        block = [f"transformer.h.{layer}.{part}.weight" for part in PARTS]
        order += block
        projections += [name for name in block if name.endswith("c_proj.weight")]
    order.append("transformer.wte.weight")
    small = std / math.sqrt(2 * config.num_layers)
    wanted = [*((shapes[name], std) for name in order), *((shapes[name], small) for name in projections)]
    return dict(zip([*order, *projections], stream.normals(wanted), strict=True))


def _rounded(array: np.ndarray, decimals: int) -> np.ndarray:
    """Rounded to so many decimals, with no -0; as it is for decimals below 0."""
    return array if decimals < 0 else np.round(array, decimals) + np.float32(0)
