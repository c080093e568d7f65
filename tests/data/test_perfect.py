"""The least loss of a language: against the same number from its texts' entropy, and from a text of it."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.data.perfect import LANGUAGES, least_losses, perfect_loss
from gpt_by_hand.data.prepare import built_in_tokenizer
from gpt_by_hand.data.tokenizers import Tokenizer

Language = list[list[int]]


def entropy(phrases: Language, length: int) -> float:
    """Of a window of so many tokens that starts anywhere, in nats: every way that leads through it is followed."""
    places = [(p, n) for p, phrase in enumerate(phrases) for n in range(len(phrase))]
    ways = {((phrases[p][n],), (p, n)): 1 / len(places) for p, n in places}
    for _ in range(length - 1):
        longer: defaultdict[tuple[tuple[int, ...], tuple[int, int]], float] = defaultdict(float)
        for (text, (p, n)), share in ways.items():
            ends = n + 1 == len(phrases[p])
            for q, m in [(q, 0) for q in range(len(phrases))] if ends else [(p, n + 1)]:
                longer[(*text, phrases[q][m]), (q, m)] += share / (len(phrases) if ends else 1)
        ways = longer
    texts: Counter[tuple[int, ...]] = Counter()
    for (text, _), share in ways.items():
        texts[text] += share  # type: ignore[assignment]
    return -math.fsum(share * math.log(share) for share in texts.values())


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=3), min_size=1, max_size=3))
def test_chain_rule_of_entropy(phrases: Language) -> None:
    """The surprise at a token, given those before it, is what it adds to the entropy of the window."""
    known = [entropy(phrases, length) for length in range(1, 6)]
    added = [longer - shorter for shorter, longer in pairwise(known)]
    assert least_losses(phrases, 4) == pytest.approx(added, abs=1e-9)


@pytest.mark.parametrize(("dataset", "length"), [("tiny_demo_words", 8), ("pencil", 4)])
def test_the_data_sets(dataset: str, length: int) -> None:
    tokenizer = built_in_tokenizer(dataset)
    phrases = [tokenizer.encode(f"{phrase} ") for phrase in LANGUAGES[dataset]]
    mean = (entropy(phrases, length + 1) - entropy(phrases, 1)) / length
    assert perfect_loss(dataset, tokenizer, length) == pytest.approx(mean, rel=1e-12)


def test_the_demo() -> None:
    assert f"{perfect_loss('tiny_demo_words', built_in_tokenizer('tiny_demo_words'), 8):.4f}" == "0.4443"


def test_a_long_window() -> None:
    """What is not known at its start is soon forgotten: what is left is which phrase comes, at 8 of 66 tokens."""
    last = least_losses(
        [built_in_tokenizer("tiny_demo_words").encode(f"{p} ") for p in LANGUAGES["tiny_demo_words"]], 999
    )
    assert last[-1] == pytest.approx(8 / 66 * math.log(8), rel=1e-9)


def test_other_languages_are_not_known() -> None:
    assert perfect_loss("shakespeare_char", built_in_tokenizer("shakespeare_char"), 8) is None
    assert perfect_loss("pencil", Tokenizer("word", ("a", "b")), 8) is None
