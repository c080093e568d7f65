"""The page explains each number as Python does: question, notes, operands, ledgers, down to the random draws."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.trace import address
from gpt_by_hand.trace.provenance import BEGINNINGS
from tests.page.cases import trace
from tests.page.explained import EXPLAIN, explainer, of_case, told
from tests.support.node import needs_node

pytestmark = needs_node
EXPLAINED = ("demo", "pencil", "pocket at 1", "biases", "rows", "dropout", "trained", "prompt", "gradients")
MORE = 500


def asked(case: str) -> Iterator[str]:
    """An element of each formula and each input, and more anywhere."""
    program, rng = trace(case).program, random.Random(case)
    tensors = list(program.tensors.values())
    for assignment in program.assignments:
        place = [s if isinstance(s, int) else rng.randrange(s.extent) for s in assignment.subscripts]
        yield address.of(assignment.target.name, place)
    for tensor in (*program.inputs, *program.parameters, *rng.choices(tensors, k=MORE)):
        yield address.of(tensor.name, [rng.randrange(extent) for extent in tensor.shape])
    if trace(case).origin is not None:
        there = [name for name in BEGINNINGS if trace(case).origin.batch or name not in ("starts", "data")]
        yield from (f"{name}[{n}]" for name in there for n in ((0,) if name == "starts" else (0, 5, 100)))


@pytest.mark.parametrize("case", EXPLAINED)
def test_what_is_said_of_a_number_is_what_python_says(case: str) -> None:
    addresses = list(asked(case))
    found: list[dict[str, Any]] = of_case(case, EXPLAIN, asked=addresses)
    for where, there in zip(addresses, found, strict=True):
        want = told(explainer(case).explain(where))
        np.testing.assert_allclose(there.pop("values"), want.pop("values"), rtol=1e-12, err_msg=where)
        assert there == want, where
