"""Making traces: of a prompt's forward pass, and of a training iteration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer, tokens_for
from gpt_by_hand.errors import UserError
from gpt_by_hand.model import concepts
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import evaluation, gradients, prediction
from gpt_by_hand.notation import Program
from gpt_by_hand.trace.provenance import Batch, Onward, Origin
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.trainer import Trainer

Goal = Literal["prediction", "loss", "gradients"]
PROGRAMS: Mapping[Goal, Callable[[ModelConfig, int, int], Program]] = {
    "prediction": prediction,
    "loss": evaluation,
    "gradients": gradients,
}


def trace_prompt(
    model: ModelConfig,
    tokenizer: Tokenizer,
    weights: Arrays,
    prompt: str,
    whose: Whose | None = None,
    precision: Precision = "float64",
    goal: Goal = "prediction",
) -> Trace:
    """Every tensor of the forward pass over the words of `prompt`, or over its last ones where they are too many.

    Where the `goal` is the loss, or its gradients, the pass is over the words but the last, and the words but the first
    are the targets: each word's own next one.

    `whose` says which model it is; weights that were drawn with its seed, and not trained, can be followed to there.
    `precision` is that of what is computed from the weights, which are float32.

    Raises: UserError for an empty prompt, one that has no next word where one is needed, or an unknown word.
    """
    whose, given = whose or Whose(), tokens_for(tokenizer, prompt, model.vocab_size)
    ahead = goal != "prediction"  # a word that is only a target
    _check_length(prompt, len(given), model.seq_length, ahead)
    words = given[-model.seq_length - ahead :]
    if len(words) < len(given):
        whose = replace(whose, window=(len(words), len(given)))
    tokens = words[: len(words) - ahead]
    program = PROGRAMS[goal](model, 1, len(tokens))
    inputs = {**weights, "tokens": np.array([tokens]), "positions": np.arange(len(tokens))}
    if targets := program.about(concepts.TARGETS):
        inputs[targets.name] = np.array([words[1:]])
        whose = replace(whose, targets=True)
    drawn = whose.seed is not None and not whose.here
    origin = Origin(whose.seed or 0, model, fresh=True, parameters=program.parameters) if drawn else None
    return replace(Trace.of(program, inputs, tokenizer, origin, whose, precision), model=model)


def _check_length(prompt: str, count: int, most: int, ahead: bool) -> None:
    """Raise UserError for a prompt of too few tokens: it needs one more where the next words are targets."""
    if not count:
        raise UserError(f"the prompt {prompt[:40]!r} has 0 tokens; give {1 + ahead} to {most + ahead} of them")
    if count == 1 and ahead:
        raise UserError(
            f"the prompt {prompt[:40]!r} has 1 token, and no next one that could be predicted; give 2 to {most + 1} of "
            "them"
        )


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
    drawn, state = trainer.drawn, trainer.state
    batch = Batch(trainer.dataset.train, tuple(drawn.starts), _known(drawn.draws, drawn.starts))
    fresh, saved = (not trained and state.start == start for start in ("drawn", "saved"))
    parameters, seed = trainer.program.parameters, state.stream.seed
    return Origin(seed, trainer.model, fresh, state.iteration, batch, saved, parameters, _onward(trainer))


def _onward(trainer: Trainer) -> Onward:
    state = trainer.state
    return Onward(
        trainer.train,
        trainer.dataset.val,
        state.stream.draws,
        tuple(state.next_starts),
        _known(state.next_draws, state.next_starts),
        trainer.drawn.evaluation,
        state.evaluation if state.evaluated_at == state.iteration else None,
    )


def _known(draws: list[int], starts: list[int]) -> tuple[int | None, ...]:
    """The draws of these starts; None for the first ones, where a checkpoint had drawn them already."""
    return (*[None] * (len(starts) - len(draws)), *draws)
