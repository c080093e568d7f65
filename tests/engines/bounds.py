"""How far off float32 may be, number by number: a running error analysis beside a calculation in float64.

Every operation rounds once, by half a unit in the last place, which is at most eps / 2 of the result; a library's
function by as many units as it promises. What goes in brings its own error along: through a product by the product
rule, through a function by its values at both ends of the interval. A sum of n terms, in any order, is off by at most
(n - 1) eps / 2 times the sum of the terms' sizes (Higham, "Accuracy and Stability of Numerical Algorithms", 4.2). All
counted with eps in place of eps / 2: the other half covers products of errors, and a reordering such as a * b / c.
Where it is uncertain on which side of a comparison a number falls, both branches are allowed for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import erf, prod

import numpy as np

from gpt_by_hand.notation import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Program,
    Reduction,
    Where,
)
from tests.engines.closeness import EPS32

ULPS = {"exp": 2, "erf": 8, "tanh": 3, "log": 2, "sqrt": 1, "cos": 2, "**": 4}
TINY = 3e-38  # below which float32 has fewer digits, and our exp gives 0
FUNCTIONS = {
    "exp": np.exp,
    "erf": np.vectorize(erf, otypes=[float]),
    "tanh": np.tanh,
    "log": np.log,
    "sqrt": np.sqrt,
    "cos": np.cos,
}


@dataclass(frozen=True)
class Near:
    """Numbers in float64, and how far off each may be in float32; `off` is infinite where anything may come out."""

    value: np.ndarray
    off: np.ndarray

    @staticmethod
    def of(value: np.ndarray, off: np.ndarray, ulps: float = 1) -> Near:
        """With a rounding of the result itself; what is not finite has no error unless it had one before."""
        value, off = np.asarray(value, float), np.asarray(off, float)
        with np.errstate(all="ignore"):
            off = np.where(np.isfinite(value), off + ulps * EPS32 * np.abs(value), off)
        off = np.where(np.isnan(off), np.where(np.isfinite(value), np.inf, 0), off)
        return Near(value, np.where(np.abs(value) + off > 3e38, np.where(np.isinf(value), off, np.inf), off))


def bounds(program: Program, given: Mapping[str, object]) -> dict[str, Near]:
    """Every tensor of the program, with its bounds; `given` must be exact in float32, but for scalars."""
    values: dict[str, Near] = {}
    for tensor in (*program.inputs, *program.parameters):
        array = np.asarray(given[tensor.name], float)
        values[tensor.name] = Near.of(
            array, np.zeros_like(array), 0 if tensor.indices or tensor.kind == "integer" else 1
        )
    with np.errstate(all="ignore"):
        for assignment in program.assignments:
            name, shape = assignment.target.name, assignment.target.shape
            near = values.setdefault(name, Near(np.full(shape, np.nan), np.zeros(shape)))
            found = _grid(assignment.expression, assignment.indices, values)
            where = tuple(s if isinstance(s, int) else slice(None) for s in assignment.subscripts)
            extents = tuple(index.extent for index in assignment.indices)
            near.value[where] = np.broadcast_to(found.value, extents)
            near.off[where] = np.broadcast_to(found.off, extents)
    return values


def assert_within(got: object, near: Near, name: str = "it", slack: float = 1) -> float:
    """Each number of `got` is within the bounds, infinities are exact; returns the largest error, in bounds."""
    found = np.asarray(got, float).reshape(near.value.shape)
    known = np.isfinite(near.off)
    finite = known & np.isfinite(near.value)
    np.testing.assert_array_equal(found[known & ~finite], near.value[known & ~finite], err_msg=name)
    error, allowed = np.abs(found[finite] - near.value[finite]), slack * near.off[finite] + TINY
    assert not np.isnan(error).any(), f"{name} is NaN where a number is expected"
    worst = float((error / allowed).max(initial=0))
    assert worst <= 1, f"{name} is off by {error.max():.3g}: {worst:.3g} times what rounding explains"
    return worst


def _grid(node: Expression, scope: tuple[Index, ...], values: Mapping[str, Near]) -> Near:
    """The expression for each position of the indices in scope, one axis each (of length 1 where nothing varies)."""
    if isinstance(node, Constant):
        exact = float(np.float32(node.value)) == node.value
        return Near.of(np.array(float(node.value)), np.zeros(()), 0 if exact else 1)
    if isinstance(node, Index):
        return Near(_positions(node, scope).astype(float), np.zeros(()))
    if isinstance(node, Access):
        places = tuple(_place(s, scope, values) for s in node.subscripts)
        near = values[node.tensor.name]
        return Near(near.value[places], near.off[places])
    if isinstance(node, Reduction):
        return _reduced(node, scope, values)
    if isinstance(node, Where):
        return _chosen(node, scope, values)
    parts = [_grid(child, scope, values) for child in node.children()]
    if isinstance(node, Negate):
        return Near(-parts[0].value, parts[0].off)
    if isinstance(node, Call):
        off = _spread(FUNCTIONS[node.function], *parts)
        return Near.of(
            FUNCTIONS[node.function](parts[0].value), off + (TINY if node.function == "exp" else 0), ULPS[node.function]
        )
    assert isinstance(node, Binary)
    return _combined(node, *parts)


def _positions(index: Index, scope: tuple[Index, ...]) -> np.ndarray:
    axis = [other.name for other in scope].index(index.name)
    return np.arange(index.extent).reshape([-1 if a == axis else 1 for a in range(len(scope))])


def _place(subscript: object, scope: tuple[Index, ...], values: Mapping[str, Near]) -> np.ndarray:
    if isinstance(subscript, int):
        return np.array(subscript)
    assert isinstance(subscript, Expression)
    return _grid(subscript, scope, values).value.astype(int)


def _reduced(node: Reduction, scope: tuple[Index, ...], values: Mapping[str, Near]) -> Near:
    inner = (*scope, *node.indices)
    near = _grid(node.body, inner, values)
    axes, extents = tuple(range(len(scope), len(inner))), [index.extent for index in node.indices]
    shape = (*(near.value.shape[: len(scope)] or (1,) * len(scope)), *extents)
    value, off = np.broadcast_to(near.value, shape), np.broadcast_to(near.off, shape)
    if node.kind == "max":
        return Near(value.max(axes), off.max(axes))
    return Near.of(value.sum(axes), off.sum(axes) + prod(extents) * EPS32 * np.abs(value).sum(axes))


def _chosen(node: Where, scope: tuple[Index, ...], values: Mapping[str, Near]) -> Near:
    condition = node.condition
    left, right, then, other = (
        _grid(x, scope, values) for x in (condition.left, condition.right, node.then, node.otherwise)
    )
    near = np.abs(left.value - right.value) <= left.off + right.off
    uncertain = near & (left.off + right.off > 0)
    holds = _compared(condition, left.value, right.value)
    value = np.where(holds, then.value, other.value)
    off = np.where(holds, then.off, other.off)
    apart = np.where(then.value == other.value, 0, np.abs(then.value - other.value))
    either = np.maximum(then.off, other.off) + apart
    return Near(value, np.where(uncertain, np.where(np.isnan(either), np.inf, either), off))


def _compared(condition: Compare, left: np.ndarray, right: np.ndarray) -> np.ndarray:
    compare = {"<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal, "==": np.equal}
    return compare[condition.operator](left, right)


def _combined(node: Binary, left: Near, right: Near) -> Near:
    a, b = left.value, right.value
    if node.operator in "+-":
        # The terms of a sum may be added to what stands on the other side of the sign, one by one.
        sums = [x for x in node.walk() if isinstance(x, Reduction) and x.kind == "sum"]
        terms = sum(prod(index.extent for index in x.indices) for x in sums)
        value = a + b if node.operator == "+" else a - b
        return Near.of(
            value, left.off + right.off + terms * EPS32 * (np.abs(a) + np.abs(b)) if terms else left.off + right.off
        )
    if node.operator == "*":
        off = np.abs(a) * right.off + np.abs(b) * left.off + left.off * right.off
        return Near.of(a * b, off)
    if node.operator == "/":
        value = a / b
        room = np.abs(b) - right.off
        return Near.of(value, np.where(room > 0, (left.off + np.abs(value) * right.off) / room, np.inf))
    return Near.of(a**b, _spread(np.power, left, right), ULPS["**"])


def _spread(function: np.ufunc, *parts: Near) -> np.ndarray:
    """How far a function's value may move when its arguments move within their bounds."""
    middle = function(*(part.value for part in parts))
    if all(np.all(part.off == 0) for part in parts):
        return np.zeros(np.shape(middle))
    corners = [()]
    for part in parts:
        corners = [(*c, end) for c in corners for end in (part.value - part.off, part.value + part.off)]
    spreads = [np.abs(function(*corner) - middle) for corner in corners]
    spread = np.max([np.where(np.isnan(s), np.inf, s) for s in spreads], axis=0)
    moved = np.zeros(())
    for part in parts:
        moved = moved + part.off
    return np.where(moved == 0, 0, spread)
