"""How many processor threads NumPy's matrix products use."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from math import prod

from threadpoolctl import ThreadpoolController

from gpt_by_hand.notation import Program

SMALL = 2**17  # numbers in the widest tensor; measured: below, waking a second thread costs more than it brings


def matrix_threads(program: Program) -> AbstractContextManager[object]:
    """While this context lasts, small programs compute their matrix products on one thread; large ones on all."""
    widest = max(prod(tensor.shape) for tensor in program.tensors.values())
    return ThreadpoolController().limit(limits=1, user_api="blas") if widest < SMALL else nullcontext()
