"""Start weights are the ones that PyTorch draws, bit for bit, and the random numbers go on where PyTorch's do."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.engines.torch.module import Sizes
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training.start import start_weights
from tests.witness.torch_gpt import init_like_nanogpt

MODELS = {
    "demo": MODEL_PRESETS["demo"],
    "pocket": MODEL_PRESETS["pocket"],
    "shakespeare": MODEL_PRESETS["shakespeare"],
    "biases": ModelConfig(vocab_size=7, seq_length=5, num_layers=3, num_heads=3, dim_embedding=6, use_bias=True),
    "fewer than 16 numbers": ModelConfig(vocab_size=5, seq_length=3, num_layers=2, num_heads=1, dim_embedding=2),
    "an odd number of them": ModelConfig(5, 3, 1, 1, 1, use_bias=True),
    "no multiple of 16": ModelConfig(vocab_size=11, seq_length=5, num_layers=1, num_heads=1, dim_embedding=5),
    "one of everything": ModelConfig(1, 1, 1, 1, 1),
}


def witness(config: ModelConfig, seed: int) -> dict[str, np.ndarray]:
    return {name: p.detach().numpy() for name, p in init_like_nanogpt(Sizes.of(config), seed).named_parameters()}


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("seed", [1337, 0])
def test_weights_are_pytorchs(name: str, seed: int) -> None:
    config = MODELS[name]
    stream = RandomStream(seed)
    ours, theirs = start_weights(config, stream), witness(config, seed)
    stored = {p.name: p.stored_shape for p in parameters(config)}
    assert ours.keys() == theirs.keys()
    for parameter, array in theirs.items():
        np.testing.assert_array_equal(ours[parameter].reshape(stored[parameter]), array, err_msg=parameter)
        assert ours[parameter].dtype == np.float32
    assert stream.integers(1348, 9).tolist() == torch.randint(1348, (9,)).tolist()


def test_shapes_are_the_formulas() -> None:
    config = MODELS["biases"]
    weights = start_weights(config, RandomStream(1))
    assert {name: array.shape for name, array in weights.items()} == {p.name: p.shape for p in parameters(config)}


def test_gains_are_1_and_biases_0() -> None:
    weights = start_weights(MODELS["biases"], RandomStream(1))
    assert {array.min() for name, array in weights.items() if ".ln_" in name and name.endswith("weight")} == {1}
    assert {array.any() for name, array in weights.items() if name.endswith("bias")} == {np.False_}


def test_spread() -> None:
    """Twice the standard deviation, twice the weights; and the projections onto the residual start smaller."""
    demo = MODELS["demo"]
    once, twice = (start_weights(replace(demo, init_std=std), RandomStream(5)) for std in (0.02, 0.04))
    name = "transformer.h.1.mlp.c_proj.weight"
    np.testing.assert_allclose(twice[name], 2 * once[name], rtol=1e-6)
    assert once[name].std() == pytest.approx(0.02 / np.sqrt(2 * 2), rel=0.1)


def test_rounded_for_pencils() -> None:
    weights = start_weights(MODEL_PRESETS["pencil"], RandomStream(1337))
    for array in weights.values():
        np.testing.assert_array_equal(array, np.round(array * 10).astype(np.float32) / np.float32(10))
        assert not np.signbit(array[array == 0]).any()
    assert len(np.unique(weights["transformer.wte.weight"])) > 5
