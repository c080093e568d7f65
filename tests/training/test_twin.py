"""The twin trains as the formulas do: the same losses and weights, and the same after a stop."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.model.gpt import learning_rate
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.session import begin, preset, resume
from gpt_by_hand.training.trainer import Trainer
from tests.support.commands import Command, refused
from tests.support.compilers import needs_compiler

pytest.importorskip("torch", reason="the twin is written in PyTorch")

import torch

from gpt_by_hand.engines import reference
from gpt_by_hand.engines.torch.device import Device, find_device
from gpt_by_hand.engines.torch.learner import Rule
from gpt_by_hand.training import torch_compute
from gpt_by_hand.training.torch_compute import TorchCompute

SMALL: dict[str, Any] = {"batch_size": 2, "gradient_accumulation_steps": 2, "eval_iters": 2, "eval_interval": 10}


class Losses(Observer):
    def __init__(self) -> None:
        self.found: list[float] = []

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        self.found.append(float(values["loss"]))


def trainer(data: Path, name: str = "pocket", sizes: dict[str, Any] | None = None, **settings: Any) -> Trainer:
    model, train = preset(name)
    config = replace(train, **{"engine": "torch", **settings}, data_dir=str(data))
    return begin(replace(model, **(sizes or {})), config, {"engine"}, say=lambda line: None)


def run(made: Trainer, out: Path | None = None) -> list[float]:
    losses = Losses()
    Loop(made, losses, out).run()
    return losses.found


def apart(one: Trainer, other: Trainer, kind: str = "weights") -> float:
    """The largest difference of any weight."""
    arrays, others = getattr(one.state, kind), getattr(other.state, kind)
    assert arrays.keys() == others.keys()
    return max(float(np.abs(arrays[name] - others[name]).max()) for name in arrays)


@pytest.mark.parametrize("engine", ["numpy", pytest.param("c", marks=needs_compiler)])
def test_two_hundred_iterations_of_the_demo(tmp_path: Path, engine: str) -> None:
    """Rounding differs, and grows from iteration to iteration; a wrong formula would differ by far more at once."""
    settings = {"max_iters": 200, "eval_interval": 100, "eval_iters": 5}
    twin, formulas = (trainer(tmp_path, "demo", engine=e, **settings) for e in ("torch", engine))
    assert isinstance(twin.compute, TorchCompute)
    assert formulas.compute.engine == engine
    losses = run(twin), run(formulas)
    assert len(losses[0]) == 200
    assert np.abs(np.array(losses[0]) - np.array(losses[1])).max() < 1e-3
    assert apart(twin, formulas) < 1e-4
    assert losses[0][-1] < losses[0][0] - 0.3


@pytest.mark.parametrize("sizes", [{"use_bias": True}, {"gelu": "tanh"}, {"num_heads": 1, "num_layers": 3}])
def test_other_models(tmp_path: Path, sizes: dict[str, Any]) -> None:
    settings = {**SMALL, "max_iters": 20, "learning_rate": 1e-2, "warmup_iters": 2}
    twin, formulas = (trainer(tmp_path, sizes=sizes, engine=e, **settings) for e in ("torch", "numpy"))
    np.testing.assert_allclose(run(twin), run(formulas), atol=1e-5)
    assert apart(twin, formulas) < 1e-4
    assert apart(twin, trainer(tmp_path, sizes=sizes)) > 1e-2


def test_no_clipping(tmp_path: Path) -> None:
    twin, formulas = (
        trainer(tmp_path, engine=e, **SMALL, max_iters=20, grad_clip=0.0, learning_rate=1e-2, warmup_iters=2)
        for e in ("torch", "numpy")
    )
    np.testing.assert_allclose(run(twin), run(formulas), atol=1e-5)
    assert apart(twin, formulas) < 1e-4


@pytest.mark.parametrize("dropout", [0.0, 0.3])
def test_ten_and_ten_are_twenty(tmp_path: Path, dropout: float) -> None:
    """Weights, both moments, and where the learning rate and the random numbers are."""
    sizes, settings = {"dropout_rate": dropout}, {**SMALL, "out_dir": str(tmp_path / "out")}
    whole = trainer(tmp_path, sizes=sizes, **settings, max_iters=20)
    losses = run(whole)
    first = run(trainer(tmp_path, sizes=sizes, **settings, max_iters=10), tmp_path / "out")
    saved = checkpoint.load(tmp_path / "out")
    second = resume(replace(saved.train, max_iters=20), saved.model, say=lambda line: None)
    assert first + run(second, tmp_path / "out") == losses
    assert [apart(whole, second, kind) for kind in ("weights", "m", "v")] == [0, 0, 0]


def test_dropout_drops(tmp_path: Path) -> None:
    plain, dropped = (trainer(tmp_path, sizes={"dropout_rate": rate}, **SMALL, max_iters=3) for rate in (0.0, 0.5))
    losses = run(plain), run(dropped)
    assert abs(losses[0][0] - losses[1][0]) > 1e-4
    assert plain.evaluate() != dropped.evaluate()


def test_recomputing_changes_nothing(tmp_path: Path) -> None:
    plain, anew = (trainer(tmp_path, **SMALL, max_iters=10, recompute=recompute) for recompute in (False, True))
    assert run(plain) == run(anew)
    assert apart(plain, anew) == 0


@needs_compiler
def test_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "compiled"))
    made = [trainer(tmp_path, **SMALL, warmup_iters=1, compile=compiled) for compiled in (False, True)]
    losses = []
    for one in made:  # without evaluations, which would have to be compiled, too
        one.compute.take_over(one.state)
        losses.append(one.advance(3)["loss"])
        one.compute.hand_over(one.state)
    np.testing.assert_allclose(*losses, atol=1e-5)
    assert apart(*made) < 1e-5


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a container that has a GPU but no C compiler."""
    found = torch.compile

    def compile_nothing(graph: Any, inputs: Any) -> Any:
        raise RuntimeError("Failed to find C compiler.")

    monkeypatch.setattr(torch, "compile", lambda model, **options: found(model, **options, backend=compile_nothing))
    made = trainer(tmp_path, **SMALL, compile=True)
    for uses_it in (made.evaluate, made.advance):
        with pytest.raises(UserError, match=r"does not work here .*Failed to find C compiler.*\): use --no_compile$"):
            uses_it()


@pytest.mark.parametrize("settings", [{}, {"warmup_iters": 0}, {"lr_decay_iters": 30}, {"warmup_iters": 20}])
def test_the_rate_is_the_formula_s(settings: dict[str, Any]) -> None:
    train = replace(preset("demo")[1], **{"warmup_iters": 5, "lr_decay_iters": 20, "min_lr": 1e-4, **settings})
    rule = Rule(**{name: getattr(train, name) for name in Rule.__dataclass_fields__})
    program = learning_rate(train.update_rule)
    for iteration in range(40):
        want = float(reference.run(program, {"iteration": iteration})["learning_rate"])
        assert rule.rate(iteration) == pytest.approx(want, rel=1e-12), iteration


def test_small_models_compute_on_one_thread(tmp_path: Path) -> None:
    small, large = trainer(tmp_path), trainer(tmp_path, sizes={"dim_embedding": 256, "seq_length": 64}, batch_size=8)
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        with small.compute.context():
            assert torch.get_num_threads() == 1
        with large.compute.context():
            assert torch.get_num_threads() == 3
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)


def test_use_of_the_peak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compute = trainer(tmp_path).compute
    assert compute.utilisation(1000.0) is None  # a CPU's peak is not known
    monkeypatch.setattr("gpt_by_hand.engines.torch.device.Device.peak", lambda device: 1e8)
    assert isinstance(compute, TorchCompute)
    flops = 6 * (1112 - 64) + 12 * 1 * 8 * 8
    assert compute.utilisation(1000.0) == pytest.approx(flops * 1000 / 1e8)


def test_the_first_call_is_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One iteration of a large model may take a minute, and nobody wants to wait for sixteen before Ctrl-C works."""
    made, counts = trainer(tmp_path, **SMALL, max_iters=10), []
    iterate = made.compute.iterate

    def counted(state: Any, batches: Any, count: int) -> dict[str, np.ndarray]:
        counts.append(count)
        return iterate(state, batches, count)

    monkeypatch.setattr(made.compute, "iterate", counted)
    run(made)
    assert counts[0] == 1
    assert sum(counts) == 10


def test_out_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to lower, also when an evaluation is the first to need too much."""
    made = trainer(tmp_path)
    assert isinstance(made.compute, TorchCompute)

    def full(*given: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB.")

    monkeypatch.setattr(made.compute.learner, "forward", full)
    for needs_too_much in (made.advance, made.evaluate):
        with pytest.raises(UserError, match=r"of cpu is full with batch_size 4: lower --batch_size .* --shard$"):
            needs_too_much()


def test_a_run_that_has_skipped_updates_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In float16 a gradient that overflows is no update for AdamW, which counts them; here the first ones overflow."""
    half = Device(torch.device("cpu"), torch.float16)
    monkeypatch.setattr(torch_compute, "find_device", lambda *given: half)
    settings = {**SMALL, "warmup_iters": 1, "out_dir": str(tmp_path / "out")}
    whole, first = (trainer(tmp_path, **settings, max_iters=n) for n in (20, 10))
    for one in (whole, first):
        assert isinstance(one.compute, TorchCompute)
        one.compute.learner.scaler = torch.amp.GradScaler("cpu", init_scale=2.0**24)
    losses = run(whole)
    begun = run(first, tmp_path / "out")
    saved = checkpoint.load(tmp_path / "out")
    assert 2 <= saved.state.scaler["skipped"] < 10
    second = resume(replace(saved.train, max_iters=20), saved.model, say=lambda line: None)
    assert begun + run(second, tmp_path / "out") == losses
    assert [apart(whole, second, kind) for kind in ("weights", "m", "v")] == [0, 0, 0]
    assert whole.state.scaler == second.state.scaler


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--device", "gpu"), ("gpu",)),
        (("--device", "cuda:99"), ("cuda",)),
        (("--engine", "torch", "--dtype", "float16"), ("a CPU does not train with float16",)),
        (("--engine", "torch", "--dtype", "int8"), ("dtype",)),
        (("--engine", "numpy", "--device", "cuda"), ("the engine numpy computes on the CPU",)),
    ],
)
def test_devices_that_are_not_there(command: Command, options: tuple[str, ...], words: tuple[str, ...]) -> None:
    refused(command("train", "--preset", "pocket", "--max_iters", 1, *options), *words)


def test_a_device_brings_its_engine(command: Command) -> None:
    """What was begun with another engine, or would be by hand, need not say `--engine torch`, too."""
    command("train", "--preset", "pocket", "--max_iters", 1, "--engine", "numpy", "--out_dir", "out")
    for other in (
        ("train", "--init_from", "resume", "--max_iters", 2),
        ("train", "--gpt_by_hand"),
        ("trace", "--iteration", 2),
    ):
        refused(command(*other, "--device", "cuda:99"), "device 'cuda:99' is not here")
        refused(command(*other, "--device", "cuda:99", "--engine", "numpy"), "computes on the CPU")


def test_bfloat16_on_a_cpu(tmp_path: Path) -> None:
    plain, coarse = (trainer(tmp_path, **SMALL, max_iters=10, dtype=dtype) for dtype in ("float32", "bfloat16"))
    losses = np.array(run(plain)), np.array(run(coarse))
    assert 0 < np.abs(losses[0] - losses[1]).max() < 0.02
    assert find_device("cpu", "bfloat16").name == "cpu, bfloat16"
