"""GPT-2 in PyTorch, written out step by step, with a hook at each place that the formulas have a name for.

It has nothing from the formulas but these names; `tests/trace/test_set_in_pytorch.py` holds it against the module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import pi, sqrt

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from gpt_by_hand import GPT
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.trace.trace import Trace
from tests.model.cases import CASES, inputs

torch.set_num_threads(1)  # the arrays are so small that threads only wait for each other

Hook = Callable[[str, Tensor], Tensor]


def unchanged(name: str, value: Tensor) -> Tensor:
    """A hook that does nothing."""
    return value


def setting(at: str, mask: np.ndarray, value: float) -> Hook:
    """A hook that sets a tensor to a value where the mask is true."""

    def hook(name: str, found: Tensor) -> Tensor:
        return torch.where(torch.tensor(mask), value, found).to(found.dtype) if name == at else found

    return hook


def in_pytorch(config: ModelConfig, given: Mapping[str, Tensor], hook: Hook = unchanged) -> dict[str, Tensor]:
    """GPT-2's forward pass (Radford et al. 2019), step by step; `hook` sees each tensor and gives it back."""
    seen: dict[str, Tensor] = {}

    def see(name: str, value: Tensor) -> Tensor:
        seen[name] = hook(name, value)
        return seen[name]

    held = {name: see(name, value) for name, value in given.items()}
    channels, heads = config.dim_embedding, config.num_heads

    def weight(name: str, columns: int) -> Tensor:
        return held[f"transformer.{name}.weight"].reshape(-1, columns)

    def linear(name: str, x: Tensor) -> Tensor:
        bias = held.get(f"transformer.{name}.bias")
        return F.linear(x, weight(name, x.shape[-1]), None if bias is None else bias.reshape(-1))

    def norm(name: str, x: Tensor) -> Tensor:
        mean = see(f"{name}.mean", x.mean(-1))
        centred = see(f"{name}.centred", x - mean[..., None])
        variance = see(f"{name}.var", (centred**2).mean(-1))
        rstd = see(f"{name}.rstd", (variance + 1e-5).rsqrt())
        bias = held.get(f"transformer.{name}.bias")
        scaled = centred * rstd[..., None] * held[f"transformer.{name}.weight"]
        return see(name, scaled if bias is None else scaled + bias)

    def softmax(name: str, at: str, x: Tensor) -> Tensor:
        most = see(f"{at}.max", x.amax(-1))
        powers = see(f"{at}.exp", (x - most[..., None]).exp())
        return see(name, powers / see(f"{at}.sum", powers.sum(-1))[..., None])

    def below(x: Tensor) -> Tensor:
        """GELU's share of x; tanh as in Hendrycks & Gimpel 2016."""
        if config.gelu == "tanh":
            return (1 + torch.tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2
        return torch.special.ndtr(x)

    def attention(at: str, x: Tensor) -> Tensor:
        q, k, v = (
            see(f"{at}.{n}", y.unflatten(-1, (heads, -1)).transpose(1, 2))
            for n, y in zip("qkv", linear(f"{at}.c_attn", x).split(channels, -1), strict=True)
        )
        future = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool).triu(1)
        scores = (q @ k.transpose(-1, -2) / sqrt(channels // heads)).masked_fill(future, -torch.inf)
        shares = softmax(f"{at}.weights", at, see(f"{at}.scores", scores))
        heard = shares[..., None] * v[..., None, :, :]
        heard = torch.where((shares[..., None] == 0) & heard.isnan(), 0, heard)  # nobody looks there
        mix = see(f"{at}.mix", heard.sum(-2).transpose(1, 2))
        return see(f"{at}.c_proj", linear(f"{at}.c_proj", mix.flatten(2)))

    def feed_forward(at: str, x: Tensor) -> Tensor:
        wide = see(f"{at}.c_fc", linear(f"{at}.c_fc", x))
        cdf = see(f"{at}.cdf", below(wide))
        return see(f"{at}.c_proj", linear(f"{at}.c_proj", see(f"{at}.gelu", wide * cdf)))

    words = see("tok_emb", held["transformer.wte.weight"][held["tokens"]])
    x = see("embed", words + see("pos_emb", held["transformer.wpe.weight"][held["positions"]]))
    for layer in range(config.num_layers):
        at = f"h.{layer}"
        x = see(f"{at}.mid", x + attention(f"{at}.attn", norm(f"{at}.ln_1", x)))
        x = see(f"{at}.out", x + feed_forward(f"{at}.mlp", norm(f"{at}.ln_2", x)))
    logits = see("logits", norm("ln_f", x) @ held["transformer.wte.weight"].T)
    softmax("probs", "probs", logits)
    if "targets" not in held:
        return seen
    scores = logits.gather(-1, held["targets"][..., None])[..., 0]
    nll = see("nll", seen["probs.sum"].log() + seen["probs.max"] - scores)
    see("loss", see("sequence_loss", nll.mean(-1)).mean())
    return seen


def drawn(name: str) -> tuple[ModelConfig, Mapping[str, np.ndarray], Tokenizer]:
    """The sizes, the weights and the words of an untrained preset, or of the model with biases and tanh GELU."""
    if name == "biases":
        return CASES[name].config, inputs(name), GPT.from_preset("demo").tokenizer
    model = GPT.from_preset(name)
    return model.config, model.weights, model.tokenizer


def tensors(trace: Trace) -> dict[str, Tensor]:
    """What the program of a trace is given."""
    names = [tensor.name for tensor in (*trace.program.parameters, *trace.program.inputs)]
    return {
        name: torch.from_numpy(np.array(trace.arrays[name], dtype=None if trace[name].dtype == int else float))
        for name in names
    }


def close(name: str, got: np.ndarray, want: np.ndarray) -> None:
    """Within rounding: each number is a sum of a few hundred at most, of numbers like the largest."""
    largest = np.abs(want[np.isfinite(want)]).max(initial=0)
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12 * largest, err_msg=name)


def here(trace: Trace, where: str) -> np.ndarray:
    """Which numbers an address means, read off without the code that is tested."""
    name, _, inside = where.rstrip("]").partition("[")
    found = np.zeros(trace.tensor(name).shape, bool)
    found[tuple(slice(None) if at == ":" else int(at) for at in inside.split(",")) if inside else ()] = True
    return found


def at(where: str, value: float) -> Hook:
    """A hook that sets what is at an address to a value, however long the sequence is."""
    tensor, _, inside = where.rstrip("]").partition("[")
    place = tuple(slice(None) if one == ":" else int(one) for one in inside.split(",") if one)

    def hook(name: str, found: Tensor) -> Tensor:
        if name != tensor:
            return found
        changed = found.clone()
        changed[place] = value
        return changed

    return hook


def with_gradients(config: ModelConfig, given: Mapping[str, Tensor], hook: Hook = unchanged) -> dict[str, Tensor]:
    """All of it, and of each number the loss' gradient, as autograd finds it, under its name with `d.` before it."""
    leaves = {name: one.clone().requires_grad_(one.is_floating_point()) for name, one in given.items()}
    seen = in_pytorch(config, leaves, hook)
    varying = {name: one for name, one in seen.items() if one.requires_grad}
    gradients = torch.autograd.grad(seen["loss"], list(varying.values()), allow_unused=True, materialize_grads=True)
    gradients_by_name = {f"d.{name}": one for name, one in zip(varying, gradients, strict=True)}
    return {name: one.detach() for name, one in {**seen, **gradients_by_name}.items()}
