"""Making traces: of a prompt's forward pass, and of a training iteration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer, tokens_for
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.study.origin import Batch, Origin
from gpt_by_hand.study.trace import Trace
from gpt_by_hand.study.whose import Whose
from gpt_by_hand.training.compute import Compute
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.trainer import Trainer


def trace_prompt(
    model: ModelConfig, tokenizer: Tokenizer, weights: Arrays, prompt: str, whose: Whose | None = None
) -> Trace:
    """Every tensor of the forward pass over the words of `prompt`, or over its last ones where they are too many.

    `whose` says which model it is; weights that were drawn with its seed, and not trained, can be followed to there.

    Raises: UserError for an empty prompt or an unknown word.
    """
    whose, given = whose or Whose(), tokens_for(tokenizer, prompt, model.vocab_size)
    if not given:
        raise UserError(f"the prompt {prompt[:40]!r} has 0 tokens; give 1 to {model.seq_length} of them")
    tokens = given[-model.seq_length :]
    if len(tokens) < len(given):
        whose = replace(whose, window=(len(tokens), len(given)))
    program = prediction(model, 1, len(tokens))
    inputs = {**weights, "tokens": np.array([tokens]), "positions": np.arange(len(tokens))}
    fresh = whose.seed is not None and not whose.here
    origin = (
        Origin(whose.seed, model, fresh=True, parameters=program.parameters)
        if fresh and whose.seed is not None
        else None
    )
    return Trace.of(program, {**inputs, **compile_numpy(program)(inputs)}, tokenizer, origin, whose)


def trace_iteration(
    trainer: Trainer,
    iteration: int,
    resumed: bool = False,
    advance: Callable[[int], object] | None = None,
    whose: Whose | None = None,
) -> Trace:
    """Every tensor of training iteration `iteration`; the ones before it are trained first, as `train` would.

    `resumed` says that the trainer goes on from a checkpoint; `advance` is called with each 1 that is done; `whose`
    says where the trainer's weights come from: without it, and from nowhere, they were drawn.

    Raises: UserError when the trainer is past that iteration.
    """
    if iteration < trainer.state.iteration:
        raise UserError(f"iteration {iteration} is over: the model is at iteration {trainer.state.iteration}")
    trainer.train = replace(trainer.train, max_iters=iteration + 1)
    trainer.compute = _Unevaluated(trainer.compute)
    start, train = trainer.state.iteration, trainer.train
    whose = replace(
        whose or Whose(seed=trainer.state.stream.seed),
        here=iteration - start,
        iteration=iteration,
        rows=(train.gradient_accumulation_steps, train.batch_size),
    )
    try:
        Loop(trainer, _Recorder(iteration, advance), None).run()
    except _Recorded as found:
        origin = _origin(trainer, iteration, whose, resumed)
        return Trace.of(trainer.program, found.values, trainer.dataset.tokenizer, origin, whose)
    raise KeyboardInterrupt


def _origin(trainer: Trainer, iteration: int, whose: Whose, resumed: bool) -> Origin:
    drawn = trainer.drawn
    unknown = [None] * (len(drawn.starts) - len(drawn.draws))
    batch = Batch(trainer.dataset.train, tuple(drawn.starts), (*unknown, *drawn.draws))
    fresh, saved = not whose.here and not whose.source, not whose.here and resumed
    parameters = trainer.program.parameters
    return Origin(trainer.state.stream.seed, trainer.model, fresh, iteration, batch, saved, parameters)


class _Unevaluated:
    """Evaluations draw from the random stream, so they take place; the losses that they find are not looked at."""

    def __init__(self, compute: Compute) -> None:
        self.compute = compute
        self.engine, self.at_once = compute.engine, compute.at_once
        self.context, self.iterate = compute.context, compute.iterate
        self.take_over, self.hand_over = compute.take_over, compute.hand_over
        self.save_parts, self.utilisation = compute.save_parts, compute.utilisation

    def losses(self, weights: Mapping[str, np.ndarray], tokens: np.ndarray, targets: np.ndarray) -> np.ndarray:
        return np.zeros(len(tokens))


class _Recorded(Exception):
    """The iteration has been traced: what comes after it is not needed."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values


class _Recorder(Observer):
    def __init__(self, iteration: int, advance: Callable[[int], object] | None) -> None:
        self.iteration, self.advance = iteration, advance

    def wants_trace(self, iteration: int) -> bool:
        return iteration == self.iteration

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        if self.advance is not None:
            self.advance(1)

    def traced(self, trainer: Trainer, values: dict[str, Any]) -> None:
        raise _Recorded(values)
