"""How well the language of a data set can be predicted at best: exactly, by who knows it by heart and sees one window.

Known of the languages whose texts are phrases drawn at random. Inside of a phrase the next word is certain; where a new
one begins, nobody can know which, and at the start of a window even the place in the phrase is not known yet.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from statistics import fmean

from gpt_by_hand.data.prepare import PENCIL_PHRASES, WORD_PHRASES, built_in_tokenizer
from gpt_by_hand.data.tokenizers import Tokenizer

LANGUAGES = {"tiny_demo_words": WORD_PHRASES, "pencil": PENCIL_PHRASES}
Phrases = Sequence[Sequence[int]]
Place = tuple[int, int]  # which phrase, and which of its tokens
Belief = frozenset[tuple[Place, Fraction]]  # how likely each place is


def perfect_loss(dataset: str, tokenizer: Tokenizer, length: int) -> float | None:
    """The least mean loss, in nats per token, over windows of `length` tokens; None where the language is not known.

    It is the mean over the language, to which a text of it comes the closer the longer it is.
    """
    if dataset not in LANGUAGES or tokenizer != built_in_tokenizer(dataset):
        return None
    return fmean(least_losses([tokenizer.encode(f"{phrase} ") for phrase in LANGUAGES[dataset]], length))


def least_losses(phrases: Phrases, length: int) -> list[float]:
    """The mean surprise, in nats, at each of `length` predictions, in a window that starts anywhere.

    >>> [f"{loss:.4f}" for loss in least_losses([[0, 1]], 2)]
    ['0.0000', '0.0000']
    """
    places = [(p, n) for p, phrase in enumerate(phrases) for n in range(len(phrase))]
    anywhere = {place: Fraction(1, len(places)) for place in places}
    beliefs = {belief: float(share) for belief, share in _seen(phrases, anywhere)}
    ways: dict[Belief, list[tuple[Belief, float]]] = {}
    found = []
    for _ in range(length):
        following: defaultdict[Belief, float] = defaultdict(float)
        surprise = 0.0
        for before, share in beliefs.items():
            if before not in ways:
                ways[before] = [(b, float(p)) for b, p in _seen(phrases, _after(phrases, before))]
            for belief, probability in ways[before]:
                surprise -= share * probability * math.log(probability)
                following[belief] += share * probability
        found.append(abs(surprise))  # no minus in front of nothing
        beliefs = following
    return found


def _after(phrases: Phrases, belief: Belief) -> Mapping[Place, Fraction]:
    """Where one is a token later: at the next one of the phrase, or at the start of any phrase."""
    found: defaultdict[Place, Fraction] = defaultdict(Fraction)
    for (phrase, token), share in belief:
        if token + 1 < len(phrases[phrase]):
            found[phrase, token + 1] += share
        else:
            for another in range(len(phrases)):
                found[another, 0] += share / len(phrases)
    return found


def _seen(phrases: Phrases, places: Mapping[Place, Fraction]) -> Iterator[tuple[Belief, Fraction]]:
    """What to believe when the token is seen that stands there, and how likely it is, for each token."""
    by_token: defaultdict[int, dict[Place, Fraction]] = defaultdict(dict)
    for (phrase, token), share in places.items():
        by_token[phrases[phrase][token]][phrase, token] = share
    for fitting in by_token.values():
        total = sum(fitting.values(), Fraction())
        yield frozenset((place, share / total) for place, share in fitting.items()), total
