"""`generate --set`, gradients with `--set`, and `diff`: what commands print is what PyTorch computes."""

import json
import re
from functools import lru_cache

import numpy as np
import pytest
import torch
from torch import Tensor

from gpt_by_hand import GPT
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import MODEL_PRESETS
from tests.support.commands import Command
from tests.support.hooked import Hook, at, close, in_pytorch, with_gradients

DEMO = MODEL_PRESETS["demo"]
OF_WEIGHTS = ("transformer.wte.weight[31,0]=0.5", "transformer.h.1.mlp.c_proj.weight[:,7]=0.3")
OF_ALL = (
    *OF_WEIGHTS,
    "h.0.mid[:,:,3]=0.5",
    "h.1.attn.mix[:,:,1,:]=0",
    "h.0.attn.weights[:,0,:,0]=1",
    "ln_f.rstd[:,:]=3",
)
MAXIMUM = r"d\..*\.max"  # a gradient that autograd has, and formulas have not: they hold the maximum constant
ROW = re.compile(r"^  [→ ] (\S+|' ') +(\d\S*)", re.MULTILINE)


def model(name: str = "demo", seed: int = 1337) -> dict[str, Tensor]:
    weights = GPT.from_preset(name, seed).weights
    return {name: torch.from_numpy(np.array(weight, float)) for name, weight in weights.items()}


def read(text: str, targets: bool = False) -> dict[str, Tensor]:
    """What a model is given for a prompt."""
    tokens = torch.tensor([GPT.from_preset("demo").tokenizer.encode(text)])
    ahead = {"targets": tokens[:, 1:]} if targets else {}
    tokens = tokens[:, : tokens.shape[1] - targets]
    return {"tokens": tokens, "positions": torch.arange(tokens.shape[1]), **ahead}


def hook_of(said: str) -> Hook:
    where, value = said.rsplit("=", 1)
    return at(where, float(value))


def likeliest(prompt: str, count: int, hook: Hook) -> list[Tensor]:
    """The probabilities of the next word, each time the likeliest one has been written."""
    tokens, found = read(prompt)["tokens"], []
    for _ in range(count):
        window = tokens[:, -DEMO.seq_length :]
        given = {**model(), "tokens": window, "positions": torch.arange(window.shape[1])}
        found.append(in_pytorch(DEMO, given, hook)["probs"][0, -1])
        tokens = torch.cat([tokens, found[-1].argmax()[None, None]], 1)
    return found


@pytest.mark.parametrize("said", OF_ALL)
def test_generated_words_and_their_probabilities(command: Command, said: str) -> None:
    options = ("--init_from", "demo:1337", "--prompt", "gpt by", "--temperature", 0, "--max_tokens", 12)
    tokenizer, want = GPT.from_preset("demo").tokenizer, likeliest("gpt by", 12, hook_of(said))
    out = command("generate", *options, "--set", said).out
    assert out == tokenizer.prose("gpt by", [int(one.argmax()) for one in want]) + "\n"
    shown = command("generate", *options, "--set", said, "--show_probabilities").out.split("\nafter ")[1:]
    words = {tokenizer.label(token): token for token in range(len(tokenizer))}
    for table, chances in zip(shown, want, strict=True):
        rows = ROW.findall(table)
        assert len(rows) >= 5
        for word, chance in rows:
            assert float(chance) == pytest.approx(float(chances[words[word]]), rel=6e-3), word


def test_other_words_are_found_out() -> None:
    """Some of these settings do change what is written."""
    written = {tuple(int(one.argmax()) for one in likeliest("gpt by", 12, hook_of(said))) for said in OF_ALL}
    assert len(written) > 1


def compared(arrays: dict[str, np.ndarray], want: dict[str, Tensor], least: int) -> None:
    names = [name for name in want if name in arrays]
    assert len(names) >= least
    for name in names:
        close(name, arrays[name], want[name].numpy())


@pytest.mark.parametrize("said", OF_ALL)
def test_gradients_of_a_prompt(command: Command, said: str) -> None:
    options = ("--prompt", "gpt by hand", "--gradients", "--set", said)
    command("trace", *options, "--format", "npz", "-o", "set.npz")
    want = with_gradients(DEMO, {**model(), **read("gpt by hand", targets=True)}, hook_of(said))
    compared(dict(np.load("set.npz")), want, 140)


@pytest.mark.parametrize("said", OF_ALL)
def test_gradients_of_an_iteration(command: Command, said: str) -> None:
    command("trace", "--iteration", 1, "--format", "npz", "-o", "plain.npz")
    command("trace", "--iteration", 1, "--set", said, "--format", "npz", "-o", "set.npz")
    given = given_in(dict(np.load("plain.npz")))
    compared(dict(np.load("set.npz")), with_gradients(DEMO, given, hook_of(said)), 140)


def test_gradients_with_any_number_set() -> None:
    """One of each tensor, unless it is refused, which is so inside of each softmax."""
    trace, given, refused = GPT.from_preset("demo").gradients("gpt by hand"), read("gpt by hand", targets=True), []
    for name in in_pytorch(DEMO, {**model(), **given}):
        tensor = trace.tensor(name)
        said = f"{name}[{','.join(str(extent // 2) for extent in tensor.shape)}]" if tensor.shape else name
        value = 1 if tensor.kind == "integer" else 0.3
        try:
            changed = trace.set({said: value})
        except UserError:
            refused.append(name)
            continue
        want = with_gradients(DEMO, {**model(), **given}, at(said, value))
        compared({one: changed.arrays[one] for one in trace.names}, want, 130)
    assert refused == [*(f"h.{n}.attn.{end}" for n in (0, 1) for end in ("exp", "sum")), "probs.exp", "probs.sum"]


def given_in(arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    """What the forward pass of a trace is given."""
    names = [*GPT.from_preset("demo").weights, "tokens", "targets", "positions"]
    return {n: torch.from_numpy(arrays[n] if arrays[n].dtype.kind == "i" else arrays[n].astype(float)) for n in names}


@lru_cache
def computed(kind: str, value: str) -> dict[str, Tensor]:
    """PyTorch's numbers for a prompt, or for a prompt with the model of a seed."""
    weights = model(seed=int(value.split(":")[1])) if kind == "checkpoint" else model()
    return in_pytorch(DEMO, {**weights, **read("hello world" if kind == "checkpoint" else value)})


def iteration(command: Command, *options: object) -> dict[str, Tensor]:
    """PyTorch's numbers and gradients for an iteration."""
    command("trace", *options, "--format", "npz", "-o", "one.npz", "--force")
    return with_gradients(DEMO, given_in(dict(np.load("one.npz"))))


def assert_differences(said: str, before: dict[str, Tensor], after: dict[str, Tensor]) -> None:
    """Every change has PyTorch's two values; where PyTorch's two differ by more than rounding, there is a change."""
    found: dict[str, dict[tuple[int, ...], tuple[float, float]]] = {}
    for change in json.loads(said)["changed"]:
        name, _, inside = change["address"].rstrip("]").partition("[")
        place = tuple(map(int, inside.split(","))) if inside else ()
        found.setdefault(name, {})[place] = float(change["before"]), float(change["after"])
    checked = 0
    for name in (name for name in before.keys() & after.keys() if not re.fullmatch(MAXIMUM, name)):
        shared = tuple(slice(min(a, b)) for a, b in zip(before[name].shape, after[name].shape, strict=True))
        both = np.stack([of[name].numpy()[shared].astype(float) for of in (before, after)])
        listed = found.get(name, {})
        if listed:
            got = np.array(list(listed.values())).T
            want = np.array([both[(slice(None), *place)] for place in listed]).T
            close(name, got, want)
        with np.errstate(invalid="ignore"):
            apart = np.abs(both[1] - both[0])
        rounding = 1e-13 * np.abs(both[np.isfinite(both)]).max(initial=0)
        missing = [place for place in map(tuple, np.argwhere(apart > rounding)) if place not in listed]
        assert not missing, (name, missing[:3])
        checked += len(listed)
    assert checked > 500


@pytest.mark.parametrize("other", ["hand by gpt", "hand by gpt rocks", "by gpt"])
def test_diff_of_prompts(command: Command, other: str) -> None:
    said = command("diff", "--prompt", "gpt by hand", "--prompt", other, "--format", "json").out
    assert_differences(said, computed("prompt", "gpt by hand"), computed("prompt", other))


def test_diff_of_checkpoints(command: Command) -> None:
    options = ("--checkpoint", "demo:1", "--checkpoint", "demo:2", "--prompt", "hello world")
    said = command("diff", *options, "--format", "json").out
    assert_differences(said, computed("checkpoint", "demo:1"), computed("checkpoint", "demo:2"))


@pytest.mark.parametrize("values", [("iteration", 0, 3), ("seed", 1, 2)], ids=lambda values: values[0])
def test_diff_of_iterations_and_seeds(command: Command, values: tuple[str, int, int]) -> None:
    name, *two = values
    data = command("diff", *(word for value in two for word in (f"--{name}", value)), "--format", "json").out
    before, after = (iteration(command, f"--{name}", value) for value in two)
    assert_differences(data, before, after)
    loss = json.loads(data)["loss"]
    assert loss == {
        "before": pytest.approx(float(before["loss"]), rel=1e-13),
        "after": pytest.approx(float(after["loss"]), rel=1e-13),
    }


def test_a_difference_that_is_missing_or_wrong_is_found(command: Command) -> None:
    data = json.loads(command("diff", "--prompt", "gpt by hand", "--prompt", "hand by gpt", "--format", "json").out)
    before, after = computed("prompt", "gpt by hand"), computed("prompt", "hand by gpt")
    without = [one for one in data["changed"] if one["address"] != "logits[0,4,3]"]
    assert len(without) == len(data["changed"]) - 1
    wrong = [{**one, "after": one["after"] * (1 + 1e-8)} for one in data["changed"]]
    for changed in (without, wrong):
        with pytest.raises(AssertionError):
            assert_differences(json.dumps({"changed": changed}), before, after)
