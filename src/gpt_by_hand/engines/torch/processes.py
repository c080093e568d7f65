"""Many processes that train one model: they start together, agree, and end together, also when one of them fails.

PyTorch's collectives wait for whoever is missing. So beside them each process has a thread that beats, watches its
neighbour's beats through the store where torchrun lets processes meet, and ends its own process when another is dead.
"""

from __future__ import annotations

import hashlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any, NoReturn, TypeVar

import numpy as np
import torch
import torch.distributed as dist

from gpt_by_hand.engines.processes import Alone, Rank
from gpt_by_hand.errors import UserError

T = TypeVar("T")
PATIENCE = timedelta(minutes=10)  # for processes that compile, save or prepare data while others wait
BEAT = 0.5  # seconds between two beats
MISSED = 40  # beats that a living process may miss, one after the other, while it is busy
GRACE = 3.0  # seconds that a process has to end by itself after another one has failed
FAILED = "failed"
END = 2  # the exit code of a process that ends because another one has
LOST = ("gloo/", "NCCL", "Connection closed by peer", "Connection reset by peer")

NOWHERE = "torchrun, or the process of rank 0, is gone"

RUNS = count(1)  # a script may train several times; each time has keys of its own


@cache  # a process has one, and a second one of rank 0 could not listen on the same port
def meeting_place(where: Rank) -> Any:
    """The store that all processes share: torchrun's own, or else that of the process of rank 0."""
    try:
        found, _, _ = next(iter(dist.rendezvous("env://", where.number, where.size, timeout=PATIENCE)))
    except (ValueError, RuntimeError) as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"the processes cannot meet ({reason}): start them with torchrun") from error
    return dist.PrefixStore(f"gpt-by-hand/{os.environ.get('TORCHELASTIC_RESTART_COUNT', '0')}", found)


@cache
def _sayings(where: Rank) -> Any:
    """A connection to the store for `is_first` alone: the other ones may be waiting."""
    return meeting_place(where).clone()


def is_first(where: Rank, line: str) -> bool:
    """Is this process the first to ask for that line? If the store is gone, each is."""
    try:
        key = hashlib.sha256(line.encode()).hexdigest()
        return bool(_sayings(where).add(f"said/{key}", 1) == 1)
    except (RuntimeError, UserError):
        return True


class Processes(Alone):
    """The processes that torchrun has started. Each method is called by all of them, and in the same order."""

    def __init__(self, where: Rank) -> None:
        self.rank = where
        self._asked = False

    @contextmanager
    def joined(self) -> Iterator[None]:
        """Inside, all processes are there. One that fails ends the others: see `Watch`."""
        store: Any = dist.PrefixStore(f"run/{next(RUNS)}", meeting_place(self.rank))
        watch = Watch(store.clone(), self.rank)
        watch.start()
        try:
            self._join(store)
            yield
            self.wait()  # nobody leaves while another one still saves: torchrun would end it
        except BaseException as error:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)  # torchrun sends it when one has failed; first say why
            if _is_lost(error):
                watch.end(watch.find_reason(error))
            watch.tell(error)
            raise
        finally:
            watch.left.set()
            watch.join(GRACE)  # a thread that still runs when Python ends would abort it
        dist.destroy_process_group()

    def _join(self, store: Any) -> None:
        backend = "gloo"
        if torch.cuda.is_available():
            torch.cuda.set_device(self.rank.local % torch.cuda.device_count())
            backend = "cpu:gloo,cuda:nccl"
        dist.init_process_group(
            backend, store=store, rank=self.rank.number, world_size=self.rank.size, timeout=PATIENCE
        )
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, self._ask)

    def _ask(self, number: int, frame: object) -> None:
        self._asked = True

    def asked_to_stop(self) -> bool:
        return self._asked

    def least(self, value: int) -> int:
        found = torch.tensor(int(value))
        dist.all_reduce(found, dist.ReduceOp.MIN)
        return int(found)

    def sums(self, array: np.ndarray) -> np.ndarray:
        found = torch.from_numpy(array.astype(np.float64))
        dist.all_reduce(found)
        return found.numpy()

    def in_turn(self, make: Callable[[], T]) -> T:
        turn = 0 if self.first else 1 if self.rank.local == 0 else 2
        for now in range(3):
            if now == turn:
                made = make()
            self.wait()
        return made

    def wait(self) -> None:
        self.least(0)


class Watch(threading.Thread):
    """Beats, looks whether the next process beats, and whether one has failed; then ends this process, with a line."""

    def __init__(self, store: Any, where: Rank) -> None:
        super().__init__(name="watch", daemon=True)
        self.store, self.where, self.left = store, where, threading.Event()

    def run(self) -> None:
        """Until `left` is set."""
        neighbour, seen, missed = (self.where.number + 1) % self.where.size, 0, 0
        with suppress(RuntimeError, OSError):
            while not self.left.wait(BEAT):
                self.store.add(_beat(self.where.number), 1)
                now = self.store.add(_beat(neighbour), 0)
                missed, seen = (missed + 1 if now == seen > 0 else 0), now
                if missed > MISSED:
                    self._fail(_silent([neighbour]))
                if reason := self._failure():
                    if not self.left.wait(GRACE):
                        self.end(reason)
                    break
            self.store.add(_beat(self.where.number), -(2**40))  # the neighbour knows that this is no death
            return
        if not self.left.wait(GRACE):
            self.end(NOWHERE)

    def tell(self, error: BaseException) -> None:
        """Let the others know that this process ends, and why."""
        what = str(error).split("\n")[0][:300] or type(error).__name__
        with suppress(RuntimeError):
            self._fail(f"process {self.where.number} has failed ({what})")

    def find_reason(self, error: BaseException) -> str:
        """Why another process cannot be reached: what it said, or that it does not beat, or else what the error says.

        All may be there and still not find each other, as when NCCL cannot use the network; it says why at the end.
        """
        others = [rank for rank in range(self.where.size) if rank != self.where.number]
        with suppress(RuntimeError):
            before = [self.store.add(_beat(rank), 0) for rank in others]
            for _ in range(int(GRACE / BEAT)):
                time.sleep(BEAT)
                if reason := self._failure():
                    return reason
            after = [self.store.add(_beat(rank), 0) for rank in others]
            silent = [rank for rank, one, two in zip(others, before, after, strict=True) if one == two]
            lost = f"the connection to another process was lost ({' '.join(str(error).split())[-600:]})"
            self._fail(_silent(silent) if silent else lost)
            return self._failure()
        return NOWHERE

    def end(self, reason: str) -> NoReturn:
        """End this process at once, whatever it waits for; one of the processes says why."""
        line = f"error: the run has ended: {reason}; go on from the last checkpoint with --init_from resume"
        if is_first(self.where, line):
            print(line, file=sys.stderr, flush=True)
        sys.stdout.flush()
        os._exit(END)

    def _fail(self, reason: str) -> None:
        self.store.compare_set(FAILED, "", reason)

    def _failure(self) -> str:
        return self.store.get(FAILED).decode() if self.store.check([FAILED]) else ""


def _beat(rank: int) -> str:
    return f"beat/{rank}"


def _silent(ranks: list[int]) -> str:
    said = ", ".join(map(str, ranks[:8]))
    return f"process {said} does not answer any more" if len(ranks) == 1 else f"processes {said} do not answer any more"


def _is_lost(error: BaseException) -> bool:
    """Is this what the loss of another process looks like?"""
    return isinstance(error, dist.DistError) or (
        isinstance(error, RuntimeError) and any(sign in str(error) for sign in LOST)
    )
