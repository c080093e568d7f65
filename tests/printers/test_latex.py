r"""Formulas as LaTeX: parentheses where they matter, every name typeset, and nothing lost on the way back."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings

from gpt_by_hand.notation import (
    Assignment,
    Call,
    Constant,
    Index,
    Max,
    Negate,
    Reduction,
    Sum,
    Tensor,
    Where,
    cos,
    differentiate,
    equal,
    erf,
    exp,
    inf,
    log,
    sqrt,
    tanh,
)
from gpt_by_hand.notation.chain_rule import gradient_of
from gpt_by_hand.printers.latex import element, escaped, formula, latex, number
from gpt_by_hand.printers.printer import CannotPrintError
from tests.model.cases import CASES, NAMES
from tests.notation.strategies import ANYTHING, WORDS, any_expression, programs
from tests.printers.latex_reader import LatexReader

i, j, i2 = Index("i", 3), Index("j", 4), Index("i2", 3)
x, q, tokens = Tensor("x", (i,)), Tensor("h.0.attn.c_q", (i, j)), Tensor("tokens", (i,), "integer")
a, b, c = x[i], q[i, j], Tensor("loss")()
g = gradient_of(Tensor("h.0.attn.c_q", (i, j)))[i, j]
eps, width, rate = Constant(1e-5, "eps"), Constant(8, "D"), Constant(0.1, "max_lr")
A, B, C = r"\mathrm{x}_{i}", r"\mathrm{h.0.attn.c\_q}_{i,j}", r"\mathrm{loss}"
G = r"\frac{\partial \mathcal{L}}{\partial \mathrm{h.0.attn.c\_q}_{i,j}}"


def parts(text: str) -> str:
    """The text with A, B, C and G for the elements, and (…) for the parentheses that grow."""
    for letter, element_ in (("G", G), ("A", A), ("B", B), ("C", C)):
        text = text.replace(element_, letter)
    return text.replace(r"\left(", "(").replace(r"\right)", ")")


@pytest.mark.parametrize(
    ("node", "want"),
    [
        (a + b + c, "A + B + C"),
        (a + (b + c), "A + (B + C)"),
        (a - (b - c), "A - (B - C)"),
        (a - b - c, "A - B - C"),
        (a * b * c, r"A \; B \; C"),
        (a * (b * c), r"A \; (B \; C)"),
        (a * (b + c), r"A \; (B + C)"),
        ((a + b) * c, r"(A + B) \; C"),
        (a * b + c, r"A \; B + C"),
        (a / (b * c), r"\frac{A}{B \; C}"),
        (a / b * c, r"\frac{A}{B} \; C"),
        (a * (b / c), r"A \; \frac{B}{C}"),
        (a / b / c, r"\frac{\frac{A}{B}}{C}"),
        (a - b / c, r"A - \frac{B}{C}"),
        (-(a + b), "-(A + B)"),
        (-a + b, "-A + B"),
        (-(a * b), r"-(A \; B)"),
        (-a * b, r"-A \; B"),
        (-(a / b), r"-\frac{A}{B}"),
        (Negate(-a), "-(-A)"),
        (a - -b, "A - (-B)"),
        (a * -b, r"A \; (-B)"),
        (a + -2, "A + (-2)"),
        (a + -a * b, r"A + (-A \; B)"),
        (-Constant(2), "-(2)"),
        (a**2, "A^{2}"),
        ((a + b) ** 2, "(A + B)^{2}"),
        ((-a) ** 2, "(-A)^{2}"),
        (-(a**2), "-A^{2}"),
        ((a / b) ** 2, r"(\frac{A}{B})^{2}"),
        (g**2, "(G)^{2}"),
        (sqrt(a) ** 3, r"\sqrt{A}^{3}"),
        (exp(a) ** 3, r"(\exp\!(A))^{3}"),
        (a ** (b**2), "A^{B^{2}}"),
        ((a**b) ** 2, "(A^{B})^{2}"),
        (2**a, "2^{A}"),
        (Constant(1e-6) ** 2, "(10^{-6})^{2}"),
        (eps**a, r"\epsilon^{A}"),
        (a * 2, r"A \cdot 2"),
        (2 * a, r"2 \; A"),
        (2 * (a / b), r"2 \cdot \frac{A}{B}"),
        (2 * Constant(3), r"2 \cdot 3"),
        (2 * Constant(-3), r"2 \cdot (-3)"),
        (c * rate, r"C \cdot \mathrm{max\_lr}"),
        (a * c * rate, r"A \; C \cdot \mathrm{max\_lr}"),
        (c * (a + b), r"C \cdot (A + B)"),
        (width * (a + b), r"D \cdot (A + B)"),
        (rate * a, r"\mathrm{max\_lr} \; A"),
        (Sum(i, a * b), r"\sum_{i} A \; B"),
        (Sum(i, j, a * b) / 3, r"\frac{\sum_{i,j} A \; B}{3}"),
        (Sum(i, a + b), r"\sum_{i} (A + B)"),
        (Sum(i, a) + b, r"\sum_{i} A + B"),
        (Sum(i, a) * b, r"(\sum_{i} A) \; B"),
        (c * Sum(i, a) * b, r"(C \; \sum_{i} A) \; B"),
        (b * Sum(i, a), r"B \; \sum_{i} A"),
        (-Sum(i, a), r"-\sum_{i} A"),
        (-Sum(i, a) * b, r"(-\sum_{i} A) \; B"),
        (Sum(i, -a), r"\sum_{i} (-A)"),
        (Sum(i, Sum(j, b)), r"\sum_{i} \sum_{j} B"),
        (Sum(i, a) ** 2, r"(\sum_{i} A)^{2}"),
        (Max(j, b) - c, r"\max_{j} B - C"),
        (Max(i2, x[i2]), r"\max_{i_{2}} \mathrm{x}_{i_{2}}"),
        (1e-6 + a + eps, r"10^{-6} + A + \epsilon"),
        (q[tokens[i], 2], r"\mathrm{h.0.attn.c\_q}_{\mathrm{tokens}_{i},2}"),
        (exp(a), r"\exp\!(A)"),
        (log(a), r"\ln\!(A)"),
        (erf(a + b), r"\operatorname{erf}\!(A + B)"),
        (tanh(sqrt(a + b)), r"\tanh\!(\sqrt{A + B})"),
        (cos(Constant(3.25, "pi") * a), r"\cos\!(\pi \; A)"),
        (Constant(0.9, "beta1") - Constant(1e-8, "adam_eps"), r"\beta_{1} - \epsilon_{\mathrm{adam}}"),
        (
            Where(j <= i, sqrt(a), -inf),
            r"\begin{cases} \sqrt{A} & \text{if } j \le i \\ -\infty & \text{otherwise} \end{cases}",
        ),
        (
            Where(a < b, 1, Where(a >= c, a / b, 0)),
            r"\begin{cases} 1 & \text{if } A < B \\ \displaystyle \frac{A}{B} & \text{else if } A \ge C \\ "
            r"0 & \text{otherwise} \end{cases}",
        ),
    ],
)
def test_parentheses_and_names(node, want):
    assert parts(latex(node)) == want


@pytest.mark.parametrize(
    ("node", "want"),
    [
        (lambda w: w + a, "(W) + A"),
        (lambda w: w * a, r"(W) \; A"),
        (lambda w: a + w, "A + W"),
        (lambda w: a * w, r"A \; W"),
        (lambda w: -w, "-W"),
        (lambda w: -w + a, "(-W) + A"),
        (lambda w: Sum(i, w) + a, r"(\sum_{i} W) + A"),
        (lambda w: Sum(i, w * a), r"\sum_{i} (W) \; A"),
        (lambda w: w / a, r"\frac{W}{A}"),
        (lambda w: w**2, "(W)^{2}"),
    ],
)
def test_cases_end_what_they_stand_in(node, want):
    """They have a brace on the left and none on the right, so nothing may follow them."""
    cases = Where(equal(i, 1), a, 0)
    assert parts(latex(node(cases))).replace(parts(latex(cases)), "W") == want


def test_an_assignment():
    assert formula(Assignment(q, (i, j), a * 2)) == rf"{B} = {A} \cdot 2"
    assert formula(Assignment(q, (0, j), a)) == rf"\mathrm{{h.0.attn.c\_q}}_{{0,j}} = {A}"
    assert (
        formula(Assignment(gradient_of(Tensor("loss")), (), Constant(1)))
        == rf"\frac{{\partial \mathcal{{L}}}}{{\partial {C}}} = 1"
    )


@pytest.mark.parametrize(
    ("value", "want"),
    [
        (3, "3"), (0.1, "0.1"), (1e-06, "10^{-6}"), (-1e-06, "-10^{-6}"), (1e22, "10^{22}"), (float("inf"), r"\infty"),
        (2.5e-07, r"2.5 \times 10^{-7}"), (-2.5e-07, r"-2.5 \times 10^{-7}"), (-0.0, "-0.0"),
    ],
)  # fmt: skip
def test_numbers(value, want):
    assert number(value) == want


def test_every_special_character_is_escaped():
    assert escaped("a_b{c}$&#%") == r"a\_b\{c\}\$\&\#\%"
    assert (
        escaped("\\^~<|>") == r"\textbackslash{}\textasciicircum{}\textasciitilde{}\textless{}\textbar{}\textgreater{}"
    )
    assert element(Tensor("a_b.c", (i,)), (i,)) == r"\mathrm{a\_b.c}_{i}"
    assert element(Tensor("two words^2{"), ()) == r"\text{\upshape two words\textasciicircum{}2\{}"
    assert latex(Index("row_a", 2)) == r"\mathrm{row\_a}"


READER = LatexReader(ANYTHING, WORDS, [eps])


@settings(max_examples=3 * settings().max_examples)
@given(any_expression)
@example(-Constant(2))
@example(Constant(-2) ** Constant(-2))
@example(2 - (Constant(-0.0) - inf))
@example(-(Constant(2) ** 3) * Constant(2.5e-300))
@example(-Sum(WORDS[0], eps * WORDS[0]) * eps)
@example((eps - Where(WORDS[0] < 1, 2, 3)) * 4 - Where(WORDS[0] < 1, 2, Where(WORDS[1] < 2, 3, 4)) - 1)
def test_any_expression_reads_back(node):
    again = READER.read(latex(node))
    assert again == node
    assert latex(again) == latex(node)


@settings(max_examples=50)
@given(programs(maxima=True))
def test_every_derived_formula_reads_back(program):
    derived = differentiate(program, "loss")
    for assignment in derived.assignments:
        read = LatexReader.of(derived, assignment).read(latex(assignment.expression))
        assert read == assignment.expression


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_the_models_reads_back(name):
    program = CASES[name].program
    for assignment in program.assignments:
        read = LatexReader.of(program, assignment).read(latex(assignment.expression))
        assert read == assignment.expression


def test_the_reader_tells_trees_apart():
    reader = LatexReader([x, q], [i, j], [eps])
    for one_way, other in [
        (a + (a + a), a + a + a),
        (-(a**2), (-a) ** 2),
        (-Constant(2), Constant(-2)),
        (Sum(i, a) * eps, Sum(i, a * eps)),
        (Sum(i, a) + eps, Sum(i, a + eps)),
        (Where(i < 1, a, eps) + eps, Where(i < 1, a, eps + eps)),
    ]:
        assert reader.read(latex(one_way)) == one_way != reader.read(latex(other)) == other


def test_a_wide_sum_inside_of_something_is_broken_over_lines():
    terms = [Tensor(f"clip.square.transformer.h.{n}")() for n in range(9)]
    total = terms[0]
    for term in terms[1:]:
        total = total - term
    printed = latex(sqrt(total))
    rows = printed.removeprefix(r"\sqrt{\begin{aligned} & ").removesuffix(r" \end{aligned}}").split(r" \\ &{} ")
    assert [row.count("clip.square") for row in rows] == [4, 4, 1]
    assert all(row.startswith("- ") for row in rows[1:])
    assert "aligned" not in latex(total)
    assert "aligned" not in latex(sqrt(terms[0] + terms[1]))
    assert LatexReader([term.tensor for term in terms], [], []).read(printed) == sqrt(total)


def test_the_first_term_of_a_wide_sum_keeps_its_parentheses():
    """Cases have no end of their own; and a sum that is subtracted stays one."""
    terms = [Tensor(f"clip.square.transformer.h.{n}")() for n in range(9)]
    total = Where(terms[0] < 1, terms[0], 1) + terms[1]
    for term in terms[2:]:
        total = total - (term - 1)
    assert r"\begin{aligned} & \left(\begin{cases}" in latex(exp(total))
    assert LatexReader([term.tensor for term in terms], [], []).read(latex(exp(total))) == exp(total)


@pytest.mark.parametrize(
    ("node", "named"),
    [
        (Call("sinh", a), "'sinh'"),
        (Reduction("product", (i,), a), "'product'"),
    ],
)
def test_what_latex_has_no_form_for_is_named_with_its_formula_and_place(node, named):
    with pytest.raises(CannotPrintError, match=rf"LaTeX printer .* {named}"):
        latex(node)
    with pytest.raises(CannotPrintError, match=rf"{named} in h\.0\.attn\.c_q\n  written at model/x.py:3"):
        formula(replace(Assignment(q, (i, j), node), written_at="model/x.py:3"))
