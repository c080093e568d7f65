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
from gpt_by_hand.training.compute import Compute
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.trainer import Trainer


def trace_prompt(
    model: ModelConfig, tokenizer: Tokenizer, weights: Arrays, prompt: str, seed: int | None = None
) -> Trace:
    """Every tensor of the forward pass over the words of `prompt`; `seed` is that of weights that are not trained yet.

    Raises: UserError for an empty prompt, an unknown word, or more words than the model has positions.
    """
    tokens = tokens_for(tokenizer, prompt, model.vocab_size)
    if not 1 <= len(tokens) <= model.seq_length:
        raise UserError(f"the prompt {prompt[:40]!r} has {len(tokens)} tokens; give 1 to {model.seq_length} of them")
    program = prediction(model, 1, len(tokens))
    inputs = {**weights, "tokens": np.array([tokens]), "positions": np.arange(len(tokens))}
    origin = None if seed is None else Origin(seed, model, fresh=True)
    return Trace.of(program, {**inputs, **compile_numpy(program)(inputs)}, tokenizer, origin)


def trace_iteration(
    trainer: Trainer, iteration: int, resumed: bool = False, advance: Callable[[int], object] | None = None
) -> Trace:
    """Every tensor of training iteration `iteration`; the ones before it are trained first, as `train` would.

    `resumed` says that the trainer goes on from a checkpoint; `advance` is called with each 1 that is done.

    Raises: UserError when the trainer is past that iteration.
    """
    if iteration < trainer.state.iteration:
        raise UserError(f"iteration {iteration} is over: the model is at iteration {trainer.state.iteration}")
    trainer.train = replace(trainer.train, max_iters=iteration + 1)
    trainer.compute = _Unevaluated(trainer.compute)
    first = trainer.state.iteration == iteration
    try:
        Loop(trainer, _Recorder(iteration, advance), None).run()
    except _Recorded as found:
        return Trace.of(
            trainer.program, found.values, trainer.dataset.tokenizer, _origin(trainer, iteration, first, resumed)
        )
    raise KeyboardInterrupt


def _origin(trainer: Trainer, iteration: int, first: bool, resumed: bool) -> Origin:
    drawn = trainer.drawn
    unknown = [None] * (len(drawn.starts) - len(drawn.draws))
    batch = Batch(trainer.dataset.train, tuple(drawn.starts), (*unknown, *drawn.draws))
    seed, saved = trainer.state.stream.seed, first and resumed
    return Origin(seed, trainer.model, first and not resumed, iteration, batch, saved)


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
