"""Are two tensors equal to rounding? Measured against the largest number in the tensor, never in absolute terms."""

from __future__ import annotations

from math import prod, sqrt

import numpy as np

from gpt_by_hand.notation import Binary, Call, Expression, Program, Reduction

EPS32, EPS64 = float(np.finfo(np.float32).eps), float(np.finfo(np.float64).eps)


def scale(want: object) -> float:
    """The largest finite magnitude in a tensor."""
    numbers = np.abs(np.asarray(want, np.float64))
    return float(numbers[np.isfinite(numbers)].max(initial=0.0))


def error(got: object, want: object) -> float:
    """The largest difference, as a share of `want`'s scale; infinities and NaNs must stand in the same places."""
    left, right = np.asarray(got, np.float64), np.asarray(want, np.float64)
    assert left.shape == right.shape, f"shape {left.shape}, expected {right.shape}"
    finite = np.isfinite(right)
    np.testing.assert_array_equal(left[~finite], right[~finite])
    difference = float(np.abs(left[finite] - right[finite]).max(initial=0.0))
    assert not np.isnan(difference), "NaN where a number is expected"
    return difference and difference / scale(right) if scale(right) else difference and float("inf")


def assert_close(got: object, want: object, tolerance: float, name: str = "it") -> None:
    """Every element of `got` is within `tolerance` times the scale of `want`; a tensor of zeros must be zero."""
    found = error(got, want)
    assert found <= tolerance, f"{name} is off by {found:.2e} of its scale {scale(want):.3g}; allowed: {tolerance:.2e}"


def tolerances(program: Program, eps: float) -> dict[str, float]:
    """How far off each tensor may be, as a share of its scale: its roundings times eps, or fewer where there are many.

    n roundings of eps each add up to n eps at most. But they go up as often as down, so, like a walk, they end about
    sqrt(n) eps away; 8 times that leaves room for the cancellation in LayerNorm's gradients.
    """
    return {name: eps * min(n, 8 * sqrt(n)) for name, n in roundings(program).items()}


def roundings(program: Program) -> dict[str, int]:
    """The most roundings on any way from the inputs to each tensor."""
    depth: dict[str, int] = {}
    for assignment in program.assignments:
        before = max((depth.get(access.tensor.name, 0) for access in assignment.reads()), default=0)
        name = assignment.target.name
        depth[name] = max(depth.get(name, 0), before + _own_roundings(assignment.expression))
    return depth


def _own_roundings(node: Expression) -> int:
    """A sum rounds once for each of its terms, an operator or a function once, our float32 erf 8 times."""
    below = max((_own_roundings(child) for child in node.children()), default=0)
    if isinstance(node, Reduction):
        return below + (prod(index.extent for index in node.indices) if node.kind == "sum" else 0)
    if isinstance(node, Call) and node.function == "erf":
        return below + 8
    return below + isinstance(node, (Binary, Call))
