"""Runs of training to compare a page with: by `train` in float32, and by the NumPy engine in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cache
from typing import Any

import numpy as np

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.training.compute import NumpyCompute, shown
from gpt_by_hand.training.config import BY_HAND
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.session import begin, preset, resume
from gpt_by_hand.training.trainer import Trainer
from tests.page.cases import trained_folder


class InDouble(NumpyCompute):
    """The same formulas in double precision."""

    def __init__(self, trainer: Trainer) -> None:
        super().__init__(trainer.model, trainer.train)
        names = [*shown(trainer.train), *self.program.carried]
        self._run: Callable[..., Any] = compile_numpy(self.program, names, np.float64)

    @property
    def _step(self) -> Any:
        return self._run


class Noted(Observer):
    """Losses and evaluations, by iteration."""

    def __init__(self) -> None:
        self.losses: dict[int, float] = {}
        self.evaluations: dict[int, tuple[float, float]] = {}

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        self.losses[iteration] = float(values["loss"])

    def evaluated(self, trainer: Trainer, found: Metrics) -> None:
        self.evaluations[found.iteration] = (found.train_loss, found.val_loss)


@cache
def run(name: str, recipe: str, iterations: int, double: bool = False, **settings: Any) -> Noted:
    """A run from iteration 0, by hand: one sequence at a time, unless the settings say otherwise."""
    model, train = preset(name, recipe)
    chosen = {**BY_HAND, "engine": "numpy", **settings, "max_iters": iterations}
    model = replace(model, **{f.name: chosen[f.name] for f in fields(model) if f.name in chosen})
    train = replace(train, **{f.name: chosen[f.name] for f in fields(train) if f.name in chosen})
    return _noted(begin(model, train, say=lambda _: None), double)


def resumed(iterations: int) -> Noted:
    """The run of the case "trained", in double precision from its checkpoint on."""
    folder = str(trained_folder())
    model, train = preset("demo", "quick")
    return _noted(resume(replace(train, out_dir=folder, max_iters=iterations, engine="numpy"), model), True)


def _noted(trainer: Trainer, double: bool) -> Noted:
    if double:
        trainer.compute = InDouble(trainer)
        state = trainer.state
        for arrays in (state.weights, state.m, state.v):
            arrays.update({name: array.astype(np.float64) for name, array in arrays.items()})
    noted = Noted()
    Loop(trainer, noted, None).run()
    return noted
