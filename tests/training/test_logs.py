"""Metrics for TensorBoard and Weights & Biases: what is written is what metrics.jsonl says."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gpt_by_hand.advice import install
from gpt_by_hand.training import metrics
from tests.support.commands import NUMPY, TINY, Command, refused

RUN = ("train", *TINY, *NUMPY, "--max_iters", 20, "--eval_interval", 10)


class Run:
    """Stands in for a run of Weights & Biases where that is not installed."""

    def __init__(self, **given: Any) -> None:
        self.given, self.logged, self.finished = given, [], False  # type: ignore[var-annotated]

    def log(self, values: dict[str, float], step: int) -> None:
        self.logged.append((step, values))

    def finish(self) -> None:
        self.finished = True


def test_wandb(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Run] = []
    module: Any = ModuleType("wandb")
    module.init = lambda **given: made.append(Run(**given)) or made[-1]
    monkeypatch.setitem(sys.modules, "wandb", module)
    assert command(*RUN, "--log", "wandb").code == 0
    (run,) = made
    assert (run.given["project"], run.given["dir"], run.finished) == ("gpt-by-hand", "out", True)
    assert run.given["config"]["dim_embedding"] == 8
    assert run.given["config"]["max_iters"] == 20
    assert [step for step, _ in run.logged] == sorted(step for step, _ in run.logged)
    evaluations = {step: values for step, values in run.logged if "loss/val" in values}
    for line in metrics.read(Path("out")):
        found = evaluations[line.iteration]
        assert (found["loss/train"], found["loss/val"]) == (line.train_loss, line.val_loss)
        assert found["tokens"] == line.tokens
    iterations = [values for _, values in run.logged if "iteration/loss" in values]
    assert len(iterations) == 20
    assert set(iterations[0]) == {"iteration/loss", "iteration/learning_rate", "iteration/gradient_norm"}


def test_wandb_itself_without_a_network(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("wandb", reason="not installed: pip install 'gpt-by-hand[wandb]'")
    monkeypatch.setenv("WANDB_MODE", "offline")
    monkeypatch.setenv("WANDB_SILENT", "true")
    assert command(*RUN, "--log", "wandb").code == 0
    assert list(Path("out/wandb").glob("offline-run-*/run-*.wandb"))


def test_tensorboard(command: Command) -> None:
    """Also after a run has gone on: no number is there twice."""
    pytest.importorskip("tensorboard", reason="not installed: pip install 'gpt-by-hand[tensorboard]'")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    assert command(*RUN, "--log", "tensorboard").code == 0
    assert command("train", "--init_from", "resume", "--max_iters", 40).code == 0
    events = EventAccumulator("out/tensorboard")
    events.Reload()
    lines = metrics.read(Path("out"))
    assert [line.iteration for line in lines] == [0, 10, 20, 30, 40]
    found = events.Scalars("loss/val")
    assert [(x.step, pytest.approx(x.value, rel=1e-6)) for x in found] == [(m.iteration, m.val_loss) for m in lines]
    assert [x.step for x in events.Scalars("iteration/loss")] == list(range(40))


@pytest.mark.parametrize("name", ["tensorboard", "wandb"])
def test_without_the_package(command: Command, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for module in (name, "torch.utils.tensorboard"):
        monkeypatch.setitem(sys.modules, module, None)
    refused(command(*RUN, "--log", name), f"--log {name} needs its package: {install(name)} (or leave it out)")
    assert not Path("out").exists()


@pytest.mark.parametrize("log", ["mlflow", "wandb,", ",", "wandb;tensorboard"])
def test_names_that_there_are_not(command: Command, log: str) -> None:
    refused(command(*RUN, "--log", log), "log is", "tensorboard, wandb")
