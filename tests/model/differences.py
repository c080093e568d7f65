"""Gradients by nudging: the loss for a number a little larger, less that for a little smaller, over the distance."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.notation import Program
from tests.engines.closeness import EPS64, scale

# A central difference is off by step^2 / 6 times the third derivative, and by the loss's own roundings over the step.
# A relative step of the cube root of eps (6e-6) balances the two, at about 4e-11 each for a loss that bends gently.
# LayerNorm of a word of which dropout has left next to nothing bends most: 1e-7 leaves room for it.
RELATIVE_STEP = EPS64 ** (1 / 3)
BEND = 1e-7
ROUNDINGS_OF_LOSS = 32
TOO_COARSE = 1e-6
AT_ONCE = 256


def steps(at: np.ndarray, name: str) -> np.ndarray:
    """How far to nudge each number: in proportion to the scale, and a variance (1 / sqrt bends near 0) to itself."""
    return RELATIVE_STEP * (at if name.endswith(".var") else np.full(at.shape, scale(at) or 1.0))


def what_follows(program: Program, name: str, loss: str) -> Program:
    """The formulas from the tensor `name` to the loss; whatever does not depend on it is given."""
    follows = {name}
    for assignment in program.assignments:
        if any(access.tensor.name in follows for access in assignment.reads()):
            follows.add(assignment.target.name)
    return program.given(name, *(program.definitions.keys() - follows)).only([name, loss])


def slopes(program: Program, name: str, values: Mapping[str, object], loss: str = "loss") -> tuple[np.ndarray, float]:
    """The gradient of the loss with respect to the tensor `name`, each number nudged on its own in float64.

    Also how far off it may be because of the loss's roundings.
    """
    after = what_follows(program, name, loss)
    run = compile_numpy(after, [loss], np.float64)
    given = {t.name: _plain(values[t.name]) for t in (*after.inputs, *after.parameters)}
    at = np.array(values[name], np.float64)
    step, found = steps(at, name), np.empty(at.shape)

    def loss_at(place: tuple[int, ...], nudge: float) -> float:
        nudged = at.copy()
        nudged[place] += nudge
        return float(run({**given, name: _plain(nudged)})[loss])

    for place in np.ndindex(at.shape):
        found[place] = (loss_at(place, step[place]) - loss_at(place, -step[place])) / (2 * step[place])
    return found, noise(loss_at((), 0.0) if not at.ndim else loss_at((0,) * at.ndim, 0.0), step)


def slopes_by_rows(many: Program, name: str, values: Mapping[str, object]) -> tuple[np.ndarray, float]:
    """The same for a tensor [b, ...], many nudges at once: each row of the program `many` is one nudged copy of row b.

    The rows of a batch don't see each other, so the loss of a row answers for its nudge alone.
    """
    after = what_follows(many, name, "sequence_loss")
    run = compile_numpy(after, ["sequence_loss"], np.float64)
    at = np.array(values[name], np.float64)
    step, found = steps(at, name), np.empty(at.shape)
    rows, half = many.tensors["sequence_loss"].shape[0], many.tensors["sequence_loss"].shape[0] // 2
    for b in range(len(at)):
        given = {t.name: _copies(t, values[t.name], b, rows) for t in (*after.inputs, *after.parameters)}
        row_step, row_found = step[b].ravel(), found[b].ravel()
        for start in range(0, row_step.size, half):
            part = np.arange(start, min(start + half, row_step.size))
            nudged = np.repeat(at[b].reshape(1, -1), rows, axis=0)
            nudged[np.arange(part.size), part] += row_step[part]
            nudged[half + np.arange(part.size), part] -= row_step[part]
            losses = run({**given, name: nudged.reshape(rows, *at.shape[1:])})["sequence_loss"]
            row_found[part] = (losses[: part.size] - losses[half : half + part.size]) / (2 * row_step[part])
        found[b] = row_found.reshape(at.shape[1:]) / len(at)
    return found, noise(float(np.max(values["sequence_loss"])), step)


def noise(loss: float, step: np.ndarray) -> float:
    """How far off a slope may be through the roundings of the loss alone."""
    return ROUNDINGS_OF_LOSS * EPS64 * abs(loss) / float(step.min())


def assert_slopes(got: object, want: np.ndarray, noise_of_loss: float, name: str) -> None:
    """The derived numbers `got` are the slopes `want`, to `BEND` of the tensor's scale and the loss's roundings."""
    allowed = BEND * scale(want) + noise_of_loss
    assert allowed <= TOO_COARSE * scale(want), f"d.{name}: nudging cannot tell; it may be off by {allowed:.2e}"
    worst = float(np.abs(np.asarray(got, float) - want).max(initial=0.0))
    assert worst <= allowed, f"d.{name} is off by {worst:.2e} at a scale of {scale(want):.2e}; allowed: {allowed:.2e}"


def _copies(tensor: object, value: object, b: int, rows: int) -> object:
    first = tensor.indices[0].name if tensor.indices else ""
    return np.repeat(np.asarray(value)[b : b + 1], rows, axis=0) if first == "b" else _plain(value)


def _plain(value: object) -> object:
    """Scalars are numbers, not arrays without axes, for the NumPy engine."""
    return np.asarray(value)[()]
