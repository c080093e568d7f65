"""The measured peak: how many multiply-adds per second the processor does when nothing else is in the way."""

from __future__ import annotations

import ctypes
import tempfile
import time
from pathlib import Path

from bench.machine import cores, settled
from gpt_by_hand.engines.compiler import compile_library, lanes, library_suffix

SOURCE = Path(__file__).parent / "multiply_add.c"
BURST = 0.002  # seconds: short enough to fall between what else the machine does
BURSTS = 200


def peaks() -> dict[int, float]:
    """Multiply-adds per second by number of threads: the best of many short bursts."""
    compiler = settled()
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / f"peak{library_suffix()}"
        source = f"#define LANES {lanes(compiler)}\n{SOURCE.read_text(encoding='utf-8')}"
        compile_library(compiler, source, library)
        run = ctypes.CDLL(str(library)).run
    run.restype = ctypes.c_double
    steps = _steps(run)
    return {threads: _best(run, steps, threads) for threads in sorted({1, cores()})}


def _steps(run: ctypes._CFuncPtr) -> int:
    """How many steps last as long as a burst, on one thread."""
    steps = 10_000
    while (spent := min(_burst(run, steps, 1)[0] for _ in range(5))) < BURST:
        steps = int(steps * max(1.5, BURST / spent))
    return steps


def _best(run: ctypes._CFuncPtr, steps: int, threads: int) -> float:
    found = [_burst(run, steps, threads) for _ in range(BURSTS)]
    return max(done / seconds for seconds, done in found)


def _burst(run: ctypes._CFuncPtr, steps: int, threads: int) -> tuple[float, float]:
    """Seconds, and multiply-adds of all threads."""
    total = ctypes.c_float()
    start = time.perf_counter()
    each = run(ctypes.c_int64(steps), threads, ctypes.c_float(0.5), ctypes.c_float(0.25), ctypes.byref(total))
    return time.perf_counter() - start, each * threads


def shares(sizes: list[dict], peak: dict[int, float]) -> list[dict]:
    """What share of the peak the C engine reaches in its best round, by size and number of threads."""
    found = []
    for size in sizes:
        for row in size["rows"]:
            if row["name"] == "C engine" and "least" in row:
                rate = size["multiplications"] / (row["least"] * 1e-6)
                share = rate / peak[row["threads"]]
                found.append({"size": size["size"], "threads": row["threads"], "per_second": rate, "share": share})
    return found
