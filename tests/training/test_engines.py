"""Training by C and by NumPy: the same losses, batches and states after a stop; and which one is chosen."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.training import checkpoint, choice, metrics
from gpt_by_hand.training.choice import choose, is_repaid
from gpt_by_hand.training.compute import CCompute, Compute, NumpyCompute
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.session import begin, preset
from gpt_by_hand.training.trainer import Trainer
from tests.support.commands import Command, refused
from tests.support.compilers import cache_folder, needs_compiler, needs_scripts, plain
from tests.training.runs import Run, differences

__all__ = ["cache_folder", "plain"]
SMALL: dict[str, Any] = {"batch_size": 2, "gradient_accumulation_steps": 2, "eval_iters": 2, "eval_interval": 20}


def trainer(data: Path, name: str = "pocket", dropout: float = 0.0, **settings: Any) -> Trainer:
    model, train = preset(name)
    config = type(train)(**{**train.__dict__, **SMALL, "data_dir": str(data), **settings})
    return begin(replace(model, dropout_rate=dropout), config, {"engine"}, say=lambda line: None)


class Stopping(Observer):
    """Asks for the end after so many iterations, as Ctrl-C does."""

    def __init__(self, at: int) -> None:
        self.at = at

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        if iteration + 1 == self.at:
            signal.raise_signal(signal.SIGINT)


# The same run


@needs_compiler
def test_two_thousand_iterations_of_the_demo(tmp_path: Path) -> None:
    """Rounding differs, and grows from iteration to iteration; at the end it is still far below a loss's noise."""
    found = {}
    for engine in ("numpy", "c"):
        settings = {"max_iters": 2000, "eval_interval": 100, "eval_iters": 5, "batch_size": 4}
        run = trainer(tmp_path, "demo", engine=engine, **settings)
        assert run.compute.engine == run.train.engine == engine
        Loop(run, Observer(), tmp_path / engine).run()
        found[engine] = metrics.read(tmp_path / engine)
    assert [line.iteration for line in found["c"]] == list(range(0, 2001, 100))
    for one, other in zip(found["numpy"], found["c"], strict=True):
        assert (one.iteration, one.tokens, one.learning_rate) == (other.iteration, other.tokens, other.learning_rate)
        assert abs(one.train_loss - other.train_loss) < 1e-3, one.iteration
        assert abs(one.val_loss - other.val_loss) < 1e-3, one.iteration
    assert found["c"][-1].val_loss < found["c"][0].val_loss - 0.5


@needs_compiler
@pytest.mark.parametrize(("dropout", "at"), [(0.0, 1), (0.0, 33), (0.2, 7)])
def test_stopped_and_resumed_is_the_same_run(tmp_path: Path, dropout: float, at: int) -> None:
    whole = trainer(tmp_path, dropout=dropout, engine="c", max_iters=50)
    Loop(whole, Observer(), tmp_path / "whole").run()
    stopped = trainer(tmp_path, dropout=dropout, engine="c", max_iters=50)
    assert Loop(stopped, Stopping(at), tmp_path / "out").run()
    saved = checkpoint.load(tmp_path / "out")
    assert at <= saved.state.iteration < 50
    again = Trainer(whole.model, saved.train, whole.dataset, saved.state, whole.compute)
    assert not Loop(again, Observer(), tmp_path / "out").run()
    assert not differences(again.state, whole.state)
    lines = [[replace(m, seconds=0.0) for m in metrics.read(tmp_path / folder)] for folder in ("whole", "out")]
    assert lines[0] == lines[1]


@needs_compiler
@pytest.mark.parametrize("engine", ["numpy", "c"])
@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_many_iterations_in_one_call_are_those_of_many_calls(tmp_path: Path, engine: str, dropout: float) -> None:
    one, other, third = (trainer(tmp_path, dropout=dropout, engine=engine, max_iters=50) for _ in range(3))
    together = one.advance(9)
    apart = [other.advance() for _ in range(9)]
    for count in (4, 1, 4):
        third.advance(count)
    assert not differences(one.state, other.state)
    assert not differences(one.state, third.state)
    assert together.keys() == {"loss", "learning_rate", "clip.norm"}
    for name, values in together.items():
        np.testing.assert_array_equal(values, [found[name][0] for found in apart])


@needs_compiler
@pytest.mark.parametrize("dropout", [0.0, 0.2])
def test_both_engines_draw_the_same(tmp_path: Path, dropout: float) -> None:
    runs = [trainer(tmp_path, dropout=dropout, engine=engine, max_iters=50) for engine in ("numpy", "c")]
    found = [run.advance(9) for run in runs]
    assert runs[0].state.stream.state() == runs[1].state.stream.state()
    assert runs[0].state.next_starts == runs[1].state.next_starts
    assert (runs[0].state.iteration, runs[0].state.tokens) == (runs[1].state.iteration, runs[1].state.tokens)
    for name, values in found[0].items():
        np.testing.assert_allclose(found[1][name], values, rtol=1e-5)


@needs_compiler
def test_another_engine_goes_on(tmp_path: Path) -> None:
    """A checkpoint does not depend on who made it."""
    first = trainer(tmp_path, engine="c", max_iters=20)
    Loop(first, Observer(), tmp_path / "out").run()
    saved = checkpoint.load(tmp_path / "out")
    assert saved.train.engine == "c"
    numpy = Trainer(saved.model, saved.train, first.dataset, saved.state, NumpyCompute(saved.model, saved.train))
    assert np.isfinite(numpy.advance()["loss"]).all()


# Stopping


@needs_compiler
def test_ctrl_c_stops_within_a_second_and_saves(tmp_path: Path) -> None:
    run = Run(tmp_path, "--max_iters", 10**8, "--eval_interval", 10**8, "--engine", "c")
    process = run.start()
    try:
        assert process.stdout is not None
        while not process.stdout.readline().startswith("iteration"):
            assert process.poll() is None
        time.sleep(0.5)
        start = time.perf_counter()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        spent = time.perf_counter() - start
    finally:
        process.kill()
    assert (process.returncode, err) == (130, "")
    assert "and saved" in out
    assert run.state().iteration > 100
    # A second, and another that an overloaded machine may take to end a process.
    assert spent < (1 if os.getloadavg()[0] < (os.cpu_count() or 1) else 5)


class Spoilt:
    """Computes nothing; the loss of one iteration is no number."""

    engine, at_once = "c", True

    def __init__(self, compute: Compute, at: int) -> None:
        self.compute, self.at = compute, at

    def iterate(self, state: Any, batches: Any, count: int) -> dict[str, np.ndarray]:
        losses = np.array([np.nan if n >= self.at else 1.0 for n in range(state.iteration, state.iteration + count)])
        state.iteration += count
        return {"loss": losses, "learning_rate": np.full(count, 1e-3)}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.compute, name)


@pytest.mark.parametrize("at", [0, 3, 15, 16, 18])
def test_the_iteration_of_a_loss_that_is_no_number(tmp_path: Path, at: int) -> None:
    run = trainer(tmp_path, engine="numpy", max_iters=100)
    run.compute = Spoilt(run.compute, at)  # type: ignore[assignment]
    with pytest.raises(
        UserError, match=rf"the loss is nan at iteration {at} \(learning rate .*: stopped, the last good"
    ):
        Loop(run, Observer(), tmp_path / "out").run()
    assert checkpoint.load(tmp_path / "out").state.iteration == 0


def test_the_learning_rate_of_a_loss_that_is_no_number(tmp_path: Path) -> None:
    """It is that of the iteration that is named, not of the next one."""
    run = trainer(tmp_path, engine="numpy", max_iters=100, learning_rate=1.0, warmup_iters=100)
    run.compute = Spoilt(run.compute, 3)  # type: ignore[assignment]
    with pytest.raises(UserError, match=r"at iteration 3 \(learning rate 0\.03\)"):
        Loop(run, Observer(), None).run()


@needs_compiler
def test_c_diverges_where_numpy_does(tmp_path: Path) -> None:
    said = {}
    for engine in ("numpy", "c"):
        wild = trainer(tmp_path, engine=engine, learning_rate=1e30, warmup_iters=0, eval_interval=50)
        with pytest.raises(UserError, match="the loss is nan at iteration") as caught:
            Loop(wild, Observer(), tmp_path / engine).run()
        said[engine] = str(caught.value).replace(str(tmp_path / engine), "")
        assert checkpoint.load(tmp_path / engine).state.iteration == 0
    assert said["c"] == said["numpy"]


# Which engine


def chosen(
    engine: str = "auto", iterations: int = 10**6, insisted: set[str] | None = None
) -> tuple[Compute, list[str]]:
    """What is chosen for the pencil model, and what is said."""
    model, train = preset("pencil")
    said: list[str] = []
    return choose(model, replace(train, engine=engine), iterations, said.append, insisted or set()), said


@pytest.mark.usefixtures("plain")
class TestChoice:
    def test_numpy_says_nothing(self, cache_folder: Path) -> None:
        compute, said = chosen("numpy")
        assert isinstance(compute, NumpyCompute) and said == []
        assert not cache_folder.exists()

    @needs_compiler
    def test_repaid_and_then_found(self, cache_folder: Path) -> None:
        compute, said = chosen()
        assert isinstance(compute, CCompute)
        assert said[0] == "engine: C; compiling the formulas, once for these sizes …"
        assert said[1].startswith("compiled in ") and said[1].endswith(" s, and kept (see gpt-by-hand cache)")
        assert len(said) == 2
        for iterations in (10**6, 1):
            compute, said = chosen(iterations=iterations)
            assert isinstance(compute, CCompute)
            assert said == ["engine: C, compiled earlier"]
        compute, said = chosen("c", 1, {"engine"})
        assert isinstance(compute, CCompute) and said == ["engine: C, compiled earlier"]

    @needs_compiler
    def test_not_repaid(self, cache_folder: Path) -> None:
        compute, said = chosen(iterations=20)
        assert isinstance(compute, NumpyCompute)
        assert said == ["engine: NumPy; 20 iterations are done before C is compiled (--engine c compiles it)"]
        assert not cache_folder.exists()

    def test_no_compiler(self, cache_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        for engine in ("auto", "c"):  # as from a checkpoint that was made elsewhere
            compute, (line,) = chosen(engine)
            assert isinstance(compute, NumpyCompute)
            assert line.startswith("engine: NumPy, since no C compiler found: looked for cc, gcc, clang in PATH")
        with pytest.raises(UserError, match="no C compiler found"):
            chosen("c", insisted={"engine"})

    @needs_scripts
    def test_a_compiler_that_fails(self, cache_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "broken"
        path.write_text("#!/bin/sh\necho 'broken: error: out of order' >&2\nexit 1\n")
        path.chmod(0o755)
        monkeypatch.setenv("CC", str(path))
        compute, said = chosen()
        assert isinstance(compute, NumpyCompute)
        assert said[-1].startswith("engine: NumPy, since cannot compile the formulas: ")
        assert said[-1].endswith("broken: error: out of order")
        with pytest.raises(UserError, match="out of order"):
            chosen("c", insisted={"engine"})

    @needs_compiler
    @pytest.mark.parametrize("unsafe", ["-ffast-math", "-Ofast"])
    def test_flags_that_break_numbers(self, cache_folder: Path, unsafe: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("CFLAGS", unsafe)
        compute, (line,) = chosen()
        assert isinstance(compute, NumpyCompute)
        assert line.startswith(f"engine: NumPy, since CC or CFLAGS holds {unsafe}")

    @needs_compiler
    def test_no_place_for_compiled_programs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / "file").write_text("mine")
        monkeypatch.setenv("GPT_BY_HAND_CACHE", str(tmp_path / "file"))
        compute, said = chosen()
        assert isinstance(compute, NumpyCompute)
        assert said[-1].startswith(f"engine: NumPy, since cannot keep compiled programs in {tmp_path / 'file'}")
        with pytest.raises(UserError, match="cannot keep compiled programs"):
            chosen("c", insisted={"engine"})

    @needs_compiler
    @pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="the superuser may write anywhere")
    def test_a_folder_that_cannot_be_written(self, cache_folder: Path) -> None:
        cache_folder.mkdir(mode=0o500)
        compute, said = chosen()
        assert isinstance(compute, NumpyCompute)
        assert said[-1].startswith("engine: NumPy, since cannot keep compiled programs")

    @needs_compiler
    def test_a_damaged_library(self, cache_folder: Path) -> None:
        """It counts as not there, so auto compiles it again where that is repaid."""
        chosen()
        for library in cache_folder.glob("*.so"):
            library.write_bytes(b"rubbish")
        compute, said = chosen(iterations=1)
        assert isinstance(compute, NumpyCompute) and "NumPy; 1 iteration is done" in said[0]

    def test_long_runs_are_repaid(self) -> None:
        model, train = preset("demo")
        assert not is_repaid(model, train, 0)
        assert not is_repaid(model, train, 10)
        assert is_repaid(model, train, 10**6)
        assert choice.steps(NumpyCompute(model, train).program) > 10**5


@pytest.mark.usefixtures("plain", "cache_folder")
def test_insisting_on_c_without_a_compiler(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = command("train", "--preset", "pencil", "--max_iters", 2, "--engine", "c")
    refused(result, "no C compiler found", "--engine numpy")
    assert not (tmp_path / "out").exists()
    result = command("train", "--preset", "pencil", "--max_iters", 2)
    assert (result.code, result.err) == (0, "")
    assert "engine: NumPy, since no C compiler found" in result.out


def test_a_checkpoint_of_version_0_1_0(trained: Path) -> None:
    """It does not say which engine it was trained with: there was one."""
    index = json.loads((trained / "out/checkpoint.json").read_text())
    del index["train"]["engine"]
    (trained / "out/checkpoint.json").write_text(json.dumps(index))
    assert checkpoint.load(trained / "out").train.engine == "numpy"


@needs_compiler
def test_other_settings_are_no_other_program(tmp_path: Path, cache_folder: Path, capsys) -> None:
    """A learning rate is given to the compiled program, so another one needs no compiling, and is the one used."""
    trainer(tmp_path, "pencil", engine="c")
    others = {"learning_rate": 0.01, "beta1": 0.8, "beta2": 0.9, "eps": 1e-6, "weight_decay": 0.3, "grad_clip": 0.5}
    others |= {"min_lr": 0.004, "warmup_iters": 2, "lr_decay_iters": 5}
    assert set(others) == {field.name for field in fields(UpdateRule)}
    model, train = preset("pencil")
    said: list[str] = []
    choose(model, replace(train, **SMALL, **others), 10, said.append)
    assert said == ["engine: C, compiled earlier"]
    losses = [trainer(tmp_path, "pencil", engine=engine, **others).advance(8)["loss"] for engine in ("numpy", "c")]
    np.testing.assert_allclose(losses[1], losses[0], rtol=1e-5)
    default = trainer(tmp_path, "pencil", engine="c").advance(8)["loss"]
    assert np.abs(default - losses[1]).max() > 1e-3
