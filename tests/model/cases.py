"""Five models to check the engines, the gradients and PyTorch against, with inputs as they occur in training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.notation import Program, Tensor

ROWS = 2


@dataclass(frozen=True)
class Case:
    """A model, its update, and where it is in a run: warming up, falling or flat; clipped or not."""

    config: ModelConfig
    rule: UpdateRule
    iteration: int
    std: float
    clips: bool

    @property
    def program(self) -> Program:
        return iteration(self.config, self.rule, ROWS)


CASES = {
    "demo": Case(MODEL_PRESETS["demo"], UpdateRule(), 37, 0.2, clips=True),
    "pocket": Case(MODEL_PRESETS["pocket"], UpdateRule(grad_clip=100.0), 150, 0.3, clips=False),
    "pencil": Case(MODEL_PRESETS["pencil"], UpdateRule(1e-2, 1e-3, 0, 50, grad_clip=0.1), 49, 0.5, clips=True),
    "biases": Case(
        ModelConfig(7, 5, 2, 3, 6, use_bias=True, gelu="tanh"),
        UpdateRule(1e-2, 1e-3, 5, 20, 0.8, 0.99, 1e-4, 0.3, 0.25),  # eps: see below
        20,
        0.4,
        clips=True,
    ),
    "dropout": Case(
        ModelConfig(6, 4, 2, 2, 4, dropout_rate=0.3),
        UpdateRule(1e-2, 0.0, 2, 9, weight_decay=0, grad_clip=0),
        5,
        0.5,
        clips=False,
    ),
}
NAMES = tuple(CASES)
# The keys' bias shifts all scores of a query alike, so its gradient is 0 but for rounding. AdamW divides a gradient by
# its own size; an eps of 1e-4 keeps it from blowing the rounding up into a step.


@lru_cache
def inputs(name: str) -> dict[str, np.ndarray | int]:
    """Weights, tokens, dropout masks and the moments of the updates before; float64 that float32 can hold exactly."""
    case = CASES[name]
    rng = np.random.default_rng(NAMES.index(name))
    given: dict[str, np.ndarray | int] = {"iteration": case.iteration}
    for tensor in (*case.program.inputs, *case.program.parameters):
        if tensor.name not in given:
            given[tensor.name] = _draw(tensor, case, rng)
    return given


def _draw(tensor: Tensor, case: Case, rng: np.random.Generator) -> np.ndarray:
    if tensor.name == "positions":
        return np.arange(*tensor.shape)
    if tensor.kind == "integer":
        return rng.integers(0, case.config.vocab_size, tensor.shape)
    if tensor.name.endswith(".mask"):
        return (rng.random(tensor.shape) >= case.config.dropout_rate).astype(float)
    values = rng.normal(0, case.std, tensor.shape)
    if tensor.name.startswith("previous.v."):
        values = values**2
    if ".ln_" in tensor.name and tensor.name.endswith(".weight") and "previous" not in tensor.name:
        values += 1
    return values.astype(np.float32).astype(float)


def inputs_as(name: str, dtype: type) -> dict[str, object]:
    """The same inputs, in the type that the NumPy engine is to compute in."""
    return {
        key: value.astype(dtype) if isinstance(value, np.ndarray) and value.dtype.kind == "f" else value
        for key, value in inputs(name).items()
    }


@lru_cache
def definition(name: str) -> dict[str, np.ndarray]:
    """Every number of the iteration by the reference engine, one scalar at a time."""
    return reference.run(CASES[name].program, inputs(name))
