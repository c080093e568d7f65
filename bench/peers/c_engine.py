"""The C engine, as training uses it: many iterations per call. CFLAGS and OMP_NUM_THREADS come from outside.

The variant "memory" also tells what it takes up: loaded, and after some iterations.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

from bench.peers.ours import configurations, ready
from bench.peers.serve import Ready, main
from bench.peers.work import Work
from gpt_by_hand.engines.c import compile_c
from gpt_by_hand.engines.cache import cache_folder
from gpt_by_hand.engines.compiler import library_suffix
from gpt_by_hand.training.compute import CCompute, iteration_job

STATM = Path("/proc/self/statm")


def prepare(work: Work, threads: int, variant: str) -> Ready:
    began = time.perf_counter()
    program = compile_c(iteration_job(*configurations(work)))
    before = _resident()
    found = ready(work, CCompute(*configurations(work), program, program), began)  # nothing is evaluated here
    if variant == "memory":
        found.memory = lambda: {"static": _static(), "resident": _resident() - before}
    return found


def _resident() -> int:
    """How much memory this process holds, as Linux tells; elsewhere 0."""
    try:
        return int(STATM.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _static() -> int:
    """The arrays of the libraries in the cache, as binutils' `size` tells; 0 where there is none."""
    libraries = [str(path) for path in cache_folder().glob(f"*{library_suffix()}")]
    if shutil.which("size") is None or not libraries:
        return 0
    said = subprocess.run(["size", *libraries], capture_output=True, text=True, check=False).stdout.splitlines()
    return sum(int(number) for line in said[1:] for number in line.split()[1:3])


if __name__ == "__main__":
    main(prepare)
