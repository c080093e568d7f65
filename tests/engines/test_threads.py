"""Small programs compute their matrix products on one thread, large ones on all."""

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController

from gpt_by_hand.engines.numpy import SMALL, matrix_threads
from gpt_by_hand.notation import Index, Program, Tensor


def threads() -> list[int]:
    np.ones((2, 2)) @ np.ones((2, 2))
    return [pool["num_threads"] for pool in ThreadpoolController().info() if pool["user_api"] == "blas"]


@pytest.mark.parametrize(("extent", "small"), [(1, True), (SMALL // 2 - 1, True), (SMALL // 2, False)])
def test_how_many_threads(extent, small):
    before = threads()
    widest = Tensor("x", (Index("i", 2), Index("j", extent)))
    with matrix_threads(Program((Tensor("s"), widest), (), ())):
        assert threads() == ([1] * len(before) if small else before)
    assert threads() == before
