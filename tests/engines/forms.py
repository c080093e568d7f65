"""Formulas of every form, to run on every engine: its left-hand side and its right-hand side."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from gpt_by_hand.notation import (
    Expression,
    Index,
    Max,
    Negate,
    Program,
    Sum,
    Tensor,
    Where,
    Writer,
    check,
    cos,
    equal,
    erf,
    exp,
    inf,
    log,
    sqrt,
    tanh,
)

A, B, C, D, E = Index("a", 2), Index("b", 3), Index("c", 4), Index("d", 5), Index("e", 3)
T: dict[str, Tensor] = {
    "x": Tensor("x", (A, B)),
    "y": Tensor("y", (B, C)),
    "z": Tensor("z", (A, B, C)),
    "w": Tensor("w", (C, D, A)),
    "square": Tensor("square", (B, E)),
    "cube": Tensor("cube", (B, E, B)),
    "u": Tensor("u", (B,)),
    "v": Tensor("v", (C,)),
    "n": Tensor("n", (A,), "integer"),  # places in B
    "m": Tensor("m", (B, C), "integer"),  # places in A
    "one": Tensor("one", (), "integer"),
    "s": Tensor("s"),
    "t": Tensor("t"),
}
x, y, z, w, square, cube, u, v, n, m, one, s, t = T.values()
neg = Negate
Form = tuple[tuple[Index, ...], Expression]

FORMS: dict[str, Form] = {
    # matrix products: axes in and out of order, in batches, folded
    "matmul": ((A, C), Sum(B, x[A, B] * y[B, C])),
    "matmul turned": ((C, A), Sum(B, x[A, B] * y[B, C])),
    "matmul other way round": ((A, C), Sum(B, y[B, C] * x[A, B])),
    "matmul of a batch": ((A, B, D), Sum(C, z[A, B, C] * w[C, D, A])),
    "matmul of a batch, batch last": ((B, D, A), Sum(C, z[A, B, C] * w[C, D, A])),
    "matmul, two columns": ((B, D, A), Sum(C, y[B, C] * w[C, D, A])),
    "matmul, two columns, turned": ((A, D, B), Sum(C, y[B, C] * w[C, D, A])),
    "matmul, two summed": ((D, E), Sum(A, C, w[C, D, A] * z[A, E, C])),
    "matmul, all in one": ((B, D), Sum(A, C, z[A, B, C] * w[C, D, A])),
    "matmul with itself": ((B, E), Sum(C, y[B, C] * y[E, C])),
    "matmul of parts": ((A, D), Sum(C, z[A, 1, C] * w[C, D, 0])),
    "matmul of products": ((A, C), Sum(B, x[A, B] * u[B] * y[B, C])),
    "matmul, scaled": ((A, C), Sum(B, x[A, B] * y[B, C]) / sqrt(3) * s()),
    "matmul of sums": ((A, C), Sum(B, (x[A, B] + u[B]) * (y[B, C] - v[C]))),
    "matmul divided inside": ((A, C), Sum(B, x[A, B] / y[B, C])),
    "matmul with a negative": ((A, C), Sum(B, -x[A, B] * y[B, C])),
    "outer product": ((B, C), u[B] * v[C]),
    "outer product, turned": ((C, B), u[B] * v[C]),
    "inner product": ((), Sum(B, u[B] * u[B])),
    "matrix times vector": ((A,), Sum(B, x[A, B] * u[B])),
    "sum of a sum": ((A,), Sum(B, x[A, B] * Sum(C, y[B, C] * v[C]))),
    "chain of products": ((A, D), Sum(C, Sum(B, x[A, B] * y[B, C]) * w[C, D, 0])),
    # sums and maxima
    "sum over the first axis": ((B, C), Sum(A, z[A, B, C])),
    "sum over the outer axes": ((B,), Sum(A, C, z[A, B, C])),
    "sum of everything": ((), Sum(A, B, C, z[A, B, C] ** 2)),
    "sum over what is not there": ((A,), Sum(B, C, x[A, B])),
    "sum of nothing that varies": ((), Sum(A, B, 0.5)),
    "sum of a scalar": ((A,), Sum(B, s() + 1) * n[A]),
    "a sum less a sum": ((), Sum(B, u[B]) - Sum(B, square[B, 0] * 2)),
    "the same letter in two sums": ((A,), Sum(B, x[A, B]) * Sum(B, u[B])),
    "maximum": ((A, B), Max(C, z[A, B, C])),
    "maximum over two axes": ((B,), Max(A, C, z[A, B, C] * 1.5)),
    "maximum of what does not vary": ((A,), Max(B, -n[A])),
    "less the maximum": ((A, B), exp(x[A, B] - Max(E, x[A, E]))),
    # broadcasting
    "repeated in front": ((A, B, C), y[B, C]),
    "repeated behind": ((B, C, D), u[B]),
    "repeated between": ((A, C, B), x[A, B]),
    "repeated number": ((A, B), s()),
    "repeated constant": ((A, B), (u[B] - u[B]) * 0 + 2),
    "a constant": ((A, B), 7 + 0 * one()),
    "turned": ((C, A, B), z[A, B, C]),
    "mixed": ((A, B, C), z[A, B, C] - x[A, B] * v[C] + u[B] / (2 + v[C] ** 2)),
    "another order": ((C, B), y[B, C] + u[B] + v[C]),
    # subscripts
    "a part": ((B,), x[1, B]),
    "a part at the end": ((A, B), z[A, B, 3]),
    "parts at both ends": ((B,), z[1, B, 2]),
    "one element": ((), z[1, 2, 3] + x[0, 0]),
    "diagonal": ((B,), square[B, B]),
    "diagonal of a cube": ((B, E), cube[B, E, B]),
    "diagonal, repeated": ((A, B), square[B, B] * x[A, B]),
    "trace": ((), Sum(B, square[B, B])),
    "lookup": ((A,), u[n[A]]),
    "lookup of rows": ((A, C), y[n[A], C]),
    "lookup of columns": ((A, B, C), x[A, B] + square[B, n[A]]),
    "lookup in a table of two axes": ((B, C, E), x[m[B, C], E]),
    "lookup with its own axis": ((A, C), z[A, n[A], C]),
    "lookup of a lookup": ((B, C), u[n[m[B, C]]]),
    "two lookups": ((A, B, C), square[n[A], n[m[B, C]]]),
    "lookup and part": ((A,), square[1, n[A]]),
    "lookup by one number": ((C,), y[one(), C]),
    "lookup, turned": ((C, A), y[n[A], C]),
    "scatter": ((B, C), Sum(A, Where(equal(n[A], B), z[A, 0, C], 0))),
    "scatter from two axes": ((A, E), Sum(B, C, Where(equal(m[B, C], A), square[B, E], 0))),
    "count": ((A,), Sum(B, C, Where(equal(m[B, C], A), 1, 0))),
    # decisions
    "lower triangle": ((B, E), Where(E <= B, square[B, E], -inf)),
    "upper triangle, turned": ((E, B), Where(B < E, square[B, E], u[B])),
    "sum of a triangle": ((B,), Sum(E, Where(E >= B, square[B, E], 0))),
    "matmul with a triangle": ((B, C), Sum(E, Where(E > B, square[B, E], 0) * y[E, C])),
    "by a number": ((A, B), Where(x[A, B] > 0, x[A, B], 0.1 * x[A, B])),
    "by a scalar": ((A, B), Where(s() < t(), x[A, B], u[B])),
    "by a scalar, turned": ((B, A), Where(t() < s(), x[A, B], 0)),
    "by a scalar, else a scalar": ((A, B), Where(s() < t(), s(), x[A, B])),
    "by a scalar, between elements": ((), Where(s() < t(), 0, u[1])),
    "by a scalar, between scalars": ((), Where(s() < t(), s(), t()) + Where(equal(s(), t()), 1, 0)),
    "by what was computed": ((A,), Where(Sum(B, u[B]) <= 0, n[A], 2)),
    "constants by position": ((B, E), Where(equal(B, E), 1, 0)),
    "decisions in decisions": ((B,), Where(B < 1, 5, Where(B < 2, u[B], -inf))),
    "constants compared": ((B,), Where(2 * one() >= 3 * one(), u[B], 1)),
    # values
    "positions": ((B,), B * u[B] + B),
    "positions alone": ((B, E), B - E),
    "sum of positions": ((), Sum(B, B * s())),
    "integers": ((B, C), m[B, C] * y[B, C] + m[B, C]),
    "integers times numbers, summed": ((B, E), Sum(C, m[B, C] * y[E, C])),
    "functions of integers": ((A,), exp(n[A]) + erf(n[A] / 2)),
    "a function of a position": ((B,), erf(B) + tanh(B)),
    # arithmetic
    "signs": ((B,), -neg(u[B]) - -u[B] - (-(u[B] + 1))),
    "minus on the right": ((B,), u[B] - (u[B] - (u[B] - s()))),
    "division on the right": ((B,), u[B] / (u[B] / (2 + u[B] ** 2))),
    "powers": ((B,), (-u[B]) ** 2 + -(u[B] ** 2) + u[B] ** 3 + (2 + u[B]) ** 0 + 2 ** u[B]),
    "powers of powers": ((B,), ((u[B] ** 2) ** 2 + 1) ** (s() ** 2)),
    "functions": ((B,), exp(u[B]) + log(2 + u[B] ** 2) + sqrt(u[B] ** 2) + tanh(u[B]) + erf(u[B]) + cos(u[B])),
    "functions of one number": ((), exp(u[0]) + erf(Sum(B, u[B])) + tanh(s()) + erf(t()) + cos(Sum(B, u[B]))),
    "negative constants": ((B,), u[B] * -2 - -3.5 + (-1) ** 2),
}


def program(name: str) -> Program:
    """The form as a program that defines `result`."""
    left, right = FORMS[name]
    write = Writer()
    write.inputs += T.values()
    result = write.define("result", "")
    result[left] = right
    return check(write.program().only(["result"]))


@lru_cache
def numbers() -> dict[str, object]:
    """A value for every tensor, in float64 that float32 holds exactly."""
    rng = np.random.default_rng(1)
    given: dict[str, object] = {"n": np.array([2, 0]), "m": rng.integers(0, 2, (3, 4)), "one": 1, "s": 0.25, "t": 1.5}
    for tensor in T.values():
        if tensor.name not in given:
            given[tensor.name] = rng.normal(size=tensor.shape).astype(np.float32).astype(float)
    return given
