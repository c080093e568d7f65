"""The topics, in the order of the program. A topic is a choice of formulas: whose elements to ask for, and what of
their operands' formulas to put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from gpt_by_hand.advice import command
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.sentences import told
from gpt_by_hand.model import concepts as c
from gpt_by_hand.nearest import nearest, perhaps
from gpt_by_hand.notation import Role
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.practice.formulas import Pick
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.trace import Trace

NEAR, MOST = 0.75, 5  # how like a name a misspelt one must be; how many topics are named in an error
Wanted: TypeAlias = Callable[[Trace, Position], bool]


def word_in_the_text(trace: Trace, place: Position) -> bool:
    """An embedding that was used as an input, and is used as the head's weight anyway."""
    return bool((trace.tokens == place[0]).any())


def looks_back(trace: Trace, place: Position) -> bool:
    """A position from which there is a choice of others to look at."""
    return place[-2] >= 1


def may_look(trace: Trace, place: Position) -> bool:
    """A pair that is not masked, where there is a choice."""
    return 1 <= place[-2] >= place[-1]


@dataclass(frozen=True)
class Topic:
    """`targets` pick the tensors that are asked for (of them, `wanted` elements), `inline` those to be put in."""

    key: str
    title: str
    targets: tuple[Pick, ...]
    inline: tuple[Pick, ...] = ()
    source: str = "first"
    wanted: Wanted = lambda trace, place: True


def _all(*some: str) -> tuple[Pick, ...]:
    return tuple(map(Pick, some))


def _d(*some: str) -> tuple[Pick, ...]:
    """The gradients of what has these concepts."""
    return tuple(Pick(concept, Role.GRADIENT) for concept in some)


NEW = Pick(role=Role.UPDATE)
ADAMW = (*_all(c.MEAN_GRADIENT, c.MEAN_SQUARE), NEW, NEW)  # the update is asked for as often as the moments
TOPICS: tuple[Topic, ...] = (
    Topic("tokens", "Tokenizing: words as numbers", _all(c.TOKENS, c.TARGETS)),
    Topic(
        "embedding", "Embedding lookup: a word and its position as a vector", _all(c.EMBEDDING),
        _all(c.TOKEN_VECTOR, c.POSITION_VECTOR),
    ),
    Topic("mean", "LayerNorm: the mean", _all(c.MEAN)),
    Topic("variance", "LayerNorm: the variance", _all(c.VARIANCE), _all(c.CENTRED)),
    Topic("normalise", "LayerNorm: bringing to a spread of 1", _all(c.RSTD, c.NORMALISED), _all(c.CENTRED)),
    Topic("scale", "LayerNorm: the gain", _all(c.NORMALISED), source="later"),
    Topic("qkv", "Query, key and value", _all(c.QUERY, c.KEY, c.VALUE)),
    Topic("score", "Attention score", _all(c.SCORES)),
    Topic(
        "softmax", "Mask and softmax: scores become weights", _all(c.WEIGHTS), _all(c.SCORES, c.POWER, c.TOTAL),
        "masked", looks_back,
    ),
    Topic("mix", "Mixing values", _all(c.MIX)),
    Topic("projection", "Output projection", _all(c.PROJECTION)),
    Topic("residual", "Residual: the word and what a layer adds to it", _all(c.MIDDLE, c.OUTPUT)),
    Topic("gelu", "GELU", _all(c.GELU), _all(c.CDF)),
    Topic("feed-forward", "Feed-forward layer", _all(c.FEATURES, c.FEED_FORWARD)),
    Topic("logits", "Logits: a score for every word", _all(c.LOGITS)),
    Topic("probability", "Probability of the next word", _all(c.PROBABILITIES), _all(c.POWER, c.TOTAL)),
    Topic("cross-entropy", "Cross-entropy: surprise, and its average", _all(c.SURPRISE, c.SEQUENCE_LOSS)),
    Topic("d-logit", "Gradient of a logit", _d(c.LOGITS), _d(c.POWER, c.TOTAL)),
    Topic("d-score", "Gradient of an attention score", _d(c.SCORES), _d(c.POWER), wanted=may_look),
    Topic("d-weight", "Gradient of a weight", _d(c.ATTENTION_WEIGHT, c.FEED_FORWARD_WEIGHT)),
    Topic(
        "d-embedding", "Gradient of an embedding that is used twice", _d(c.WORD_TABLE), wanted=word_in_the_text,
    ),
    Topic("clipping", "Clipping the gradient", (*_all(c.NORM, c.CLIPPING), Pick(role=Role.CLIPPED))),
    Topic("adamw-first", "AdamW: the first step", ADAMW),
    Topic("adamw-later", "AdamW: a later step", ADAMW, source="later"),
    Topic("schedule", "Learning-rate schedule", _all(c.RATE), source="schedule"),
    Topic(
        "sampling", "Sampling with temperature and top-k", _all(c.PROBABILITIES), _all(c.SCALED, c.POWER, c.TOTAL),
        "sampling",
    ),
)  # fmt: skip
KEYS = {topic.key: topic for topic in TOPICS}


def find(asked: str, program: str = "exercise") -> Topic:
    """The topic of this key or title, or the only one whose key begins so or whose title has these words.

    A word that is nearly a key is no word of a title: `scores` is not softmax, whose title has it.
    Raises: UserError with the nearest topics, or else the command, of `program`, that lists all.
    """
    wanted = " ".join(asked.lower().replace("_", "-").split())
    key = wanted.replace(" ", "-")
    exact = [topic for topic in TOPICS if topic.key == key or wanted in _titles(topic)]
    begun = [topic for topic in TOPICS if key and topic.key.startswith(key)]
    if exact or len(begun) == 1:
        return (exact or begun)[0]
    near = [KEYS[name] for name in nearest(key, KEYS, 3, NEAR)]
    titled = [topic for topic in TOPICS if wanted and f" {wanted}" in f" {_words(topic)}"]
    if len(titled) == 1 and not near:
        return titled[0]
    names = list(dict.fromkeys(topic.key for topic in [*begun, *near, *titled] or _misspelt(wanted)))[:MOST]
    meant = perhaps(names) + "; " * bool(names)
    raise UserError(f"there is no topic {asked!r}: {meant}{command(f'{program} --list')} shows all")


def _titles(topic: Topic) -> tuple[str, ...]:
    """Its title in small letters, in English and as it is told."""
    return topic.title.lower(), told(topic.title).lower()


def _words(topic: Topic) -> str:
    return " ".join(re.findall(r"[\w-]+", " ".join(dict.fromkeys(_titles(topic)))))


def _misspelt(wanted: str) -> list[Topic]:
    """Those with a word in their titles that is nearly this one."""
    found = {topic.key: nearest(wanted, _words(topic).split(), 1, NEAR) for topic in TOPICS}
    return [KEYS[key] for key, words in found.items() if words]
