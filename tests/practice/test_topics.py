"""Topics are found by name; each has exercises worth asking, the same ones for the same seed."""

from __future__ import annotations

import math
from functools import lru_cache
from random import Random

import numpy as np
import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.practice.choosing import MOST_OPERANDS, choose, mixture, series
from gpt_by_hand.practice.given import MISSING, ROOM, numbers
from gpt_by_hand.practice.numbers import shown
from gpt_by_hand.practice.page import as_data
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS, TOPICS, Topic, find

source = lru_cache(maxsize=None)(Source)
SOURCE, SOURCE_AGAIN = source("pencil", 7), Source("pencil", 7)
each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.key)


@pytest.mark.parametrize(
    ("asked", "key"),
    [("score", "score"), ("SCORE", "score"), ("scor", "score"),
     ("cross", "cross-entropy"), ("mask and softmax", "softmax"), ("surprise", "cross-entropy"),
     ("attention score", "d-score"), ("gelu", "gelu"), ("d_logit", "d-logit"),
     ("feed forward", "feed-forward"), ("Output projection", "projection"), ("top-k", "sampling")],
)  # fmt: skip
def test_find(asked: str, key: str) -> None:
    if asked == "attention score":  # the forward score comes first where its title is the whole of what was asked
        key = "score"
    assert find(asked).key == key


@pytest.mark.parametrize(
    ("asked", "words"),
    [("scores", "perhaps you meant score"), ("scroe", "perhaps you meant score"),
     ("weights", "perhaps you meant d-weight"), ("atention", "perhaps you meant score"),
     ("adamw", "perhaps you meant adamw-first or adamw-later;"),
     ("scroe", "score; gpt-by-hand exercise --list shows all"), ("foo", "'foo': gpt-by-hand exercise --list shows all"),
     ("layernorm", "perhaps you meant mean, variance"), ("softmx", "softmax"),
     ("zzzzzz", "'zzzzzz': gpt-by-hand exercise --list"), ("", "there is no topic ''")],
)  # fmt: skip
def test_unknown_topics(asked: str, words: str) -> None:
    with pytest.raises(UserError, match=r"^[^\n]+$") as error:
        find(asked)
    assert words in str(error.value)


def test_topics_follow_the_program() -> None:
    """Every formula of the forward pass belongs to a topic, but those that are put into others."""
    picks = [pick for topic in TOPICS for pick in (*topic.targets, *topic.inline)]
    formulas = [a for a in SOURCE.first.program.assignments if a.phase in ("forward", "loss")]
    left = {a.name for a in formulas if not any(pick.fits(a.target) for pick in picks)}
    assert left == {"h.0.attn.max", "probs.max", "loss"}


@each_topic
@pytest.mark.parametrize("preset", ["pencil", "pocket", "demo"])
def test_exercises_are_worth_asking(topic: Topic, preset: str) -> None:
    """There is an answer, told from zero and from what a mistake leads to; it is asked in words."""
    question = choose(topic, source(preset, 7), 0)
    assert math.isfinite(question.answer) or topic.key == "score"
    assert question.tolerance <= 0.1 * abs(question.answer) or not math.isfinite(question.answer)
    assert question.mistakes
    assert len(question.meaning) > 20
    if preset == "pencil":
        assert len(question.operands) <= MOST_OPERANDS


@each_topic
def test_the_same_seed_gives_the_same_exercises(topic: Topic) -> None:
    first, again = (as_data(choose(topic, made, 1)) for made in (SOURCE, SOURCE_AGAIN))
    other = [as_data(choose(topic, source("pencil", seed), 1)) for seed in (8, 9, 10)]
    assert first == again
    assert any(first != exercise for exercise in other)


def test_a_series_repeats_nothing() -> None:
    for key in ("score", "residual", "qkv"):
        addresses = [question.address for question in series([KEYS[key]], SOURCE, 8)]
        assert len(set(addresses)) == 8


def test_a_mixture_has_every_topic() -> None:
    assert sorted(topic.key for topic in mixture(3)) == sorted(KEYS)
    assert mixture(3) == mixture(3) != mixture(4)
    assert [q.topic for q in series(mixture(3), SOURCE, 3)] == mixture(3)[:3]


@each_topic
def test_what_is_needed_is_shown(topic: Topic) -> None:
    """Each operand is in a table or among the numbers, as it is shown; the answer is not."""
    for number in range(3):
        question = choose(topic, SOURCE, number)
        known = numbers(question)
        cells = [cell for table in as_data(question)["given"]["tables"] for row in table["cells"] for cell in row]
        if question.result.tensor.kind == "integer":
            continue
        for operand in question.operands:
            assert shown(question.value(operand)) in [*cells, *(number.text for number in known.values())], operand
        assert question.address not in known
        assert (MISSING in cells or not question.missing.subscripts) if question.missing else MISSING not in cells
        around = len(cells)
        assert around <= max(ROOM, 4 * len(question.operands))


def test_words_stand_beside_the_numbers() -> None:
    question = choose(KEYS["score"], SOURCE, 0)
    row = question.place[0]
    words = [SOURCE.first.tokenizer.label(int(token)) for token in SOURCE.first.arrays["tokens"][row]]
    assert as_data(question)["given"]["tables"][0]["rows"] == [f"{at} {word}" for at, word in enumerate(words)]


def test_the_first_step_is_a_step() -> None:
    """The learning rate is not 0 where AdamW is asked for, and schedules come to all three parts."""
    assert float(SOURCE.first.arrays["learning_rate"]) == pytest.approx(0.01)
    name = "transformer.wte.weight"
    assert not np.array_equal(SOURCE.first[name], SOURCE.first[f"new.{name}"])
    at = [float(SOURCE.trace("schedule", Random(n)).arrays["iteration"]) for n in range(40)]
    assert min(at) < 10 < max(at) > 100
    assert any(10 < x < 100 for x in at)


def test_weights_of_the_pencil_model_have_one_decimal() -> None:
    table = np.asarray(SOURCE.first["transformer.wte.weight"])
    assert all(len(shown(float(x)).lstrip("-")) <= 3 for x in table.ravel())
