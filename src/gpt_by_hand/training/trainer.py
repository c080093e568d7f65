"""One iteration, one evaluation: the formulas put to work on a state."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from gpt_by_hand.data.batches import draw_starts, gather
from gpt_by_hand.data.datasets import Dataset
from gpt_by_hand.engines import reference
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import iteration, learning_rate
from gpt_by_hand.notation import Program, Role, Tensor
from gpt_by_hand.training.compute import Compute, NumpyCompute
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.state import State

if TYPE_CHECKING:
    from gpt_by_hand.engines.numpy import Function


class Drawn(NamedTuple):
    """Where the rows of the last batches start in the training data, and which draws of the stream said so.

    `draws` is shorter by the rows that a checkpoint had drawn already. `evaluation` is the first draw of the evaluation
    before these batches, if one was only drawn, and not made.
    """

    starts: list[int]
    draws: list[int]
    evaluation: int | None = None


class Trainer:
    """Runs iterations and evaluations. A micro-step is some rows of the one batch that an iteration computes."""

    def __init__(
        self, model: ModelConfig, train: TrainConfig, dataset: Dataset, state: State, compute: Compute | None = None
    ) -> None:
        self.model, self.train, self.dataset, self.state = model, train, dataset, state
        self.compute = compute or NumpyCompute(model, train)
        self.drawn = Drawn([], [])
        self._evaluation: int | None = None
        self.restart_clock()

    @cached_property
    def program(self) -> Program:
        """The formulas of an iteration."""
        return iteration(self.model, self.train.update_rule, self.train.rows)

    def advance(self, count: int = 1) -> dict[str, np.ndarray]:
        """So many iterations; returns `loss`, `learning_rate` and, where gradients are clipped, `clip.norm` of each."""
        start = time.perf_counter()
        batches = self._batches(count)
        found = self.compute.iterate(self.state, batches, count)
        self.state.tokens += batches["tokens"].size
        self._tokens += batches["tokens"].size
        self._seconds += time.perf_counter() - start  # numbers have come from the device, so it is done
        return found

    def speed(self) -> float | None:
        """Tokens per second, of all processes, in the iterations since the last evaluation; None before any."""
        return self._tokens / self._seconds if self._seconds else None

    def restart_clock(self) -> None:
        """Measure the speed of the iterations that come now: not that of evaluations or of saving."""
        self._tokens, self._seconds = 0, 0.0

    def trace(self) -> dict[str, Any]:
        """One iteration, by the NumPy engine; returns every tensor of it, inputs and old weights included."""
        inputs = self.next_inputs()
        values = {**inputs, **self._all(inputs)}
        self.state.take(values)
        self.state.iteration += 1
        self.state.tokens += values["tokens"].size
        self.compute.take_over(self.state)
        return values

    def next_inputs(self) -> dict[str, Any]:
        """What the next iteration computes with, by name: weights, moments, and its batch with its masks, drawn now."""
        batch = {name: array[0] for name, array in self._batches(1).items()}
        self.compute.hand_over(self.state)
        return {**self.state.inputs(), **batch, "positions": np.arange(self.model.seq_length)}

    def weights(self) -> dict[str, np.ndarray]:
        """The weights by now, float32, by name: all processes ask for them, as they may be shared out among them."""
        self.compute.hand_over(self.state)
        return self.state.weights

    def draw_evaluation(self) -> None:
        """Draw what an evaluation would draw, and leave it at that."""
        self._evaluation = self.state.stream.draws
        for data in (self.dataset.train, self.dataset.val):
            self._evaluation_starts(data)

    def evaluate(self) -> tuple[float, float]:
        """The mean loss over `eval_iters` batches of each split, in nats per token: of training, of validation."""
        return self._mean_loss(self.dataset.train), self._mean_loss(self.dataset.val)

    def rate(self) -> float:
        """The learning rate of the iteration that comes next."""
        return float(reference.run(self._schedule, {"iteration": self.state.iteration})["learning_rate"])

    @cached_property
    def _all(self) -> Function:
        from gpt_by_hand.engines.numpy import compile_numpy

        return compile_numpy(self.program)

    @cached_property
    def _schedule(self) -> Program:
        return learning_rate(self.train.update_rule)

    @cached_property
    def _masks(self) -> list[Tensor]:
        if not self.model.dropout_rate or self.compute.engine == "torch":  # which draws its own, where they are used
            return []
        return [t for t in self.program.inputs if t.role is Role.MASK]

    def _batches(self, count: int) -> dict[str, np.ndarray]:
        """Tokens, targets and masks of the next iterations, with an axis for the iteration in front.

        Draws what they need, in PyTorch's order: a micro-step's masks before the next micro-step's batch.
        """
        starts, masks = self._draw(count)
        draws, size = self.state.next_draws, self.train.batch_size
        self.drawn = Drawn(starts.tolist(), draws[:-size], self._evaluation)
        self.state.next_draws, self._evaluation = draws[-size:], None
        tokens, targets = gather(self.dataset.train, starts, self.model.seq_length)
        shape = (count, self.train.rows, self.model.seq_length)
        return {"tokens": tokens.reshape(shape), "targets": targets.reshape(shape), **masks}

    def _draw(self, count: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """Where each row starts, and the masks; at once where there are none."""
        size, steps = self.train.batch_size, count * self.train.gradient_accumulation_steps
        drawn = [np.array(self.state.next_starts)]
        masks: dict[str, list[np.ndarray]] = {mask.name: [] for mask in self._masks}
        for _ in range(steps if masks else 1):
            for mask in self._masks:
                kept = self.state.stream.uniform(size, *mask.shape[1:]) >= self.model.dropout_rate
                masks[mask.name].append(kept.astype(np.float32))
            drawn.append(self._starts(1 if masks else steps))
        starts = np.concatenate(drawn)
        self.state.next_starts = starts[-size:].tolist()
        found = {mask.name: np.concatenate(masks[mask.name]).reshape(count, *mask.shape) for mask in self._masks}
        return starts[:-size], found

    def _starts(self, batches: int) -> np.ndarray:
        """Drawn starts of so many batches of training data."""
        size, at, stream = batches * self.train.batch_size, self.state.stream.draws, self.state.stream
        found = draw_starts(stream, self.dataset.train, size, self.model.seq_length)
        self.state.next_draws += range(at, stream.draws, (stream.draws - at) // size)
        return found

    def _mean_loss(self, data: np.ndarray) -> float:
        shape = (self.train.eval_iters, self.train.batch_size, self.model.seq_length)
        tokens, targets = gather(data, self._evaluation_starts(data), self.model.seq_length)
        return float(np.mean(self.compute.losses(self.state.weights, tokens.reshape(shape), targets.reshape(shape))))

    def _evaluation_starts(self, data: np.ndarray) -> np.ndarray:
        return draw_starts(
            self.state.stream, data, self.train.eval_iters * self.train.batch_size, self.model.seq_length
        )
