"""The arithmetic of a comparison: rounds in turns, medians, and ratios between neighbours in time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Protocol

CALL = 0.1  # seconds that one call lasts, about
MOST = 100_000  # iterations in one call
PAUSE = 0.05  # seconds until the threads of the one before have gone to sleep


class AbsentError(Exception):
    """A contender that cannot run here, or not any more; the message says why."""


@dataclass(frozen=True)
class Timing:
    """One call: so many iterations, in seconds of wall clock and of processor time."""

    count: int
    seconds: float
    cpu: float

    @property
    def each(self) -> float:
        """Seconds per iteration."""
        return self.seconds / self.count


class Timed(Protocol):
    """Whatever can be asked for iterations."""

    block: int

    def ask(self, count: int) -> Timing: ...


def calibrated(contender: Timed, seconds: float = CALL) -> int:
    """How many iterations last about so long: a multiple of the contender's block, found by doing more and more."""
    count = contender.block
    while True:
        timing = contender.ask(count)
        if timing.seconds >= seconds / 4 or count >= MOST:
            return multiple(seconds / timing.each, contender.block)
        count = multiple(min(MOST, count * min(16.0, seconds / max(timing.seconds, 1e-9))), contender.block)


def multiple(count: float, block: int) -> int:
    """The count, rounded up to whole blocks; one block at least."""
    return block * max(1, ceil(count / block))


def in_turns(
    contenders: Mapping[str, Timed],
    rounds: int,
    seconds: float = CALL,
    pause: float = PAUSE,
    absent: dict[str, str] | None = None,
) -> dict[str, list[Timing]]:
    """Timings by name: in each round every contender is asked once, in every second one in the opposite order.

    One that fails is left out, and `absent` gets its name and the reason. Raises: AbsentError without `absent`.
    """
    found: dict[str, list[Timing]] = {name: [] for name in contenders}
    counts: dict[str, int] = {}
    for number in range(-1, rounds):  # first, how many iterations a turn of each has
        for name in list(found) if number % 2 == 0 or number < 0 else list(reversed(found)):
            try:
                if number < 0:
                    counts[name] = calibrated(contenders[name], seconds)
                else:
                    time.sleep(pause)
                    found[name].append(contenders[name].ask(counts[name]))
            except AbsentError as error:
                if absent is None:
                    raise
                absent[name] = str(error)
                del found[name]
    return found


def summary(timings: Sequence[Timing], baseline: Sequence[Timing] | None = None) -> dict[str, float]:
    """Microseconds per iteration (also of processor time), processors kept busy, and how often the baseline's time.

    The ratio is the median of the rounds' ratios: what slows a whole round down slows both sides of it.
    """
    each = [timing.each for timing in timings]
    found = {
        "microseconds": statistics.median(each) * 1e6,
        "least": min(each) * 1e6,
        "cpu_microseconds": statistics.median(timing.cpu / timing.count for timing in timings) * 1e6,
        "processors": sum(t.cpu for t in timings) / sum(t.seconds for t in timings),
    }
    if baseline is not None:
        found["ratio"] = ratio(each, [timing.each for timing in baseline])
    return found


def ratio(times: Sequence[float], baseline: Sequence[float]) -> float:
    """The median, over rounds, of how many times the baseline's time it took."""
    return statistics.median(time / base for time, base in zip(times, baseline, strict=True))
