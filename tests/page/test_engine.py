"""Every number of a page is the reference engine's, and so are those of the iterations that come after."""

from __future__ import annotations

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from tests.engines.closeness import error
from tests.page.cases import CASES, trace
from tests.page.pages import by_name, with_page
from tests.support.node import needs_node

pytestmark = needs_node


def reference_numbers(case: str) -> dict[str, np.ndarray]:
    """The tensors of a case in double precision, computed one number at a time."""
    whole = trace(case)
    given = {}
    for tensor in (*whole.program.inputs, *whole.program.parameters):
        array = np.asarray(whole.arrays[tensor.name])
        given[tensor.name] = array if tensor.kind == "integer" else array.astype(np.float64)
    return reference.run(whole.program, given)


@pytest.mark.parametrize("case", CASES)
def test_every_number_is_the_reference_engines(case):
    got = by_name(trace(case).program, with_page("send([...engine.x]);", case))
    want = reference_numbers(case)
    assert set(want) >= set(trace(case).program.definitions)
    worst = {name: error(got[name], np.asarray(array)) for name, array in want.items()}
    assert max(worst.values()) < 1e-12, max(worst, key=worst.get)
