"""Numbers are written in the page as Python writes them everywhere else."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from gpt_by_hand.layout import digits
from tests.support.node import needs_node, node

pytestmark = needs_node
JAVASCRIPT = """
import { number, percent, probability, scalar, Writing } from "app/numbers/digits.js";
import { fixed, general, scientific } from "app/numbers/formats.js";
const codes = { e: scientific, f: fixed, g: general, "#": (value, few) => general(value, few, true) };
const single = (value) => Math.fround(value);
const tables = (values, few) => {
  const writing = new Writing(values, few);
  return [writing.unit, writing.width, ...values.map((value) => writing.text(value))];
};
send({
  codes: given.numbers.map((x) => given.codes.map(([code, few]) => codes[code](x, few))),
  number: given.numbers.map(number),
  single: given.numbers.map((x) => number(single(x))),
  scalar: given.numbers.map((x) => [0, 1, 4, 6].map((few) => scalar(x, few, "float64"))),
  shares: given.numbers.map((x) => [percent(x), probability(Math.abs(x))]),
  tables: given.tables.map((values) => [1, 3, 4, 6].map((few) => tables(values, few))),
  whole: given.tables.map((values) => {
    const whole = values.filter((x) => Math.abs(x) < 1e15).map(Math.trunc);
    return whole.map((x) => new Writing(whole, 4, true).text(x));
  }),
});
"""
CODES = [(code, few) for code in "efg#" for few in (0, 1, 2, 6, 8, 17)]
MIDDLES = [0.5, 1.5, 2.5, 0.125, 0.375, 25.0, 35.0, 1e21, 1e22, 123456789.0, 2.0**-1074, 1.7976931348623157e308]
NEARLY = [1e-06, 1e23, 9.5e-08]  # the shortest text is a power of ten that the number does not reach
POWERS = [2.0**n for n in range(-149, 128)]
floats = st.one_of(
    st.floats(),
    st.floats(width=32),
    st.floats(-1000, 1000),
    st.decimals(-100, 100, places=4).map(float),
    st.integers(-2000, 2000).map(lambda n: n / 16),
    st.integers(-(10**7), 10**7).map(float),
)


def _table(values: list[float], few: int) -> list[Any]:
    writing = digits.Writing.of(np.array(values, np.float64), few)
    return [writing.unit, writing.width, *map(writing.text, values)]


def _code(value: float, code: str, few: int) -> str:
    return f"{value:#.{few}g}" if code == "#" else f"{value:.{few}{code}}"


@np.errstate(all="ignore")
def _expected(numbers: list[float], tables: list[list[float]]) -> dict[str, Any]:
    singles = [np.float32(x) for x in numbers]
    whole = [np.array([int(x) for x in values if abs(x) < 1e15], np.int64) for values in tables]
    return {
        "codes": [[_code(x, code, few) for code, few in CODES] for x in numbers],
        "number": [digits.number(x) for x in numbers],
        "single": [digits.number(float(x)) for x in singles],
        "scalar": [[digits.scalar(np.asarray(x), few) for few in (0, 1, 4, 6)] for x in numbers],
        "shares": [[digits.percent(x), digits.probability(abs(x))] for x in numbers],
        "tables": [[_table(values, few) for few in (1, 3, 4, 6)] for values in tables],
        "whole": [[digits.Writing.of(values, 4).text(x) for x in values.tolist()] for values in whole],
    }


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(numbers=st.lists(floats, min_size=40, max_size=80), tables=st.lists(st.lists(floats, max_size=6), max_size=8))
@example(
    numbers=[*NEARLY, *MIDDLES, *(-x for x in MIDDLES), 0.0, -0.0, np.inf, -np.inf, np.nan], tables=[[0.0, -0.0], []]
)
@example(numbers=POWERS, tables=[[3e-7, 1.0, -250.0], [1e-9, 3e-9], [1e9, 1.0], [0.5, 1.0]])
def test_numbers_are_written_as_in_python(numbers: list[float], tables: list[list[float]]) -> None:
    """Every form of number, with examples that stand exactly in the middle between two that could be written."""
    found = node(JAVASCRIPT, {"numbers": numbers, "tables": tables, "codes": CODES})
    expected = _expected(numbers, tables)
    for what, texts in expected.items():
        assert found[what] == texts, what
