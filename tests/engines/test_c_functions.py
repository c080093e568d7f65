"""exp, erf and tanh in vector form: the errors that are stated hold all over the range of floats."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable

import numpy as np
import pytest

from gpt_by_hand.printers.c import own_functions
from tests.engines.printed import COMPILERS, library
from tests.support.compilers import needs_compiler

pytestmark = needs_compiler
NAMES = ("vector_exp", "vector_tanh", "vector_erf", "larger")
LOOP = """
void all_{name}(const float *x, float *y, int count) {{
#pragma omp simd
    for (int n = 0; n < count; n++)
        y[n] = {name}(x[n]{more});
}}
"""
SOURCE = "\n".join(
    [
        "#include <math.h>\n#include <stdint.h>\n",
        *own_functions().values(),
        *(LOOP.format(name=name, more=", y[n]" if name == "larger" else "") for name in NAMES),
    ]
)
EDGES = [0.0, -0.0, 1e-45, -1e-45, 1e-38, 1.2e-38, -1.2e-38, 3.4e38, -3.4e38, np.inf, -np.inf, np.nan]
TURNS = [-86.6, -87.3, -88, -103, 88.72283, 88.7229, 89, 0.625, -0.625, 4, -4, 44, -44, 1, -1]


def floats(step: int) -> np.ndarray:
    """Every so many-th float of all that there are, and those where something changes, with their neighbours."""
    bits = np.arange(0, 2**32, step, dtype=np.uint64).astype(np.uint32)
    turns = np.array(TURNS, np.float32)
    turns = np.concatenate([np.nextafter(turns, np.float32(side)) for side in (-np.inf, np.inf)] + [turns])
    return np.concatenate([bits.view(np.float32), np.array(EDGES, np.float32), turns])


@pytest.fixture(params=COMPILERS)
def computed(request: pytest.FixtureRequest) -> Callable[..., np.ndarray]:
    loaded = ctypes.CDLL(str(library(SOURCE, request.param, "-O3")))

    def run(name: str, x: np.ndarray, y: np.ndarray | None = None) -> np.ndarray:
        result = np.empty_like(x) if y is None else y.copy()
        getattr(loaded, f"all_{name}")(ctypes.c_void_p(x.ctypes.data), ctypes.c_void_p(result.ctypes.data), len(x))
        return result

    return run


def units(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """The errors in units in the last place of what they ought to be."""
    return np.abs(got - want) / np.spacing(np.abs(want).astype(np.float32)).astype(float)


@pytest.mark.parametrize(("name", "step", "most"), [("exp", 1009, 2), ("tanh", 1009, 3), ("erf", 8009, 8)])
def test_units_in_the_last_place(computed, name: str, step: int, most: float) -> None:
    x = floats(step)
    got = computed(f"vector_{name}", x).astype(float)
    with np.errstate(all="ignore"):
        exact = np.frompyfunc(math.erf, 1, 1) if name == "erf" else getattr(np, name)
        want = np.asarray(exact(x.astype(float)), float)
        np.testing.assert_array_equal(np.isnan(got), np.isnan(x))
        normal = np.isfinite(want) & (np.abs(want) < 3.4e38) & (x >= -86.6 if name == "exp" else True)
        worst = units(got[normal], want[normal]).max()
    assert worst <= most, f"{worst:.2f}"
    if name == "exp":
        assert (got[x < -86.6] == 0).all()
        assert (got[want > 3.4029e38] == np.inf).all()
    else:
        np.testing.assert_array_equal(got[np.isinf(x)], want[np.isinf(x)])
        assert (np.abs(got[~np.isnan(x)]) <= 1).all()


def test_zero(computed) -> None:
    zeros = np.array([0.0, -0.0], np.float32)
    np.testing.assert_array_equal(computed("vector_exp", zeros), [1, 1])
    for name in ("vector_tanh", "vector_erf"):
        np.testing.assert_array_equal(computed(name, zeros), zeros)


def test_larger(computed) -> None:
    """In either place, a NaN is kept."""
    x, y = (a.ravel() for a in np.meshgrid(np.array(EDGES, np.float32), np.array(EDGES, np.float32)))
    np.testing.assert_array_equal(computed("larger", x, y), np.maximum(x, y))
