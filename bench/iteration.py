"""One training iteration, by each contender in turns: forward, gradients, clipping, AdamW."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.cases import SAID, SIZES, work_of
from bench.contenders import OURS, Choices, Contender, contenders
from bench.measure import CALL, Timing, in_turns, summary
from bench.multiplications import per_iteration
from bench.worker import AbsentError, Worker
from gpt_by_hand.model.config import MODEL_PRESETS

Say = Callable[[str], object]


def compare(size: str, choices: Choices, rounds: int, say: Say, seconds: float = CALL) -> dict[str, Any]:
    """All contenders for one size: a row for each, those that are absent with the reason."""
    work = work_of(size)
    preset, rows = SIZES[size]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "work.npz"
        work.save(path)
        started, absent = _started(contenders(size, choices), path, stack, say)
        say(f"{size}: {len(started)} contenders, {rounds} rounds")
        failed: dict[str, str] = {}
        timings = in_turns({row.key: worker for row, worker in started.items()}, rounds, seconds, absent=failed)
    entries = [_entry(row, worker, timings) for row, worker in started.items() if row.key in timings]
    absent |= {row: failed[row.key] for row in started if row.key in failed}
    return {
        "size": size,
        "said": SAID[size],
        "multiplications": per_iteration(MODEL_PRESETS[preset], rows),
        "rounds": rounds,
        "rows": [*entries, *({"name": row.name, "threads": row.threads, "absent": why} for row, why in absent.items())],
    }


def _started(
    rows: list[Contender], path: Path, stack: ExitStack, say: Say
) -> tuple[dict[Contender, Worker], dict[Contender, str]]:
    """The contenders at work, one started after the other, and why the others are not."""
    started: dict[Contender, Worker] = {}
    absent: dict[Contender, str] = {}
    for row in rows:
        try:
            if row.absent:
                raise AbsentError(row.absent)
            say(f"starting {row.key}")
            worker = stack.enter_context(Worker(row.command(path), row.changes()))
            ours = next((other.losses for own, other in started.items() if own.name == OURS), worker.losses)
            _check(worker.losses, ours, row.tolerance)
            started[row] = worker
        except AbsentError as error:
            absent[row] = str(error)
    return started, absent


def _check(losses: list[float], ours: list[float], tolerance: float) -> None:
    """Is it the same work? Raises: AbsentError when the first losses are others."""
    if len(losses) != len(ours):
        raise AbsentError(f"it computes something else: it has {len(losses)} first losses, not {len(ours)}")
    off = [abs(a - b) for a, b in zip(losses, ours, strict=True)]
    if not all(x <= tolerance for x in off):  # what is not a number is not close either
        raise AbsentError(f"it computes something else: its first losses are off by {max(off):.1e} nats")


def _entry(row: Contender, worker: Worker, timings: Mapping[str, list[Timing]]) -> dict[str, Any]:
    baseline = timings.get(Contender(OURS, row.threads).key)
    return {
        "name": row.name,
        "threads": row.threads,
        **summary(timings[row.key], baseline),
        "iterations_per_call": timings[row.key][0].count,
        "setup_seconds": worker.setup,
        "first_losses": worker.losses,
        "versions": worker.versions,
    }
