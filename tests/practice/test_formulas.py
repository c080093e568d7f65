"""Tolerances, numbers on the screen, solving for an operand, and formulas put together."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Access, Expression, Index, Tensor, cos, erf, exp, log, sqrt
from gpt_by_hand.practice.arithmetic import Typed
from gpt_by_hand.practice.choosing import choose
from gpt_by_hand.practice.diagnosis import judge
from gpt_by_hand.practice.formulas import solved
from gpt_by_hand.practice.numbers import SIGNIFICANT, half_unit, is_short, reach, seen, shown, tolerance, unit
from gpt_by_hand.practice.question import Question, ask, solvable
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS, TOPICS, Topic

SOURCE = Source("pencil", 4)
X = Tensor("x", (Index("i", 3),))


def value_of(*values: float) -> dict[str, np.ndarray]:
    return {"x": np.array(values)}


@given(st.floats(-1e6, 1e6, allow_nan=False))
@settings(max_examples=300)
def test_what_is_shown_is_as_near_as_it_says(number: float) -> None:
    assert abs(seen(number) - number) <= half_unit(number) * (1 + 1e-9) + 1e-6 * abs(number)
    assert abs(seen(number) - number) <= max(5e-5, abs(number) * 0.5 * 10.0 ** (1 - SIGNIFICANT)) * (1 + 1e-9)
    assert is_short(number) or unit(number) <= 1e-4


@pytest.mark.parametrize("text", ["0.3", "-1.1", "12", "0.1235", "0.00123", "1.23e-05", "0", "-inf"])
def test_what_is_shown_stays_as_it_is(text: str) -> None:
    assert shown(float(text)) == text


@pytest.mark.parametrize(
    "node",
    [
        X[0] * X[1] + X[2], (X[0] - X[1]) / X[2], exp(X[0]) / (exp(X[1]) + exp(X[2])), sqrt(X[2] + 1) * X[0],
        X[0] ** 2 + X[1] ** 3, erf(X[0]) * cos(X[1]), log(X[2] + 2) - X[1], -(X[0] * X[0]) / sqrt(8),
    ],
)  # fmt: skip
def test_rounding_never_leads_beyond_the_tolerance(node: Expression) -> None:
    random = Random(0)
    for _ in range(50):
        exact = [random.uniform(-2, 2), random.uniform(-2, 2), random.uniform(0.3, 2)]
        arrays = value_of(*exact)
        allowed = tolerance(node, lambda n, a=arrays: reference.value(n, {}, a))
        for _ in range(20):
            near = value_of(*(x + random.uniform(-1, 1) * half_unit(x) for x in exact))
            there = reference.value(node, {}, near)
            assert abs(seen(there) - reference.value(node, {}, arrays)) <= allowed


def test_where_there_is_no_bound() -> None:
    """Dividing by what may be 0 once it is rounded."""
    arrays = value_of(1.0, 0.25003, 0.25004)
    assert tolerance(X[0] / (X[1] - X[2]), lambda n: reference.value(n, {}, arrays)) == math.inf
    assert reach(X[0] / (X[1] - X[2]), lambda n: reference.value(n, {}, arrays)) == (-math.inf, math.inf)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)
def test_solving_backwards(topic: Topic) -> None:
    """Put into the formula, what was solved for gives the result again."""
    for number in range(3):
        question = choose(topic, SOURCE, number)
        if question.missing is not None or not math.isfinite(question.answer):
            continue
        for operand in solvable(question):
            inverse = solved(question.own, question.result, operand)
            assert inverse is not None
            try:
                back = question.value(inverse)
            except (ZeroDivisionError, ValueError, OverflowError):
                continue
            # The trace holds float32: near a division by almost nothing, that shows.
            assert back == pytest.approx(question.value(operand), rel=2e-2, abs=2e-3)


def test_mistakes_while_solving() -> None:
    """A weight from the query that it leads to: with a sign exchanged, without the division, without a term."""
    name, place = "h.0.attn.q", (1, 0, 2, 3)
    trace = SOURCE.first
    x = np.asarray(trace["h.0.ln_1"])[1, 2].astype(float)
    w = np.asarray(trace["transformer.h.0.attn.c_attn.weight"])[0, 0, 3].astype(float)
    missing = next(a for a in ask(KEYS["qkv"], trace, name, place).operands if a.subscripts == (0, 0, 3, 1))
    question = ask(KEYS["qkv"], trace, name, place, missing)
    q, rest = float(x @ w), float(x @ w - x[1] * w[1])
    assert judge(question, Typed(w[1])).kind == "right"
    wrong = {"sign": (q + rest) / x[1], "division": q - rest, "term": (q - rest + x[2] * w[2]) / x[1]}
    for kind, number in wrong.items():
        assert judge(question, Typed(number)).mistakes[0].kind == kind


def test_what_cannot_be_solved() -> None:
    y = Tensor("y")()
    assert solved(X[0] * X[0], y, X[0]) is None
    assert solved(X[0] ** 2, y, X[0]) is None
    assert solved(X[0] * 2, y, X[1]) is None


def test_formulas_are_the_programs_own() -> None:
    """Put together or not, a formula gives the number in the trace."""
    for topic in TOPICS:
        question = choose(topic, SOURCE, 0)
        right = float(question.trace.arrays[question.name][question.place])
        assert question.value(question.instance.expression) == pytest.approx(right, rel=1e-4, abs=1e-6)
        assert question.value(question.own) == pytest.approx(right, rel=1e-4, abs=1e-6)


def masked() -> Question:
    return ask(KEYS["score"], SOURCE.first, "h.0.attn.scores", (0, 0, 1, 3))


def test_a_masked_score_does_not_give_itself_away() -> None:
    """It shows the same tables as any other, and is -inf."""
    beside = ask(KEYS["score"], SOURCE.first, "h.0.attn.scores", (0, 0, 3, 1))
    assert masked().answer == -math.inf
    assert {x.tensor for x in masked().operands} == {x.tensor for x in beside.operands}
    assert all(isinstance(x, Access) for x in masked().operands)
