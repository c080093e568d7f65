"""Formula by engine: every form of formula gives the same numbers on each, in the declared shape and type."""

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.engines.numpy import compile_numpy
from tests.engines.closeness import EPS32, EPS64, assert_close, tolerances
from tests.engines.forms import FORMS, numbers, program


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(("dtype", "eps"), [(np.float64, EPS64), (np.float32, EPS32)])
def test_numpy_is_the_reference(name, dtype, eps):
    formulas = program(name)
    want = reference.run(formulas, numbers())["result"]
    given = {k: v.astype(dtype) if np.asarray(v).dtype == float and np.ndim(v) else v for k, v in numbers().items()}
    got = compile_numpy(formulas, dtype=dtype)(given)["result"]
    assert_close(got, want, max(2, tolerances(formulas, 1)["result"]) * eps, name)
    if not isinstance(got, (int, float)):  # what follows from scalars alone stays a Python number
        assert got.dtype == dtype
