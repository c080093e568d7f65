"""Normal numbers from uniform ones, to the last bit as PyTorch makes them on a CPU.

PyTorch's vectorised `normal_` does not call the C library: it takes log, sin and cos from the Cephes library's
single-precision polynomials (S. L. Moshier, `logf.c`, `sinf.c`), with a fused multiply-add for each step. The same
polynomials are evaluated here, so a seed gives the same bits on every machine, whatever its mathematics library.

Source: Box and Muller (1958), "A Note on the Generation of Random Normal Deviates"; PyTorch,
`aten/src/ATen/native/cpu/DistributionTemplates.h` (order of the values) and `avx_mathfun.h` (which polynomials).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

Floats: TypeAlias = "npt.NDArray[np.float32]"
Like: TypeAlias = "npt.NDArray[np.float32] | np.float32 | float"

_F = np.float32
_LOG = (
    *(7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1),
    *(-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1),
)
_SIN = (-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1)
_COS = (2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2)
_LN_2 = (-2.12194440e-4, 0.693359375)  # ln 2 in two parts: the second is exact in few bits
_QUARTER_PI = (-0.78515625, -2.4187564849853515625e-4, -3.77489497744594108e-8)  # minus pi/4, in three parts


def normal_pairs(uniforms: Floats) -> Floats:
    """Standard normals `[blocks, 16]` from uniforms `[blocks, 16]` in [0, 1).

    Values k and k+8 of a block make a pair: `sqrt(-2 ln u1) cos(2 pi u2)` and `sqrt(-2 ln u1) sin(2 pi u2)`
    with `u1 = 1 - x[k]` and `u2 = x[k+8]`.
    """
    radius = np.sqrt(_F(-2) * log(_F(1) - uniforms[:, :8]))
    sine, cosine = sin_cos(_F(2 * np.pi) * uniforms[:, 8:])
    return np.hstack([radius * cosine, radius * sine])


def fused(a: Like, b: Like, c: Like) -> Floats:
    """`a * b + c` rounded once to float32.

    In float64 the product of two float32 is exact, so only the sum is rounded before the last rounding.
    """
    factors = [np.asarray(x, dtype=np.float32).astype(np.float64) for x in (a, b, c)]
    return (factors[0] * factors[1] + factors[2]).astype(np.float32)


def log(x: Floats) -> Floats:
    """Natural logarithm of float32 values in (0, 1]; Cephes `logf`."""
    m, exponent = np.frexp(x)
    small = m < _F(np.sqrt(0.5))  # bring m from [1/2, 1) to [sqrt(1/2), sqrt(2)), then use log(1 + m)
    e = (exponent - small).astype(np.float32)
    m = (m - _F(1)) + np.where(small, m, _F(0))
    square = m * m
    tail = fused(_polynomial(_LOG, m) * m, square, e * _F(_LN_2[0]))
    return fused(e, _F(_LN_2[1]), m + fused(-square, 0.5, tail))


def sin_cos(x: Floats) -> tuple[Floats, Floats]:
    """Sine and cosine of float32 angles >= 0, in radians; Cephes `sinf` and `cosf`."""
    octant = ((x * _F(4 / np.pi)).astype(np.int32) + 1) & ~1
    for part in _QUARTER_PI:
        x = fused(octant.astype(np.float32), part, x)
    z = x * x
    cosine = fused(_polynomial(_COS, z) * z, z, -(z * _F(0.5))) + _F(1)
    sine = fused(_polynomial(_SIN, z) * z, x, x)
    swapped = (octant & 2) != 0
    sine, cosine = np.where(swapped, cosine, sine), np.where(swapped, sine, cosine)
    return _negated(sine, octant & 4 != 0), _negated(cosine, (octant + 2) & 4 != 0)


def _polynomial(coefficients: tuple[float, ...], x: Floats) -> Floats:
    """Horner's rule, highest power first."""
    value = np.full_like(x, coefficients[0])
    for coefficient in coefficients[1:]:
        value = fused(value, x, coefficient)
    return value


def _negated(x: Floats, where: npt.NDArray[np.bool_]) -> Floats:
    return np.where(where, -x, x)
