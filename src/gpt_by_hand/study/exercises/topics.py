"""The topics, in the order of the program. A topic is a choice of formulas: whose elements to ask for, and what of
their operands' formulas to put in."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gpt_by_hand.advice import command
from gpt_by_hand.errors import UserError
from gpt_by_hand.nearest import nearest, perhaps
from gpt_by_hand.notation.instance import Place
from gpt_by_hand.study.trace import Trace

NEAR, MOST = 0.75, 5  # how like a name a misspelt one must be; how many topics are named in an error
Wanted: TypeAlias = Callable[[Trace, Place], bool]


def any_element(trace: Trace, place: Place) -> bool:
    """All elements are of interest."""
    return True


def word_in_the_text(trace: Trace, place: Place) -> bool:
    """An embedding that was used as an input, and is used as the head's weight anyway."""
    return bool(np.any(np.asarray(trace.arrays["tokens"]) == place[0]))


def looks_back(trace: Trace, place: Place) -> bool:
    """A position from which there is a choice of others to look at."""
    return place[-2] >= 1


def may_look(trace: Trace, place: Place) -> bool:
    """A pair that is not masked, where there is a choice."""
    return 1 <= place[-2] >= place[-1]


@dataclass(frozen=True)
class Topic:
    """`targets` are globs of the tensors that are asked for, `inline` of those whose formulas are put in."""

    key: str
    title: str
    targets: tuple[str, ...]
    inline: tuple[str, ...] = ()
    source: str = "first"
    wanted: Wanted = any_element


TOPICS: tuple[Topic, ...] = (
    Topic("tokens", "Tokenizing: words as numbers", ("tokens", "targets")),
    Topic("embedding", "Embedding lookup: a word and its position as a vector", ("embed",), ("tok_emb", "pos_emb")),
    Topic("mean", "LayerNorm: the mean", ("h.*.ln_?.mean", "ln_f.mean")),
    Topic("variance", "LayerNorm: the variance", ("h.*.ln_?.var", "ln_f.var"), ("*.centred",)),
    Topic(
        "normalise", "LayerNorm: bringing to a spread of 1", ("h.*.ln_?.rstd", "ln_f.rstd", "h.*.ln_?", "ln_f"),
        ("*.centred",),
    ),
    Topic("scale", "LayerNorm: the gain", ("h.*.ln_?", "ln_f"), source="later"),
    Topic("qkv", "Query, key and value", ("h.*.attn.q", "h.*.attn.k", "h.*.attn.v")),
    Topic("score", "Attention score", ("h.*.attn.scores",)),
    Topic(
        "softmax", "Mask and softmax: scores become weights", ("h.*.attn.weights",),
        ("*.attn.scores", "*.attn.exp", "*.attn.sum"), "masked", looks_back,
    ),
    Topic("mix", "Mixing values", ("h.*.attn.mix",)),
    Topic("projection", "Output projection", ("h.*.attn.c_proj",)),
    Topic("residual", "Residual: the word and what a layer adds to it", ("h.*.mid", "h.*.out")),
    Topic("gelu", "GELU", ("h.*.mlp.gelu",), ("*.mlp.cdf",)),
    Topic("feed-forward", "Feed-forward layer", ("h.*.mlp.c_fc", "h.*.mlp.c_proj")),
    Topic("logits", "Logits: a score for every word", ("logits",)),
    Topic("probability", "Probability of the next word", ("probs",), ("probs.exp", "probs.sum")),
    Topic("cross-entropy", "Cross-entropy: surprise, and its average", ("nll", "sequence_loss")),
    Topic("d-logit", "Gradient of a logit", ("d.logits",), ("d.probs.exp", "d.probs.sum")),
    Topic("d-score", "Gradient of an attention score", ("d.h.*.attn.scores",), ("d.*.attn.exp",), wanted=may_look),
    Topic(
        "d-weight", "Gradient of a weight", ("d.transformer.h.*.attn.c_*.weight", "d.transformer.h.*.mlp.c_*.weight"),
    ),
    Topic(
        "d-embedding", "Gradient of an embedding that is used twice", ("d.transformer.wte.weight",),
        wanted=word_in_the_text,
    ),
    Topic("clipping", "Clipping the gradient", ("clip.norm", "clip.scale", "clip.grad.*")),
    Topic("adamw-first", "AdamW: the first step", ("adamw.m.*", "adamw.v.*", "new.*", "new.*")),
    Topic("adamw-later", "AdamW: a later step", ("adamw.m.*", "adamw.v.*", "new.*", "new.*"), source="later"),
    Topic("schedule", "Learning-rate schedule", ("learning_rate",), source="schedule"),
    Topic(
        "sampling", "Sampling with temperature and top-k", ("sample.probs",),
        ("sample.scaled", "sample.exp", "sample.sum"), "sampling",
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
    exact = [topic for topic in TOPICS if topic.key == key or topic.title.lower() == wanted]
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


def _words(topic: Topic) -> str:
    return " ".join(re.findall(r"[\w-]+", topic.title.lower()))


def _misspelt(wanted: str) -> list[Topic]:
    """Those with a word in their titles that is nearly this one."""
    found = {topic.key: nearest(wanted, _words(topic).split(), 1, NEAR) for topic in TOPICS}
    return [KEYS[key] for key, words in found.items() if words]
