"""Mistakes are named, and right answers are never called wrong: both figures are printed (pytest -s shows them)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from random import Random

import numpy as np
import pytest

from gpt_by_hand.engines.reference import FUNCTIONS, OPERATORS
from gpt_by_hand.notation import Access, Binary, Call, Constant, Expression, Negate, Terms
from gpt_by_hand.study.exercises.arithmetic import Typed, read
from gpt_by_hand.study.exercises.choosing import choose
from gpt_by_hand.study.exercises.diagnosis import judge
from gpt_by_hand.study.exercises.numbers import seen, shown
from gpt_by_hand.study.exercises.question import Question, ask
from gpt_by_hand.study.exercises.sources import Source
from gpt_by_hand.study.exercises.topics import KEYS, TOPICS
from tests.study.exercises.slipped import MADE, Arrays, Made

SEEDS = range(20)
PLACES = 2  # questions for each seed
source = lru_cache(maxsize=None)(Source)


def questions(made: Made, seed: int) -> Iterator[Question]:
    """Elements for which the mistake can be made."""
    random, topic = Random(seed), KEYS[made.topic]
    # A bias is 0 before anything is learnt.
    kind = "later" if made.use_bias else topic.source
    trace = source(made.preset, seed, made.use_bias).trace(kind, random)
    shape, left = trace.program.tensors[made.tensor].shape, PLACES
    while left:
        place = tuple(random.randrange(extent) for extent in shape)
        if made.where(place):
            left -= 1
            yield ask(topic, trace, made.tensor, place)


def as_seen(arrays: Arrays) -> Arrays:
    """What somebody computes with who reads the numbers off the screen."""
    return {name: np.vectorize(lambda x: seen(float(x)), otypes=[float])(a) if a.dtype.kind == "f" else a
            for name, a in arrays.items()}  # fmt: skip


def typed(value: float) -> Typed:
    """As a person types it, with the digits asked for."""
    return read(shown(value))


def test_each_mistake_is_named() -> None:
    """At least 95 % of those that change the answer beyond the tolerance, each kind by itself."""
    shares = {}
    for name, made in MADE.items():
        named = counted = 0
        for seed in SEEDS:
            for question in questions(made, seed):
                wrong = made.wrong(question.trace.arrays, question.place, Random(seed))
                if not math.isfinite(wrong) or abs(wrong - question.answer) <= question.tolerance:
                    continue
                verdict = judge(question, typed(wrong))
                counted += 1
                named += bool(verdict.mistakes) and verdict.mistakes[0].kind == made.kind
                if not (verdict.mistakes and verdict.mistakes[0].kind == made.kind):
                    print("   ", name, question.address, wrong, question.answer, verdict.mistakes[:1])
        shares[name] = (named, counted)
    for name, (named, counted) in shares.items():
        print(f"{name:<36} named {named} of {counted}")
    print(f"all together: {sum(n for n, _ in shares.values())} of {sum(c for _, c in shares.values())}")
    assert not [name for name, (named, counted) in shares.items() if counted < 20 or named < 0.95 * counted]


def rounded_on_the_way(node: Expression, question: Question) -> float:
    """The result of a person who writes down every intermediate result as exercises show numbers."""
    if isinstance(node, Access):
        return seen(question.value(node))
    if isinstance(node, Constant):
        return node.value
    inner = [rounded_on_the_way(child, question) for child in node.children()]
    return seen(computed(node, inner))


def exactly(node: Expression, question: Question, random: Random | None = None) -> float:
    """The result without rounding on the way, from the digits shown or from others that look the same."""
    if isinstance(node, Access):
        exact = question.value(node)
        if random is None or shown(exact) == f"{exact:g}":
            return seen(exact)
        last = 10.0 ** round(math.log10(abs(seen(exact)) / 1000))
        return next(x for x in iter(lambda: exact + random.uniform(-last, last), None) if shown(x) == shown(exact))
    if isinstance(node, Constant):
        return node.value
    return computed(node, [exactly(child, question, random) for child in node.children()])


def computed(node: Expression, inner: list[float]) -> float:
    if isinstance(node, Binary):
        return float(OPERATORS[node.operator](*inner))
    if isinstance(node, Negate):
        return -inner[0]
    if isinstance(node, Call):
        return float(FUNCTIONS[node.function](inner[0]))
    assert isinstance(node, Terms)
    return math.fsum(inner) if node.kind == "sum" else max(inner)


def right_ways(question: Question) -> dict[str, float]:
    expression, random = question.expression, Random(question.address)
    ways = {
        "exact": question.answer,
        "with the digits asked for": seen(question.answer),
        "from the digits shown": exactly(expression, question),
        "from the digits shown, rounded": seen(exactly(expression, question)),
        "rounded on the way": rounded_on_the_way(expression, question),
    }
    return ways | {f"from digits like those shown, {n}": exactly(expression, question, random) for n in range(3)}


@pytest.mark.parametrize("preset", ["pencil", "pocket"])
def test_a_right_answer_is_never_called_wrong(preset: str) -> None:
    count = wrong = 0
    for topic in TOPICS:
        for seed in range(12 if preset == "pencil" else 3):
            for number in range(2):
                question = choose(topic, source(preset, seed), number)
                for way, answer in right_ways(question).items():
                    count += 1
                    if judge(question, Typed(answer)).kind != "right":
                        wrong += 1
                        print(topic.key, question.address, way, answer, question.answer, question.tolerance)
    print(f"{preset}: {wrong} of {count} right answers were called wrong")
    assert count > 1000
    assert wrong == 0
