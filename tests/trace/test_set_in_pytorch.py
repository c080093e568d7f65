"""--set at 200 random addresses, of weights, inputs and all that is computed, against PyTorch with a hook there.

The PyTorch here is written out as GPT-2 is, with a hook at each place that the formulas have a name for; what it gives
where no hook does anything is what the PyTorch model of the engines gives.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import pi, sqrt

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from gpt_by_hand import GPT
from gpt_by_hand.engines.torch.learner import load_weights
from gpt_by_hand.engines.torch.module import GPT as TorchGPT
from gpt_by_hand.engines.torch.module import Sizes
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import evaluation
from gpt_by_hand.trace.changed import settings_of, with_set
from gpt_by_hand.trace.trace import Trace
from tests.model.cases import CASES
from tests.model.cases import inputs as given

MODELS = ("demo", "biases", "pencil", "pocket")
EACH = 50  # addresses of each model
Hook = Callable[[str, Tensor], Tensor]


@lru_cache
def trace_of(name: str) -> Trace:
    """The forward pass over random words, with its loss."""
    if name == "biases":
        config, weights, tokenizer = CASES[name].config, given(name), GPT.from_preset("demo").tokenizer
    else:
        model = GPT.from_preset(name)
        config, weights, tokenizer = model.config, model.weights, model.tokenizer
    length, rng = config.seq_length, np.random.default_rng(3)
    tokens = rng.integers(0, config.vocab_size, (1, length + 1))
    inputs = {"tokens": tokens[:, :-1], "targets": tokens[:, 1:], "positions": np.arange(length)}
    return replace(Trace.of(evaluation(config, 1, length), {**weights, **inputs}, tokenizer), model=config)


def in_pytorch(config: ModelConfig, given: dict[str, Tensor], hook: Hook) -> dict[str, Tensor]:
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
        mix = see(f"{at}.mix", (shares @ v).transpose(1, 2))
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
    scores = logits.gather(-1, held["targets"][..., None])[..., 0]
    nll = see("nll", seen["probs.sum"].log() + seen["probs.max"] - scores)
    see("loss", see("sequence_loss", nll.mean(-1)).mean())
    return seen


def tensors(trace: Trace) -> dict[str, Tensor]:
    names = [tensor.name for tensor in (*trace.program.parameters, *trace.program.inputs)]
    return {
        name: torch.from_numpy(np.array(trace.arrays[name], dtype=None if trace[name].dtype == int else float))
        for name in names
    }


def close(name: str, got: np.ndarray, want: np.ndarray) -> None:
    """Within rounding: each number is a sum of a few hundred at most, of numbers like the largest."""
    largest = np.abs(want[np.isfinite(want)]).max(initial=0)
    np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12 * largest, err_msg=name)


@pytest.mark.parametrize("name", MODELS)
def test_this_pytorch_is_that_of_the_engines(name):
    trace = trace_of(name)
    model = TorchGPT(Sizes.of(trace.model)).double().eval()
    load_weights(model, {p.name: trace.arrays[p.name].reshape(p.stored_shape) for p in trace.program.parameters})
    seen = in_pytorch(trace.model, tensors(trace), lambda name, value: value)
    with torch.no_grad():
        logits, loss = model(seen["tokens"], seen["targets"])
    close("logits", seen["logits"].numpy(), logits.numpy())
    close("loss", seen["loss"].numpy(), loss.numpy())


def any_address(trace: Trace, name: str, rng: np.random.Generator) -> str:
    """A number of a tensor, or, sometimes, all along one of its indices."""
    at = [str(rng.integers(extent)) for extent in trace.tensor(name).shape]
    if at and rng.random() < 0.4:
        at[rng.integers(len(at))] = ":"
    return f"{name}[{','.join(at)}]" if at else name


def another(trace: Trace, where: str, rng: np.random.Generator) -> str:
    """A value that makes sense there: another word; half to one and a half times what is there; something for -inf."""
    tensor, there = trace.tensor(where), np.ravel(trace.array(where))[0]
    if tensor.kind == "integer":
        most = trace.model.seq_length if tensor.name == "positions" else trace.model.vocab_size
        return str(rng.integers(most))
    return repr(float(there * rng.uniform(0.5, 1.5))) if np.isfinite(there) and there else "0.25"


def random_settings() -> list[tuple[str, str]]:
    """For each model, each tensor in turn in random order, until there are enough."""
    found = []
    for name in MODELS:
        trace, rng = trace_of(name), np.random.default_rng(11)
        order = [*rng.permutation(trace.names), *rng.permutation(trace.names)]
        wheres = [any_address(trace, str(tensor), rng) for tensor in order[:EACH]]
        found += [(name, f"{where}={another(trace, where, rng)}") for where in wheres]
    return found


def here(trace: Trace, where: str) -> np.ndarray:
    """Which numbers an address means, read off without the code that is tested."""
    name, _, inside = where.rstrip("]").partition("[")
    found = np.zeros(trace.tensor(name).shape, bool)
    found[tuple(slice(None) if at == ":" else int(at) for at in inside.split(",")) if inside else ()] = True
    return found


@pytest.mark.parametrize("name", MODELS)
def test_what_is_set_is_what_a_hook_in_pytorch_does(name):
    trace = trace_of(name)
    settings = [said for of, said in random_settings() if of == name]
    for said in batched(settings):
        hooks = {}
        for where, value in (one.rsplit("=", 1) for one in said):
            hooks[where.partition("[")[0]] = torch.from_numpy(here(trace, where)), float(value)

        def hook(at: str, found: Tensor, hooks: dict = hooks) -> Tensor:
            mask, value = hooks.get(at, (torch.tensor(False), 0))
            return torch.where(mask, value, found).to(found.dtype)

        changed, seen = with_set(trace, settings_of(said)), in_pytorch(trace.model, tensors(trace), hook)
        assert set(changed.program.definitions) <= seen.keys()
        for of in seen:
            close(f"{of} with {said}", np.asarray(changed[of]), seen[of].numpy())
        names = list(trace.program.definitions)
        first = min((names.index(tensor) for tensor in hooks if tensor in names), default=0)
        for of in names[:first] if not hooks.keys() - set(names) else []:
            np.testing.assert_array_equal(changed[of], trace[of], err_msg=f"{of} with {said}")


def batched(settings: list[str]) -> list[list[str]]:
    """Two at a time, of different tensors: that takes half the time."""
    return [settings[at : at + 2] for at in range(0, len(settings), 2)]


def test_there_are_two_hundred_and_of_all_kinds():
    settings = random_settings()
    kinds = {(trace_of(name).tensor(said.rsplit("=", 1)[0]).role, ":" in said) for name, said in settings}
    assert len(settings) == 200
    assert {role.name for role, _ in kinds} >= {"WEIGHT", "INPUT", "ACTIVATION"} and {True, False} <= {
        s for _, s in kinds
    }


def test_a_hook_elsewhere_is_not_the_same():
    trace = trace_of("demo")
    changed = with_set(trace, settings_of(["h.0.attn.weights[0,1,3,:]=0.25"]))
    beside = with_set(trace, settings_of(["h.0.attn.weights[0,0,3,:]=0.25"]))
    with pytest.raises(AssertionError):
        close("logits", changed["logits"], beside["logits"])


@pytest.mark.parametrize("name", ["demo", "biases"])
def test_words_before_it_are_not_touched(name):
    trace = trace_of(name)
    changed = with_set(trace, {"embed[0,2,:]": 0.5})
    np.testing.assert_array_equal(changed["logits"][0, :2], trace["logits"][0, :2])
    assert (changed["logits"][0, 2:] != trace["logits"][0, 2:]).any(-1).all()
