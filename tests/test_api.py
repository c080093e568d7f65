"""The Python interface: few names, each of which does what its example says."""

from __future__ import annotations

import doctest
import importlib
import inspect
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import gpt_by_hand
from gpt_by_hand import GPT, ModelConfig, Step, Trace, TrainConfig, UserError, trace_iteration, train
from gpt_by_hand.training import checkpoint
from tests.support.commands import environment, process
from tests.support.compilers import needs_compiler, plain
from tests.test_layout import MODULES

__all__ = ["plain"]
NAMES = ["GPT", "ModelConfig", "Step", "Trace", "TrainConfig", "UserError", "speak", "trace_iteration", "train"]
SHORT: dict[str, Any] = {"max_iters": 3, "eval_iters": 1}


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_public_names() -> None:
    assert gpt_by_hand.__all__ == NAMES
    assert set(NAMES) <= set(dir(gpt_by_hand))
    assert all(getattr(gpt_by_hand, name).__doc__ for name in NAMES)


def test_a_name_that_there_is_not() -> None:
    with pytest.raises(AttributeError, match="module 'gpt_by_hand' has no attribute 'nope'"):
        gpt_by_hand.nope  # noqa: B018


def test_importing_costs_nothing(here: Path) -> None:
    spy = "import gpt_by_hand, sys; print('numpy' in sys.modules, gpt_by_hand.GPT.__name__, 'numpy' in sys.modules)"
    line = [sys.executable, "-c", spy]
    ran = subprocess.run(line, cwd=here, env=environment(), capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "False GPT True\n"


@pytest.mark.parametrize("name", NAMES)
def test_each_has_an_example_that_runs(name: str) -> None:
    """In its own docstring, or in that of one of its properties."""
    public = getattr(gpt_by_hand, name)
    tests = doctest.DocTestFinder().find(public, name, importlib.import_module(public.__module__))
    runner = doctest.DocTestRunner()
    failed = [test.name for test in tests if runner.run(test).failed]
    assert not failed
    assert runner.tries > 0


@pytest.mark.parametrize(
    "module", [name for name, path in MODULES.items() if ">>> " in path.read_text(encoding="utf-8")]
)
def test_every_example_does_what_it_says(here: Path, module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


@pytest.mark.parametrize("name", NAMES)
def test_everything_public_is_explained(name: str) -> None:
    members = [m for attribute, m in inspect.getmembers(getattr(gpt_by_hand, name)) if not attribute.startswith("_")]
    own = [m for m in members if (getattr(m, "__module__", None) or "").startswith("gpt_by_hand")]
    assert not [member for member in own if callable(member) and not member.__doc__]


@pytest.mark.parametrize(("name", "size"), [("demo", 6864), ("pocket", 1112), ("pencil", 252), ("shakespeare", 804096)])
def test_from_preset(name: str, size: int) -> None:
    model = GPT.from_preset(name)
    assert model.num_parameters == size == sum(array.size for array in model.weights.values())
    assert model.tokenizer.vocab_size == model.config.vocab_size
    assert repr(model).startswith(f"GPT({size:,} parameters, ModelConfig(")


def test_seeds() -> None:
    one, again, other = (GPT.from_preset("pencil", seed).weights["transformer.wte.weight"] for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_generate() -> None:
    model = GPT.from_preset("demo")
    text = model.generate("hello", max_tokens=5)
    assert text.startswith("hello")
    assert text == model.generate("hello", max_tokens=5, seed=1337) != model.generate("hello", max_tokens=5, seed=2)
    assert model.generate("hello", top_k=1, seed=1) == model.generate("hello", top_k=1, seed=2, temperature=3)
    assert model.generate("hello", temperature=0, seed=3) == model.generate("hello", top_k=1)


def test_trace_of_a_prompt() -> None:
    trace = GPT.from_preset("demo").trace("gpt by hand")
    assert isinstance(trace, Trace)
    assert trace["tokens"].tolist() == [[8, 0, 6, 0, 9]]
    assert trace["h.0.attn.weights[0,1,0,0]"] == 1
    assert trace["probs"].shape == (1, 5, 32)
    np.testing.assert_allclose(trace["probs"].sum(-1), 1, rtol=1e-6)


def test_train_with_a_callback(here: Path) -> None:
    steps: list[Step] = []
    model = train("pocket", callback=steps.append, **SHORT)
    assert [step.iteration for step in steps] == [0, 1, 2]
    assert steps[0].loss == pytest.approx(np.log(32), abs=0.1)
    assert [step.learning_rate for step in steps] == [0.0, 2.9999999999999997e-06, 5.999999999999999e-06]
    assert model.num_parameters == 1112
    assert [path.name for path in here.iterdir()] == ["data"]


def test_train_and_load(here: Path) -> None:
    model = train("pocket", out_dir=here / "mine", **SHORT)
    loaded = GPT.load(here / "mine")
    assert loaded.config == model.config
    assert loaded.tokenizer == model.tokenizer
    assert all(np.array_equal(loaded.weights[name], model.weights[name]) for name in model.weights)
    assert loaded.generate("hello") == model.generate("hello")


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_save_and_load(here: Path) -> None:
    """What was saved is the same model, in Python and for the commands; nothing else is there."""
    model = train("pocket", **SHORT)
    model.save(here / "a folder" / "saved")
    loaded = GPT.load(here / "a folder" / "saved")
    assert (loaded.config, loaded.tokenizer) == (model.config, model.tokenizer)
    assert all(np.array_equal(loaded.weights[name], model.weights[name]) for name in model.weights)
    assert len(files(here / "a folder" / "saved")) == 2
    said = process("loss", "gpt by hand", "--checkpoint", "a folder/saved", cwd=here).out
    assert said.startswith("Model: a folder/saved, trained for 3 iterations; ")
    assert f"loss: {float(model.loss('gpt by hand')):.6g} nats" in said
    assert loaded.generate("hello") == model.generate("hello")


def test_nothing_that_is_there_is_lost(here: Path) -> None:
    GPT.from_preset("pencil", 1).save("saved")
    before = files(here / "saved")
    with pytest.raises(UserError, match=r"saved exists already: .* replace the model in it with force=True"):
        GPT.from_preset("pencil", 2).save("saved")
    assert files(here / "saved") == before
    GPT.from_preset("pencil", 2).save("saved", force=True)
    assert len(files(here / "saved")) == len(before) and files(here / "saved") != before
    (here / "mine").mkdir()
    (here / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(UserError, match="mine holds no model that force=True could replace"):
        GPT.from_preset("pencil", 2).save("mine", force=True)
    assert list(files(here / "mine")) == ["letter.txt"]


@pytest.mark.parametrize(
    ("spoiled", "says"),
    [
        (
            lambda table: np.full_like(table, 1e39, np.float64),
            "transformer.wte.weight holds numbers that are not finite",
        ),
        (lambda table: np.full_like(table, np.nan), "transformer.wte.weight holds numbers that are not finite"),
        (lambda table: table[:3], r"transformer.wte.weight is \[3, 4\], not \[8, 4\]"),
        (lambda table: table.T, r"transformer.wte.weight is \[4, 8\], not \[8, 4\]"),
        (lambda table: None, r"transformer.wte.weight is missing, not \[8, 4\]"),
    ],
)
def test_what_is_no_model_is_not_saved(here: Path, spoiled: Any, says: str) -> None:
    model = GPT.from_preset("pencil")
    model.weights["transformer.wte.weight"] = spoiled(model.weights["transformer.wte.weight"])
    with pytest.raises(UserError, match=f"nothing was saved: {says}"):
        model.save("saved")
    assert not (here / "saved").exists()


def test_weights_of_another_precision_are_rounded(here: Path) -> None:
    model = GPT.from_preset("pencil")
    model.weights = {name: array.astype(np.float64) + 1e-12 for name, array in model.weights.items()}
    model.save("saved")
    loaded = GPT.load("saved").weights
    assert all(np.array_equal(loaded[name], array.astype(np.float32)) for name, array in model.weights.items())


def test_the_same_as_the_command_line(here: Path) -> None:
    """Weights trained in Python are the ones that the command trains."""
    process("train", "--preset", "pocket", "--max_iters", 3, "--eval_iters", 1, cwd=here)
    ours, theirs = train("pocket", **SHORT).weights, GPT.load("out").weights
    assert all(np.array_equal(ours[name], theirs[name]) for name in theirs)


@needs_compiler
@pytest.mark.usefixtures("plain")
def test_engines(here: Path) -> None:
    """C where it is asked for, in training and in writing.

    A weight whose gradient is nothing but rounding may step in the other direction: twice, by 1e-4 and by 2e-4.
    """
    ours, theirs = (train("pencil", engine=engine, out_dir=engine, **SHORT) for engine in ("c", "numpy"))
    assert [checkpoint.load(here / name).train.engine for name in ("c", "numpy")] == ["c", "numpy"]
    for name, array in theirs.weights.items():
        np.testing.assert_allclose(ours.weights[name], array, rtol=1e-5, atol=2 * 3e-4)
    assert ours.generate("you", engine="c") == ours.generate("you", engine="numpy") == ours.generate("you")


@needs_compiler
@pytest.mark.usefixtures("plain")
def test_two_trainings_in_two_threads() -> None:
    """They share a compiled program, but no numbers."""

    def trained(seed: int) -> np.ndarray:
        options = {"max_iters": 20_000, "eval_iters": 1, "eval_interval": 20_000, "engine": "c"}
        return train("pencil", seed=seed, **options).weights["transformer.wte.weight"]

    alone = [trained(seed) for seed in (1, 2)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(trained, (1, 2)))
    assert all(np.array_equal(one, other) for one, other in zip(alone, together, strict=True))


def test_c_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    model = train("pencil", **SHORT)
    assert model.generate("you").startswith("you")
    for call in (lambda: train("pencil", engine="c", **SHORT), lambda: model.generate("you", engine="c")):
        with pytest.raises(UserError, match="no-such-compiler"):
            call()


def test_settings_of_both_kinds() -> None:
    model = train("demo", "quick", dim_embedding=8, use_bias=True, batch_size=1, **SHORT)
    assert (model.config.dim_embedding, model.config.use_bias) == (8, True)


def test_vocabulary_of_the_data() -> None:
    assert train("demo", dataset="pencil", seq_length=4, **SHORT).config.vocab_size == 8
    assert train("demo", dataset="pencil", seq_length=4, vocab_size=9, **SHORT).config.vocab_size == 9


def test_trace_of_an_iteration() -> None:
    trace = trace_iteration(1)
    assert trace["tokens"].tolist() == [[5, 0, 20, 0, 19, 0, 14, 0], [1, 0, 27, 0, 29, 0, 3, 0]]
    assert trace["learning_rate"].item() == 2.9999999999999997e-06
    assert trace["iteration"].item() == 1
    assert "d.transformer.wte.weight" in trace


def test_trace_goes_on_where_training_does() -> None:
    """The new weights of iteration 2 are the weights after three iterations."""
    traced = trace_iteration(2, "pencil", precision="float32")
    trained = train("pencil", max_iters=3).weights
    assert all(np.array_equal(traced[f"new.{name}"], trained[name]) for name in trained)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: GPT.from_preset("demos"), "no preset 'demos'"),
        (lambda: GPT.from_preset(seed=-1), "seed is -1"),
        (lambda: GPT.load("nowhere"), "there is no nowhere: give a folder with a model"),
        (lambda: GPT.from_preset().generate("helo"), "word 'helo'"),
        (lambda: GPT.from_preset().generate("hello", temperature=1e-7), "temperature is 1e-07: it must be 0"),
        (lambda: GPT.from_preset().generate("hello", engine="pencil"), "engine is 'pencil': it must be one of auto"),
        (lambda: GPT.from_preset().trace(""), "has 0 tokens"),
        (lambda: train("demos"), "no preset 'demos'"),
        (lambda: train("demo", "slow"), "no recipe 'slow'"),
        (lambda: train(max_iter=3), "no setting 'max_iter'"),
        (lambda: train(engine="pencil"), "engine is 'pencil': it must be one of auto"),
        (lambda: train(num_heads=3), "num_heads 3 does not divide"),
        (lambda: train(device="cuda:99"), "device 'cuda:99' is not here"),
        (lambda: train(learning_rate=1e30, warmup_iters=0, max_iters=9), "stopped, nothing is saved"),
        (lambda: train(min_lr=1, max_iters=1), "min_lr is 1, above the learning_rate 0.0003"),
        (lambda: trace_iteration(0, learning_rate=1e-5, min_lr=1e-4), "min_lr is 0.0001, above"),
        (lambda: trace_iteration(-1), "iteration -1"),
        (lambda: trace_iteration(0, dataset="mine"), "data/mine does not exist"),
    ],
)
def test_mistakes(call: Any, words: str) -> None:
    with pytest.raises(UserError, match=words):
        call()


def test_a_low_learning_rate_falls() -> None:
    """The lowest one follows, as on the command line."""
    rates: list[float] = []
    sizes = {"warmup_iters": 1, "lr_decay_iters": 4, "max_iters": 6, "eval_iters": 1}
    train("pencil", learning_rate=np.float64(1e-5), callback=lambda step: rates.append(step.learning_rate), **sizes)
    assert max(rates) == pytest.approx(1e-5)
    assert rates[-1] == pytest.approx(1e-6)
    trace = trace_iteration(3, "pencil", learning_rate=1e-5, warmup_iters=0, lr_decay_iters=0)
    assert float(trace["learning_rate"]) == pytest.approx(1e-6)


def test_configurations_are_values() -> None:
    assert ModelConfig() == ModelConfig()
    assert {ModelConfig(): 1}[ModelConfig()] == 1
    assert TrainConfig(batch_size=2) != TrainConfig()
    with pytest.raises(AttributeError):
        ModelConfig().vocab_size = 3  # type: ignore[misc]
