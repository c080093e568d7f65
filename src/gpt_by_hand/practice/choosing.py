"""Which elements to ask for: drawn by the seed, such that the answer can be told from what mistakes lead to.

Several exercises are of one topic, or a mixture; the same ones for the same seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import cycle, islice
from random import Random

from gpt_by_hand.practice.formulas import is_masked, picked
from gpt_by_hand.practice.question import Question, ask, solvable
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import TOPICS, Topic
from gpt_by_hand.trace.trace import Trace

TRIES = 40
SHARPEST = 0.02  # the tolerance, as a share of the answer, that is good enough at the first try
MOST_OPERANDS = 24
AGAIN, DULL = 5.0, 10.0  # what is worse than a blurred answer: the same element again, and what needs no computing
MASKED, BACKWARDS = 0.15, 0.2  # how often to ask for what is masked, and for an operand instead of the result


def choose(topic: Topic, source: Source, number: int, taken: Collection[str] = ()) -> Question:
    """The exercise with this number: the same for the same topic, source and number, and none of those `taken`."""
    random = Random(f"{source.seed} {topic.key} {number}")
    trace = source.trace(topic.source, random)
    masked_too, backwards = random.random() < MASKED, random.random() < BACKWARDS
    best: Question | None = None
    lowest = math.inf
    for tries, drawn in enumerate(_drawn(topic, trace, random), 1):
        question = _backwards(drawn, random) if backwards else drawn
        worth = _worth(question, masked_too) + (AGAIN if question.address in taken else 0)
        if best is None or worth < lowest:
            best, lowest = question, worth
        if lowest <= SHARPEST * tries:
            break
    assert best is not None, f"no formula of {topic.key} is in the program"
    return best


def _drawn(topic: Topic, trace: Trace, random: Random) -> Iterator[Question]:
    """Elements of the topic's tensors, each kind of tensor as often as the others."""
    names = picked(trace.program, topic.targets)
    for _ in range(TRIES):
        name = random.choice(random.choice(names))
        place = tuple(random.randrange(extent) for extent in trace.program.tensors[name].shape)
        if topic.wanted(trace, place):
            yield ask(topic, trace, name, place)


def _backwards(question: Question, random: Random) -> Question:
    """The same formula, asked for one of its operands, if there is one that follows from the rest precisely enough."""
    operands = solvable(question) if _worth(question, False) < math.inf else []
    if operands and math.isfinite(question.answer):
        asked = ask(question.topic, question.trace, question.name, question.place, random.choice(operands))
        if _worth(asked, False) <= SHARPEST:
            return asked
    return question


def backwards(topic: Topic, source: Source, fits: Callable[[Question], bool]) -> Question | None:
    """A question of a topic that asks for an operand; None where none that `fits` follows precisely enough."""
    random = Random(f"{source.seed} {topic.key} backwards")
    drawn = _drawn(topic, source.trace(topic.source, random), random)
    turned = (_backwards(question, random) for question in drawn)
    return next((question for question in turned if question.missing is not None and fits(question)), None)


def _worth(question: Question, masked_too: bool) -> float:
    """How blurred the answer is, from 0; more for long formulas; infinite for what is not worth asking."""
    if is_masked(question.own):
        return 0.0 if masked_too else DULL
    try:
        answer, blur = question.answer, question.tolerance
    except (ZeroDivisionError, ValueError, OverflowError):
        return math.inf
    if not math.isfinite(answer) or not math.isfinite(blur):
        return math.inf
    if len(question.operands) == 0 or answer == 0:
        return DULL
    integer = question.result.tensor.kind == "integer"
    long = max(0, len(question.operands) - MOST_OPERANDS) / MOST_OPERANDS
    return long + (0.0 if integer else blur / abs(answer))


def series(topics: Sequence[Topic], source: Source, count: int) -> Iterator[Question]:
    """`count` exercises, the topics in turn, no element twice if that can be."""
    taken: dict[str, list[str]] = {topic.key: [] for topic in topics}
    for topic in islice(cycle(topics), count):
        question = choose(topic, source, len(taken[topic.key]), taken[topic.key])
        taken[topic.key].append(question.address)
        yield question


def mixture(seed: int) -> list[Topic]:
    """All topics, in an order that the seed decides."""
    return Random(f"{seed} mixture").sample(TOPICS, len(TOPICS))
