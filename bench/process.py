"""`python train.py --device cpu --max_iters 200` as a whole process, and where its time goes.

    python bench/process.py [--runs 5]

Each run is a fresh process; medians of wall-clock seconds.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
IMPORT = "import gpt_by_hand.cli.train"
PARTS = {  # each does all that the ones above it do, and then some more
    "Python starts": ["-c", "pass"],
    "and imports NumPy": ["-c", "import numpy"],
    "and the command line (tyro)": ["-c", "import numpy, tyro"],
    "and GPT-by-Hand": ["-c", IMPORT],
    "train.py, no iteration (start, 1 evaluation)": [str(ROOT / "train.py"), "--device", "cpu", "--max_iters", "0"],
    "train.py, 200 iterations": [str(ROOT / "train.py"), "--device", "cpu", "--max_iters", "200"],
    "train.py, 2,000 iterations": [str(ROOT / "train.py"), "--device", "cpu", "--max_iters", "2000"],
}


def seconds(arguments: list[str], folder: str) -> float:
    start = time.perf_counter()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, capture_output=True, env=environment)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        for arguments in PARTS.values():  # warm: byte code, data
            seconds(arguments, folder)
        times: dict[str, list[float]] = {part: [] for part in PARTS}
        for _ in range(runs):
            for part, arguments in PARTS.items():
                times[part].append(seconds(arguments, folder))
    print(f"\nseconds as a whole process, median of {runs} runs (lowest and highest)")
    for part, found in times.items():
        print(f"  {part:<46} {statistics.median(found):6.3f}  ({min(found):.3f} to {max(found):.3f})")


if __name__ == "__main__":
    main()
