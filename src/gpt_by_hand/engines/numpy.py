"""Runs the printed NumPy: fast enough to train small models, and it keeps every intermediate for a trace."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from math import prod
from typing import Any

import numpy as np

from gpt_by_hand.engines.erf import erf
from gpt_by_hand.notation import Program
from gpt_by_hand.printers.numpy import print_numpy

SMALL = 2**17  # numbers in the widest tensor; measured: below, waking a second thread costs more than it brings
Function = Callable[[Mapping[str, Any]], dict[str, Any]]


def compile_numpy(program: Program, outputs: Iterable[str] | None = None, dtype: type = np.float32) -> Function:
    """A function from inputs and parameters, by name, to `outputs`, by name; without `outputs`, to every tensor.

    Arrays have the program's shapes; `dtype` is what they are computed in. Given ones may be float32 where that is
    float64: each is converted while formulas read it, so no two copies of all weights are there. Scalar inputs are
    Python numbers.
    """
    wanted = list(program.definitions if outputs is None else outputs)
    needed = program if outputs is None else program.only(wanted)
    source = print_numpy(needed, wanted, comments=lambda assignment: (), converting=dtype is not np.float32)
    namespace: dict[str, Any] = {"np": np, "math": math, "erf": erf, "dtype": dtype}
    exec(compile(source, f"<{len(needed.assignments)} formulas printed as NumPy>", "exec"), namespace)
    function: Function = namespace["run"]
    return function


def matrix_threads(program: Program) -> AbstractContextManager[object]:
    """While this context lasts, small programs compute their matrix products on one thread; large ones on all."""
    from threadpoolctl import ThreadpoolController  # it looks at all libraries that are loaded

    widest = max(prod(tensor.shape) for tensor in program.tensors.values())
    return ThreadpoolController().limit(limits=1, user_api="blas") if widest < SMALL else nullcontext()
