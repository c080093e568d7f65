"""What computes a trainer's iterations and evaluations: the NumPy engine, or the C one, many iterations per call."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np

from gpt_by_hand.engines.c import CompiledProgram, Job
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import by_sequence
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import evaluation, iteration, prediction
from gpt_by_hand.notation import Program, Role
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.state import State

Batches = Mapping[str, np.ndarray]  # tokens, targets and masks by name, with an axis for the iteration in front
SHOWN = ("loss", "learning_rate", "clip.norm")  # the last of them only where gradients are clipped
EVALUATION_NUMBERS = 2**21  # at most so many numbers in the widest tensor of an evaluation: 8 MB


class Compute:
    """Runs the formulas of a training run; those that compute with the state's own arrays bring nothing anywhere."""

    engine: Literal["numpy", "c", "torch"]
    at_once: bool  # are many iterations in one call better than many calls?

    def take_over(self, state: State) -> None:
        """Go on from the state's weights and moments."""

    def hand_over(self, state: State) -> None:
        """Bring the state's weights and moments up to date."""

    def save_parts(self, state: State, folder: Path) -> bool:
        """Where processes share out the model, have each write its part to the folder; returns whether it is so."""
        return False

    def utilisation(self, tokens_per_second: float) -> float | None:
        """The share of the device's peak that such a speed is, if that is known."""
        return None

    def iterate(self, state: State, batches: Batches, count: int) -> dict[str, np.ndarray]:
        """Go on by `count` iterations; returns `loss`, `learning_rate` and, where clipped, `clip.norm` of each."""
        raise NotImplementedError

    def losses(self, weights: Mapping[str, np.ndarray], tokens: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """The mean loss of some batches, as numbers with the same mean; `tokens` and `targets` are [batch, b, t]."""
        raise NotImplementedError

    def context(self) -> AbstractContextManager[object]:
        """What holds while training."""
        return nullcontext()


class NumpyCompute(Compute):
    """The printed NumPy, one iteration at a time."""

    engine: Literal["numpy", "c", "torch"] = "numpy"
    at_once = False

    def __init__(self, model: ModelConfig, train: TrainConfig) -> None:
        self.model, self.train = model, train
        self._positions = np.arange(model.seq_length)
        self._evaluations: dict[int, Any] = {}

    def iterate(self, state: State, batches: Batches, count: int) -> dict[str, np.ndarray]:
        kept: dict[str, list[Any]] = {name: [] for name in shown(self.train)}
        for n in range(count):
            batch = {name: array[n] for name, array in batches.items()}
            values = self._step({**state.inputs(), **batch, "positions": self._positions})
            state.take(values)
            state.iteration += 1
            for name, found in kept.items():
                found.append(values[name])
        return {name: np.array(found) for name, found in kept.items()}

    def losses(self, weights: Mapping[str, np.ndarray], tokens: np.ndarray, targets: np.ndarray) -> np.ndarray:
        count, rows, length = tokens.shape
        chunk = rows * self._batches_at_once(count)
        tokens, targets = tokens.reshape(-1, chunk, length), targets.reshape(-1, chunk, length)
        run = self._evaluation(chunk)
        batches = (
            {"tokens": x, "targets": y, "positions": self._positions} for x, y in zip(tokens, targets, strict=True)
        )
        return np.array([run({**weights, **batch})["loss"] for batch in batches])

    def context(self) -> AbstractContextManager[object]:
        from gpt_by_hand.engines.numpy import matrix_threads

        return matrix_threads(self.program)

    @cached_property
    def program(self) -> Program:
        return iteration(self.model, self.train.update_rule, self.train.rows)

    @cached_property
    def _step(self) -> Any:
        from gpt_by_hand.engines.numpy import compile_numpy

        return compile_numpy(self.program, [*shown(self.train), *self.program.carried])

    def _evaluation(self, rows: int) -> Any:
        from gpt_by_hand.engines.numpy import compile_numpy

        if rows not in self._evaluations:
            self._evaluations[rows] = compile_numpy(evaluation(self.model, rows), ["loss"])
        return self._evaluations[rows]

    def _batches_at_once(self, count: int) -> int:
        """How many evaluation batches fit into one run: a divisor of `count`."""
        by_row = (t.shape[1:] for t in self.program.tensors.values() if by_sequence(t))
        most = max(1, EVALUATION_NUMBERS // (self.train.batch_size * max(map(prod, by_row))))
        return max(n for n in range(1, count + 1) if count % n == 0 and n <= most)


class CCompute(Compute):
    """Compiled C, as many iterations per call as are wanted."""

    engine: Literal["numpy", "c", "torch"] = "c"
    at_once = True

    def __init__(
        self, model: ModelConfig, train: TrainConfig, iterate: CompiledProgram, evaluate: CompiledProgram
    ) -> None:
        self._iterate, self._evaluate, self._settings = iterate, evaluate, train.update_rule.settings
        self._positions = np.arange(model.seq_length)

    def iterate(self, state: State, batches: Batches, count: int) -> dict[str, np.ndarray]:
        numbers = np.arange(state.iteration, state.iteration + count)
        given = {**state.inputs(), **batches, **self._settings, "positions": self._positions, "iteration": numbers}
        values = self._iterate(given, count)
        state.take(values)
        state.iteration += count
        return {name: values[name] for name in SHOWN if name in values}

    def losses(self, weights: Mapping[str, np.ndarray], tokens: np.ndarray, targets: np.ndarray) -> np.ndarray:
        given = {**weights, "tokens": tokens, "targets": targets, "positions": self._positions}
        return self._evaluate(given, len(tokens))["loss"]


def shown(train: TrainConfig) -> tuple[str, ...]:
    """The scalars of an iteration that are worth showing."""
    return SHOWN if train.grad_clip > 0 else SHOWN[:-1]


def iteration_job(model: ModelConfig, train: TrainConfig) -> Job:
    """An iteration, to be compiled: it hands weights and moments on, and has tokens, targets and masks of its own."""
    return Job(
        f"iteration {model.sizes} {model.dropout_rate} {train.update_rule.form} {train.rows}",
        lambda: iteration(model, train.update_rule, train.rows),
        shown(train),
        _of_each_iteration,
        tuple(train.update_rule.settings),
    )


def evaluation_job(model: ModelConfig, train: TrainConfig) -> Job:
    """The loss of a batch, to be compiled."""
    return Job(
        f"evaluation {model.sizes} {train.batch_size}",
        lambda: evaluation(model, train.batch_size),
        ("loss",),
        _of_each_iteration,
    )


def prediction_job(model: ModelConfig) -> Job:
    """The scores of what comes next at each place of a full window, to be compiled."""
    return Job(f"prediction {model.sizes}", lambda: prediction(model, 1, model.seq_length), ("logits",))


def _of_each_iteration(program: Program) -> set[str]:
    each = (concepts.TOKENS, concepts.TARGETS, concepts.ITERATION)
    return {tensor.name for tensor in program.inputs if tensor.concept in each or tensor.role is Role.MASK}
