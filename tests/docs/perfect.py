"""How well can the demo's language be predicted? Exactly, by somebody who knows it by heart and sees one window."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from gpt_by_hand.data.prepare import WORD_PHRASES, built_in_tokenizer

PHRASES = [built_in_tokenizer("tiny_demo_words").encode(f"{phrase} ") for phrase in WORD_PHRASES]
Place = tuple[int, int]  # which phrase, and which of its tokens
Belief = Mapping[Place, float]
ANYWHERE: Belief = {(p, n): 1 / sum(map(len, PHRASES)) for p, phrase in enumerate(PHRASES) for n in range(len(phrase))}


def after(belief: Belief) -> Belief:
    """Where one is a token later: at the next one of the phrase, or at the start of any phrase."""
    found: defaultdict[Place, float] = defaultdict(float)
    for (phrase, token), share in belief.items():
        if token + 1 < len(PHRASES[phrase]):
            found[phrase, token + 1] += share
        else:
            for another in range(len(PHRASES)):
                found[another, 0] += share / len(PHRASES)
    return found


def seen(belief: Belief, token: int) -> tuple[Belief, float]:
    """What to believe after a token, and how likely the token was."""
    fitting = {place: share for place, share in belief.items() if PHRASES[place[0]][place[1]] == token}
    total = math.fsum(fitting.values())
    return {place: share / total for place, share in fitting.items()}, total


def tokens(belief: Belief) -> set[int]:
    return {PHRASES[phrase][token] for phrase, token in belief}


def expected(length: int) -> list[float]:
    """The mean surprise in nats at each of `length` predictions, in a window that starts anywhere."""
    total = [0.0] * length
    _expected(ANYWHERE, 1.0, -1, total)
    return total


def _expected(belief: Belief, share: float, at: int, total: list[float]) -> None:
    for token in tokens(belief):
        now, probability = seen(belief, token)
        if at >= 0:
            total[at] -= share * probability * math.log(probability)
        if at + 1 < len(total):
            _expected(after(now), share * probability, at + 1, total)


def surprise(window: Sequence[int]) -> float:
    """The mean surprise at the tokens of a window after its first."""
    belief, _ = seen(ANYWHERE, window[0])
    total = 0.0
    for token in window[1:]:
        belief, probability = seen(after(belief), token)
        total -= math.log(probability)
    return total / (len(window) - 1)
