"""How long commands take from start to end, beside a process that imports NumPy and does nothing."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.measure import ratio
from bench.worker import ROOT

NUMPY = 'python -c "import numpy"'
MOST = {  # how many times NumPy's import each may take
    NUMPY: 1.0,
    "train.py --device cpu --max_iters 200": 1.9,
    "gpt-by-hand explain h.0.attn.scores[0,1,3,2]": 2.4,
    "gpt-by-hand why world --prompt hello": 3.5,
    "gpt-by-hand --help": 0.4,
}


def measure(runs: int) -> list[dict[str, Any]]:
    """Medians of whole processes, which take turns: seconds by the clock and of the processor, and their ratios."""
    with tempfile.TemporaryDirectory() as folder:
        environment = _environment(Path(folder))
        _spent([str(ROOT / "train.py"), "--max_iters", "1", "--engine", "c"], folder, environment)  # compiles
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in MOST}
        for turn in range(-1, runs):  # in the first one, byte code is written
            for name, kept in times.items():
                spent = _spent(_arguments(name), folder, environment)
                if turn >= 0:
                    kept.append(spent)
    return [row(name, found, times[NUMPY]) for name, found in times.items()]


def row(name: str, found: list[tuple[float, float]], numpy: list[tuple[float, float]]) -> dict[str, Any]:
    """One command, beside the import of NumPy in the same turns."""
    (clock, cpu), (clock_before, cpu_before) = zip(*found, strict=True), zip(*numpy, strict=True)
    medians = {"seconds": statistics.median(clock), "cpu_seconds": statistics.median(cpu)}
    return {"name": name, **medians, "ratio": ratio(clock, clock_before), "cpu_ratio": ratio(cpu, cpu_before)}


def _arguments(name: str) -> list[str]:
    if name == NUMPY:
        return ["-c", "import numpy"]
    program, *words = name.split()
    return [str(ROOT / program) if program == "train.py" else str(Path(sys.executable).with_name(program)), *words]


def _environment(folder: Path) -> dict[str, str]:
    """As a user has it, who keeps byte code and compiled programs, both in the folder."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    paths = os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    places = {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "GPT_BY_HAND_CACHE": str(folder / "cache")}
    return {**kept, "PYTHONPATH": paths, **places}


def _spent(arguments: list[str], folder: str, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds by the clock and of the processor that one process takes."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True, env=environment)
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print a line for each command."""
    for found in measure(int(sys.argv[1]) if len(sys.argv) > 1 else 11):
        said = f"{found['seconds']:.3f} s, {found['ratio']:.2f} times NumPy's import (at most {MOST[found['name']]})"
        print(f"{found['name']:<46} {said}; processor {found['cpu_seconds']:.3f} s, {found['cpu_ratio']:.2f} times")


if __name__ == "__main__":
    main()
