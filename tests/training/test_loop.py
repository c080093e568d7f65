"""The loop: who is told what, what is saved when, and how it stops."""

from __future__ import annotations

import errno
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.training import checkpoint, metrics
from gpt_by_hand.training.interrupt import stop_requests
from gpt_by_hand.training.loop import Loop, Observer, alone
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.session import begin, preset
from gpt_by_hand.training.trainer import Trainer
from tests.support.commands import snapshot
from tests.training.runs import differences

SMALL: dict[str, Any] = {"batch_size": 2, "gradient_accumulation_steps": 2, "eval_iters": 2, "eval_interval": 2}


class Notes(Observer):
    """Writes down what it is told; `at` each iteration of it, does something."""

    def __init__(self, at: dict[int, Any] | None = None) -> None:
        self.told: list[Any] = []
        self.at = at or {}

    def started(self, trainer: Trainer) -> None:
        self.told.append("started")

    def wants_trace(self, iteration: int) -> bool:
        return iteration == 1

    def traced(self, trainer: Trainer, values: dict[str, Any]) -> None:
        self.told.append(("traced", "h.0.attn.scores" in values))

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        assert set(values) == {"loss", "learning_rate", "clip.norm"}
        self.told.append(iteration)
        self.at.get(iteration, lambda: None)()

    def evaluated(self, trainer: Trainer, found: Metrics) -> None:
        self.told.append(("evaluated", found.iteration))

    def finished(self, trainer: Trainer, interrupted: bool) -> None:
        self.told.append(("finished", interrupted))


def trainer(data: Path, **settings: Any) -> Trainer:
    model, train = preset("pocket")
    config = type(train)(**{**train.__dict__, **SMALL, "data_dir": str(data), **settings})
    return begin(model, config, say=lambda line: None)


def test_order(tmp_path: Path) -> None:
    notes = Notes()
    assert not Loop(trainer(tmp_path, max_iters=3), notes, None).run()
    steps = [("evaluated", 0), 0, ("traced", True), 1, ("evaluated", 2), 2, ("evaluated", 3)]
    assert notes.told == ["started", *steps, ("finished", False)]


def test_tracing_changes_nothing(tmp_path: Path) -> None:
    one, other = (trainer(tmp_path, max_iters=4) for _ in range(2))
    Loop(one, Notes(), None).run()
    Loop(other, Observer(), None).run()
    assert not differences(one.state, other.state)


def test_nothing_is_written_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = trainer(tmp_path / "data", max_iters=3)
    monkeypatch.chdir(tmp_path)
    Loop(ready, Observer(), None).run()
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_saved_whenever_evaluated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpt_by_hand.training.loop.SAVE_EVERY", 0.0)
    seen = []

    class Look(Observer):
        def evaluated(self, trainer: Trainer, found: Metrics) -> None:
            seen.append((checkpoint.load(tmp_path / "out").state.iteration, metrics.read(tmp_path / "out")[-1]))

    Loop(trainer(tmp_path, max_iters=5), Look(), tmp_path / "out").run()
    assert [(at, line.iteration) for at, line in seen] == [(0, 0), (2, 2), (4, 4), (5, 5)]


def test_not_saved_at_each_of_many_quick_evaluations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first one, and at the end; what is killed in between has metrics of its own future, and drops them."""
    monkeypatch.setattr("gpt_by_hand.training.loop.SAVE_EVERY", 60.0)

    class Dies(Observer):
        def evaluated(self, trainer: Trainer, found: Metrics) -> None:
            assert checkpoint.load(tmp_path / "out").state.iteration == 0
            if found.iteration == 4:
                raise RuntimeError

    with pytest.raises(RuntimeError):
        Loop(trainer(tmp_path, max_iters=5), Dies(), tmp_path / "out").run()
    assert [line.iteration for line in metrics.read(tmp_path / "out")] == [0, 2, 4]
    again, whole = trainer(tmp_path, max_iters=5), trainer(tmp_path, max_iters=5)
    saved = checkpoint.load(tmp_path / "out")
    resumed = Trainer(again.model, again.train, again.dataset, saved.state)
    Loop(resumed, Observer(), tmp_path / "out").run()
    Loop(whole, Observer(), None).run()
    assert [line.iteration for line in metrics.read(tmp_path / "out")] == [0, 2, 4, 5]
    assert not differences(checkpoint.load(tmp_path / "out").state, whole.state)


def test_metrics(tmp_path: Path) -> None:
    Loop(trainer(tmp_path, max_iters=4, warmup_iters=10), Observer(), tmp_path / "out").run()
    lines = [json.loads(line) for line in (tmp_path / "out/metrics.jsonl").read_text().splitlines()]
    assert [line["iteration"] for line in lines] == [0, 2, 4]
    assert [line["tokens"] for line in lines] == [0, 2 * 4 * 8, 4 * 4 * 8]
    assert [line["learning_rate"] for line in lines] == pytest.approx([0, 6e-5, 12e-5])
    assert 0 <= lines[0]["seconds"] < lines[1]["seconds"] < lines[2]["seconds"] < 60


@pytest.mark.parametrize("at", [1, 2, 3])
def test_resumed_learning_rate(tmp_path: Path, at: int) -> None:
    """Stopped just before an evaluation is due, the resumed run writes the same line as an unbroken one."""
    for folder, stop in (("stopped", {at - 1: lambda: signal.raise_signal(signal.SIGINT)}), ("whole", None)):
        Loop(trainer(tmp_path, max_iters=4), Notes(stop), tmp_path / folder).run()
    saved = checkpoint.load(tmp_path / "stopped")
    assert saved.state.iteration == at
    again = trainer(tmp_path, max_iters=4)
    Loop(Trainer(again.model, again.train, again.dataset, saved.state), Observer(), tmp_path / "stopped").run()
    one, other = (
        [(m.iteration, m.learning_rate, m.val_loss) for m in metrics.read(tmp_path / f)] for f in ("stopped", "whole")
    )
    assert one == other


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stops_after_the_iteration_and_saves(tmp_path: Path, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    notes = Notes({2: lambda: signal.raise_signal(number)})
    assert Loop(trainer(tmp_path, max_iters=100), notes, tmp_path / "out").run()
    assert notes.told[-2:] == [2, ("finished", True)]
    assert checkpoint.load(tmp_path / "out").state.iteration == 3
    assert signal.getsignal(number) is before


def test_a_second_ctrl_c_does_not_wait() -> None:
    with pytest.raises(KeyboardInterrupt), stop_requests() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.requested
        signal.raise_signal(signal.SIGINT)


def test_in_a_thread(tmp_path: Path) -> None:
    """Only the main thread may have signal handlers; training elsewhere works all the same."""
    ready, ended = trainer(tmp_path, max_iters=2), []
    thread = threading.Thread(target=lambda: ended.append(Loop(ready, Observer(), None).run()))
    thread.start()
    thread.join()
    assert ended == [False]
    assert ready.state.iteration == 2


def test_speed_is_that_of_the_iterations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not of what else there is to do, and each time only of those since the last evaluation."""
    made = trainer(tmp_path, max_iters=6)
    clock, speeds = [0.0], []
    monkeypatch.setattr("gpt_by_hand.training.trainer.time.perf_counter", lambda: clock[0])

    def slower(does: Any, seconds: Any) -> Any:
        def made_slower(*given: Any) -> Any:
            clock[0] += seconds()
            return does(*given)

        return made_slower

    monkeypatch.setattr(made.compute, "iterate", slower(made.compute.iterate, lambda: made.state.iteration + 1))
    monkeypatch.setattr(made.compute, "losses", slower(made.compute.losses, lambda: 1000))

    class Speeds(Observer):
        def evaluated(self, trainer: Trainer, found: Metrics) -> None:
            speeds.append(trainer.speed())

    Loop(made, Speeds(), None).run()
    tokens = 2 * made.train.rows * made.model.seq_length
    assert speeds == [None, tokens / (1 + 2), tokens / (3 + 4), tokens / (5 + 6)]


def test_stops_when_the_loss_is_no_number(tmp_path: Path) -> None:
    wild = trainer(tmp_path, max_iters=100, learning_rate=1e30, warmup_iters=0, eval_interval=50)
    with pytest.raises(
        UserError, match=r"the loss is nan at iteration \d+ \(learning rate .*e\+29\): stopped, the last"
    ):
        Loop(wild, Observer(), tmp_path / "out").run()
    assert checkpoint.load(tmp_path / "out").state.iteration == 0


def test_stops_when_an_evaluation_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gpt_by_hand.training.loop.SAVE_EVERY", 0.0)
    wild = trainer(tmp_path, max_iters=100, learning_rate=1e36, warmup_iters=0, eval_interval=1)
    with pytest.raises(UserError, match=r"not a number at the evaluation of iteration \d"):
        Loop(wild, Observer(), tmp_path / "out").run()
    state = checkpoint.load(tmp_path / "out").state
    assert state.iteration == metrics.read(tmp_path / "out")[-1].iteration


def test_divergence_without_a_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="stopped, nothing is saved"):
        Loop(trainer(tmp_path, learning_rate=1e30, warmup_iters=0), Observer(), None).run()


@pytest.mark.skipif(sys.platform == "win32", reason="folders cannot be locked there")
def test_one_run_at_a_time(tmp_path: Path) -> None:
    """A second one in the same folder is refused, changes nothing, and may start when the first has ended."""
    out = tmp_path / "out"
    Loop(trainer(tmp_path, max_iters=1), Observer(), out).run()
    before = snapshot(out)
    with alone(out), pytest.raises(UserError, match=r"another run is training in .*out: wait"):
        Loop(trainer(tmp_path, max_iters=2), Observer(), out).run()
    assert snapshot(out) == before
    Loop(trainer(tmp_path, max_iters=2), Observer(), out).run()
    assert checkpoint.load(out).state.iteration == 2


def test_a_disk_without_locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fcntl = pytest.importorskip("fcntl")

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with alone(tmp_path), alone(tmp_path), alone(tmp_path / "that is not there"), alone(None):
        pass
