"""Everything that changes while training: what a checkpoint has to hold."""

from __future__ import annotations

from dataclasses import field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gpt_by_hand.data.batches import draw_starts
from gpt_by_hand.data.datasets import Dataset
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.records import dataclass
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.start import Arrays, start_weights


@dataclass
class State:
    """The weights, AdamW's two moments, and where the run is."""

    weights: Arrays
    m: Arrays
    v: Arrays
    stream: RandomStream
    next_starts: list[int]
    """Where the first micro-step of the next iteration starts in the data; it has been drawn already."""
    iteration: int = 0
    tokens: int = 0
    seconds: float = 0.0
    evaluation: Metrics | None = None
    """What the last evaluation that drew from the stream has found."""
    next_draws: list[int] = field(default_factory=list)
    """Which draws of the stream `next_starts` were; nothing in a run that goes on from a checkpoint."""
    start: Literal["drawn", "given", "saved"] = "saved"
    """Whether it began with weights that its stream has drawn, with weights of another model, or from a checkpoint."""
    shards: Path | None = None
    """Where weights and moments are, in parts, as long as the three dictionaries are empty."""
    scaler: dict[str, Any] = field(default_factory=dict)
    """How float16 gradients are scaled by now, where they are."""

    @property
    def evaluated_at(self) -> int:
        """The iteration of that evaluation, or -1."""
        return -1 if self.evaluation is None else self.evaluation.iteration

    def inputs(self) -> dict[str, object]:
        """Weights and moments under the names that the formulas know them by."""
        moments = {f"previous.m.{name}": array for name, array in self.m.items()}
        moments |= {f"previous.v.{name}": array for name, array in self.v.items()}
        return {**self.weights, **moments, "iteration": self.iteration}

    def take(self, values: dict[str, np.ndarray]) -> None:
        """Go on to the weights and moments that an iteration has computed."""
        for name in self.weights:
            self.weights[name] = values[f"new.{name}"]
            self.m[name], self.v[name] = values[f"adamw.m.{name}"], values[f"adamw.v.{name}"]


def start_state(model: ModelConfig, train: TrainConfig, dataset: Dataset, given: Arrays | None = None) -> State:
    """The state before the first iteration: weights (unless they are given) and the first batch, from one stream."""
    stream = RandomStream(train.seed)
    weights = start_weights(model, stream) if given is None else given
    at = stream.draws
    first = draw_starts(stream, dataset.train, train.batch_size, model.seq_length)
    return State(
        weights,
        _zeros(weights),
        _zeros(weights),
        stream,
        first.tolist(),
        next_draws=list(range(at, stream.draws)),
        start="drawn" if given is None else "given",
    )


def _zeros(arrays: Arrays) -> Arrays:
    """As many zeros, which take no memory until they are written: with GPUs, each process would have them in vain."""
    return {name: np.zeros(array.shape, array.dtype) for name, array in arrays.items()}
