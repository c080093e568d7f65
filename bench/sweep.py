"""How the C engine's time and memory grow with width, layers, positions and batch, each alone, around a base.

    python -m bench.sweep [--json FILE] [--svg FILE] [--from FILE]

All sizes are compiled first; then they take turns, so that what else the machine does hits all of them.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench.cases import work
from bench.contenders import OURS, Contender
from bench.machine import cores, machine
from bench.measure import in_turns, summary
from bench.multiplications import per_iteration
from bench.worker import Worker
from gpt_by_hand.model.config import ModelConfig


@dataclass(frozen=True)
class Point:
    """One size of model and batch; 4 heads and 64 different tokens at every point."""

    width: int = 64
    layers: int = 2
    positions: int = 32
    batch: int = 8

    @property
    def model(self) -> ModelConfig:
        return ModelConfig(64, self.positions, self.layers, 4, self.width)


BASE = Point()
AXES = {
    "width": (16, 32, 64, 128, 256),
    "layers": (1, 2, 4, 8),
    "positions": (8, 16, 32, 64, 128),
    "batch": (1, 2, 8, 32, 64),
}


def points() -> Iterator[tuple[str, int, Point]]:
    """Axis, its value, and the point."""
    for axis, values in AXES.items():
        for value in values:
            yield axis, value, replace(BASE, **{axis: value})


def measure(rounds: int, seconds: float) -> dict[str, Any]:
    """Each point once, by all threads and by one: microseconds, multiplications, bytes."""
    every, here = dict.fromkeys(point for _, _, point in points()), machine()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        workers = {}
        for number, point in enumerate(every):
            print(f"compiling {number + 1} of {len(every)}: {point}", file=sys.stderr, flush=True)
            path = Path(folder) / f"{number}.npz"
            work(str(point), point.model, point.batch).save(path)
            cache = (("GPT_BY_HAND_CACHE", f"{folder}/cache {number}"),)
            for threads in sorted({1, cores()}):
                row = Contender(OURS, threads, "c_engine", "memory", environment=cache)
                workers[point, threads] = stack.enter_context(Worker(row.command(path), row.changes()))
        timings = in_turns({str(key): worker for key, worker in workers.items()}, rounds, seconds)
        return {"machine": here, "base": vars(BASE), "rounds": rounds, "points": _rows(workers, timings)}


def _rows(workers: dict[tuple[Point, int], Worker], timings: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "axis": axis,
            "value": value,
            "threads": threads,
            **summary(timings[str((point, threads))]),
            "multiplications": per_iteration(point.model, point.batch),
            "resident_bytes": workers[point, threads].memory["resident"],
            "static_bytes": workers[point, threads].memory["static"],
        }
        for axis, value, point in points()
        for threads in sorted({1, cores()})
    ]


def main() -> None:
    parser = argparse.ArgumentParser("python -m bench.sweep", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.05, help="how long a turn is, about")
    parser.add_argument("--json", default="bench/sweep.json", help="where to write what was measured")
    parser.add_argument("--svg", default="", help="where to draw it (needs matplotlib)")
    parser.add_argument("--from", dest="source", default="", metavar="FILE", help="measure nothing, take this JSON")
    options = parser.parse_args()
    if options.source:
        results = json.loads(Path(options.source).read_text(encoding="utf-8"))
    else:
        results = measure(options.rounds, options.seconds)
        Path(options.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    from bench.tables import show, sweep

    show(results, sweep(results))
    if options.svg:
        from bench.sweep_plot import plot

        plot(results, Path(options.svg))


if __name__ == "__main__":
    main()
