"""What people type: read as Python reads it, without eval; anything else is one clear line."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.practice.arithmetic import DEEPEST, FUNCTIONS, LONGEST, ArithmeticProblem, read

PYTHON: dict[str, Any] = {"__builtins__": {}, "pi": math.pi, "e": math.e, "inf": math.inf}
PYTHON |= {name: getattr(math, name) for name in ("sqrt", "exp", "log", "erf", "tanh", "cos")} | {"ln": math.log}


def join(parts: tuple[str, ...]) -> str:
    return "".join(parts)


numbers = st.floats(0, 100, allow_nan=False).map(lambda x: repr(round(x, 3))) | st.sampled_from(
    ["0.0", "1.0", ".5", "2.", "1e-3", "2.5E+2", "pi", "e"]
)
space = st.sampled_from(["", " ", "  "])
arithmetic = st.recursive(
    numbers,
    lambda inner: (
        st.tuples(inner, space, st.sampled_from(["+", "-", "*", "/", "**"]), space, inner).map(join)
        | st.tuples(st.just("("), inner, st.just(")")).map(join)
        | st.tuples(st.sampled_from(["-", "+", "- "]), inner).map(join)
        | st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.just("("), inner, st.just(")")).map(join)
    ),
    max_leaves=10,
)


def by_python(text: str) -> float | None:
    """None where Python finds no real number either."""
    try:
        found = eval(text, PYTHON)
    except (ArithmeticError, ValueError):
        return None
    return None if isinstance(found, complex) or math.isnan(found) else float(found)


@given(arithmetic)
@settings(max_examples=150)
def test_as_python_reads_it(text: str) -> None:
    expected = by_python(text)
    try:
        found = read(text).value
    except ArithmeticProblem:
        assert expected is None or len(text) > LONGEST, text
        return
    assert expected is not None
    assert found == expected or math.isclose(found, expected, rel_tol=1e-12)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.31", 0.31), (".31", 0.31), ("3.1e-1", 0.31), ("31/100", 0.31), ("(0.2*0.5+0.1)/sqrt(8)", 0.2 / 8**0.5),
        ("-2^2", -4), ("2^3^2", 512), ("2^-1", 0.5), ("2--1", 3), ("−3", -3), ("2×3÷4", 1.5), ("√(16)", 4),
        ("-inf", -math.inf), ("-∞", -math.inf), ("ln(e)", 1), ("log(e^2)", 2), ("cos(π)", -1), (" 1 ", 1),
        ("exp(0.5)-tanh(0)*erf(1)", math.exp(0.5)),
        ("0,31", 0.31), ("-3,1e-4", -0.00031), (",5", 0.5), ("−0,25", -0.25),
        ("(0,2*0,5+0,1)/sqrt(8)", 0.2 / 8**0.5), ("1,234", 1.234), ("exp(0,5)", math.exp(0.5)), ("0,5/2", 0.25),
    ],
)  # fmt: skip
def test_forms(text: str, value: float) -> None:
    assert read(text).value == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("text", "half"),
    [("0.31", 0.005), ("0,31", 0.005), ("-.3", 0.05), ("3.1e-1", 0.005), ("0.3100", 0.00005), ("3e-5", 5e-6),
     ("12", 0), ("1/3", 0), ("0.2+0.1", 0), ("-inf", 0)],
)  # fmt: skip
def test_precision(text: str, half: float) -> None:
    assert read(text).half_unit == pytest.approx(half)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "something is missing"), ("abc", "'abc' is not expected"), ("1 2", "'2' is not expected"),
        ("1.234,5", "a point and a comma are both in 1.234,5"),
        ("1,234.5", "a point and a comma"), ("0.5*2,5", "a point and a comma"),
        ("1,234,567", "one number is asked for"),
        ("0,3, 0,4", "one number"), ("1, 5", "one number"), ("1 ,5", "'.5' is not expected"), ("5,", "one number"),
        (",", "one number"), ("1,-5", "one number"), ("pi,5", "one number"), ("2,5,", "one number"),
        ("(1+2", "closing parenthesis"), ("1+2)", "')' is not expected"),
        ("1+", "something is missing"), ("*3", "'*' is not expected"), ("sqrt 4", "sqrt needs parentheses"),
        ("sqrt(-1)", "no result"), ("log(0)", "no result"), ("1/0", "divides by zero"), ("0^-1", "no result"),
        ("(-8)^(1/3)", "no result"), ("inf-inf", "no result"), ("exp(1000)", "too large"),
        ("9^9^9^9^9", "too large"), ("9**9**9**9", "too large"), ("1" * 400, "400 characters"),
        ("(" * 200 + "1" + ")" * 99, "nested more than"), ("-" * 200 + "1", "nested more than"),
        ("__import__('os')", "is not expected"), ("().__class__", "is not expected"), ("1;2", "';' is not expected"),
        ("0x10", "'x10' is not expected"), ("1e", "'e' is not expected"), ("31%", "'%' is not expected"),
        ("\x00", "is not expected"), ("2pi", "'pi' is not expected"), ("max(1,2)", "is not"), ("e5", "'e5' is not"),
    ],
)  # fmt: skip
def test_what_is_not_arithmetic(text: str, words: str) -> None:
    with pytest.raises(ArithmeticProblem, match=r"^[^\n]+$") as problem:
        read(text)
    assert words in str(problem.value)


@given(st.text(max_size=LONGEST + 20) | st.text(alphabet="0123456789.eE+-*/^() sqrtlogpinf", max_size=60))
@settings(max_examples=120)
def test_garbage_is_refused_in_one_line(text: str) -> None:
    try:
        assert not math.isnan(read(text).value)
    except ArithmeticProblem as problem:
        assert len(str(problem).splitlines()) == 1
        assert len(str(problem)) < 2 * LONGEST


def test_nesting_that_is_allowed() -> None:
    deep = DEEPEST - 1
    assert read("(" * deep + "1" + ")" * deep).value == 1


@pytest.mark.parametrize("text", ["1e999", "-1e400", "0.5e999"])
def test_a_number_that_is_too_large_has_no_result(text: str) -> None:
    with pytest.raises(ArithmeticProblem, match="too large"):
        read(text)
