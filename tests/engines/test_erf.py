"""The error function for arrays, against Python's."""

import math

import numpy as np
import pytest

from gpt_by_hand.engines.erf import erf

exact = np.vectorize(math.erf, otypes=[float])
STATED = 5e-7  # relative, and 8 units in the last place: the comment above the coefficients
WORST = [1.7340283, 3.7185557]  # of every float32 number in [1, 2) and in [2, 4)
SMALLEST_NORMAL = float(np.finfo(np.float32).tiny)


def magnitudes(low: float, high: float) -> np.ndarray:
    """Float32 numbers of both signs, as many in each power of two."""
    rng = np.random.default_rng(0)
    numbers = np.exp(rng.uniform(np.log(low), np.log(high), 100_000)).astype(np.float32)
    worst = np.array([x for x in WORST if low < x < high], np.float32)
    return np.append(numbers, worst) * rng.choice(np.array([-1, 1], np.float32), len(numbers) + len(worst))


@pytest.mark.parametrize(
    ("low", "high"), [(SMALLEST_NORMAL, 1e-3), (1e-3, 0.1), (0.1, 1), (1, 2), (2, 3.5), (3.5, 4.5)]
)
def test_float32_is_as_close_as_stated(low, high):
    x = magnitudes(low, high)
    want = exact(x.astype(float))
    off = np.abs(erf(x).astype(float) - want)
    assert erf(x).dtype == np.float32
    assert (off <= STATED * np.abs(want)).all()
    assert (off <= 8 * np.spacing(np.abs(want).astype(np.float32))).all()


def test_float64_is_exact():
    x = np.linspace(-6, 6, 1001)
    assert erf(x).dtype == np.float64
    np.testing.assert_array_equal(erf(x), exact(x))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("x", [0.0, -0.0, 6.0, -6.0, 1e30, -1e30, math.inf, -math.inf])
def test_the_ends(dtype, x):
    got = erf(np.array([x], dtype))[0]
    assert got == math.erf(x)
    assert math.copysign(1, got) == math.copysign(1, x)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_not_a_number_stays_so_and_spoils_nothing_else(dtype):
    got = erf(np.array([np.nan, 0.5], dtype))
    assert np.isnan(got[0]) and got[1] == pytest.approx(math.erf(0.5), rel=STATED)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(), (1,), (0, 3), (2, 3)])
def test_shape_and_type_stay(dtype, shape):
    x = np.full(shape, 0.5, dtype)
    for argument in (x, x[()]):
        got = erf(argument)
        assert got.shape == shape and got.dtype == dtype
        np.testing.assert_allclose(got, math.erf(0.5), rtol=STATED)


def test_whole_numbers_are_not_cut_off():
    np.testing.assert_array_equal(erf(np.array([0, 1, -2])), exact([0, 1, -2]))


def test_it_never_leaves_minus_one_to_one_and_is_odd():
    x = magnitudes(1e-3, 100)
    assert (np.abs(erf(x)) <= 1).all()
    np.testing.assert_array_equal(erf(-x), -erf(x))


def test_its_argument_is_left_alone():
    x = np.array([0.5, 5.0], np.float32)
    erf(x)
    np.testing.assert_array_equal(x, [0.5, 5.0])
