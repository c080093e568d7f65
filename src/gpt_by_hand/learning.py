"""Training without the command line, with a callback after each iteration; and an iteration's numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.api import GPT, Trace
from gpt_by_hand.engines.together import together
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import recording
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.trace.whose import Whose, usual_rows
from gpt_by_hand.training.config import BY_HAND, TrainConfig, at_rate, configured
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.session import begin, preset
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.trainer import Trainer


@dataclass(frozen=True)
class Step:
    """What `train` tells its callback after each iteration; the loss, before the update, is in nats per token.

    >>> steps = []
    >>> model = train("pocket", max_iters=2, callback=steps.append)
    >>> [(step.iteration, f"{step.learning_rate:.0e}") for step in steps]
    [(0, '0e+00'), (1, '3e-06')]

    A callback can look at the weights, and at every number that follows from them; StopIteration ends the training:

    >>> def look(step):
    ...     share = step.model.trace("gpt by hand")["h.0.attn.weights[0,0,2,gpt]"]
    ...     print(step.iteration, step.weights["transformer.wte.weight"].shape, f"{share:.4f}")
    ...     if step.iteration == 1:
    ...         raise StopIteration
    >>> model = train("pocket", max_iters=200, callback=look)
    0 (32, 8) 0.3342
    1 (32, 8) 0.3342
    """

    iteration: int
    loss: float
    learning_rate: float
    _trainer: Trainer | None = field(default=None, repr=False, compare=False)

    @cached_property
    def weights(self) -> Arrays:
        """A copy of the weights after this iteration's update, float32, by name.

        Raises: UserError when they are first asked for after the callback has returned: training has gone on.
        """
        if self._trainer is None or self._trainer.state.iteration != self.iteration + 1:
            raise UserError(f"the weights after iteration {self.iteration} are gone: ask for them in the callback")
        return {name: array.copy() for name, array in self._trainer.weights().items()}

    @cached_property
    def model(self) -> GPT:
        """The model with these weights. Raises: as `weights`."""
        weights = self.weights
        assert self._trainer is not None
        return GPT._trained(self._trainer, weights, self.iteration + 1)


def train(
    name: str = "demo",
    recipe: str = "documented",
    callback: Callable[[Step], object] | None = None,
    out_dir: str | Path | None = None,
    **settings: Any,
) -> GPT:
    """Train a preset and return the model; `settings` are fields of ModelConfig and TrainConfig.

    `callback` is called after each iteration; if it raises StopIteration, training ends there. Nothing is saved without
    `out_dir`; there, `GPT.load` finds the model.
    Among the settings is `engine`: "numpy", "c", or "auto", which takes C if it is compiled already or if the run is
    long enough to repay compiling. Raises: UserError for a setting that there is not or that makes no sense, where C
    is asked for and cannot be used, and when the loss is not a number.

    >>> model = train("demo", "quick", max_iters=400)
    >>> model.generate("hello", max_tokens=2, top_k=1)
    'hello world'
    """
    with together():
        trainer = _trainer(name, recipe, settings)
        interrupted = Loop(trainer, _Callback(callback), None if out_dir is None else Path(out_dir)).run()
    if interrupted:
        raise KeyboardInterrupt
    return GPT._trained(trainer, trainer.state.weights, trainer.state.iteration)


def trace_iteration(
    iteration: int = 0,
    name: str = "demo",
    recipe: str = "documented",
    precision: Precision = "float64",
    **settings: Any,
) -> Trace:
    """Every number of a training iteration: forward, gradients, clipping and update.

    By hand, as with `--gpt_by_hand`: one sequence at a time in two micro-steps, unless `settings` say otherwise. So it
    is an iteration of another run than that of `train` with the same words, and says so. It is computed in float64 from
    the float32 weights that training has come to; with `precision="float32"` as training computes it. Raises: as
    `train`.

    >>> trace = trace_iteration(0)
    >>> f"{trace['loss']:.4f}"
    '3.4591'
    >>> trace["d.h.0.attn.scores"].shape
    (2, 2, 8, 8)
    """
    by_hand = {key: value for key, value in BY_HAND.items() if key != "max_iters"}
    trainer = _trainer(name, recipe, {**by_hand, **settings})
    whose = Whose(seed=trainer.state.stream.seed, usual=usual_rows(name, recipe, trainer.train, settings))
    return Trace(**vars(recording.trace_iteration(trainer, iteration, whose=whose, precision=precision)))


def _trainer(name: str, recipe: str, settings: dict[str, Any]) -> Trainer:
    model, usual = preset(name, recipe)
    plain = {key: _plain(value) for key, value in settings.items()}
    sizes = {field.name: plain.pop(field.name) for field in fields(ModelConfig) if field.name in plain}
    model = configured(ModelConfig, asdict(model) | sizes)
    train = configured(TrainConfig, asdict(usual) | plain)
    if "min_lr" not in plain:
        train = replace(train, min_lr=at_rate(usual, train.learning_rate).min_lr)
    return begin(model, train, settings, say=lambda line: None)


def _plain(value: Any) -> Any:
    """NumPy's numbers and paths as Python's numbers and text."""
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, Path) else value


class _Callback(Observer):
    def __init__(self, callback: Callable[[Step], object] | None) -> None:
        self.callback = callback

    def next_stop(self, iteration: int) -> float:
        """Each: so that a step has the weights after its own iteration."""
        return super().next_stop(iteration) if self.callback is None else iteration

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        if self.callback is not None:
            self.callback(Step(iteration, float(values["loss"]), float(values["learning_rate"]), trainer))
