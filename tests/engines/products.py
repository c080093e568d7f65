"""Random sums of products and scatters, for Hypothesis: every shape that a schedule may take for a product."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from gpt_by_hand.notation import Expression, Index, Program, Sum, Tensor, Where, Writer, equal, exp, tanh

EXTENTS = (1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 24, 33, 48)
LARGEST = 60_000  # multiplications


@st.composite
def products(draw: st.DrawFn) -> Program:
    """`y[..] = sum(k, a[..] * b[..])`, its axes in any order, with decorations; then a sum over rows of the result."""
    write = Writer()
    around, rows, columns, depth = _parts(draw)
    target = tuple(draw(st.permutations([*around, *rows, *columns])))
    total: Expression = Sum(*depth, _product(draw, write, (around, rows, columns, depth), "1"))
    if draw(st.booleans()):
        total = total + Sum(*depth, _product(draw, write, (around, rows, columns, depth), "2"))
    if draw(st.booleans()):
        total = draw(st.sampled_from([lambda x: x / 3, lambda x: tanh(x) + x, lambda x: 2 - x]))(total)
    if draw(st.booleans()):
        bias = write.input("bias", *columns)
        total = total + bias[tuple(columns)] if draw(st.booleans()) else bias[tuple(columns)] - total
    y = write.define("y", "")
    y[target] = total
    if around or rows:
        write.define("z", "")[tuple(columns)] = Sum(*around, *rows, y[target] * draw(st.sampled_from([1, 0.5])))
    return write.program()


def _parts(draw: st.DrawFn) -> tuple[list[Index], ...]:
    """Indices around, of rows, of columns and of the sum; 0 to 2 of each, and not too large together."""
    counts = [draw(st.integers(least, most)) for least, most in ((0, 1), (0, 2), (0, 2), (1, 2))]
    left, parts, letters = LARGEST, [], iter("abcdefghij")
    for count in counts:
        part = []
        for _ in range(count):
            extent = draw(st.sampled_from([e for e in EXTENTS if e <= max(2, left)]))
            left //= extent
            part.append(Index(next(letters), extent))
        parts.append(part)
    return tuple(parts)


def _product(draw: st.DrawFn, write: Writer, parts: Sequence[list[Index]], number: str) -> Expression:
    around, rows, columns, depth = parts
    if not (rows or columns):
        rows = columns = around
    a = _factor(draw, write, f"a{number}", [*around, *rows, *depth])
    b = _factor(draw, write, f"b{number}", [*around, *columns, *depth])
    return draw(st.sampled_from([lambda: a * b, lambda: b * a, lambda: -(a * b), lambda: a * b * 0.5]))()


def _factor(draw: st.DrawFn, write: Writer, name: str, indices: list[Index]) -> Expression:
    """An element of a new tensor; perhaps one part of it, turned, looked up, or the value of a function."""
    order = list(draw(st.permutations(list(dict.fromkeys(indices)))))
    axes, subscripts = list(order), list(order)
    form = draw(st.integers(0, 7))
    if form == 0:
        place = draw(st.integers(0, len(axes)))
        axes.insert(place, Index("part", 3))
        subscripts.insert(place, draw(st.integers(0, 2)))
    if form == 1 and axes:
        place = draw(st.integers(0, len(axes) - 1))
        table = write.input(f"{name}.places", axes[place], kind="integer")
        subscripts[place] = table[axes[place]]
        axes[place] = Index("place", 4)
    tensor = write.input(name, *axes)
    node: Expression = tensor[tuple(subscripts)]
    if form == 2:
        node = exp(tanh(node))
    if form == 3 and len(order) > 1:
        node = Where(order[0] <= order[1], node, 0)
    return node


@st.composite
def scatters(draw: st.DrawFn) -> Program:
    """A sum over the places where a lookup gives the target's index, with and without further conditions."""
    write = Writer()
    b, t, v = (Index(letter, draw(st.sampled_from((1, 2, 3, 5, 9)))) for letter in "btv")
    c = Index("c", draw(st.sampled_from((1, 4, 7, 16, 19))))
    n = write.input("v.places", b, t, kind="integer")
    x = write.input("x", *draw(st.permutations([b, t, c])))
    value: Expression = x[x.indices] if draw(st.booleans()) else tanh(x[x.indices]) * 2
    if draw(st.booleans()):
        value = Where(draw(st.sampled_from([v <= t, t < b, v < 2, x[x.indices] > 0])), value, 0)
    condition = equal(n[b, t], v) if draw(st.booleans()) else equal(v, n[b, t])
    value = Where(condition, value, 0)
    if draw(st.booleans()):
        value = Where(draw(st.sampled_from([b <= t, v > 0, c <= t])), value, 0)
    target = draw(st.sampled_from([(v, c), (c, v), (v,), (c,), ()]))
    total: Expression = Sum(*draw(st.permutations([b, t, *(index for index in (v, c) if index not in target)])), value)
    write.define("y", "")[target] = draw(st.sampled_from([lambda x: x, lambda x: x / 2, lambda x: 1 + x]))(total)
    return write.program()


def values(program: Program, seed: int) -> dict[str, object]:
    """Numbers that float32 holds exactly; integers are places on the axis that they are made for."""
    rng = np.random.default_rng(seed)
    given: dict[str, object] = {}
    for tensor in (*program.inputs, *program.parameters):
        if tensor.kind == "integer":
            given[tensor.name] = _places(tensor, program, rng)
        else:
            given[tensor.name] = rng.normal(size=tensor.shape).astype(np.float32).astype(float)
    return given


def _places(tensor: Tensor, program: Program, rng: np.random.Generator) -> np.ndarray:
    """Places in a table of four; or, where they are only compared, outside of the axis too."""
    if not tensor.name.startswith("v."):
        return rng.integers(0, 4, tensor.shape)
    nodes = [node for a in program.assignments for node in (*a.expression.walk(), *a.indices)]
    most = max((node.extent for node in nodes if isinstance(node, Index) and node.name == "v"), default=1)
    return rng.integers(-1, most + 1, tensor.shape)
