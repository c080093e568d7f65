"""Arithmetic of the page: Python's whole numbers and floats, fractions, and roundings that are done once."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gpt_by_hand.engines.reference import OPERATORS
from gpt_by_hand.explain.steps import all_rounded, exactly, readable, rounded, steps
from gpt_by_hand.notation import Assignment, Binary, Call, Constant, Expression, Negate, Program, Tensor, Terms
from gpt_by_hand.page import program
from gpt_by_hand.printers.python import python
from gpt_by_hand.printers.text import text
from tests.support.node import needs_node, node

pytestmark = needs_node
finite = st.floats(allow_nan=False, allow_infinity=False)
short = st.decimals(-1000, 1000, places=3).map(float)
whole = st.integers(-(2**70), 2**70) | st.integers(-20, 20)
halves = st.builds(lambda n, m: n / 2**m, st.integers(-(10**6), 10**6), st.integers(0, 12))
reals = finite | short | halves
few = settings(max_examples=8)  # each asks Node once, for many
Pairs = list[tuple[Any, Any]]

PYTHONIC = """
import { COMPARISONS, OPERATORS } from "app/numbers/arithmetic.js";
const read = (told) => (typeof told === "string" ? BigInt(told) : told);
const write = (real) => (typeof real === "bigint" ? ["int", String(real)] : ["float", real]);
send(given.map(([sign, left, right]) => (
  COMPARISONS[sign] ? COMPARISONS[sign](read(left), read(right)) : write(OPERATORS[sign](read(left), read(right)))
)));
"""


@few
@given(st.lists(st.tuples(st.sampled_from(sorted(OPERATORS)), reals | whole, reals | whole), min_size=50, max_size=200))
@example([("%", -7, 3), ("%", 7.5, -2.0), ("%", -1e-20, 3.0), ("%", 0.0, -2.0), ("%", -6.0, 3.0), ("%", 5.0, math.inf)])
@example([("**", 1.0, math.inf), ("**", -1.0, -math.inf), ("**", 1.0, math.nan), ("**", math.nan, 0.0), ("**", 2, -2)])
@example([("/", 2**70 + 1, 3), ("/", 2**53 + 1, 2**54), ("==", 2**53 + 1, 2.0**53), ("<", 2.0**53, 2**53 + 1)])
@example([("*", 2**32, 4294967295), ("%", 2**63 + 12345, 2**53), ("**", 2, 32), ("**", 0.1, 2)])
def test_operators_are_pythons(asked: list[tuple[str, Any, Any]]) -> None:
    known = [one for one in asked if _known(*one)]
    sent = node(PYTHONIC, [[sign, *(str(x) if isinstance(x, int) else x for x in pair)] for sign, *pair in known])
    for (sign, left, right), seen in zip(known, sent, strict=True):
        want = OPERATORS[sign](left, right)
        if isinstance(want, bool):
            assert seen is want, (left, sign, right)
        else:
            assert seen[0] == type(want).__name__, (left, sign, right)
            got = int(seen[1]) if seen[0] == "int" else float(seen[1])
            rel = 1e-14 if sign == "**" else 0
            assert got == pytest.approx(want, rel=rel, abs=0, nan_ok=True), (left, sign, right)


def _known(sign: str, left: Any, right: Any) -> bool:
    """Does Python give a real number there?"""
    if sign == "**" and isinstance(right, int) and abs(right) > 100:
        return False
    try:
        return not isinstance(OPERATORS[sign](left, right), complex)
    except (ZeroDivisionError, OverflowError):
        return False


@few
@given(st.lists(st.tuples(reals | st.fractions(max_denominator=10**20), st.integers(1, 20)), min_size=50, max_size=200))
@example([(0.15, 1), (0.25, 1), (2.675, 3), (1234567890123.125, 15), (-0.0, 3), (9.9999995, 7), (5e-324, 2)])
@example([(1.7976931348623157e308, 3), (99999.5, 5), (0.1, 17), (Fraction(1, 8), 2), (Fraction(-5, 2), 1)])
@example([(math.inf, 3), (-math.inf, 3), (math.nan, 3), (Fraction(0), 3)])
def test_numbers_are_rounded_half_up_of_what_they_mean(asked: Pairs) -> None:
    code = 'import { Fraction, rounded } from "app/numbers/exact.js";\n'
    code += "const read = (told) => (Array.isArray(told) ? new Fraction(...told.map(BigInt)) : told);\n"
    code += "send(given.map(([number, digits]) => rounded(read(number), digits)));"
    said = [[x if isinstance(x, float) else [str(x.numerator), str(x.denominator)], few] for x, few in asked]
    for (value, digits), seen in zip(asked, node(code, said), strict=True):
        assert same(rounded(value, digits), seen), (value, digits)


@few
@given(st.lists(st.lists(finite.filter(lambda x: abs(x) < 1e300), max_size=20), min_size=20, max_size=50))
def test_sums_are_rounded_once(asked: list[list[float]]) -> None:
    sent = node('import { exactSum } from "app/numbers/exact.js";\nsend(given.map(exactSum));', asked)
    assert [float(seen) for seen in sent] == [math.fsum(one) for one in asked]


@few
@given(st.lists(st.tuples(finite, short.map(str)), min_size=50, max_size=100))
@example([(5e-324, "-0.5"), (-0.0, "1e-07"), (2.2250738585072014e-308, "-1.5e+300"), (1.7976931348623157e308, "12")])
def test_fractions_are_what_a_number_is_and_go_to_the_nearest_one(asked: Pairs) -> None:
    code = 'import { Fraction } from "app/numbers/exact.js";\nsend(given.map(([double, decimal]) => {\n'
    code += "const read = Fraction.read(decimal);\n"
    code += "return [Fraction.of(double), read].map((f) => [String(f.above), String(f.below), f.toNumber()]); }));"
    for pair, sent in zip(asked, node(code, asked), strict=True):
        for value, (above, below, back) in zip(pair, sent, strict=True):
            assert Fraction(int(above), int(below)) == Fraction(value)
            assert float(back) == float(value)


NEAREST = """
import { quotient } from "app/numbers/exact.js";
send(given.map(([above, below]) => quotient(BigInt(above), BigInt(below))));
"""
large = st.integers(0, 1100).flatmap(lambda bits: st.integers(0, 2**bits))


@few
@given(st.lists(st.tuples(large, large.map(lambda n: n + 1), st.sampled_from([1, -1])), min_size=100, max_size=200))
def test_a_quotient_is_the_nearest_double(asked: list[tuple[int, int, int]]) -> None:
    sent = node(NEAREST, [[str(above * sign), str(below)] for above, below, sign in asked])
    for (above, below, sign), seen in zip(asked, sent, strict=True):
        try:
            want = sign * above / below
        except OverflowError:
            want = sign * math.inf
        assert float(seen) == want, (above, below)


def test_quotients_in_the_middle_go_to_the_even_double() -> None:
    middles = [((2 * n + 1) * 3**5, 2**power * 3**5) for n in (2**52, 2**52 + 1, 2**53 - 1) for power in (1, 54, 1100)]
    middles += [(2 * n + 1, 2**1075) for n in range(5)]
    sent = node(NEAREST, [[str(above), str(below)] for above, below in middles])
    assert [float(seen) for seen in sent] == [above / below for above, below in middles]


def same(want: Any, seen: Any) -> bool:
    """Are they the same number, sign of nothing and NaN included? JSON has no point in whole ones."""
    return repr(float(want)) == repr(float(seen))


# Expressions of numbers, as JavaScript gets them: as the data of a program says them.

constants = (reals.map(lambda x: x or 0.0) | st.integers(-20, 20)).map(Constant)


def _nodes(inside: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    operators = st.sampled_from(["+", "-", "*", "/", "+", "-", "*"])
    terms = st.lists(inside, min_size=1, max_size=6).map(tuple)
    return st.one_of(
        st.builds(Binary, operators, inside, inside),
        st.builds(lambda base, power: Binary("**", base, Constant(power)), inside, st.sampled_from([2, -1, -0.5, 3])),
        st.builds(Negate, inside),
        st.builds(Terms, st.sampled_from(["sum", "max"]), terms),
        st.builds(Call, st.sampled_from(["sqrt", "round"]), inside),
    )


expressions = st.recursive(constants, _nodes, max_leaves=12)
WORKED = """
import { allRounded, exactly, readable, steps } from "app/explain/steps.js";
import { decode } from "app/notation/decode.js";
import { Fraction, rounded } from "app/numbers/exact.js";
import { python } from "app/printers/python.js";
import { text } from "app/printers/text.js";
const numbers = { at: () => NaN, constant: (node) => node.value };
const worked = (node) => {
  const stages = steps(node, numbers);
  return [
    text(node), python(node), stages.map((stage) => text(stage)).join(" = "),
    stages.map((stage) => text(readable(stage, 3))).join(" = "), rounded(exactly(allRounded(stages[0], 4)), 4),
  ];
};
send(decode(given).assignments.map((one) => one.expression).map(worked));
"""


@few
@given(st.lists(expressions, min_size=20, max_size=60))
@example([Call("round", Negate(Constant(0.0))), Call("round", Constant(-0.3)), Call("round", Constant(2.5))])
def test_expressions_are_worked_out_and_written_alike(asked: list[Expression]) -> None:
    known = [(one, found) for one in asked if (found := worked(one)) is not None]
    sent = node(WORKED, data([one for one, _ in known]))
    for (one, want), seen in zip(known, sent, strict=True):
        powers = any(isinstance(part, Binary) and part.operator == "**" for part in one.walk())
        texts = 2 if powers else 4  # C and JavaScript may not agree on a power's last digit
        assert seen[:texts] == want[:texts], one
        assert powers or same(want[-1], seen[-1]), one


def data(asked: list[Expression]) -> dict[str, Any]:
    """A program whose formulas they are."""
    return program.data(Program((), (), tuple(Assignment(Tensor(f"x{n}"), (), one) for n, one in enumerate(asked))))


def worked(one: Expression) -> list[Any] | None:
    """What JavaScript is to say of an expression; None where Python has no number for it."""
    try:
        stages = steps(one, lambda node: node.value)  # type: ignore[union-attr]
        rounds = rounded(exactly(all_rounded(stages[0], 4)), 4)
    except (ZeroDivisionError, OverflowError, ValueError, TypeError):
        return None
    read = " = ".join(text(readable(stage, 3)) for stage in stages)
    return [text(one), python(one), " = ".join(map(text, stages)), read, rounds]


def test_the_error_function_has_all_its_digits() -> None:
    wide = [n / 64 for n in range(-448, 449)]
    sent = node('import { erf } from "app/numbers/erf.js";\nsend(given.map(erf));', wide)
    assert sent == pytest.approx([math.erf(x) for x in wide], rel=2e-15, abs=0)
