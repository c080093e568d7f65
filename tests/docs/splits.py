"""What stays and what changes when the sequences of an update are split into steps in another way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

import numpy as np
import pytest

from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.session import begin
from gpt_by_hand.training.trainer import Trainer
from tests.support.confirmed import LEEWAY

ROWS = 8


@contextmanager
def trainer(batch_size: int, engine: str = "numpy") -> Iterator[Trainer]:
    """A run of the pocket model whose updates are of 8 sequences, in steps of `batch_size`, and begin at once."""
    with TemporaryDirectory() as folder:
        steps = {"batch_size": batch_size, "gradient_accumulation_steps": ROWS // batch_size}
        train = TrainConfig(**steps, warmup_iters=0, engine=engine, data_dir=folder)  # type: ignore[arg-type]
        yield begin(MODEL_PRESETS["pocket"], train, say=lambda _: None)


def other_sequences() -> bool:
    """After the evaluation that every run begins with, does another split draw others?"""
    found = []
    for batch_size in (8, 4, 1):
        with trainer(batch_size) as run:
            run.evaluate()
            run.advance()
            found.append(sorted(run.drawn.starts))
    return all(len(starts) == ROWS for starts in found) and len({tuple(starts) for starts in found}) == 3


def evaluated_sequences() -> bool:
    """Does an evaluation draw so many, of the data for training and of those for validation?"""
    with trainer(2) as run:
        before = run.state.stream.draws
        run.evaluate()
        return run.state.stream.draws - before == 2 * run.train.eval_iters * run.train.batch_size


def same_update() -> bool:
    """Do the same sequences make the same update in steps of 8, 4 and 1, in the engine that computes step by step?"""
    pytest.importorskip("torch")
    found = []
    for batch_size in (8, 4, 1):
        with trainer(batch_size, "torch") as run:
            tokens = np.stack([np.roll(run.dataset.train, n)[:8] for n in range(0, 8 * ROWS, 8)]).astype(np.int64)
            targets = np.roll(tokens, 1, axis=0)
            run.compute.take_over(run.state)
            losses = run.compute.iterate(run.state, {"tokens": tokens[None], "targets": targets[None]}, 1)
            run.compute.hand_over(run.state)
            found.append({"loss": losses["loss"], **run.state.m})
    one, *others = found
    return all(np.abs(one[n] - other[n]).max() <= LEEWAY * np.abs(one[n]).max() for other in others for n in one)
