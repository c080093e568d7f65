"""The digits of a number that every machine agrees on: those that double precision confirms.

Training computes in float32, and each processor adds up in an order of its own, so the last digits of what it prints
are its own as well. Double precision knows these numbers to nine digits more, the same on every machine. How far
float32 may be from it is measured in roundings of the largest number of the tensor: a sum of large terms may be small.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.trace.trace import Trace
from tests.engines.closeness import EPS32, scale

# Of OpenBLAS's kernels (Katmai, Nehalem, Sandybridge, Haswell, SkylakeX), with and without NumPy's vector instructions,
# none was further off than 10 roundings, in any of the 281 tensors of the example run's two iterations.
ROUNDINGS = 32
LEEWAY = ROUNDINGS * EPS32  # as a share of the largest number


class Exact:
    """A trace's numbers in double precision, from the same weights and tokens, and how far off float32 may be."""

    def __init__(self, trace: Trace) -> None:
        program = trace.program
        given = {tensor.name: _double(trace.arrays[tensor.name]) for tensor in (*program.inputs, *program.parameters)}
        values = {**given, **compile_numpy(program, dtype=np.float64)(given)}
        self.trace = Trace.of(program, values, trace.tokenizer)

    def __getitem__(self, where: str) -> float:
        """The number at an address such as `h.0.attn.scores[0,1,3,1]`."""
        return float(self.trace[where])

    def says(self, where: str, digits: str) -> bool:
        """Do these digits stand for the number at this address, on whatever machine it is computed and rounded?"""
        ends = self[where] - self._off(where), self[where] + self._off(where)
        return all(rounded(end, digits) for end in ends)

    def allows(self, where: str, shown: str) -> bool:
        """Could a machine show this as the number at this address or, of a whole tensor, as one of its numbers?"""
        near = np.abs(np.asarray(self.trace[where], float) - float(shown))
        return bool((near <= self._off(where) + half_a_unit(shown)).any())

    def _off(self, where: str) -> float:
        return LEEWAY * scale(self.trace[where.partition("[")[0]])


def _double(value: Any) -> Any:
    return value.astype(np.float64) if getattr(value, "dtype", None) == np.float32 else value


def rounded(value: float, digits: str) -> bool:
    """Are these digits the value, rounded to as many decimals as they have?"""
    return f"{value:.{len(digits.partition('.')[2])}f}" == digits


def half_a_unit(shown: str) -> float:
    """Half of what the last digit of a number counts."""
    mantissa, _, exponent = shown.partition("e")
    return 0.5 * 10.0 ** (int(exponent or 0) - len(mantissa.partition(".")[2]))
