"""The training loop: iterate, evaluate, save, and stop cleanly."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.engines.processes import current
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import remove, write_atomically
from gpt_by_hand.training import checkpoint, metrics
from gpt_by_hand.training.checkpoint import Checkpoint
from gpt_by_hand.training.compute import SHOWN
from gpt_by_hand.training.interrupt import StopRequest, stop_requests
from gpt_by_hand.training.trainer import Trainer

WATCH = "watch.jsonl"  # what is watched in a run: another run's goes when this one's metrics begin
LOOK = 0.1  # seconds between two looks at the display and at Ctrl-C
SAVE_EVERY = 1.0  # seconds: evaluations that follow each other faster are not all saved


class Observer:
    """Is told what happens; a display or a callback overrides what it wants to know."""

    def started(self, trainer: Trainer) -> None:
        """Training is about to begin or to go on."""

    def wants_trace(self, iteration: int) -> bool:
        """Shall every tensor of this iteration be kept and shown?"""
        return False

    def traced(self, trainer: Trainer, values: dict[str, Any]) -> None:
        """An iteration is done, and these are all its tensors, by name."""

    def next_stop(self, iteration: int) -> float:
        """The next iteration, from this one on, before which it shall be told that training has `arrived`."""
        return math.inf

    def arrived(self, trainer: Trainer) -> None:
        """Training is at a stop of some observer: the state is the one that this iteration computes with."""

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        """An iteration is done: `loss`, `learning_rate`, `clip.norm`. May raise StopIteration: then training ends.

        The trainer may be some iterations ahead, up to the next stop of some observer.
        """

    def evaluated(self, trainer: Trainer, found: metrics.Metrics) -> None:
        """An evaluation is done."""

    def finished(self, trainer: Trainer, interrupted: bool) -> None:
        """Training has ended, or was interrupted; everything is saved."""


class Loop:
    """One run of training, from the trainer's state to `max_iters`; saves to `out` unless that is None."""

    def __init__(self, trainer: Trainer, observer: Observer, out: Path | None, *more: Observer) -> None:
        self.trainer, self.observers, self.out = trainer, (observer, *more), out
        self.state, self.config, self.processes = trainer.state, trainer.train, current()
        self.files = out if self.processes.first else None  # where this process writes
        self._clock = time.perf_counter()
        self._saved = -math.inf
        self._most = 1  # iterations in one call: the first call tells how long they take
        self._enough = False  # an observer has said so

    def run(self) -> bool:
        """Train; returns whether it was interrupted.

        Raises: UserError when the loss is not a number any more, or `out` cannot be written, or another run does.
        """
        if self.files is not None:
            _prepare(self.files)
        with alone(self.files):
            return self._run()

    def go_to(self, iteration: int, advance: Callable[[int], object] | None = None) -> dict[str, Any]:
        """Train up to `iteration` and return what it computes with: weights, moments, batch and masks, by name.

        Saves nothing. The evaluations on the way only draw from the stream what they would; `advance` is told how many
        iterations are done. Raises: UserError as `run`; KeyboardInterrupt when the end is asked for.
        """
        self.trainer.compute.take_over(self.state)
        with np.errstate(all="ignore"), self.trainer.compute.context(), stop_requests() as stop:
            while not self._shall_stop(stop):
                at = self.state.iteration
                if at % self.config.eval_interval == 0 and at != self.state.evaluated_at:
                    self.trainer.draw_evaluation()
                if at >= iteration:
                    return self.trainer.next_inputs()
                self.check(at, self._timed(self._count(iteration)))
                if advance is not None:
                    advance(self.state.iteration - at)
        raise KeyboardInterrupt

    def _run(self) -> bool:
        if self.files is not None and self.state.evaluation is not None:
            metrics.resume(self.files, self.state.evaluation)
        self.trainer.compute.take_over(self.state)
        for observer in self.observers:
            observer.started(self.trainer)
        quiet = np.errstate(all="ignore")  # numbers that are not finite are found and reported here
        with quiet, self.trainer.compute.context(), stop_requests() as stop:
            while not (stopped := self._shall_stop(stop)):
                self._evaluate_if_due()
                self._tell_arrived()
                if self._at_end():
                    break
                self._advance()
            self._save(last=True)
        for observer in self.observers:
            observer.finished(self.trainer, stopped)
        return stopped

    def _shall_stop(self, stop: StopRequest) -> bool:
        """Was any process asked to stop? Then all of them do, after the same iteration."""
        return self.processes.least(not (stop.requested or self.processes.asked_to_stop())) == 0

    def _at_end(self) -> bool:
        return self.state.iteration >= self.config.max_iters or self.processes.least(not self._enough) == 0

    def _tell_arrived(self) -> None:
        at = self.state.iteration
        if self._next_stop(at) == at:
            for observer in self.observers:
                observer.arrived(self.trainer)

    def _advance(self) -> None:
        at = self.state.iteration
        traced = self._wants_trace(at)
        if traced:
            values = self.trainer.trace()
            found = {name: [values[name]] for name in SHOWN if name in values}
        else:
            found = self._timed(self._count(self.config.max_iters))
        self.check(at, found)
        if traced:
            for observer in self.observers:
                observer.traced(self.trainer, values)
        for n in range(self.state.iteration - at):
            for observer in self.observers:
                try:
                    observer.stepped(self.trainer, at + n, {name: array[n] for name, array in found.items()})
                except StopIteration:
                    self._enough = True

    def _wants_trace(self, iteration: int) -> bool:
        return any(observer.wants_trace(iteration) for observer in self.observers)

    def _next_stop(self, iteration: int) -> float:
        return min(observer.next_stop(iteration) for observer in self.observers)

    def check(self, at: int, found: Mapping[str, Any]) -> None:
        """Raise UserError if a loss of the iterations from `at` on is not a number."""
        for n, loss in enumerate(found["loss"]):
            if not math.isfinite(loss):
                self.state.iteration = at + n  # whose learning rate is named
                raise UserError(self._diverged(f"the loss is {float(loss)} at iteration {at + n}"))

    def _timed(self, count: int) -> dict[str, Any]:
        """So many iterations in one call; the next call does as many as fill the time between two looks at the user."""
        start = time.perf_counter()
        found = self.trainer.advance(count)
        spent = time.perf_counter() - start
        self._most = max(1, min(2 * count, int(count * LOOK / spent))) if self.trainer.compute.at_once else 1
        return found

    def _count(self, end: int) -> int:
        """How many iterations to do at once: not beyond `end`, the next that somebody wants, or look at the user."""
        at, interval = self.state.iteration, self.config.eval_interval
        count = self.processes.least(min(self._most, end - at, interval - at % interval))
        count = int(min(count, self._next_stop(at + 1) - at))
        return next((n for n in range(1, count) if self._wants_trace(at + n)), count)

    def _evaluate_if_due(self) -> None:
        """Every `eval_interval` iterations, and at the end; the one at the end alone draws from a copy of the stream.

        So a run that is stopped after n iterations and then resumed draws what an unbroken run draws.
        """
        state = self.state
        if state.evaluated_at == state.iteration:
            return
        anew = self.out is not None and state.evaluated_at < 0  # the same in all processes, as is what it decides
        if state.iteration % self.config.eval_interval == 0:
            found = state.evaluation = self._metrics(self.trainer.evaluate())
        elif state.iteration >= self.config.max_iters:
            before = state.stream.state()
            found = self._metrics(self.trainer.evaluate())
            state.stream = RandomStream.from_state(before)
        else:
            return
        if anew or self.processes.least(time.perf_counter() - self._saved >= SAVE_EVERY):
            self._save()  # before the metrics: they can be mended from the checkpoint, but not the other way round
        if self.files is not None:
            metrics.append(self.files, found, anew)
            if anew:  # what is watched in this run comes now
                remove(self.files / WATCH)
        for observer in self.observers:
            observer.evaluated(self.trainer, found)
        self.trainer.restart_clock()

    def _metrics(self, losses: tuple[float, float]) -> metrics.Metrics:
        state = self.state
        if not all(map(math.isfinite, losses)):
            raise UserError(
                self._diverged(f"the loss is not a number at the evaluation of iteration {state.iteration}")
            )
        self._tick()
        seconds = round(state.seconds, 6)
        return metrics.Metrics(state.iteration, *losses, self.trainer.rate(), state.tokens, seconds)

    def _save(self, last: bool = False) -> None:
        """Save: in parts where processes share out the model, but at last whole, for all commands to read."""
        self._tick()
        in_parts = self.out is not None and self._save_parts(self.out)
        if last or (self.files is not None and not in_parts):
            self.trainer.compute.hand_over(self.state)
            self._write()
        self._saved = time.perf_counter()

    def _save_parts(self, out: Path) -> bool:
        parts = checkpoint.parts_folder(out, self.processes.least(int.from_bytes(os.urandom(7), "little")))
        if found := self.trainer.compute.save_parts(self.state, parts):
            self._write(parts)
        return found

    def _write(self, parts: Path | None = None) -> None:
        if self.files is not None:
            config = replace(self.config, max_iters=max(self.config.max_iters, self.state.iteration))
            tokenizer = self.trainer.dataset.tokenizer
            checkpoint.save(Checkpoint(self.trainer.model, config, tokenizer, self.state), self.files, parts)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.state.seconds += now - self._clock
        self._clock = now

    def _diverged(self, what: str) -> str:
        kept = "nothing is saved"
        if self.out is not None and checkpoint.exists(self.out):
            kept = f"the last good checkpoint stays in {self.out}"
        advice = "a lower --learning_rate" if self.state.iteration else "a lower --init_std"
        return f"{what} (learning rate {self.trainer.rate():g}): stopped, {kept}; try {advice}"


def _prepare(out: Path) -> None:
    """Find out now, and not after the first hundred iterations, whether the folder can be written."""
    write_atomically(out / ".writable", b"")
    (out / ".writable").unlink(missing_ok=True)
    metrics.check(out)


@contextmanager
def alone(folder: Path | None) -> Iterator[None]:
    """One run at a time writes to a folder: two would mix their losses, and the last to save would win.

    Holds the folder, which must be there; another run that wants it is refused until this one ends.

    The lock is the operating system's, on the folder itself, so a run that is killed leaves nothing behind. Where there
    is no such lock (on Windows, on some network disks), nothing is held. Raises: UserError when another run holds it.
    """
    descriptor = None if folder is None else _locked(folder)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path) -> int | None:
    """What holds the lock until it is closed, or None where there are no locks."""
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UserError(
            f"another run is training in {folder}: wait until it has ended, or choose another --out_dir"
        ) from None
    except OSError:
        pass  # on this disk
    return descriptor
