"""Mistakes are named, and right answers are never called wrong: both figures are printed (pytest -s shows them)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache, reduce
from random import Random
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.engines.reference import FUNCTIONS, OPERATORS
from gpt_by_hand.notation import Access, Binary, Call, Constant, Expression, Negate, Terms
from gpt_by_hand.practice.arithmetic import Typed, read
from gpt_by_hand.practice.choosing import choose
from gpt_by_hand.practice.diagnosis import judge
from gpt_by_hand.practice.numbers import seen, shown
from gpt_by_hand.practice.question import Question, ask
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS, TOPICS
from tests.practice.slipped import ATTN, MADE, Arrays, Made

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


class AsSeen(dict[str, Any]):
    """The arrays of somebody who reads the numbers off the screen."""

    def __init__(self, arrays: Arrays) -> None:
        self.arrays = arrays

    def __missing__(self, name: str) -> Any:
        array = self.arrays[name]
        rounded = np.array([seen(float(x)) for x in array.ravel()]).reshape(array.shape)
        return self.setdefault(name, rounded if array.dtype.kind == "f" else array)


def typed(value: float) -> Typed:
    """As a person types it, with the digits asked for."""
    return read(shown(value))


def answers(question: Question, made: Made, seed: int) -> Iterator[float]:
    """The mistake made with exact numbers and with those on the screen, where it changes the answer."""
    for arrays in (question.trace.arrays, AsSeen(question.trace.arrays)):
        wrong = made.wrong(arrays, question.place, Random(seed))
        if math.isfinite(wrong) and abs(wrong - question.answer) > question.tolerance:
            yield wrong


def is_named(question: Question, made: Made, wrong: float) -> bool:
    mistakes = judge(question, typed(wrong)).mistakes
    if mistakes and mistakes[0].kind == made.kind:
        return True
    print("    not named:", made.kind, question.address, wrong, [(m.kind, m.said, m.value) for m in mistakes[:1]])
    return False


def test_each_mistake_is_named() -> None:
    """At least 95 % of those that change the answer beyond the tolerance, each kind by itself."""
    shares = {}
    for name, made in MADE.items():
        asked = [(question, seed) for seed in SEEDS for question in questions(made, seed)]
        found = [is_named(q, made, wrong) for q, seed in asked for wrong in answers(q, made, seed)]
        shares[name] = (sum(found), len(found))
        print(f"{name:<36} named {sum(found)} of {len(found)}")
    print(f"all together: {sum(n for n, _ in shares.values())} of {sum(c for _, c in shares.values())}")
    assert not [name for name, (named, counted) in shares.items() if counted < 20 or named < 0.95 * counted]


def test_what_is_just_wrong_is_seldom_explained() -> None:
    """Numbers drawn at random are the answer to nothing; a mistake that happens to lead to one is named, though."""
    random, counted, explained = Random(0), 0, 0
    for topic in TOPICS:
        for question in (choose(topic, source("pencil", seed), 0) for seed in range(2)):
            if question.result.tensor.kind == "integer" or not math.isfinite(question.answer):
                continue
            span = 3 * abs(question.answer)
            verdicts = [judge(question, typed(random.uniform(-span, span))) for _ in range(40)]
            counted += sum(verdict.kind == "wrong" for verdict in verdicts)
            explained += sum(bool(verdict.mistakes) for verdict in verdicts)
    print(f"random numbers: {explained} of {counted} explained")
    assert counted > 1500
    assert explained < 0.03 * counted


def test_a_checker_can_fail() -> None:
    """What is no mistake of the list is not named as one."""
    made = MADE["forgot √d"]
    question = next(questions(made, 0))
    assert not is_named(question, made, question.answer + 0.777)


def test_scores_before_the_mask() -> None:
    """They are q k / √D in NumPy too, for all pairs; and behind the mask they are the scores."""
    arrays = source("pencil", 3).trace("masked", Random(0)).arrays
    raw = arrays[ATTN + "scores.unmasked"]
    np.testing.assert_allclose(raw, arrays[ATTN + "q"] @ arrays[ATTN + "k"].swapaxes(2, 3) / 2, rtol=1e-5, atol=1e-6)
    behind = np.where(np.tri(4, dtype=bool), raw, -np.inf)
    np.testing.assert_array_equal(arrays[ATTN + "scores"], behind)


def rounded_on_the_way(node: Expression, question: Question) -> float:
    """The result of a person who writes down every intermediate result as exercises show numbers."""
    if isinstance(node, Access):
        return seen(question.value(node))
    if isinstance(node, Constant):
        return node.value
    inner = [rounded_on_the_way(child, question) for child in node.children()]
    if isinstance(node, Terms) and node.kind == "sum":  # each running total too
        return reduce(lambda total, term: seen(total + term), inner)
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


@pytest.mark.parametrize(
    ("preset", "seeds"), [("pencil", range(2)), ("pencil", range(2, 12)), ("pocket", range(1))], ids=str
)
def test_a_right_answer_is_never_called_wrong(preset: str, seeds: range) -> None:
    count = wrong = 0
    for topic in TOPICS:
        for seed in seeds:
            for number in range(2):
                question = choose(topic, source(preset, seed), number)
                for way, answer in right_ways(question).items():
                    count += 1
                    if judge(question, Typed(answer)).kind != "right":
                        wrong += 1
                        print(topic.key, question.address, way, answer, question.answer, question.tolerance)
    print(f"{preset}: {wrong} of {count} right answers were called wrong")
    assert count > 400
    assert wrong == 0
