"""Making traces: of a prompt's forward pass, and of a training iteration."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer, tokens_for
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.trace.provenance import Batch, Origin
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.trainer import Trainer


def trace_prompt(
    model: ModelConfig,
    tokenizer: Tokenizer,
    weights: Arrays,
    prompt: str,
    whose: Whose | None = None,
    precision: Precision = "float64",
) -> Trace:
    """Every tensor of the forward pass over the words of `prompt`, or over its last ones where they are too many.

    `whose` says which model it is; weights that were drawn with its seed, and not trained, can be followed to there.
    `precision` is that of what is computed from the weights, which are float32.

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
    drawn = whose.seed is not None and not whose.here
    origin = Origin(whose.seed or 0, model, fresh=True, parameters=program.parameters) if drawn else None
    return Trace.of(program, inputs, tokenizer, origin, whose, precision)


def trace_iteration(
    trainer: Trainer,
    iteration: int,
    advance: Callable[[int], object] | None = None,
    whose: Whose | None = None,
    precision: Precision = "float64",
) -> Trace:
    """Every tensor of training iteration `iteration`; the ones before it are trained first, as `train` would.

    `advance` is told how many iterations are done; `whose` says where the trainer's weights come from: without it, they
    were drawn.

    Raises: UserError when the trainer is past that iteration.
    """
    if iteration < trainer.state.iteration:
        raise UserError(f"iteration {iteration} is over: the model is at iteration {trainer.state.iteration}")
    start, train = trainer.state.iteration, trainer.train
    whose = replace(
        whose or Whose(seed=trainer.state.stream.seed),
        here=iteration - start,
        iteration=iteration,
        rows=(train.gradient_accumulation_steps, train.batch_size),
    )
    loop = Loop(trainer, Observer(), None)
    inputs = loop.go_to(iteration, advance)
    origin = _origin(trainer, iteration - start)
    trace = Trace.of(trainer.program, inputs, trainer.dataset.tokenizer, origin, whose, precision)
    loop.check(iteration, {"loss": [trace["loss"]]})
    return trace


def _origin(trainer: Trainer, trained: int) -> Origin:
    drawn = trainer.drawn
    unknown = [None] * (len(drawn.starts) - len(drawn.draws))
    batch = Batch(trainer.dataset.train, tuple(drawn.starts), (*unknown, *drawn.draws))
    fresh, saved = (not trained and trainer.state.start == start for start in ("drawn", "saved"))
    parameters = trainer.program.parameters
    return Origin(trainer.state.stream.seed, trainer.model, fresh, trainer.state.iteration, batch, saved, parameters)
