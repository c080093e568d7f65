"""The NumPy engine's manners: types, inputs left alone, no shared memory, what it computes and what it raises."""

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.notation import Assignment, Index, Program, Sum, Tensor, Where, Writer, check, exp
from gpt_by_hand.notation.errors import DefinitionError
from tests.model.cases import CASES, NAMES, inputs_as

A, B, B2 = Index("i", 2), Index("j", 3), Index("j2", 3)
X = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])


def formulas(**right) -> Program:
    """A program with the inputs x[i, j] and s that defines each of `right`: its indices and a function of x and s."""
    write = Writer()
    x, s = write.input("x", A, B), write.input("s")
    for name, (indices, expression) in right.items():
        write.define(name, "")[indices] = expression(x, s)
    return check(write.program())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_every_array_has_the_type_asked_for_and_its_shape(name, dtype):
    program = CASES[name].program
    for key, value in compile_numpy(program, dtype=dtype)(inputs_as(name, dtype)).items():
        assert np.shape(value) == program.tensors[key].shape, key
        if program.tensors[key].indices:
            assert value.dtype == dtype, key
        else:  # a Python number, or one of the arrays' type
            assert type(value) in (int, float, dtype) or value.dtype == dtype, key


@pytest.mark.parametrize("name", NAMES)
def test_inputs_are_not_changed_and_share_no_memory_with_outputs(name):
    given = inputs_as(name, np.float32)
    before = {key: np.copy(value) for key, value in given.items()}
    results = compile_numpy(CASES[name].program)(given)
    for key, value in before.items():
        np.testing.assert_array_equal(given[key], value)
    arrays = [value for value in given.values() if isinstance(value, np.ndarray)]
    for key, value in results.items():
        assert not any(np.may_share_memory(value, array) for array in arrays), key


COPIES = {
    "as it is": ((A, B), lambda x, s: x[A, B]),
    "turned": ((B, A), lambda x, s: x[A, B]),
    "a part": ((B,), lambda x, s: x[1, B]),
    "repeated": ((A, B), lambda x, s: x[0, B]),
    "a branch": ((A, B), lambda x, s: Where(s() < 1, x[A, B], x[0, B])),
}


@pytest.mark.parametrize("form", COPIES)
def test_an_output_that_copies_an_input_has_memory_of_its_own(form):
    program = formulas(y=COPIES[form])
    x = X.copy()
    y = compile_numpy(program, dtype=np.float64)({"x": x, "s": 0.5})["y"]
    x[:] = 0
    np.testing.assert_array_equal(y, reference.run(program, {"x": X, "s": 0.5})["y"])


def test_a_copy_of_a_copy_has_memory_of_its_own():
    write = Writer()
    x, y, z = write.input("x", A), write.define("y", ""), write.define("z", "")
    y[A] = x[A]
    z[A] = y[A]
    results = compile_numpy(write.program())({"x": np.ones(2, np.float32)})
    results["y"][0] = 5
    np.testing.assert_array_equal(results["z"], [1, 1])


def test_running_twice_gives_the_same_numbers():
    given = inputs_as("pencil", np.float32)
    run = compile_numpy(CASES["pencil"].program)
    first, second = run(given), run(given)
    assert all(np.array_equal(first[key], second[key]) for key in first)


def test_what_is_masked_is_minus_infinity_and_gets_no_weight():
    results = compile_numpy(CASES["demo"].program)(inputs_as("demo", np.float32))
    above = np.triu(np.ones((8, 8), bool), 1)
    assert (results["h.0.attn.scores"][..., above] == -np.inf).all()
    assert np.isfinite(results["h.0.attn.scores"][..., ~above]).all()
    for name in ("exp", "weights"):
        assert (results[f"h.0.attn.{name}"][..., above] == 0).all()
    assert (results["d.h.0.attn.scores"][..., above] == 0).all()
    assert np.isfinite(results["loss"])


@pytest.mark.parametrize("part", ["wpe", "h.0.attn.c_attn", "ln_f"])
def test_not_a_number_in_a_weight_reaches_the_loss_and_every_new_weight(part):
    weight = f"transformer.{part}.weight"
    given = inputs_as("pocket", np.float32)
    spoilt = given[weight].copy()
    spoilt.flat[0] = np.nan
    results = compile_numpy(CASES["pocket"].program)({**given, weight: spoilt})
    assert np.isnan(results["loss"]) and np.isnan(results["clip.norm"])
    assert all(np.isnan(results[f"new.{p.name}"]).all() for p in CASES["pocket"].program.parameters)


def test_not_a_number_in_one_sequence_leaves_the_other_alone():
    given = inputs_as("dropout", np.float32)
    mask = given["drop.mask"].copy()
    mask[0, 0, 0] = np.nan
    good = compile_numpy(CASES["dropout"].program, ["sequence_loss"])
    spoilt = good({**given, "drop.mask": mask})["sequence_loss"]
    assert np.isnan(spoilt[0]) and spoilt[1] == good(given)["sequence_loss"][1]


def test_only_what_is_asked_for_is_computed():
    program = formulas(y=((A,), lambda x, s: Sum(B, x[A, B])), z=((), lambda x, s: exp(s())))
    assert compile_numpy(program, ["z"])({"s": 0}) == {"z": 1}  # without x
    assert list(compile_numpy(program, ["z", "y"])({"s": 0, "x": X})) == ["z", "y"]
    assert list(compile_numpy(program)({"s": 0, "x": X})) == ["y", "z"]


def test_errors_name_what_is_missing():
    program = formulas(y=((A,), lambda x, s: Sum(B, x[A, B])))
    with pytest.raises(DefinitionError, match="loss"):
        compile_numpy(program, ["y", "loss"])
    with pytest.raises(KeyError, match="x"):
        compile_numpy(program, ["y"])({"s": 1})
    with pytest.raises(IndexError):
        compile_numpy(CASES["pencil"].program, ["tok_emb"])(
            {**inputs_as("pencil", np.float32), "tokens": np.full((2, 4), 8)}
        )


@pytest.mark.parametrize(
    "names", [("a.b", "a_b", "a.b_"), ("np", "math", "erf"), ("in", "lambda", "given"), ("range_0", "mask_1", "dtype")]
)
def test_any_name_will_do(names):
    first, second, third = (Tensor(name, (A,)) for name in names)
    below = Where(A <= 0, first[A] - 2 * exp(second[A]), A)
    program = check(Program((first, second), (), (Assignment(third, (A,), below),)))
    given = {names[0]: np.array([1.0, 2.0]), names[1]: np.array([3.0, 5.0])}
    got = compile_numpy(program, dtype=np.float64)(given)[names[2]]
    np.testing.assert_allclose(got, reference.run(program, given)[names[2]], rtol=1e-15)


def test_many_masks_in_one_program():
    """Constant arrays are numbered, and number 1 must not be taken for the beginning of number 10."""
    indices = [Index(f"i{extent}", extent) for extent in range(1, 15)]
    write = Writer()
    for index in indices:
        write.define(f"y{index.extent}", "")[index] = Where(index <= 2, 1, 2)
    results = compile_numpy(write.program())({})
    for index in indices:
        np.testing.assert_array_equal(results[f"y{index.extent}"], np.where(np.arange(index.extent) <= 2, 1, 2))


def test_parts_in_any_order_fill_the_whole():
    y, x = Tensor("y", (A, B)), Tensor("x", (B,))
    program = check(Program((x,), (), (Assignment(y, (1, B), -x[B]), Assignment(y, (0, B), Sum(B2, x[B2])))))
    got = compile_numpy(program)({"x": np.array([1, 2, 4], np.float32)})["y"]
    np.testing.assert_array_equal(got, [[7, 7, 7], [-1, -2, -4]])
    assert got.dtype == np.float32


@pytest.mark.parametrize("name", NAMES)
def test_double_precision_from_single(name):
    """Weights, moments and masks may be float32: the numbers are those from the same weights in float64, all of it."""
    single, double = inputs_as(name, np.float32), inputs_as(name, np.float64)
    before = {key: np.array(value) for key, value in single.items()}
    got, want = (compile_numpy(CASES[name].program, dtype=np.float64)(given) for given in (single, double))
    for key, value in got.items():
        assert np.asarray(value).dtype in (np.float64, np.int64), key
        np.testing.assert_array_equal(value, want[key], err_msg=key)
    assert all(np.array_equal(single[key], before[key]) for key in single)
