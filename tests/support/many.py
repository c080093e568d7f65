"""Training by several processes, as torchrun starts them, on this machine."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import numpy as np

from gpt_by_hand.training import checkpoint, metrics
from gpt_by_hand.training.state import State
from tests.support.commands import ROOT, environment

SMALL = ("--preset", "pocket", "--batch_size", 2, "--gradient_accumulation_steps", 4, "--eval_iters", 3)
FOREVER = ("--max_iters", 10**8, "--eval_interval", 50)
SLOW = 60  # seconds for anything on a busy machine


class Launched:
    """`torchrun --nproc_per_node=2 train.py ...` in a folder; leaves nothing running when the block ends."""

    def __init__(self, folder: Path, *options: object, script: str = "train.py") -> None:
        launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2", str(ROOT / script)]
        changes = {"OMP_NUM_THREADS": "1", "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}"}
        self.out, self.err = folder / "stdout", folder / "stderr"
        with open(self.out, "wb") as out, open(self.err, "wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, *launcher, *map(str, (*SMALL, *options))],
                cwd=folder,
                env=environment(**changes),
                stdout=out,
                stderr=err,
            )

    def __enter__(self) -> Launched:
        return self

    def __exit__(self, *error: object) -> None:
        for child in self.children():
            _end(child)
        self.process.kill()
        self.process.wait()

    def finish(self) -> str:
        """Wait for the end, which must be a good one; returns what was printed."""
        code = self.process.wait(SLOW)
        assert code == 0, self.err.read_text()
        return self.out.read_text()

    def until(self, text: str) -> None:
        """Wait until that has been printed."""
        end = time.monotonic() + SLOW
        while text not in self.out.read_text():
            assert self.process.poll() is None, self.err.read_text()
            assert time.monotonic() < end, self.err.read_text()
            time.sleep(0.05)

    def children(self) -> list[int]:
        """The training processes, by rank."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(child) for child in listed.read_text().split()] if listed.exists() else []

    def errors(self) -> list[str]:
        """The lines of error that a user sees; torchrun adds a report of its own."""
        return [line for line in self.err.read_text().splitlines() if line.startswith("error: ")]


def _end(process: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(process, 9)


def differences(one: Path, other: Path, tolerance: float = 1e-5) -> list[str]:
    """What differs by more than rounding between two saved runs: metrics, weights, moments."""
    first, second = checkpoint.load(one).state, checkpoint.load(other).state
    same = ("iteration", "tokens", "next_starts")
    found = [name for name in same if getattr(first, name) != getattr(second, name)]
    for kind in ("weights", "m", "v"):
        arrays, others = getattr(first, kind), getattr(second, kind)
        assert arrays.keys() == others.keys()
        found += [f"{kind}.{name}" for name in arrays if not _close(arrays[name], others[name], tolerance)]
    lines, last = metrics.read(one), metrics.read(other)
    assert [line.iteration for line in lines] == [line.iteration for line in last]
    for a, b in zip(lines, last, strict=True):
        if max(abs(a.train_loss - b.train_loss), abs(a.val_loss - b.val_loss)) > tolerance:
            found.append(f"losses at {a.iteration}")
    return found


def _close(one: np.ndarray, other: np.ndarray, tolerance: float) -> bool:
    return bool(np.abs(one - other).max() <= tolerance * np.abs(one).max())


def state(folder: Path) -> State:
    return checkpoint.load(folder).state
