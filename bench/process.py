"""`python train.py` as a whole process, and where its time goes. Each run is a fresh process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import ratio
from bench.worker import ROOT

WARM, COLD = "warm", "cold"


def _train(iterations: int, *more: str) -> list[str]:
    return [str(ROOT / "train.py"), "--device", "cpu", "--max_iters", str(iterations), *more]


STEPS = {  # each does all that the ones above it do, and then some more; the programs are compiled already
    "Python starts": ["-c", "pass"],
    "imports NumPy": ["-c", "import numpy"],
    "imports GPT-by-Hand": ["-c", "import gpt_by_hand.cli.train"],
    "reads the command line, draws, evaluates, saves": _train(0),
    "first iteration, and a second evaluation": _train(1),
    "199 more iterations, and an evaluation": _train(200),
    "1,800 more iterations, and 18 evaluations": _train(2000),
}
RUNS = {  # name: arguments, and whether the cache holds the compiled programs
    "200 iterations, C, compiled earlier": (_train(200), WARM),
    "200 iterations, --engine numpy": (_train(200, "--engine", "numpy"), WARM),
    "200 iterations, --engine auto, nothing compiled": (_train(200), COLD),
    "2,000 iterations, C, compiled earlier": (_train(2000), WARM),
    "2,000 iterations, --engine numpy": (_train(2000, "--engine", "numpy"), WARM),
    "2,000 iterations, --engine auto, nothing compiled": (_train(2000), COLD),
}
SAME = {  # a step that is also a run is measured once
    "199 more iterations, and an evaluation": "200 iterations, C, compiled earlier",
    "1,800 more iterations, and 18 evaluations": "2,000 iterations, C, compiled earlier",
}


def measure(runs: int) -> dict[str, Any]:
    """Medians in seconds: whole runs, and the steps of one with what each adds."""
    commands = {name: (arguments, WARM) for name, arguments in STEPS.items() if name not in SAME} | RUNS
    times: dict[str, list[float]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder:
        _seconds(_train(1, "--engine", "c"), WARM, Path(folder))  # compiles, prepares the data, writes byte code
        for _ in range(runs):
            for name, (arguments, cache) in commands.items():
                times[name].append(_seconds(arguments, cache, Path(folder)))
    auto, numpy = times["200 iterations, --engine auto, nothing compiled"], times["200 iterations, --engine numpy"]
    return {
        "runs": [_row(name, times[name]) for name in RUNS],
        "cold_auto_over_numpy": ratio(auto, numpy),
        "steps": _steps(times),
        "repeated": runs,
    }


def _seconds(arguments: list[str], cache: str, folder: Path) -> float:
    """One process, in a folder with data, with the compiled programs or with an empty cache."""
    with tempfile.TemporaryDirectory() as empty:
        programs = folder / "cache" if cache == WARM else Path(empty) / "cache"
        paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
        environment = {**os.environ, "PYTHONPATH": paths, "GPT_BY_HAND_CACHE": str(programs)}
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True, env=environment)
        return time.perf_counter() - start


def _row(name: str, found: list[float]) -> dict[str, Any]:
    return {"name": name, "seconds": statistics.median(found), "least": min(found), "most": max(found)}


def _steps(times: dict[str, list[float]]) -> list[dict[str, Any]]:
    """Each step's whole time, and how much more that is than the step before: both medians."""
    rows, before = [], [0.0] * len(times["Python starts"])
    for name in STEPS:
        found = times[SAME.get(name, name)]
        more = statistics.median(a - b for a, b in zip(found, before, strict=True))
        rows.append({**_row(name, found), "more": more})
        before = found
    return rows
