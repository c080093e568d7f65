"""Plain C: one loop nest per formula, nothing scheduled, and what the compiler makes of that with -O3 -march=native."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.peers.ours import configurations, ready
from bench.peers.serve import Ready, main
from bench.peers.work import Work
from gpt_by_hand.engines.c import CompiledProgram, described
from gpt_by_hand.engines.compiler import find_compiler, library_suffix
from gpt_by_hand.printers.c import print_library, slots
from gpt_by_hand.schedule.program import plain_schedule
from gpt_by_hand.training.compute import CCompute, iteration_job

FLAGS = ("-O3", "-march=native", "-shared", "-fPIC")


def prepare(work: Work, threads: int, variant: str) -> Ready:
    began = time.perf_counter()
    job = iteration_job(*configurations(work))
    program = job.program()
    carried = job.carried(program)
    program = program.only([*job.results, *carried])
    found = slots(program, carried, job.each(program), list(job.results))
    source = described(print_library(plain_schedule(program), found, fast=False), found)
    with tempfile.TemporaryDirectory() as folder:
        compiled = CompiledProgram(_compiled(Path(folder), source))
    return ready(work, CCompute(*configurations(work), compiled, compiled), began)


def _compiled(folder: Path, source: str) -> Path:
    (folder / "plain.c").write_text(source, encoding="utf-8")
    library = folder / f"plain{library_suffix()}"
    flags = [flag for flag in FLAGS if flag != "-fPIC" or sys.platform != "win32"]
    subprocess.run(
        [*find_compiler().command, *flags, str(folder / "plain.c"), "-o", str(library), "-lm"],
        check=True,
        capture_output=True,
    )
    return library


if __name__ == "__main__":
    main(prepare)
