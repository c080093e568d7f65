"""The topics, in the order of the program. A topic is a choice of formulas: whose elements to ask for, and what of
their operands' formulas to put in."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.notation.instance import Place
from gpt_by_hand.study.trace import Trace

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


def find(asked: str) -> Topic:
    """The topic of this name, or the only one whose title has these words.

    Raises: UserError with the nearest topics.
    """
    wanted = " ".join(asked.lower().replace("_", "-").split())
    if wanted in KEYS or wanted.replace(" ", "-") in KEYS:
        return KEYS.get(wanted) or KEYS[wanted.replace(" ", "-")]
    fitting = [topic for topic in TOPICS if topic.title.lower() == wanted]
    fitting = fitting or [topic for topic in TOPICS if wanted and wanted in f"{topic.key} {topic.title.lower()}"]
    if len(fitting) == 1:
        return fitting[0]
    raise UserError(f"there is no topic {asked!r}: {_nearest(wanted, fitting)} (--list shows all)")


def _nearest(wanted: str, fitting: list[Topic]) -> str:
    names = {topic.key: topic.key for topic in TOPICS}
    names.update({word.strip(":,").lower(): topic.key for topic in TOPICS for word in topic.title.split()})
    near = [topic.key for topic in fitting]
    if fitting:
        return f"did you mean {', '.join(near)}?"
    near = [names[name] for name in difflib.get_close_matches(wanted, list(names), n=3, cutoff=0.5)]
    found = list(dict.fromkeys(near))[:5]
    return f"did you mean {', '.join(found)}?" if found else f"there are {', '.join(KEYS)}"
