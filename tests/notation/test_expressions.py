"""Python's operators build nodes exactly as written, and what is no part of a formula is refused."""

from fractions import Fraction
from types import ModuleType

import numpy as np
import pytest

from gpt_by_hand import notation
from gpt_by_hand.notation import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Index,
    Max,
    Negate,
    Reduction,
    Sum,
    Tensor,
    Where,
    cos,
    equal,
    erf,
    exp,
    inf,
    log,
    sqrt,
    tanh,
)

i, j = Index("i", 2), Index("j", 3)
x, n, loss = Tensor("x", (i, j)), Tensor("n", (i,), "integer"), Tensor("loss")
a, b = x[i, j], x[j, 0]
two = Constant(2)


@pytest.mark.parametrize(
    ("built", "want"),
    [
        (a + b, Binary("+", a, b)),
        (a - 2, Binary("-", a, two)),
        (2 - a, Binary("-", two, a)),
        (2 + a, Binary("+", two, a)),
        (a * b, Binary("*", a, b)),
        (2 * a, Binary("*", two, a)),
        (a / 2, Binary("/", a, two)),
        (2 / a, Binary("/", two, a)),
        (a**2, Binary("**", a, two)),
        (2**a, Binary("**", two, a)),
        (-a, Negate(a)),
        (a + 0, Binary("+", a, Constant(0))),
        (a + (b + a), Binary("+", a, Binary("+", b, a))),
        (a < b, Compare("<", a, b)),
        (a <= 2, Compare("<=", a, two)),
        (a > b, Compare(">", a, b)),
        (a >= 2, Compare(">=", a, two)),
        (equal(a, 2), Compare("==", a, two)),
        (Sum(i, j, a), Reduction("sum", (i, j), a)),
        (Max(j, 2), Reduction("max", (j,), two)),
        (Sum(i, i), Reduction("sum", (i,), i)),
        (Where(i <= j, 2, a).then, two),
        (x[0, j], Access(x, (0, j))),
        (n[i], Access(n, (i,))),
        (loss(), Access(loss, ())),
        (-inf, Negate(Constant(float("inf")))),
    ],
)
def test_built_as_written(built, want):
    assert built == want


@pytest.mark.parametrize("function", [cos, erf, exp, log, sqrt, tanh])
def test_functions_take_numbers_and_expressions(function):
    assert function(a) == Call(function.__name__, a)
    assert function(2) == Call(function.__name__, two)


def test_walk_is_parents_first_and_goes_into_lookups():
    expression = x[n[i], j] + Sum(j, Where(i <= j, -a, exp(2)))
    kinds = [type(node).__name__ for node in expression.walk()]
    assert kinds[:6] == ["Binary", "Access", "Access", "Reduction", "Where", "Compare"]
    assert kinds[6:] == ["Index", "Index", "Negate", "Access", "Call", "Constant"]


@pytest.mark.parametrize("value", [np.float64(0.5), np.int64(3), np.bool_(True).item(), np.float64("inf")])
def test_numbers_of_numpy_become_those_of_python(value):
    assert type(Constant(value).value) in (int, float)
    assert Constant(value).value == value


@pytest.mark.parametrize("wrong", ["2", None, Fraction(1, 2), x, np.ones(2), np.float32(1)])
def test_what_is_no_part_of_a_formula_is_refused(wrong):
    with pytest.raises(TypeError):
        exp(wrong)


@pytest.mark.parametrize("subscript", [1.0, "i", x, None, slice(None), np.int64(1), two])
def test_what_is_no_subscript_is_refused(subscript):
    with pytest.raises(TypeError, match="cannot be a subscript"):
        x[subscript, j]


@pytest.mark.parametrize("arguments", [(), (a,), (a, b), (0, a)])
@pytest.mark.parametrize("reduction", [Sum, Max])
def test_a_reduction_names_its_indices(reduction, arguments):
    with pytest.raises(TypeError, match="needs indices and then a body"):
        reduction(*arguments)


def test_nodes_cannot_be_changed():
    for node, part in [(i, "extent"), (a, "tensor"), (two, "value"), (a + b, "left"), (Where(i < j, 1, 2), "then")]:
        with pytest.raises(AttributeError):
            setattr(node, part, 3)


def test_nodes_are_equal_by_structure():
    assert len({a + 2, a + 2, x[i, j] + Constant(2), Where(i < j, 1, 2), Where(i < j, 1, Constant(2))}) == 2
    assert Tensor("x", (i,), title="one") == Tensor("x", (i,), title="another")
    assert Constant(2, "D") != two


def test_shapes():
    assert x.shape == x.stored_shape == (2, 3)
    assert Tensor("w", (i, j), stored=((i, j),)).stored_shape == (6,)
    assert loss.shape == loss.stored_shape == ()


def test_public_names():
    kinds = ["Access", "Binary", "Call", "Compare", "Constant", "Index", "Negate", "Reduction", "Terms", "Where"]
    programs = ["Assignment", "Definition", "Expression", "Operand", "Program", "Tensor", "Writer"]
    programs += ["check", "differentiate"]
    words = ["Max", "Sum", "assert_never", "cos", "equal", "erf", "exp", "inf", "log", "sqrt", "tanh"]
    meanings = ["Axis", "Layout", "Role", "Scope", "Start"]
    offered = [name for name, value in vars(notation).items() if name[0] != "_" and not isinstance(value, ModuleType)]
    assert sorted(offered) == sorted(kinds + programs + words + meanings)
