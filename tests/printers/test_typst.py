"""Formulas for Typst: each form, names that are only text, and every formula compiles."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.notation import (
    Assignment,
    Call,
    Constant,
    Index,
    Max,
    Reduction,
    Sum,
    Tensor,
    Terms,
    Where,
    erf,
    exp,
    inf,
    log,
    sqrt,
)
from gpt_by_hand.notation.chain_rule import gradient_of
from gpt_by_hand.printers.printer import CannotPrintError
from gpt_by_hand.printers.typst import element, formula, quoted, typst
from tests.model.cases import CASES, NAMES
from tests.notation.strategies import any_expression
from tests.support.typst import compiled, needs_typst, svg

i, j, i2 = Index("i", 3), Index("j", 4), Index("i2", 3)
x, q = Tensor("x", (i,)), Tensor("h.0.attn.c_q", (i, j))
a, b, c = x[i], q[i, j], Tensor("loss")()


def parts(text: str) -> str:
    return text.replace('"x"_(i)', "A").replace('"h.0.attn.c_q"_(i,j)', "B").replace('"loss"', "C")


@pytest.mark.parametrize(
    ("node", "want"),
    [
        (a + b, "A + B"),
        (a - (b - c), "A - (B - C)"),
        (-a, "-A"),
        (a * b, "A thick B"),
        (a * 2, "A dot.op 2"),
        (a * (a + b), "A thick (A + B)"),
        (a / b, "frac(A, B)"),
        (a**2, "A^(2)"),
        ((a + b) ** -1, "(A + B)^(-1)"),
        (sqrt(a), "sqrt(A)"),
        (exp(a), "exp (A)"),
        (log(a), "ln (A)"),
        (erf(a), 'op("erf") (A)'),
        (Constant(1e-5, "eps") + Constant(2.5e-7), "epsilon.alt + 2.5 times 10^(-7)"),
        (Constant(1e-6) - inf, "10^(-6) - infinity"),
        (Sum(i, j, a), "sum_(i,j) A"),
        (Max(i2, a), "max_(i_(2)) A"),
        (Terms("sum", (a, -b, c)), "A + (-B) + C"),
        (Terms("max", (a, b)), "max (A,B)"),
        (Terms("sum", ()), "0"),
        (Where(i <= j, a, 0), 'cases(display(A) & "if" i <= j, display(0) & "otherwise")'),
    ],
)
def test_forms(node, want):
    assert parts(typst(node)) == want


def test_an_assignment_and_a_gradient():
    assert parts(formula(Assignment(q, (i, j), a))) == "B = A"
    assert parts(element(gradient_of(Tensor("h.0.attn.c_q", (i, j))), (i, j))) == "frac(partial cal(L), partial B)"
    assert element(Tensor("x", (i, i)), (0, i)) == '"x"_(0,i)'


def test_a_wide_sum_inside_of_something_is_broken_over_lines():
    total = c
    for n in range(9):
        total = total - Tensor(f"clip.square.transformer.h.{n}")()
    printed = typst(sqrt(total))
    assert printed.startswith('sqrt(mat(delim: #none, align: #left, "" "loss" - ')
    assert printed.count("; ") == 2
    assert "mat(" not in typst(total)


def test_text_means_what_it_says():
    assert quoted('a"b\\c') == r'"a\"b\\c"'
    assert quoted("#strong[x] $y$\n") == r'"#strong[x] $y$\u{a}"'


@needs_typst
@settings(max_examples=10)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20))
def test_any_text_is_one_string(text):
    compiled(f"#assert({quoted(text)}.codepoints().map(str.to-unicode) == {(*map(ord, text), -1)}.slice(0, -1))")


@needs_typst
@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_the_models_compiles(name):
    compiled("\n\n".join(f"${formula(assignment)}$" for assignment in CASES[name].program.assignments))


@needs_typst
@settings(max_examples=40)
@given(st.lists(any_expression, min_size=5, max_size=10))
def test_any_expression_compiles(nodes):
    compiled("\n\n".join(f"${typst(node)}$" for node in nodes))


@needs_typst
@pytest.mark.parametrize("name", ["pencil", "biases"])
def test_every_formula_compiles_to_another_picture(name):
    """What is printed is seen: no two different formulas look alike."""
    formulas = [formula(assignment) for assignment in CASES[name].program.assignments]
    page = "#set page(width: auto, height: auto)\n" + "\n#pagebreak()\n".join(f"${f}$" for f in formulas)
    assert len(set(svg(page))) == len(formulas)


@pytest.mark.parametrize(
    ("node", "named"),
    [
        (Call("sinh", a), "'sinh'"),
        (Reduction("product", (i,), a), "'product'"),
    ],
)
def test_what_typst_has_no_form_for_is_named_with_its_formula(node, named):
    with pytest.raises(CannotPrintError, match=f"Typst printer .* {named} in x"):
        formula(Assignment(x, (i,), node))
