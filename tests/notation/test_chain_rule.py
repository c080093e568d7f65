"""Derived gradients, formula by formula: as in a textbook, and true where letters get in each other's way."""

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import (
    Assignment,
    Index,
    Max,
    Program,
    Scope,
    Sum,
    Tensor,
    Where,
    Writer,
    check,
    cos,
    differentiate,
    equal,
    erf,
    exp,
    log,
    sqrt,
    tanh,
)
from gpt_by_hand.notation.chain_rule import DERIVATIVE
from gpt_by_hand.notation.errors import DefinitionError, NotDifferentiableError
from gpt_by_hand.printers.text import formula
from tests.model.differences import slopes

i, j, k, m = Index("i", 2), Index("j", 3), Index("k", 3), Index("m", 2)
T = {
    "x": Tensor("x", (i,)),
    "w": Tensor("w", (j, k)),
    "A": Tensor("A", (i, j)),
    "qkv": Tensor("qkv", (Index("s", 3), j)),
    "c": Tensor("c"),
}
x, w, A, qkv, c = T.values()
n, mask = Tensor("n", (i,), "integer"), Tensor("mask", (i,))


def of(left, right, extra=()) -> Program:
    """y[left] = right, loss = sum(y ** 2), and their gradients."""
    write = Writer()
    write.inputs, write.parameters = [n, mask], list(T.values())
    y, loss = write.define("y", ""), write.define("loss", "")
    y[left] = right
    loss[()] = Sum(*left, y[left] ** 2) if left else y[()] ** 2
    return check(differentiate(write.program(), "loss"))


def gradient(program: Program, name: str) -> list[str]:
    return [formula(assignment) for assignment in program.definitions[f"d.{name}"]]


def assert_slopes_of(program: Program) -> None:
    rng = np.random.default_rng(3)
    given = {t.name: rng.normal(size=t.shape)[()] for t in (*program.inputs, *program.parameters)} | {
        "n": np.array([2, 0])
    }
    values = {**given, **reference.run(program, given)}
    for name in (key[2:] for key in program.definitions if key.startswith("d.")):
        want, noise = slopes(program, name, values)
        np.testing.assert_allclose(values[f"d.{name}"], want, rtol=1e-6, atol=1e-7 * np.abs(want).max() + noise)


TEXTBOOK = {
    "sum": ((i,), x[i] + x[i] * 3, "x", "d.x[i] = d.y[i] + d.y[i] * 3"),
    "difference": ((i,), c() - x[i], "x", "d.x[i] = -d.y[i]"),
    "product": ((i,), x[i] * mask[i] * c(), "c", "d.c = sum(i, d.y[i] * x[i] * mask[i])"),
    "quotient": ((i,), 1 / x[i], "x", "d.x[i] = -(d.y[i] * y[i] / x[i])"),
    "square": ((i,), x[i] ** 2, "x", "d.x[i] = d.y[i] * (2 * x[i])"),
    "cube": ((i,), x[i] ** 3, "x", "d.x[i] = d.y[i] * (3 * x[i] ** 2)"),
    "first power": ((i,), x[i] ** 1, "x", "d.x[i] = d.y[i]"),
    "zeroth power": ((i,), x[i] ** 0 * c(), "x", "d.x[i] = 0"),
    "exp": ((i,), exp(x[i]), "x", "d.x[i] = d.y[i] * y[i]"),
    "exp of a negative": ((i,), exp(-x[i]), "x", "d.x[i] = -(d.y[i] * y[i])"),
    "log": ((i,), log(x[i] ** 2), "x", "d.x[i] = d.y[i] / x[i] ** 2 * (2 * x[i])"),
    "tanh": ((i,), tanh(x[i]), "x", "d.x[i] = d.y[i] * (1 - y[i] * y[i])"),
    "square root": ((i,), sqrt(exp(x[i])), "x", "d.x[i] = d.y[i] / (2 * y[i]) * exp(x[i])"),
    "reciprocal root": ((i,), 1 / sqrt(exp(x[i])), "x", "d.x[i] = -(d.y[i] * y[i] ** 3 / 2 * exp(x[i]))"),
    "erf": ((i,), erf(x[i]), "x", "d.x[i] = d.y[i] * (2 / sqrt(pi) * exp(-x[i] ** 2))"),
    "matrix product": ((i, k), Sum(j, A[i, j] * w[j, k]), "A", "d.A[i, j] = sum(k, d.y[i, k] * w[j, k])"),
    "the other factor": ((i, k), Sum(j, A[i, j] * w[j, k]), "w", "d.w[j, k] = sum(i, d.y[i, k] * A[i, j])"),
    "broadcast": ((i, j), x[i], "x", "d.x[i] = sum(j, d.y[i, j])"),
    "mean": ((), Sum(i, x[i]) / 2, "x", "d.x[i] = d.y / 2"),
    "decision": ((i,), Where(i < 1, x[i], -x[i]), "x", "d.x[i] = where(i < 1, d.y[i], 0) - where(i < 1, 0, d.y[i])"),
    "lookup": ((i, k), w[n[i], k], "w", "d.w[j, k] = sum(i, where(n[i] == j, d.y[i, k], 0))"),
    "one element": ((), w[1, 2] * 4, "w", "d.w[j, k] = where(2 == k, where(1 == j, d.y * 4, 0), 0)"),
    "diagonal": ((j,), w[j, j], "w", "d.w[j, k] = where(j == k, d.y[j], 0)"),
    "turned": ((k, j), w[j, k], "w", "d.w[j, k] = d.y[k, j]"),
    "row and column": ((j,), w[j, 0] * w[0, j], "w", None),
    "part and whole": ((j,), Sum(k, w[j, k]) + w[1, j], "w", None),
}


@pytest.mark.parametrize("name", TEXTBOOK)
def test_as_in_a_textbook(name):
    left, right, of_what, want = TEXTBOOK[name]
    program = of(left, right)
    if want is not None:
        assert gradient(program, of_what) == [want]
    assert_slopes_of(program)


def test_parts_that_are_used_apart_get_gradients_apart():
    program = of((j,), qkv[0, j] * exp(qkv[2, j]) - qkv[1, j])
    assert gradient(program, "qkv") == [
        "d.qkv[0, j] = d.y[j] * exp(qkv[2, j])",
        "d.qkv[1, j] = -d.y[j]",
        "d.qkv[2, j] = d.y[j] * qkv[0, j] * exp(qkv[2, j])",
    ]
    assert_slopes_of(program)


@pytest.mark.parametrize(
    "right", [qkv[0, j] * qkv[2, j], qkv[0, j] + Sum(Index("s", 3), qkv[Index("s", 3), j]), qkv[2, j]]
)
def test_parts_that_don_t_make_a_whole_become_conditions(right):
    program = of((j,), right)
    assert len(program.definitions["d.qkv"]) == 1
    assert_slopes_of(program)


ENTANGLED = {
    "product of sums": ((), Sum(i, x[i]) * Sum(i, exp(x[i]))),
    "log of a sum of exp": ((i,), log(Sum(j, exp(A[i, j])))),
    "softmax in one formula": ((i, j), exp(A[i, j]) / Sum(k, exp(A[i, k]))),
    "the letter of the tensor means something else": ((k,), Sum(j, w[k, j] * w[j, k])),
    "both letters exchanged": ((k, j), w[k, j] * exp(w[j, k])),
    "the tensor's letter on the left": ((i, j), A[i, k.extent - 1] * A[m.extent - 1, j]),
    "sum inside a sum": ((j,), Sum(k, w[j, k] * Sum(j_ := Index("j_", 3), w[j_, k] * tanh(w[k, j_])))),
    "three sums of one letter": ((), Sum(i, x[i]) * Sum(i, x[i] ** 2) / (2 + Sum(i, x[i] ** 2))),
    "a sum over nothing": ((i,), Sum(j, k, x[i] * tanh(x[i]))),
    "a sum over nothing else": ((), Sum(i, c() ** 2) + Sum(j, c())),
    "lookup in a sum": ((), Sum(i, j, w[n[i], j] * w[j, n[i]])),
    "lookup of the diagonal": ((i,), w[n[i], n[i]] ** 2),
    "lookup and constant": ((i,), w[n[i], 0] * A[1, n[i]]),
    "positions as numbers": ((i,), i * x[i] - Sum(j, j * A[i, j])),
    "decisions inside": ((j,), Sum(k, Where(k <= j, exp(w[j, k]), Where(equal(k, 2), w[k, j], 3)))),
}


@pytest.mark.parametrize("name", ENTANGLED)
def test_letters_that_get_in_each_other_s_way(name):
    assert_slopes_of(of(*ENTANGLED[name]))


def test_a_letter_that_counts_to_something_else_in_another_formula():
    write = Writer()
    write.parameters += [c]
    short, long = Index("i", 2), Index("i", 5)
    first, second, loss = (write.define(name, "") for name in ("first", "second", "loss"))
    first[()] = Sum(short, c() * exp(short * c() / 9))
    second[()] = Sum(long, c() * tanh(long * c()))
    loss[()] = first() * second()
    program = check(differentiate(write.program(), "loss"))
    values = {"c": np.float64(0.4), **reference.run(program, {"c": 0.4})}
    assert values["d.c"] == pytest.approx(slopes(program, "c", values)[0], rel=1e-8)


def test_a_parameter_that_is_also_used_beside_the_way_to_the_loss():
    write = Writer()
    write.parameters += [x]
    aside, loss, after = (write.define(name, "") for name in ("aside", "loss", "after"))
    aside[()] = Sum(i, x[i])
    loss[()] = Sum(i, x[i] ** 2)
    after[()] = exp(loss())
    program = check(differentiate(write.program(), "loss"))
    assert gradient(program, "x") == ["d.x[i] = d.loss * (2 * x[i])"]
    assert not {"d.aside", "d.after"} & program.definitions.keys()


def test_who_gets_no_gradient():
    program = of((i,), x[i] * mask[i] - Max(j, A[i, j]) + mask[i] ** 2)
    assert {key for key in program.definitions if key.startswith("d.")} == {"d.loss", "d.y", "d.x"}


def test_titles_phases_and_places():
    write = Writer()
    given = write.parameter("w", j, stored=((j,), ()))
    with write.at(Scope("head")):
        write.define("loss", "")[()] = Sum(j, given[j])
    added = differentiate(write.program(), "loss").assignments[1:]
    assert [a.name for a in added] == ["d.loss", "d.w"]
    assert {(a.phase, a.scope.name) for a in added} == {("backward", "head")}
    assert all("?" in a.title and a.target.name[2:] in a.title and a.written_at for a in added)
    assert added[1].target.stored_shape == (3, 1)


@pytest.mark.parametrize("right", [cos(x[i]), 2 ** x[i], x[i] ** c(), x[i] + cos(tanh(x[i]))])
def test_what_has_no_rule_is_refused(right):
    with pytest.raises(NotDifferentiableError, match=r"no derivative rule for (cos|\*\*)"):
        of((i,), right)


def test_what_has_no_rule_is_fine_where_no_parameter_is():
    of((i,), x[i] * cos(mask[i]) ** mask[i])


def test_a_tensor_in_parts_is_refused():
    y, loss = Tensor("y", (i, j)), Tensor("loss")
    parts = tuple(Assignment(y, (place, j), A[place, j]) for place in (0, 1))
    program = check(Program((), (A,), (*parts, Assignment(loss, (), Sum(i, j, y[i, j])))))
    with pytest.raises(NotDifferentiableError, match="defined in parts"):
        differentiate(program, "loss")


@pytest.mark.parametrize("loss", ["los", "x", "y"])
def test_a_loss_is_a_scalar_that_the_program_defines(loss):
    program = Program((), (x,), (Assignment(Tensor("y", (i,)), (i,), x[i]),))
    with pytest.raises(DefinitionError, match=f"{loss} is no scalar"):
        differentiate(program, loss)


@pytest.mark.parametrize("function", DERIVATIVE)
@pytest.mark.parametrize("point", [0.1, 0.7, 2.5])
def test_the_table_of_derivatives(function, point):
    write = Writer()
    write.parameters += [c]
    make = {"exp": exp, "log": log, "sqrt": sqrt, "tanh": tanh, "erf": erf}[function]
    write.define("loss", "")[()] = make(c())
    program = differentiate(write.program(), "loss")
    values = {"c": np.float64(point), **reference.run(program, {"c": point})}
    assert values["d.c"] == pytest.approx(slopes(program, "c", values)[0], rel=1e-8)
