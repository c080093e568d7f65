"""The definition: small programs whose every number can be worked out by hand."""

import math

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import (
    Assignment,
    Constant,
    Index,
    Max,
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

A, B = Index("i", 2), Index("j", 3)
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
V = np.array([10.0, 20.0])


def computed(left, right, **given):
    """What the formula y[left] = right(x, v, n) comes to."""
    write = Writer()
    tensors = [write.input("x", A, B), write.input("v", A), write.input("n", B, kind="integer"), write.input("s")]
    y = write.define("y", "")
    y[left] = right(*tensors)
    return reference.run(check(write.program()), {"x": X, "v": V, "n": np.array([1, 0, 1]), "s": 3, **given})["y"]


@pytest.mark.parametrize(
    ("left", "right", "want"),
    [
        ((A,), lambda x, v, n, s: v[A] + 1, [11, 21]),
        ((A,), lambda x, v, n, s: 1 - v[A], [-9, -19]),
        ((A,), lambda x, v, n, s: 2 * v[A] / 5, [4, 8]),
        ((A,), lambda x, v, n, s: -(v[A] ** 2), [-100, -400]),
        ((A,), lambda x, v, n, s: v[A] - (v[A] - s()), [3, 3]),
        ((A,), lambda x, v, n, s: A * 1, [0, 1]),
        ((A, B), lambda x, v, n, s: v[A], [[10, 10, 10], [20, 20, 20]]),
        ((B, A), lambda x, v, n, s: x[A, B], X.T),
        ((A,), lambda x, v, n, s: x[A, 2], [3, 6]),
        ((B,), lambda x, v, n, s: v[n[B]], [20, 10, 20]),
        ((A, B), lambda x, v, n, s: x[n[B], B] - x[A, B], [[3, 0, 3], [0, -3, 0]]),
        ((A,), lambda x, v, n, s: Sum(B, x[A, B]), [6, 15]),
        ((), lambda x, v, n, s: Sum(A, B, x[A, B]), 21),
        ((), lambda x, v, n, s: Sum(A, 5), 10),
        ((A,), lambda x, v, n, s: Sum(B, v[A]), [30, 60]),
        ((B,), lambda x, v, n, s: Max(A, x[A, B]), [4, 5, 6]),
        ((), lambda x, v, n, s: Max(A, B, -x[A, B]), -1),
        ((A, B), lambda x, v, n, s: Where(B <= A, x[A, B], -inf), [[1, -math.inf, -math.inf], [4, 5, -math.inf]]),
        ((B,), lambda x, v, n, s: Where(equal(n[B], 1), 7, 8), [7, 8, 7]),
        ((A,), lambda x, v, n, s: Where(s() > 2, v[A], 0), [10, 20]),
        ((A,), lambda x, v, n, s: Where(v[A] >= 20, 1, 0), [0, 1]),
        ((A,), lambda x, v, n, s: Where(v[A] < 20, 1, 0), [1, 0]),
        ((), lambda x, v, n, s: exp(1) + log(2) + sqrt(3) + tanh(4) + erf(0.5) + cos(6), None),
    ],
)
def test_by_hand(left, right, want):
    if want is None:
        want = math.e + math.log(2) + math.sqrt(3) + math.tanh(4) + math.erf(0.5) + math.cos(6)
    got = computed(left, right)
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, want)


def test_sums_add_in_the_order_of_the_index():
    big = np.array([[1e16, 1.0, -1e16], [1.0, 1e16, -1e16]])  # each 1 is lost next to 1e16
    np.testing.assert_array_equal(computed((A,), lambda x, v, n, s: Sum(B, x[A, B]), x=big), [0, 0])
    np.testing.assert_array_equal(computed((), lambda x, v, n, s: Constant(1e16) - (1e16 - Constant(1.0))), 0)


def test_the_branch_not_taken_has_no_say():
    got = computed((A,), lambda x, v, n, s: Where(v[A] > 15, log(v[A] - 15), v[A] / 1))
    np.testing.assert_array_equal(got, [10, math.log(5)])


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("reduction", [Sum, Max])
def test_not_a_number_reaches_whatever_depends_on_it_and_nothing_else(reduction, place):
    spoilt = X.copy()
    spoilt[0, place] = math.nan
    got = computed((A,), lambda x, v, n, s: reduction(B, x[A, B]), x=spoilt)
    assert math.isnan(got[0]) and not math.isnan(got[1])


def test_parts():
    y, x = Tensor("y", (Index("part", 2), A)), Tensor("x", (A,))
    program = check(Program((x,), (), (Assignment(y, (1, A), -x[A]), Assignment(y, (0, A), x[A]))))
    np.testing.assert_array_equal(reference.run(program, {"x": V})["y"], [V, -V])


def test_inputs_are_kept_and_left_alone():
    x = X.astype(np.float32)
    write = Writer()
    given = write.input("x", A, B)
    y = write.define("y", "")
    y[A, B] = given[A, B]
    values = reference.run(write.program(), {"x": x})
    assert list(values) == ["x", "y"]
    values["x"][0, 0] = values["y"][0, 1] = -1
    np.testing.assert_array_equal(x, X)


def test_a_missing_input_is_named():
    write = Writer()
    write.input("tokens", A)
    with pytest.raises(KeyError, match="tokens"):
        reference.run(write.program(), {})
