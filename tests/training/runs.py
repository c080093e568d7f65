"""Training runs that are stopped and resumed, and what has to be equal at their end."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np

from gpt_by_hand.training import checkpoint, metrics
from gpt_by_hand.training.state import State
from tests.support.commands import environment, program

SMALL = ("--preset", "pocket", "--batch_size", 2, "--gradient_accumulation_steps", 2, "--eval_iters", 1)


class Run:
    """Training in a folder, started as often as needed."""

    def __init__(self, folder: Path, *options: object) -> None:
        self.folder, self.out, self.data = folder, folder / "out", folder / "data" / "tiny_demo_words"
        self.options = ("train", *SMALL, *options, "--data_dir", folder / "data", "--out_dir", self.out)

    def start(self, *more: object) -> subprocess.Popen[str]:
        """The command as a process: from the start, or from the checkpoint if there is one."""
        line = program(*self.options, *(("--init_from", "resume") if self.has_checkpoint() else ()), *more)
        return subprocess.Popen(
            line, cwd=self.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def finish(self, *more: object) -> str:
        """Run to the end; returns what was printed."""
        process = self.start(*more)
        out, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, ""), (process.returncode, err)
        return out

    def has_checkpoint(self) -> bool:
        """Is there a checkpoint? Fails if there is one that cannot be read."""
        if not checkpoint.exists(self.out):
            return False
        checkpoint.load(self.out)
        return True

    def state(self) -> State:
        return checkpoint.load(self.out).state

    def metrics(self) -> list[metrics.Metrics]:
        """The evaluations, without the time that they took."""
        return [replace(line, seconds=0.0) for line in metrics.read(self.out)]


def differences(one: State, other: State) -> list[str]:
    """What is not the same in two states, to the last bit."""
    found = [name for name in ("iteration", "tokens", "next_starts") if getattr(one, name) != getattr(other, name)]
    if one.stream.state() != other.stream.state():
        found.append("stream")
    for kind in ("weights", "m", "v"):
        arrays, others = getattr(one, kind), getattr(other, kind)
        assert arrays.keys() == others.keys()
        found += [f"{kind}.{name}" for name, array in arrays.items() if not _same(array, others[name])]
    return found


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
