"""The parts of logits: they add up, heads are what PyTorch gives when they alone write; and what each layer says."""

from functools import lru_cache

import numpy as np
import pytest
import torch

from gpt_by_hand import GPT as TrainedModel
from gpt_by_hand import train
from gpt_by_hand.engines import reference
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.engines.torch.learner import load_weights
from gpt_by_hand.engines.torch.module import GPT, Sizes
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import FEATURE, HEAD
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import iteration, prediction
from gpt_by_hand.model.why import decomposed, residuals, with_lens
from gpt_by_hand.notation import Program, check
from gpt_by_hand.notation.decompose import Decomposition, Share
from tests.model.cases import CASES, ROWS
from tests.model.cases import inputs as given

# The demo as training leaves it, and the same with biases and the GELU by tanh; and models with any numbers.
TRAINED = {"trained": {}, "trained with biases": {"use_bias": True, "gelu": "tanh"}}
NAMES = ("demo", "pocket", "pencil", "biases", *TRAINED)
MODELS = pytest.mark.parametrize("name", NAMES)


@lru_cache
def trained(name: str) -> TrainedModel:
    return train("demo", "quick", max_iters=300, **TRAINED[name])


def config_of(name: str) -> ModelConfig:
    return trained(name).config if name in TRAINED else CASES[name].config


@lru_cache
def inputs(name: str) -> dict[str, np.ndarray]:
    """Weights, two sequences of tokens, and their positions."""
    if name not in TRAINED:
        return given(name)
    weights = {key: np.float64(value) for key, value in trained(name).weights.items()}
    shape, words = (ROWS, config_of(name).seq_length), config_of(name).vocab_size
    tokens = np.random.default_rng(1).integers(0, words, shape)
    return {**weights, "tokens": tokens, "positions": np.arange(shape[1])}


def program_of(name: str) -> Program:
    return prediction(config_of(name), ROWS, config_of(name).seq_length)


@lru_cache
def parts_of(name: str, by_feature: bool = False) -> tuple[Decomposition, dict]:
    found = decomposed(program_of(name), **({"apart": (HEAD, FEATURE)} if by_feature else {}))
    return found, compile_numpy(check(found.program), None, np.float64)(inputs(name)) | inputs(name)


def whole(share: Share, values: dict) -> np.ndarray:
    """A share in all, over what is apart."""
    axes = tuple(n for n, index in enumerate(share.tensor.indices) if index in share.apart)
    return values[share.tensor.name].sum(axis=axes)


def assert_adds_up(found: Decomposition, values: dict) -> None:
    """Within 1e-12 of the largest part, at every position and word."""
    parts = [whole(share, values) for share in found.shares]
    largest = np.max([np.abs(values[share.tensor.name]).max() for share in found.shares])
    np.testing.assert_allclose(sum(parts), values[found.target.name], rtol=0, atol=1e-12 * largest)


@MODELS
@pytest.mark.parametrize("by_feature", [False, True])
def test_parts_add_up_to_every_logit(name, by_feature):
    found, values = parts_of(name, by_feature)
    assert_adds_up(found, values)
    assert not found.stopped
    assert {tensor.concept for tensor in found.held} == {concepts.RSTD}


def test_which_parts_there_are():
    found, _ = parts_of("biases")
    assert [(share.part.name, [index.name for index in share.apart]) for share in found.shares] == [
        ("tok_emb", []),
        ("pos_emb", []),
        ("h.0.attn.c_proj", ["h"]),
        ("transformer.h.0.attn.c_proj.bias", []),
        ("h.0.mlp.c_proj", []),
        ("transformer.h.0.mlp.c_proj.bias", []),
        ("h.1.attn.c_proj", ["h"]),
        ("transformer.h.1.attn.c_proj.bias", []),
        ("h.1.mlp.c_proj", []),
        ("transformer.h.1.mlp.c_proj.bias", []),
        ("transformer.ln_f.bias", []),
    ]


@MODELS
def test_engines_agree(name):
    """The printed NumPy against the reference engine, which walks the formulas one number at a time."""
    found, values = parts_of(name)
    want = reference.run(found.program, inputs(name))
    for share in found.shares:
        scale = np.abs(want[share.tensor.name]).max()
        np.testing.assert_allclose(values[share.tensor.name], want[share.tensor.name], rtol=0, atol=1e-13 * scale)


@lru_cache
def torchs(name: str) -> GPT:
    model = GPT(Sizes.of(config_of(name))).double().eval()
    load_weights(model, {p.name: inputs(name)[p.name].reshape(p.stored_shape) for p in program_of(name).parameters})
    return model


def heard(name: str) -> dict[str, torch.Tensor]:
    """What goes into each module of PyTorch's model, and what comes out, as its hooks see it."""
    model, seen = torchs(name), {}
    hooks = [
        module.register_forward_hook(lambda _, x, y, at=at: seen.update({f"{at} in": x[0], at: y}))
        for at, module in model.named_modules()
    ]
    with torch.no_grad():
        model(torch.from_numpy(inputs(name)["tokens"]))
    for hook in hooks:
        hook.remove()
    return seen


def said_of(name: str, write: torch.Tensor, last: torch.Tensor) -> np.ndarray:
    """The logits, were nothing but `write` in the residual, with the scale of the `last` norm as it is."""
    model = torchs(name)
    norm = model.transformer["ln_f"]
    scale = (last.var(-1, correction=0, keepdim=True) + norm.eps).rsqrt()
    with torch.no_grad():
        return model.lm_head((write - write.mean(-1, keepdim=True)) * scale * norm.weight).numpy()


@MODELS
def test_each_part_is_what_pytorch_gives_when_nothing_else_is_written(name):
    found, values = parts_of(name)
    seen = heard(name)
    last, heads = seen["transformer.ln_f in"], config_of(name).num_heads
    shares = {share.part.name: values[share.tensor.name] for share in found.shares}
    expected = {"tok_emb": seen["transformer.wte"], "pos_emb": seen["transformer.wpe"].expand(ROWS, -1, -1)}
    for layer in range(config_of(name).num_layers):
        at = f"h.{layer}.mlp.c_proj"
        module = torchs(name).get_submodule(f"transformer.{at}")
        expected[at] = seen[f"transformer.{at} in"] @ module.weight.T
    for part, write in expected.items():
        close(shares[part], said_of(name, write.detach(), last))
    for layer in range(config_of(name).num_layers):
        at = f"h.{layer}.attn.c_proj"
        module, mix = torchs(name).get_submodule(f"transformer.{at}"), seen[f"transformer.{at} in"]
        for head in range(heads):
            alone = torch.zeros_like(mix).unflatten(-1, (heads, -1))
            alone[:, :, head] = mix.unflatten(-1, (heads, -1))[:, :, head]
            close(shares[at][:, head], said_of(name, (alone.flatten(2) @ module.weight.T).detach(), last))


def close(got: np.ndarray, want: np.ndarray) -> None:
    np.testing.assert_allclose(got, want, rtol=0, atol=1e-12 * np.abs(want).max())


@MODELS
def test_what_each_layer_would_have_said(name):
    """PyTorch's last norm and head on the residual behind each block."""
    program = check(with_lens(program_of(name)))
    values = compile_numpy(program, None, np.float64)(inputs(name))
    model, seen = torchs(name), heard(name)
    behind = [seen["transformer.drop"], *(seen[f"transformer.h.{n}"] for n in range(config_of(name).num_layers))]
    for tensor, residual in zip(residuals(program)[:-1], behind, strict=False):
        with torch.no_grad():
            want = model.lm_head(model.transformer["ln_f"](residual)).softmax(-1).numpy()
        np.testing.assert_allclose(values[f"lens.{tensor.name}.probs"], want, rtol=1e-11, atol=0)


@pytest.mark.parametrize("name", ["biases", "dropout"])
def test_any_number_of_an_iteration(name):
    """Whatever is asked for, and however far back: what it goes back to adds up; a gradient's parts are gradients."""
    program = iteration(CASES[name].config, CASES[name].rule, ROWS)
    values = compile_numpy(program, None, np.float64)(inputs(name)) | inputs(name)
    rng = np.random.default_rng(0)
    for target in rng.choice(list(program.definitions), 12, replace=False):
        for depth in (None, 1, 3):
            found = decomposed(program, str(target), depth=depth)
            known = found.program.given(*program.definitions)
            parts = compile_numpy(check(found.program) and known, None, np.float64)(values) | values
            sizes = [np.abs(parts[share.tensor.name]).max() for share in found.shares]
            total = sum(np.broadcast_to(whole(share, parts), found.target.shape) for share in found.shares)
            np.testing.assert_allclose(total, values[target], rtol=0, atol=1e-12 * max(sizes))
