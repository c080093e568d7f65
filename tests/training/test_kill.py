"""Runs that are killed or interrupted, and resumed, end bit-identical to a run that was never stopped."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.training import metrics
from tests.support.commands import ROOT, environment
from tests.support.compilers import REAL, needs_compiler
from tests.training.runs import Run, differences

VARIANTS = {
    "plain": ("--max_iters", 120, "--eval_interval", 10),
    "dropout": ("--max_iters", 100, "--eval_interval", 7, "--dropout_rate", 0.1),
    "always saving": ("--max_iters", 40, "--eval_interval", 1),
    "compiled": ("--max_iters", 20, "--eval_interval", 10, "--engine", "c"),
}
NUMPY = [name for name in VARIANTS if name != "compiled"]


@pytest.fixture(scope="session")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Run, float]]:
    """The same runs, never stopped, each made when it is first asked for; and how long they trained."""

    @cache
    def made(variant: str) -> tuple[Run, float]:
        run = Run(tmp_path_factory.mktemp("unbroken"), *VARIANTS[variant])
        process = run.start()
        after_first_line(process, "data ")
        since = time.perf_counter()
        assert process.wait(timeout=60) == 0
        return run, time.perf_counter() - since

    return made


def after_first_line(process: subprocess.Popen[str], start: str) -> None:
    """Wait until the process prints a line that starts so."""
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(start):
            return
    raise AssertionError(f"never printed {start!r}: {process.communicate()}")


def killed(run: Run, delay: float, after: str = "data ") -> bool:
    """Start the run and kill it, in seconds after a line that starts so ("": after its start); was it in time?"""
    process = run.start()
    if after:
        after_first_line(process, after)
    time.sleep(delay)
    process.kill()
    process.communicate()
    run.has_checkpoint()
    return process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("seed", range(20))
def test_killed_at_a_random_moment(unbroken, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    variant = NUMPY[seed % 3]
    whole, seconds = unbroken(variant)
    run = Run(tmp_path, *VARIANTS[variant])
    delay = chance.uniform(0, seconds)
    while not killed(run, delay, after="data " if seed % 5 else ""):
        shutil.rmtree(run.out)
        delay *= 0.7
    if seed % 2:
        killed(run, chance.uniform(0, seconds / 2))
    run.finish()
    assert not differences(run.state(), whole.state())
    assert run.metrics() == whole.metrics()
    assert not list(run.out.glob(".*"))


def test_differences_are_seen(unbroken) -> None:
    run, _ = unbroken("plain")
    one, other = run.state(), run.state()
    assert not differences(one, other)
    name, array = next(iter(other.weights.items()))
    other.weights[name] = np.nextafter(array, np.float32(9))
    other.stream.raw(1)
    assert differences(one, other) == ["stream", f"weights.{name}"]


@pytest.mark.parametrize(("stop", "engine"), [(signal.SIGINT, "numpy"), (signal.SIGTERM, "auto")])
def test_interrupted(tmp_path: Path, stop: signal.Signals, engine: str) -> None:
    """With `auto` such a long run is compiled; the one that it is compared with finds that and uses it."""
    run = Run(tmp_path / "stopped", "--eval_interval", 50, "--max_iters", 1_000_000, "--engine", engine)
    run.folder.mkdir()
    process = run.start()
    after_first_line(process, "iteration    50")
    process.send_signal(stop)
    out, err = process.communicate(timeout=60)
    at = run.state().iteration
    assert (process.returncode, err) == (130, "")
    again = f"python -m gpt_by_hand train --init_from resume --out_dir {run.out}"
    assert f"stopped at iteration {at}, and saved; go on with: {again}\n" in out
    assert at >= 50
    whole = Run(tmp_path, "--eval_interval", 50, "--engine", engine)
    run.finish("--max_iters", at + 30)
    whole.finish("--max_iters", at + 30)
    assert not differences(run.state(), whole.state())
    assert run.metrics() == whole.metrics()


def test_stopped_between_two_evaluations(tmp_path: Path) -> None:
    run, whole = Run(tmp_path / "stopped", "--dropout_rate", 0.2), Run(tmp_path, "--dropout_rate", 0.2)
    run.folder.mkdir()
    run.finish("--max_iters", 150)
    assert [line.iteration for line in run.metrics()] == [0, 100, 150]
    assert "going on from iteration 150\n" in run.finish("--max_iters", 300)
    whole.finish("--max_iters", 300)
    assert [line.iteration for line in run.metrics()] == [0, 100, 200, 300]
    assert not differences(run.state(), whole.state())
    assert run.metrics() == whole.metrics()


def test_finished_run_resumed_changes_nothing(unbroken, tmp_path: Path) -> None:
    run = Run(tmp_path, "--eval_interval", 20, "--max_iters", 30)
    run.finish()
    before, lines = run.state(), metrics.read(run.out)
    run.finish()
    assert not differences(run.state(), before)
    assert [(m.iteration, m.val_loss, m.learning_rate) for m in metrics.read(run.out)] == [
        (m.iteration, m.val_loss, m.learning_rate) for m in lines
    ]


@pytest.mark.parametrize(("what", "least"), [("train", 60), pytest.param("compile", 20, marks=needs_compiler)])
def test_killed_at_every_step_of_writing(tmp_path: Path, what: str, least: int) -> None:
    """Dies before the first, second, ... thing that it does to a file; see killed.py."""
    script = [sys.executable, str(ROOT / "tests/training/killed.py"), str(tmp_path), what]
    environ = environment(PYTHONPATH=f"{ROOT / 'src'}:{ROOT}", OPENBLAS_NUM_THREADS="1")
    ran = subprocess.run(script, capture_output=True, text=True, env=environ, timeout=300, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert int(ran.stdout.split()[0]) > least, ran.stdout


@needs_compiler
@pytest.mark.parametrize("seed", range(3))
def test_killed_while_compiling(unbroken, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    whole, _ = unbroken("compiled")
    monkeypatch.setenv("GPT_BY_HAND_CACHE", str(tmp_path / "compiled"))  # where nothing is compiled yet
    monkeypatch.setenv("CC", str(REAL))  # which takes its time
    run = Run(tmp_path, *VARIANTS["compiled"])
    killed(run, random.Random(seed).uniform(0, 1), after="engine: C; compiling")
    run.finish()
    assert not differences(run.state(), whole.state())
    assert run.metrics() == whole.metrics()
