"""A contender's side of the conversation: a count comes in, so many iterations are done, and their time goes out.

    python -m bench.peers.c_engine WORK.npz THREADS [VARIANT]

Lines of JSON: first {"losses", "setup", "block", "versions", "memory"} or {"absent": why}; then one
{"seconds", "cpu"} for each count.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bench.peers.work import CHECKED, Work


@dataclass
class Ready:
    """What can be timed: `iterate(count)` goes on by so many iterations and returns their losses.

    Counts are multiples of `block`. `setup` is what compiling took, in seconds; `memory()` in bytes, by what it is.
    """

    iterate: Callable[[int], Sequence[float]]
    versions: Mapping[str, str] = field(default_factory=dict)
    setup: float = 0.0
    block: int = 1
    memory: Callable[[], Mapping[str, int]] = dict


class AbsentError(Exception):
    """This contender cannot run here; the message says why."""


Prepare = Callable[[Work, int, str], Ready]


def main(prepare: Prepare) -> None:
    """Serve until the input ends."""
    path, threads, variant = [*sys.argv[1:], ""][:3]
    try:
        ready = prepare(Work.load(path), int(threads), variant)
        losses = [float(loss) for loss in ready.iterate(max(CHECKED, ready.block))][:CHECKED]
    except AbsentError as error:
        _say({"absent": str(error)})
        return
    except Exception as error:  # whatever it is: this row says so, and the others go on
        _say({"absent": f"{type(error).__name__}: {error}".splitlines()[0][:300]})
        return
    said = {"setup": ready.setup, "block": ready.block, "versions": dict(ready.versions), "memory": ready.memory()}
    _say({"losses": losses, **said})
    for line in sys.stdin:
        _say(_timed(ready.iterate, int(line)))


def _timed(iterate: Callable[[int], object], count: int) -> dict[str, float]:
    start, cpu = time.perf_counter(), time.process_time()
    iterate(count)
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)
