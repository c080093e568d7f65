"""A whole GPT on six sheets: from words to the probabilities of the next one, then one gradient and one update.

Everything is worked out for the last position of one sequence. The keys and values of the words before it are given,
and of the wide feed-forward layer a few features and one channel are asked for; each sheet gives what it starts from.
"""

from __future__ import annotations

import numpy as np

from gpt_by_hand.study.trace import Trace
from gpt_by_hand.study.worksheets.asking import Ask, elements

PRESET, TITLE = "pencil", "A whole GPT on six sheets"
FEATURES = range(4)  # of the feed-forward layer
CHANNEL = 0  # of what it adds
TABLE = "transformer.wte.weight"


def six_sheets(trace: Trace) -> list[tuple[str, list[Ask]]]:
    """The sheets' titles, and what each of them asks for."""
    last = trace.program.tensors["tokens"].shape[1] - 1
    return [
        ("From words to vectors", _vectors(trace, last)),
        ("Queries, keys and values", _queries(trace, last)),
        ("Attention", _attention(trace, last)),
        ("The feed-forward layer", _feed_forward(trace, last)),
        ("The next word", _next_word(trace, last)),
        ("One gradient, one update", _update(trace, last)),
    ]


def _vectors(trace: Trace, last: int) -> list[Ask]:
    embedding = [elements(trace, name, b=0, t=last) for name in ("tok_emb", "pos_emb", "embed")]
    return [*embedding, *_layer_norm(trace, "h.0.ln_1", last)]


def _layer_norm(trace: Trace, name: str, last: int) -> list[Ask]:
    parts = (f"{name}.mean", f"{name}.centred", f"{name}.var", f"{name}.rstd", name)
    return [elements(trace, part, b=0, t=last) for part in parts]


def _queries(trace: Trace, last: int) -> list[Ask]:
    projections = [elements(trace, f"h.0.attn.{part}", b=0, h=0, t=last) for part in "qkv"]
    return [*projections, elements(trace, "h.0.attn.scores", b=0, h=0, i=last)]


def _attention(trace: Trace, last: int) -> list[Ask]:
    softmax = [elements(trace, f"h.0.attn.{part}", b=0, h=0, i=last) for part in ("max", "exp", "sum", "weights")]
    return [*softmax, *(elements(trace, name, b=0, t=last) for name in ("h.0.attn.mix", "h.0.attn.c_proj", "h.0.mid"))]


def _feed_forward(trace: Trace, last: int) -> list[Ask]:
    features = [elements(trace, f"h.0.mlp.{part}", b=0, t=last, f=FEATURES) for part in ("c_fc", "cdf", "gelu")]
    added = elements(trace, "h.0.mlp.c_proj", b=0, t=last, e=CHANNEL)
    out = elements(trace, "h.0.out", b=0, t=last, c=CHANNEL)
    return [*_layer_norm(trace, "h.0.ln_2", last), *features, added, out]


def _next_word(trace: Trace, last: int) -> list[Ask]:
    head = ("logits", "probs.max", "probs.exp", "probs.sum", "probs", "nll")
    return [*_layer_norm(trace, "ln_f", last), *(elements(trace, name, b=0, t=last) for name in head)]


def _update(trace: Trace, last: int) -> list[Ask]:
    word, channel = a_weight(trace)
    backward = [elements(trace, name, b=0, t=last) for name in ("d.nll", "d.probs.sum")]
    backward.append(elements(trace, "d.logits", inline=("d.probs.exp",), b=0, t=last))
    names = (f"d.{TABLE}", "clip.scale", f"clip.grad.{TABLE}", f"adamw.m.{TABLE}", f"adamw.v.{TABLE}", f"new.{TABLE}")
    return [*backward, *(elements(trace, name, v=word, c=channel) for name in names)]


def a_weight(trace: Trace) -> tuple[int, int]:
    """The weight to update: of the words that are no inputs, so that only the head uses them, the steepest one."""
    steep = np.abs(np.asarray(trace.arrays[f"d.{TABLE}"]))
    steep[np.unique(trace.arrays["tokens"])] = -1
    word, channel = np.unravel_index(np.argmax(steep), steep.shape)
    return int(word), int(channel)
