"""Several exercises: of one topic, or a mixture; the same ones for the same seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from random import Random

from gpt_by_hand.practice.choosing import choose
from gpt_by_hand.practice.question import Question
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import TOPICS, Topic


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
