"""The NumPy engine computes what the reference engine does, number for number, for a whole iteration of five models."""

import numpy as np
import pytest

from gpt_by_hand.engines.numpy import compile_numpy
from tests.engines.closeness import EPS32, EPS64, assert_close, error, tolerances
from tests.model.cases import CASES, NAMES, definition, inputs_as


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("dtype", "eps"), [(np.float64, EPS64), (np.float32, EPS32)])
def test_every_number_of_an_iteration(name, dtype, eps):
    program, want = CASES[name].program, definition(name)
    got = compile_numpy(program, dtype=dtype)(inputs_as(name, dtype))
    allowed = tolerances(program, eps)
    assert got.keys() == allowed.keys() == program.definitions.keys()
    for tensor, tolerance in allowed.items():
        assert_close(got[tensor], want[tensor], tolerance, tensor)


@pytest.mark.parametrize("name", NAMES)
def test_float64_agrees_to_a_millionth_of_a_millionth(name):
    got = compile_numpy(CASES[name].program, dtype=np.float64)(inputs_as(name, np.float64))
    assert max(error(got[tensor], definition(name)[tensor]) for tensor in got) < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_the_case_is_what_it_says(name):
    case, values = CASES[name], definition(name)
    assert case.iteration > 0
    assert bool(values.get("clip.scale", 1) < 1) is case.clips
    moments = [value for key, value in values.items() if key.startswith("previous.")]
    assert moments and all(np.any(moment) for moment in moments)
    assert all(np.isfinite(value).all() for key, value in values.items() if not key.endswith(".scores"))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "tensor",
    ["loss", "h.0.attn.weights", "d.transformer.wte.weight", "new.transformer.wpe.weight"],
)
def test_one_number_a_little_off_is_found(name, tensor):
    want = definition(name)[tensor]
    place = np.unravel_index(np.abs(want).argmax(), want.shape)
    off = want.copy()
    off[place] *= 1 + 1e-4
    allowed = tolerances(CASES[name].program, EPS32)[tensor]
    assert_close(want, want, allowed)
    with pytest.raises(AssertionError):
        assert_close(off, want, allowed)


def test_the_comparison_can_fail_otherwise_too():
    good = np.array([1.0, -np.inf, 0.0])
    for bad in ([1.0, 0.0, 0.0], [1.0, -np.inf, np.nan], [1.0, np.inf, 0.0], [1.0, -np.inf], [1.0, -np.inf, 1e-3]):
        with pytest.raises(AssertionError):
            assert_close(np.array(bad), good, 1e-6)
    with pytest.raises(AssertionError):
        assert_close(np.full(2, 1e-30), np.zeros(2), 1e-6)
    assert_close(good, good, 0)
