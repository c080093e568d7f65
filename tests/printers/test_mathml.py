"""Formulas as MathML: well-formed, and what a browser shows reads back to the same formula."""

import re
from xml.etree import ElementTree as xml

import pytest
from hypothesis import given, settings

from gpt_by_hand.notation import (
    Assignment,
    Call,
    Constant,
    Index,
    Reduction,
    Sum,
    Tensor,
    Terms,
    exp,
    log,
    sqrt,
)
from gpt_by_hand.notation.chain_rule import gradient_of
from gpt_by_hand.printers.latex import latex
from gpt_by_hand.printers.mathml import element, formula, math, mathml
from gpt_by_hand.printers.printer import CannotPrintError
from tests.model.cases import CASES, NAMES
from tests.notation.strategies import any_expression
from tests.printers.mathml_reader import to_latex

i, j, i2 = Index("i", 3), Index("j", 4), Index("i2", 3)
x, q = Tensor("x", (i,)), Tensor("h.0.attn.c_q", (i, j))
a, b = x[i], q[i, j]
A = '<msub><mi mathvariant="normal">x</mi><mrow><mi>i</mi></mrow></msub>'
B = "<msub><mi>h.0.attn.c_q</mi><mrow><mi>i</mi><mo>,</mo><mi>j</mi></mrow></msub>"
FULL = '<mrow displaystyle="true">'


def parts(text: str) -> str:
    return text.replace(A, "A").replace(B, "B")


@pytest.mark.parametrize(
    ("node", "want"),
    [
        (a + b, "A<mo>+</mo>B"),
        (a - b, "A<mo>−</mo>B"),
        (-a, '<mo form="prefix">−</mo>A'),
        (a * b, 'A<mspace width="0.28em"></mspace>B'),
        (a * 2, "A<mo>⋅</mo><mn>2</mn>"),
        (a * (a + b), 'A<mspace width="0.28em"></mspace><mrow><mo>(</mo>A<mo>+</mo>B<mo>)</mo></mrow>'),
        (a / b, f"<mfrac>{FULL}A</mrow>{FULL}B</mrow></mfrac>"),
        (Constant(2) ** a, "<msup><mrow><mn>2</mn></mrow><mrow>A</mrow></msup>"),
        (sqrt(a), "<msqrt>A</msqrt>"),
        (exp(a), "<mi>exp</mi><mo>&#x2061;</mo><mrow><mo>(</mo>A<mo>)</mo></mrow>"),
        (Constant(1e-5, "eps"), "<mi>ϵ</mi>"),
        (Constant(-2.5), '<mo form="prefix">−</mo><mn>2.5</mn>'),
        (
            Sum(i2, a),
            "<munder><mo>∑</mo><mrow><msub><mi>i</mi><mn>2</mn></msub></mrow></munder>"
            '<mspace width="0.28em"></mspace>A',
        ),
        (Terms("max", (a, b)), "<mi>max</mi><mo>&#x2061;</mo><mrow><mo>(</mo>A<mo>,</mo>B<mo>)</mo></mrow>"),
    ],
)
def test_forms(node, want):
    assert parts(mathml(node)) == want


def test_an_exponent_stands_above_the_subscripts():
    assert mathml(a**2) == (
        '<msubsup><mi mathvariant="normal">x</mi><mrow><mi>i</mi></mrow><mrow><mn>2</mn></mrow></msubsup>'
    )


def test_names_mean_what_they_say():
    """A name is text, whatever is in it."""
    assert element(Tensor("<b>&"), ()) == "<mi>&lt;b&gt;&amp;</mi>"
    assert xml.fromstring(math(element(Tensor("<b>&", (i,)), (0,)))).findtext(".//mi") == "<b>&"
    assert math("") == '<math displaystyle="true"></math>'


def test_an_assignment_and_a_gradient():
    assert parts(formula(Assignment(q, (i, j), a))) == "B<mo>=</mo>A"
    printed = element(gradient_of(Tensor("x", (i,))), (i,))
    assert parts(printed) == (f"<mfrac>{FULL}<mo>∂</mo><mi>ℒ</mi></mrow>{FULL}<mo>∂</mo>A</mrow></mfrac>")


def bare(text: str) -> str:
    """LaTeX without its spaces and its sizes."""
    return re.sub(r"\\[;!]|\\displaystyle|\s", "", text)


def in_one_line(text: str) -> str:
    """Nor with lines: a browser breaks no formula by itself, and LaTeX does."""
    return re.sub(r"\\begin\{aligned\}&|\\\\&\{\}|\\end\{aligned\}", "", text)


@settings(max_examples=200)
@given(any_expression)
def test_any_expression_shows_what_latex_shows(node):
    assert bare(to_latex(mathml(node))) == bare(latex(node))


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_the_models_shows_what_latex_shows(name):
    for assignment in CASES[name].program.assignments:
        xml.fromstring(math(formula(assignment)))
        shown = to_latex(mathml(assignment.expression))
        assert in_one_line(bare(shown)) == in_one_line(bare(latex(assignment.expression)))


def test_what_latex_shows_otherwise_is_found():
    assert bare(to_latex(mathml(a - (a - b)))) != bare(latex(a - a - b))
    assert bare(to_latex(mathml(exp(a)))) != bare(latex(log(a)))


def test_a_wide_formula_is_broken_over_lines():
    total = a
    for n in range(9):
        total = total - Tensor(f"clip.square.transformer.h.{n}")()
    rows = xml.fromstring(math(mathml(total))).findall("mtable/mtr")
    assert [len(row.findall(".//mi")) for row in rows] == [5, 3, 3]
    assert all(row[0][1].text == "−" for row in rows[1:])


@pytest.mark.parametrize(
    ("node", "named"),
    [
        (Call("sinh", a), "'sinh'"),
        (Reduction("product", (i,), a), "'product'"),
        (Terms("product", (a,)), "'product'"),
    ],
)
def test_what_mathml_has_no_form_for_is_named_with_its_formula(node, named):
    with pytest.raises(CannotPrintError, match=f"MathML printer .* {named} in x"):
        formula(Assignment(x, (i,), node))
