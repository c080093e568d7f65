"""One iteration, one evaluation: the formulas put to work on a state."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np

from gpt_by_hand.data.batches import draw_starts, gather
from gpt_by_hand.data.datasets import Dataset
from gpt_by_hand.engines.numpy import Function, compile_numpy
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import evaluation, iteration
from gpt_by_hand.notation import Program
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.state import State

EVALUATION_NUMBERS = 2**21  # at most so many numbers in the widest tensor of an evaluation: 8 MB


@dataclass(frozen=True)
class Losses:
    """The mean loss of each split, in nats per token."""

    train: float
    val: float


class Trainer:
    """Runs iterations and evaluations. A micro-step is some rows of the one batch that an iteration computes."""

    def __init__(self, model: ModelConfig, train: TrainConfig, dataset: Dataset, state: State) -> None:
        self.model, self.train, self.dataset, self.state = model, train, dataset, state
        self.program: Program = iteration(model, train.update_rule, train.rows)
        self.masks = [t for t in self.program.inputs if t.name.endswith(".mask")]
        self._positions = np.arange(model.seq_length)
        self._step: Function | None = None
        self._traced: Function | None = None
        self._evaluate: Function | None = None
        self._rate: Function | None = None

    def step(self) -> dict[str, Any]:
        """One iteration; returns `loss`, `learning_rate` and, where gradients are clipped, `clip.norm`."""
        if self._step is None:
            self._step = compile_numpy(self.program, [*self.shown(), *self.changed()])
        return self._advance(self._step, self._inputs())

    def trace(self) -> dict[str, Any]:
        """One iteration, like `step`; returns every tensor of it, inputs and old weights included."""
        if self._traced is None:
            self._traced = compile_numpy(self.program)
        inputs = self._inputs()
        return {**inputs, **self._advance(self._traced, inputs)}

    def evaluate(self) -> Losses:
        """The mean loss over `eval_iters` batches of each split, drawn from the state's stream."""
        return Losses(self._mean_loss(self.dataset.train), self._mean_loss(self.dataset.val))

    def rate(self) -> float:
        """The learning rate of the iteration that comes next."""
        if self._rate is None:
            self._rate = compile_numpy(self.program, ["learning_rate"])
        return float(self._rate({"iteration": self.state.iteration})["learning_rate"])

    def shown(self) -> list[str]:
        """The scalars worth showing."""
        return [name for name in ("loss", "learning_rate", "clip.norm") if name in self.program.tensors]

    def changed(self) -> list[str]:
        """The tensors that the next iteration needs."""
        names = self.state.weights
        return [f"{kind}{name}" for name in names for kind in ("new.", "adamw.m.", "adamw.v.")]

    def _advance(self, run: Function, inputs: dict[str, Any]) -> dict[str, Any]:
        values = run(inputs)
        self.state.take(values)
        self.state.iteration += 1
        self.state.tokens += inputs["tokens"].size
        return values

    def _inputs(self) -> dict[str, Any]:
        """The batch, the masks and the state; draws what the iteration needs, in PyTorch's order."""
        starts, masks = self._draw()
        tokens, targets = gather(self.dataset.train, np.array(starts), self.model.seq_length)
        batch = {"tokens": tokens, "targets": targets, "positions": self._positions}
        return {**self.state.inputs(), **batch, **masks}

    def _draw(self) -> tuple[list[int], dict[str, np.ndarray]]:
        """Where each row starts, and the masks: a micro-step's masks are drawn before the next micro-step's batch."""
        state, size = self.state, self.train.batch_size
        starts: list[int] = []
        masks: dict[str, list[np.ndarray]] = {mask.name: [] for mask in self.masks}
        for _ in range(self.train.gradient_accumulation_steps):
            starts += state.next_starts
            for mask in self.masks:
                kept = state.stream.uniform(size, *mask.shape[1:]) >= self.model.dropout_rate
                masks[mask.name].append(kept.astype(np.float32))
            state.next_starts = draw_starts(state.stream, self.dataset.train, size, self.model.seq_length).tolist()
        return starts, {name: np.concatenate(rows) for name, rows in masks.items()}

    def _mean_loss(self, data: np.ndarray) -> float:
        batches, size = self.train.eval_iters, self.train.batch_size
        starts = draw_starts(self.state.stream, data, batches * size, self.model.seq_length)
        chunk = size * self._batches_at_once()
        if self._evaluate is None:
            self._evaluate = compile_numpy(evaluation(self.model, chunk), ["loss"])
        return float(np.mean([self._loss(data, starts[i : i + chunk]) for i in range(0, len(starts), chunk)]))

    def _loss(self, data: np.ndarray, starts: np.ndarray) -> float:
        tokens, targets = gather(data, starts, self.model.seq_length)
        batch = {"tokens": tokens, "targets": targets, "positions": self._positions}
        assert self._evaluate is not None
        return float(self._evaluate({**self.state.weights, **batch})["loss"])

    def _batches_at_once(self) -> int:
        """How many evaluation batches fit into one run: a divisor of `eval_iters`."""
        by_row = (t.shape[1:] for t in self.program.tensors.values() if t.indices and t.indices[0].name == "b")
        most = max(1, EVALUATION_NUMBERS // (self.train.batch_size * max(map(prod, by_row))))
        return max(n for n in range(1, self.train.eval_iters + 1) if self.train.eval_iters % n == 0 and n <= most)
