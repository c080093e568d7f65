"""Traces of small models as they occur in training, made once for all tests of a process, and their numbers."""

from __future__ import annotations

import random
from functools import cache
from itertools import product
from typing import Any

import numpy as np

from gpt_by_hand import Trace, trace_iteration
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.trace.values import Precision

# The learning rate is large from the beginning, so that the second iteration is not the first one once more.
QUICK = {"learning_rate": 1e-2, "warmup_iters": 2, "lr_decay_iters": 6}
MODELS: dict[str, dict[str, Any]] = {
    "pencil": {"name": "pencil"},
    "pocket": {"name": "pocket"},
    "demo": {"name": "demo"},
    "biases": {"name": "pocket", "use_bias": True, "gelu": "tanh", "num_layers": 2, "init_std": 0.3, **QUICK},
    "dropout": {"name": "pencil", "dropout_rate": 0.3, "weight_decay": 0.0, "grad_clip": 0.0, **QUICK},
    "characters": {"name": "pencil", "dataset": "tiny_demo", **QUICK},
}
EVERY_MODEL = tuple(MODELS)


@cache
def trace(model: str, iteration: int = 0, precision: Precision = "float64") -> Trace:
    """An iteration of a model."""
    return trace_iteration(iteration, precision=precision, **MODELS[model])


@cache
def explainer(model: str, iteration: int = 0, precision: Precision = "float64") -> Explainer:
    """Explains its numbers."""
    return Explainer(trace(model, iteration, precision))


def addresses(found: Trace, name: str) -> list[str]:
    """The address of each number of a tensor."""
    shape = np.shape(found.arrays[name])
    return [f"{name}[{','.join(map(str, at))}]" if at else name for at in product(*map(range, shape))]


def sample(found: Trace, each: int, more: int, pattern: str = "") -> list[str]:
    """Some numbers of each tensor whose name begins with the pattern, the first and the last among them, and more."""
    rng = random.Random(0)
    chosen: dict[str, None] = {}
    everything = []
    for name in found:
        if name.startswith(pattern):
            some = addresses(found, name)
            everything += some
            chosen.update(dict.fromkeys([some[0], some[-1], *rng.sample(some, min(each, len(some)))][: max(each, 1)]))
    chosen.update(dict.fromkeys(rng.sample(everything, min(more, len(everything)))))
    return list(chosen)


def value_at(found: Trace, where: str) -> float:
    """The number at an address, taken from the arrays."""
    name, _, inside = where.removesuffix("]").partition("[")
    place = tuple(int(at) for at in inside.split(",")) if inside else ()
    return np.asarray(found.arrays[name])[place].item()
