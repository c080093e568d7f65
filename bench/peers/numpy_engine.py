"""The NumPy engine, as training uses it."""

from __future__ import annotations

import time

import numpy as np

from bench.peers.ours import configurations, ready
from bench.peers.serve import Ready, main
from bench.peers.work import Work
from gpt_by_hand.training.compute import NumpyCompute


def prepare(work: Work, threads: int, variant: str) -> Ready:
    began = time.perf_counter()
    compute = NumpyCompute(*configurations(work))
    compute.context().__enter__()  # for as long as this process lasts
    np.seterr(all="ignore")
    return ready(work, compute, began)


if __name__ == "__main__":
    main(prepare)
