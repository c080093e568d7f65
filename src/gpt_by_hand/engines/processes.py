"""The processes that train together, as those who train see them: each has a rank, and they agree on numbers.

Here is one alone; together.py starts, and torch/processes.py is, those that torchrun has started.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gpt_by_hand.errors import UserError

if TYPE_CHECKING:
    import numpy as np

T = TypeVar("T")


class Rank(NamedTuple):
    """Which process this is: its rank among all of them, and among those of its machine."""

    number: int = 0
    size: int = 1
    local: int = 0


def own_rank() -> Rank:
    """What torchrun says in RANK, WORLD_SIZE and LOCAL_RANK; without them, one process alone.

    Raises: UserError when they are not numbers that fit together.
    """
    size, rank = _number("WORLD_SIZE", 1), _number("RANK", 0)
    if not 0 <= rank < size:
        raise UserError(f"RANK is {rank} and WORLD_SIZE is {size}: the rank must be below; use torchrun to start")
    return Rank(rank, size, _number("LOCAL_RANK", rank)) if size > 1 else Rank()


def _number(name: str, otherwise: int) -> int:
    text = os.environ.get(name) or str(otherwise)
    if not text.isdecimal():
        raise UserError(f"{name} is {text[:40]!r} in the environment: it must be a number, as torchrun sets it")
    return int(text)


class Alone:
    """One process: it agrees with itself."""

    rank = Rank()

    @property
    def first(self) -> bool:
        """Is this the one process that logs and saves?"""
        return self.rank.number == 0

    def least(self, value: int) -> int:
        """The smallest of the numbers that the processes give."""
        return value

    def sums(self, array: np.ndarray) -> np.ndarray:
        """The sum of the arrays that the processes give."""
        return array

    def in_turn(self, make: Callable[[], T]) -> T:
        """What `make` returns; the first process makes it first, then one on each other machine, then the rest."""
        return make()

    def asked_to_stop(self) -> bool:
        """Was the end asked for before the loop could listen?"""
        return False

    def wait(self) -> None:
        """Until all processes are here."""

    def share(self, rows: int) -> slice:
        """The rows of a batch that are this process's: as many as each other's.

        Raises: UserError when they cannot be shared out.
        """
        if rows % self.rank.size:
            raise UserError(
                f"{rows} sequences an iteration (batch_size times gradient_accumulation_steps) cannot be shared out "
                f"evenly among {self.rank.size} processes: choose a multiple of {self.rank.size}"
            )
        own = rows // self.rank.size
        return slice(self.rank.number * own, (self.rank.number + 1) * own)


_current = Alone()


def current() -> Alone:
    """The processes that this one is among."""
    return _current


@contextmanager
def among(processes: Alone) -> Iterator[None]:
    """Inside, they are the `current` ones."""
    global _current  # noqa: PLW0603 (a process is among one group of processes, as torch.distributed has it)
    before, _current = _current, processes
    try:
        yield
    finally:
        _current = before
