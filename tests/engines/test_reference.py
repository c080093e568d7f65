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

I, J = Index("i", 2), Index("j", 3)
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
V = np.array([10.0, 20.0])


def computed(left, right, **given):
    """What the formula y[left] = right(x, v, n) comes to."""
    write = Writer()
    tensors = [write.input("x", I, J), write.input("v", I), write.input("n", J, kind="integer"), write.input("s")]
    y = write.define("y", "")
    y[left] = right(*tensors)
    return reference.run(check(write.program()), {"x": X, "v": V, "n": np.array([1, 0, 1]), "s": 3, **given})["y"]


@pytest.mark.parametrize(
    ("left", "right", "want"),
    [
        ((I,), lambda x, v, n, s: v[I] + 1, [11, 21]),
        ((I,), lambda x, v, n, s: 1 - v[I], [-9, -19]),
        ((I,), lambda x, v, n, s: 2 * v[I] / 5, [4, 8]),
        ((I,), lambda x, v, n, s: -(v[I] ** 2), [-100, -400]),
        ((I,), lambda x, v, n, s: v[I] - (v[I] - s()), [3, 3]),
        ((I,), lambda x, v, n, s: I * 1, [0, 1]),
        ((I, J), lambda x, v, n, s: v[I], [[10, 10, 10], [20, 20, 20]]),
        ((J, I), lambda x, v, n, s: x[I, J], X.T),
        ((I,), lambda x, v, n, s: x[I, 2], [3, 6]),
        ((J,), lambda x, v, n, s: v[n[J]], [20, 10, 20]),
        ((I, J), lambda x, v, n, s: x[n[J], J] - x[I, J], [[3, 0, 3], [0, -3, 0]]),
        ((I,), lambda x, v, n, s: Sum(J, x[I, J]), [6, 15]),
        ((), lambda x, v, n, s: Sum(I, J, x[I, J]), 21),
        ((), lambda x, v, n, s: Sum(I, 5), 10),
        ((I,), lambda x, v, n, s: Sum(J, v[I]), [30, 60]),
        ((J,), lambda x, v, n, s: Max(I, x[I, J]), [4, 5, 6]),
        ((), lambda x, v, n, s: Max(I, J, -x[I, J]), -1),
        ((I, J), lambda x, v, n, s: Where(J <= I, x[I, J], -inf), [[1, -math.inf, -math.inf], [4, 5, -math.inf]]),
        ((J,), lambda x, v, n, s: Where(equal(n[J], 1), 7, 8), [7, 8, 7]),
        ((I,), lambda x, v, n, s: Where(s() > 2, v[I], 0), [10, 20]),
        ((I,), lambda x, v, n, s: Where(v[I] >= 20, 1, 0), [0, 1]),
        ((I,), lambda x, v, n, s: Where(v[I] < 20, 1, 0), [1, 0]),
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
    np.testing.assert_array_equal(computed((I,), lambda x, v, n, s: Sum(J, x[I, J]), x=big), [0, 0])
    np.testing.assert_array_equal(computed((), lambda x, v, n, s: Constant(1e16) - (1e16 - Constant(1.0))), 0)


def test_the_branch_not_taken_has_no_say():
    got = computed((I,), lambda x, v, n, s: Where(v[I] > 15, log(v[I] - 15), v[I] / 1))
    np.testing.assert_array_equal(got, [10, math.log(5)])


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("reduction", [Sum, Max])
def test_not_a_number_reaches_whatever_depends_on_it_and_nothing_else(reduction, place):
    spoilt = X.copy()
    spoilt[0, place] = math.nan
    got = computed((I,), lambda x, v, n, s: reduction(J, x[I, J]), x=spoilt)
    assert math.isnan(got[0]) and not math.isnan(got[1])


def test_parts():
    y, x = Tensor("y", (Index("part", 2), I)), Tensor("x", (I,))
    program = check(Program((x,), (), (Assignment(y, (1, I), -x[I]), Assignment(y, (0, I), x[I]))))
    np.testing.assert_array_equal(reference.run(program, {"x": V})["y"], [V, -V])


def test_inputs_are_kept_and_left_alone():
    x = X.astype(np.float32)
    write = Writer()
    given = write.input("x", I, J)
    y = write.define("y", "")
    y[I, J] = given[I, J]
    values = reference.run(write.program(), {"x": x})
    assert list(values) == ["x", "y"]
    values["x"][0, 0] = values["y"][0, 1] = -1
    np.testing.assert_array_equal(x, X)


def test_a_missing_input_is_named():
    write = Writer()
    write.input("tokens", I)
    with pytest.raises(KeyError, match="tokens"):
        reference.run(write.program(), {})
