"""Whatever program one writes: the engines agree, and the derived gradients are the slopes that nudging finds."""

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from gpt_by_hand.engines import reference
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.notation import Binary, Constant, Negate, Program, check, differentiate
from gpt_by_hand.notation.algebra import is_number
from tests.engines.closeness import scale
from tests.model.differences import slopes
from tests.notation.strategies import numbers, programs

seeds = st.integers(0, 999)


def given_to(program: Program, seed: int) -> dict[str, object]:
    return numbers((*program.inputs, *program.parameters), seed)


@given(programs(maxima=True), seeds)
def test_numpy_and_reference_agree(program, seed):
    check(program)
    want = reference.run(program, given_to(program, seed))
    got = compile_numpy(program, dtype=np.float64)(given_to(program, seed))
    for name in program.definitions:
        # Sums of up to 3^4 terms that may cancel: 1e-12 of the largest number anywhere, and of the tensor's own scale.
        np.testing.assert_allclose(got[name], want[name], rtol=1e-12, atol=1e-12 * max(scale(v) for v in want.values()))
        assert np.shape(got[name]) == program.tensors[name].shape


@given(programs(maxima=True), seeds)
def test_float32_stays_float32(program, seed):
    given = {k: np.float32(v) if k[0] == "p" else v for k, v in given_to(program, seed).items()}
    for name, value in compile_numpy(program)(given).items():
        assert type(value) in (int, float) or value.dtype == np.float32, name


@given(programs(), seeds)
def test_gradients_are_slopes(program, seed):
    derived = check(differentiate(program, "loss"))
    values = {**given_to(program, seed), **reference.run(derived, given_to(program, seed))}
    fast = compile_numpy(derived, dtype=np.float64)(given_to(program, seed))
    for name in (x[2:] for x in derived.definitions if x.startswith("d.") and x != "d.loss"):
        np.testing.assert_allclose(fast[f"d.{name}"], values[f"d.{name}"], rtol=1e-10, atol=1e-11 * size(values, name))
        want, noise = slopes(program, name, values)
        allowed = 1e-6 * scale(want) + noise + 1e-9 * size(values, name)
        assert np.abs(values[f"d.{name}"] - want).max(initial=0) <= allowed, name


def size(values: dict[str, object], name: str) -> float:
    """How large a slope is to be expected: the loss over the tensor's scale."""
    return max(1, abs(float(values["loss"]))) / (scale(values[name]) or 1)


@given(programs())
def test_gradients_reach_every_parameter_that_is_used(program):
    derived = differentiate(program, "loss")
    assert {f"d.{parameter.name}" for parameter in program.parameters} <= derived.definitions.keys()


@given(programs())
def test_gradients_are_fit_to_read(program):
    forward = written(program)
    assume(not any(isinstance(node, Negate) and isinstance(node.operand, (Negate, Constant)) for node in forward))
    for assignment in differentiate(program, "loss").assignments[len(program.assignments) :]:
        for node in assignment.expression.walk():
            if isinstance(node, Negate):
                assert not isinstance(node.operand, (Negate, Constant))
            if isinstance(node, Binary) and node not in forward:
                neutral = {"+": 0, "-": 0, "*": 1, "/": 1, "**": 1}[node.operator]
                assert not is_number(node.right, neutral)
                assert not (node.operator in "+*" and is_number(node.left, neutral))
                assert not (node.operator == "+" and isinstance(node.right, Negate))


def written(program: Program) -> set:
    """What the formulas that were not derived consist of."""
    return {node for assignment in program.assignments for node in assignment.expression.walk()}
