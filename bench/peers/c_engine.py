"""The C engine, as training uses it: many iterations per call. CFLAGS and OMP_NUM_THREADS come from outside."""

from __future__ import annotations

import time

from bench.peers.ours import configurations, ready
from bench.peers.serve import Ready, main
from bench.peers.work import Work
from gpt_by_hand.engines.c import compile_c
from gpt_by_hand.training.compute import CCompute, iteration_job


def prepare(work: Work, threads: int, variant: str) -> Ready:
    began = time.perf_counter()
    program = compile_c(iteration_job(*configurations(work)))
    return ready(work, CCompute(configurations(work)[0], program, program), began)  # nothing is evaluated here


if __name__ == "__main__":
    main(prepare)
