"""What does not make sense is found before it runs, and the message says what, where and with which values."""

import sys

import pytest

from gpt_by_hand.notation import Assignment, Index, Max, Program, Sum, Tensor, Where, Writer, check, exp
from gpt_by_hand.notation.errors import DefinitionError, ExtentError, FormulaError, UnboundIndexError

i, j, k = Index("i", 2), Index("j", 3), Index("k", 4)
long_i = Index("i", 5)
part = Index("part", 2)
x, u, n = Tensor("x", (i, j)), Tensor("u", (i,)), Tensor("n", (i,), "integer")
y = Tensor("y", (i,))


def one(expression, target=y, subscripts=None) -> Program:
    """The program y[i] = expression, as if written at model/part.py:12."""
    subscripts = target.indices if subscripts is None else subscripts
    return Program((x, u, n), (), (Assignment(target, subscripts, expression, written_at="model/part.py:12"),))


def raises(kind, message, program):
    with pytest.raises(kind, match=message) as caught:
        check(program)
    return str(caught.value)


def test_a_good_program_comes_back_as_it_is():
    program = one(Sum(j, x[i, j]) * u[i] + Max(j, x[i, j] + x[i, 2]) + u[n[i]])
    assert check(program) is program


@pytest.mark.parametrize(
    "expression",
    [
        x[i, j],
        Sum(j, x[i, j]) + x[i, j],
        exp(j),
        Where(j < 1, 1, 2),
        Where(i < 1, x[i, j], 2),
        Where(i < 1, 2, x[i, j]),
        x[n[i], j],
        -Sum(Index("k", 2), x[Index("k", 2), j]),
    ],
)
def test_an_index_that_nothing_binds(expression):
    message = raises(UnboundIndexError, "y: index j is bound by nothing", one(expression))
    assert message.endswith("written at model/part.py:12")


@pytest.mark.parametrize(
    "expression",
    [
        Sum(i, u[i]),
        Sum(j, Sum(j, x[i, j])),
        Sum(j, j, x[i, j]),
        Sum(j, x[i, j] * Max(j, x[i, j])),
        Max(j, Sum(i, x[i, j])),
    ],
)
def test_an_index_that_is_bound_twice(expression):
    raises(UnboundIndexError, "y: index [ij] is bound twice", one(expression))


def test_the_same_letter_in_sums_beside_each_other_is_fine():
    check(one(Sum(j, x[i, j]) / Sum(j, x[i, j] ** 2)))


def test_extents_that_disagree_are_named_with_their_tensors_and_the_line():
    program = one(Sum(k, x[i, k] * Tensor("w", (k,))[k]))
    program = Program((*program.inputs, Tensor("w", (k,))), (), program.assignments)
    message = raises(ExtentError, "y: index k is 3 in x but 4 in w", program)
    assert message.endswith("written at model/part.py:12")


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (u[long_i], "index i is 2 in u but 5 in its own declaration"),
        (u[i] + long_i, "index i is 2 in u but 5 in its own declaration"),
        (Where(long_i < 2, u[i], 0), "index i is 2 in u but 5"),
        (Sum(Index("j", 4), x[i, Index("j", 4)]), "index j is 3 in x but 4 in its own declaration"),
        (Sum(j, x[i, j]) + Sum(Index("j", 4), Index("j", 4)), "index j is 3 in x but 4"),
        (Sum(j, x[j, 0]), "index j is 2 in x but 3 in its own declaration"),
        (x[n[Index("i", 3)], 0], "index i is 2 in n but 3"),
        (x[i, 3], "subscript 3 of x is outside 0 … 2"),
        (x[-1, 0], "subscript -1 of x is outside 0 … 1"),
        (x[i], "x has 2 axes but 1 subscripts"),
        (u[i, 0], "u has 1 axes but 2 subscripts"),
        (Tensor("u", (j,))[j], r"u is \(3,\) here but \(2,\) where it is defined"),
    ],
)
def test_extents(expression, message):
    raises(ExtentError, f"y: {message}", one(expression))


def test_left_hand_side_and_right_hand_side_must_agree():
    raises(ExtentError, "y: index i is 2 in x but 5 in y", one(x[i, 0], Tensor("y", (long_i,))))
    raises(ExtentError, "y: index j is 2 in y but 3", one(u[0], y, (j,)))


def test_used_before_it_is_defined():
    z = Tensor("z", (i,))
    first, second = Assignment(y, (i,), z[i], written_at="a.py:1"), Assignment(z, (i,), u[i])
    message = raises(DefinitionError, "y: z is used before it is defined", Program((u,), (), (first, second)))
    assert "written at a.py:1" in message
    check(Program((u,), (), (second, first)))
    raises(DefinitionError, "y: y is used before it is defined", one(y[i] + 1))


def test_defined_twice():
    again = one(u[i]).assignments * 2
    raises(DefinitionError, "y is defined twice|y: is defined twice", Program((u,), (), again))
    raises(DefinitionError, "u: is defined twice", one(x[i, 0], u))
    raises(DefinitionError, "inputs or parameters", Program((u, Tensor("u")), (), ()))
    raises(DefinitionError, "inputs or parameters", Program((u,), (u,), ()))


def test_defined_twice_with_other_axes():
    other = Assignment(Tensor("y", (i, j)), (i, j), x[i, j])
    raises(DefinitionError, "y: is defined twice", Program((x, u), (), (*one(u[i]).assignments, other)))


# A tensor may be defined in parts, each with other constants on the left.

whole = Tensor("y", (part, i))


def parts(*assignments) -> Program:
    return Program((u,), (), tuple(Assignment(whole, left, right) for left, right in assignments))


def test_parts_that_make_a_whole():
    check(parts(((0, i), u[i]), ((1, i), -u[i])))
    check(parts(((part, 1), u[0]), ((part, 0), u[part])))


@pytest.mark.parametrize(
    ("program", "error", "message"),
    [
        (parts(((0, i), u[i])), DefinitionError, "only 2 of the 4 elements of y are defined"),
        (parts(((0, i), u[i]), ((0, i), u[i])), DefinitionError, r"y\[0\]: is defined twice"),
        (parts(((0, i), u[i]), ((part, i), u[i])), DefinitionError, "defined twice"),
        (parts(((0, i), u[i]), ((part, 1), u[0])), DefinitionError, r"y\[1\]: is defined twice"),
        (parts(((0, i), u[i]), ((2, i), u[i])), ExtentError, r"y\[2\]: subscript 2 of y is outside 0 … 1"),
        (parts(((0, i), u[i]), ((-1, i), u[i])), ExtentError, r"subscript -1 of y is outside"),
        (parts(((0, i), u[i]), ((1, i), whole[0, i])), DefinitionError, "only 2 of the 4 elements"),
        (parts(((0, i), u[i]), ((1, i), whole[1, i])), DefinitionError, "only 2 of the 4 elements"),
        (parts(((part,), u[part])), DefinitionError, "must name each of its 2 axes"),
        (parts(((part, part), u[part])), DefinitionError, "must name each of its 2 axes"),
    ],
)
def test_parts_that_do_not(program, error, message):
    raises(error, message, program)


def test_what_is_half_defined_cannot_be_used():
    half, use = Assignment(whole, (0, i), u[i]), Assignment(Tensor("z", (i,)), (i,), whole[0, i])
    rest = Assignment(whole, (1, i), u[i])
    raises(DefinitionError, "z: only 2 of the 4 elements of y are defined", Program((u,), (), (half, use, rest)))
    check(Program((u,), (), (half, rest, use)))


def test_only_integers_look_up():
    raises(DefinitionError, "u holds no integers", one(x[u[i], 0]))


@pytest.mark.parametrize(
    "expression",
    [
        u[i] < 1,
        1 + (u[i] < 1),
        Sum(j, x[i, j] < 1),
        exp(u[i] < 1),
        Where(u[i] < 1, u[i] < 2, 0),
        Where((u[i] < 1) < 2, 1, 0),
    ],
)
def test_a_comparison_is_only_a_condition(expression):
    raises(FormulaError, "a comparison can only be the condition of a Where", one(expression))


def test_a_condition_is_only_a_comparison():
    raises(FormulaError, "the condition of a Where must be a comparison", one(Where(u[i], 1, 0)))


def test_the_writer_tells_where_a_formula_was_written():
    write = Writer()
    given = write.input("x", i, j)
    bad = write.define("bad", "")
    line = sys._getframe().f_lineno + 1
    bad[i] = given[i, j]
    message = raises(UnboundIndexError, "bad: index j", write.program())
    assert message.endswith(f"written at notation/test_check.py:{line}")
