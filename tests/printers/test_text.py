"""Formulas as text: parentheses where they matter, addresses as they are, and nothing lost on the way back."""

import pytest
from hypothesis import example, given, settings

from gpt_by_hand.notation import (
    Assignment,
    Constant,
    Index,
    Max,
    Negate,
    Sum,
    Tensor,
    Where,
    differentiate,
    equal,
    erf,
    inf,
    sqrt,
)
from gpt_by_hand.printers.text import formula, text
from tests.model.cases import CASES, NAMES
from tests.notation.reader import Reader
from tests.notation.strategies import ANYTHING, WORDS, any_expression, programs

i, j = Index("i", 3), Index("j", 4)
x, q, tokens = Tensor("x", (i,)), Tensor("h.0.attn.q", (i, j)), Tensor("tokens", (i,), "integer")
a, b, c = x[i], q[i, j], Tensor("loss")()
eps, half, one = Constant(1e-5, "eps"), Constant(0.5), Constant(1)


@pytest.mark.parametrize(
    ("node", "want"),
    [
        (a + b + c, "x[i] + h.0.attn.q[i, j] + loss"),
        (a + (b + c), "x[i] + (h.0.attn.q[i, j] + loss)"),
        (a - (b - c), "x[i] - (h.0.attn.q[i, j] - loss)"),
        (a - b - c, "x[i] - h.0.attn.q[i, j] - loss"),
        (a / (b * c), "x[i] / (h.0.attn.q[i, j] * loss)"),
        (a / b * c, "x[i] / h.0.attn.q[i, j] * loss"),
        (a * (b / c), "x[i] * (h.0.attn.q[i, j] / loss)"),
        (a * (b + c), "x[i] * (h.0.attn.q[i, j] + loss)"),
        (a * b + c, "x[i] * h.0.attn.q[i, j] + loss"),
        (-(a + b), "-(x[i] + h.0.attn.q[i, j])"),
        (-a + b, "-x[i] + h.0.attn.q[i, j]"),
        (-(a * b), "-(x[i] * h.0.attn.q[i, j])"),
        (-a * b, "-x[i] * h.0.attn.q[i, j]"),
        (Negate(-a), "-(-x[i])"),
        (a - -b, "x[i] - (-h.0.attn.q[i, j])"),
        ((-a) ** 2, "(-x[i]) ** 2"),
        (-(a**2), "-x[i] ** 2"),
        (a ** (b**2), "x[i] ** h.0.attn.q[i, j] ** 2"),
        ((a**b) ** 2, "(x[i] ** h.0.attn.q[i, j]) ** 2"),
        (a**-c, "x[i] ** (-loss)"),
        (a**-2, "x[i] ** (-2)"),
        (Constant(-2) ** a, "(-2) ** x[i]"),
        (Constant(-0.0) ** a, "(-0.0) ** x[i]"),
        (a * -2, "x[i] * (-2)"),
        (-Constant(2), "-(2)"),
        (-Constant(-2), "-(-2)"),
        (-eps, "-eps"),
        (Constant(-1.5, "low") ** a, "low ** x[i]"),
        (1e-6 + a + eps, "1e-06 + x[i] + eps"),
        (Where(j <= i, sqrt(a), -inf), "where(j <= i, sqrt(x[i]), -inf)"),
        (Where(equal(a + 1, tokens[i]), erf(b), 0), "where(x[i] + 1 == tokens[i], erf(h.0.attn.q[i, j]), 0)"),
        (Sum(i, j, a * b) / 3, "sum(i, j, x[i] * h.0.attn.q[i, j]) / 3"),
        (Max(j, b) - i, "max(j, h.0.attn.q[i, j]) - i"),
        (q[tokens[i], 2], "h.0.attn.q[tokens[i], 2]"),
    ],
)
def test_parentheses_and_names(node, want):
    assert text(node) == want


def test_an_assignment():
    assert formula(Assignment(q, (i, j), a * 2)) == "h.0.attn.q[i, j] = x[i] * 2"
    assert formula(Assignment(q, (0, j), a * 2)) == "h.0.attn.q[0, j] = x[i] * 2"
    assert formula(Assignment(Tensor("loss"), (), one)) == "loss = 1"


READER = Reader(ANYTHING, WORDS, [eps])


@settings(max_examples=3 * settings().max_examples)
@given(any_expression)
@example(-Constant(2))
@example(Negate(-Constant(2)))
@example(Constant(-2) ** Constant(-2))
@example(2 - (Constant(-0.0) - inf))
def test_any_expression_reads_back(node):
    """The same tree, number for number: 0.0 and -0.0 are equal, so their signs are compared as well."""
    again = READER.read(text(node))
    assert again == node
    assert text(again) == text(node)


@settings(max_examples=50)
@given(programs(maxima=True))
def test_every_derived_formula_reads_back(program):
    derived = differentiate(program, "loss")
    for assignment in derived.assignments:
        assert Reader.of(derived, assignment).read(text(assignment.expression)) == assignment.expression


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_the_models_reads_back(name):
    program = CASES[name].program
    for assignment in program.assignments:
        assert Reader.of(program, assignment).read(text(assignment.expression)) == assignment.expression


def test_the_reader_tells_trees_apart():
    for one_way, other in [(a + (a + a), a + a + a), (-(a**2), (-a) ** 2), (-Constant(2), Constant(-2))]:
        reader = Reader([x], [i], [])
        assert reader.read(text(one_way)) == one_way != reader.read(text(other)) == other
