"""Who takes part: the rows of the table, and how each of them is started."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.machine import cores, has_avx512

OURS = "C engine"
POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


@dataclass(frozen=True)
class Contender:
    """A row: a module under peers/, run by some Python with so many threads. `absent` says why it is not run at all."""

    name: str
    threads: int
    module: str = ""
    variant: str = ""
    python: str = sys.executable
    environment: tuple[tuple[str, str], ...] = ()
    absent: str = ""
    tolerance: float = 1e-4  # in nats: so much may the first losses differ from ours

    @property
    def key(self) -> str:
        return f"{self.name}, {self.threads} thread{'s' * (self.threads > 1)}"

    def command(self, work: Path) -> list[str]:
        return [self.python, "-m", f"bench.peers.{self.module}", str(work), str(self.threads), self.variant]

    def changes(self) -> dict[str, str]:
        """Environment variables: every pool of threads that there might be gets the same size."""
        return {**dict.fromkeys(POOLS, str(self.threads)), **dict(self.environment)}


@dataclass(frozen=True)
class Choices:
    """What the command line says of the contenders."""

    jax_python: str = sys.executable
    llmc: str = ""
    without: tuple[str, ...] = ()
    scratch: str = ""


def contenders(size: str, choices: Choices) -> list[Contender]:
    """The rows for a size, those with one thread first."""
    found = [row for threads in sorted({1, cores()}) for row in _rows(size, threads, choices)]
    return [row for row in found if not any(word in row.name for word in choices.without)]


def _rows(size: str, threads: int, choices: Choices) -> Iterator[Contender]:
    yield Contender(OURS, threads, "c_engine")
    if has_avx512():
        flags = f"{os.environ.get('CFLAGS', '')} -mno-avx512f".strip()
        yield Contender("C engine, AVX2", threads, "c_engine", environment=(("CFLAGS", flags),))
    elif threads == 1:
        yield Contender("C engine, AVX2", threads, absent="not applicable: the processor has no AVX-512 to leave out")
    if threads == 1:
        yield _plain(size)
    yield Contender("NumPy engine", threads, "numpy_engine")
    if size == "2 x 8":
        yield Contender("PyTorch, 1 x 2 accumulated", threads, "torch_gpt", "accumulated")
    yield Contender("PyTorch", threads, "torch_gpt")
    folder = (("TORCHINDUCTOR_CACHE_DIR", str(Path(choices.scratch) / f"inductor_{size}_{threads}".replace(" ", ""))),)
    yield Contender("PyTorch, torch.compile", threads, "torch_gpt", "compiled", environment=folder)
    yield Contender("our PyTorch twin", threads, "twin")
    yield Contender("our PyTorch twin, compiled", threads, "twin", "compiled", environment=folder)
    yield Contender("JAX, one scan", threads, "jax_gpt", python=choices.jax_python)
    yield _llmc(threads, choices)


def _plain(size: str) -> Contender:
    if size == "medium":
        return Contender("plain C", 1, absent="not run for this size: it compiles for minutes")
    return Contender("plain C", 1, "plain_c")


def _llmc(threads: int, choices: Choices) -> Contender:
    name = "llm.c (with biases, tanh GELU, no clipping)"
    if not choices.llmc:
        return Contender(name, threads, absent="not given (BENCH_LLMC names its folder)")
    return Contender(name, threads, "llmc", choices.llmc, tolerance=1e-2)
