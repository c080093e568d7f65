"""What is said of rounding: whenever it changes the last digit, with the right number, and never otherwise."""

from __future__ import annotations

import ast
import math
import operator
import re
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction

import pytest

from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.explain.steps import exactly, rounded, with_numbers
from gpt_by_hand.printers.text import text
from tests.explain.traces import EVERY_MODEL, explainer, sample, trace

SAYS = re.compile(
    r"the numbers put in, rounded to (\d+) digits?, give (\S+) if nothing is rounded in between; "
    r"with all their digits it is (\S+)"
)
OPERATORS = {
    **{ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv},
    **{ast.Mod: operator.mod, ast.Pow: operator.pow},
}
FUNCTIONS = {n: getattr(math, n) for n in ("exp", "log", "sqrt", "erf", "tanh", "cos", "sin")} | {"round": round}


def with_fractions(node: ast.expr, source: str) -> Fraction | float:
    """What a printed line gives, each number in it taken as it is written: 0.1 is a tenth."""
    if isinstance(node, ast.Constant):
        return Fraction(source[node.col_offset : node.end_col_offset])
    if isinstance(node, ast.Name):
        return {"inf": math.inf}[node.id]
    if isinstance(node, ast.UnaryOp):
        return -with_fractions(node.operand, source)
    if isinstance(node, ast.Call):
        assert isinstance(node.func, ast.Name)
        parts = [with_fractions(argument, source) for argument in node.args]
        return max(parts) if node.func.id == "max" else float(FUNCTIONS[node.func.id](parts[0]))
    assert isinstance(node, ast.BinOp)
    parts = with_fractions(node.left, source), with_fractions(node.right, source)
    found: Fraction | float = OPERATORS[type(node.op)](*parts)
    return found


def as_printed(value: Fraction | float, digits: int) -> Decimal:
    """So many digits of it, a 5 rounded up."""
    if isinstance(value, float):
        value = Fraction(f"{value:.14e}")
    context = Context(prec=digits, rounding=ROUND_HALF_UP)
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def working(explained: Explanation, shown: Shown) -> list[str]:
    """All stages with their numbers, long sums written out."""
    return list(dict.fromkeys(text(shown.expression(stage)) for stage in explained.stages))


def rounding(explained: Explanation, shown: Shown) -> list[str]:
    return explained.rounding(shown)


@pytest.mark.parametrize("digits", [1, 3, 4, 6, 8, 12])
@pytest.mark.parametrize("model", ["pencil", "biases", "pocket"])
def test_whoever_computes_with_the_digits_that_are_shown(model: str, digits: int) -> None:
    """Gets what is said, or, where nothing is said, the digits that stand on the last line."""
    said = 0
    for where in sample(trace(model, 1), 1, 20):
        explained = explainer(model, 1).explain(where)
        shown = Shown(digits)
        if not explained.stages or not math.isfinite(explained.value):
            continue
        lines = working(explained, shown)
        by_hand = as_printed(with_fractions(ast.parse(lines[0], mode="eval").body, lines[0]), digits)
        notes = [found for line in rounding(explained, shown) if (found := SAYS.fullmatch(line))]
        if notes:
            said += 1
            assert int(notes[0][1]) == digits
            assert Decimal(notes[0][2]) == by_hand != Decimal(lines[-1]), (where, lines)
            assert Decimal(notes[0][3]) == Decimal(lines[-1]), where
        else:
            assert by_hand == Decimal(lines[-1]), (where, lines)
        exact = float(exactly(with_numbers(explained.instance.expression, explainer(model, 1).value)))
        assert exact == pytest.approx(explained.stages[-1].value, rel=1e-9, abs=1e-12)
    assert said if digits < 12 else said == 0 or said


def test_which_numbers_are_meant() -> None:
    """Those of the first stage; the one above the result, 1.344 / 2, would give the 0.672 that stands there."""
    explained, shown = trace("pencil").explain("h.0.attn.scores[0,0,3,1]"), Shown(4)
    assert working(explained, shown)[-2:] == ["1.344 / 2", "0.672"]
    (said,) = rounding(explained, shown)
    assert said == (
        "the numbers put in, rounded to 4 digits, give 0.6719 if nothing is rounded in between; with all their digits "
        "it is 0.672"
    )


@pytest.mark.parametrize("digits", [3, 6, 7, 8, 9, 12])
@pytest.mark.parametrize("model", EVERY_MODEL)
def test_what_the_trace_has_is_said_if_it_differs(model: str, digits: int) -> None:
    """Its digits, as many as were asked for, and only if float32 made them others."""
    for where in sample(trace(model), 1, 0):
        explained = explainer(model).explain(where)
        lines = [line for line in rounding(explained, Shown(digits)) if line.startswith("the trace has")]
        if not explained.stages or not math.isfinite(explained.value):
            assert not lines
            continue
        exact, ours = as_printed(explained.stages[-1].value, digits), as_printed(explained.value, digits)
        assert bool(lines) == (exact != ours), where
        if lines:
            assert Decimal(lines[0].split(": ")[0].removeprefix("the trace has ")) == ours, where


def test_a_five_is_rounded_up() -> None:
    """As one learns it at school, whatever is behind it in the computer."""
    assert [rounded(x, 1) for x in (0.15, 0.25, 0.35, -0.15, 1.5, 2.5)] == [0.2, 0.3, 0.4, -0.2, 2, 3]
    assert rounded(0.1 + 0.2, 17) == 0.1 + 0.2
    assert rounded(7, 1) == 7
    assert [rounded(x, 3) for x in (math.inf, -math.inf)] == [math.inf, -math.inf]
    assert math.isnan(rounded(math.nan, 3))


def test_computing_with_decimals_as_they_are_written() -> None:
    from gpt_by_hand.notation import Constant, sqrt

    tenth, third = Constant(0.1), Constant(0.3)
    assert exactly(tenth + tenth + tenth - third) == 0
    assert exactly(third * Constant(0.5)) == Fraction(3, 20)
    assert exactly(sqrt(Constant(0.25))) == 0.5
    assert exactly(Constant(0.9) ** Constant(100000)) == 0.9**100000
