"""Mistakes made on purpose, with plain NumPy on a trace's arrays: nothing here knows the rewrites of formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

Arrays = Mapping[str, Any]
Position = tuple[int, ...]
Wrong = Callable[[Arrays, Position, Random], float]
ATTN, WTE = "h.0.attn.", "transformer.wte.weight"


@dataclass(frozen=True)
class Made:
    """A mistake: what it is called, in an exercise about which tensor, from which trace; and the wrong number."""

    kind: str
    topic: str
    tensor: str
    wrong: Wrong
    where: Callable[[Position], bool] = lambda place: True
    preset: str = "pencil"
    use_bias: bool = False


def dot(a: Arrays, b: int, h: int, i: int, j: int) -> float:
    return float(a[ATTN + "q"][b, h, i] @ a[ATTN + "k"][b, h, j])


def root_d(a: Arrays) -> float:
    return float(np.sqrt(a[ATTN + "q"].shape[-1]))


def score(a: Arrays, p: Position) -> float:
    return dot(a, *p) / root_d(a)


def other(position: int, extent: int, random: Random) -> int:
    return random.choice([x for x in range(extent) if x != position])


def another_row(a: Arrays, p: Position, random: Random) -> float:
    b, h, i, j = p
    return score(a, (b, h, other(i, a[ATTN + "q"].shape[2], random), j))


def another_key(a: Arrays, p: Position, random: Random) -> float:
    b, h, i, j = p
    return score(a, (b, h, i, other(j, i + 1, random)))


def another_head(a: Arrays, p: Position, random: Random) -> float:
    b, h, i, j = p
    return score(a, (b, 1 - h, i, j))


def scores_of_row(a: Arrays, p: Position) -> np.ndarray:
    """What the exercise gives: the scores before the mask (which a test compares with NumPy's)."""
    return np.asarray(a[ATTN + "scores.unmasked"][p[:3]])


def looking_ahead(a: Arrays, p: Position, random: Random) -> float:
    e = np.exp(scores_of_row(a, p))
    return float(e[p[-1]] / e.sum())


def no_exponential(a: Arrays, p: Position, random: Random) -> float:
    s = scores_of_row(a, p)[: p[2] + 1]
    return float(s[p[-1]] / s.sum())


def no_exponential_of_logits(a: Arrays, p: Position, random: Random) -> float:
    row = a["logits"][p[:2]]
    return float(row[p[2]] / row.sum())


def variance_of_a_sample(a: Arrays, p: Position, random: Random) -> float:
    return float(np.var(a["embed"][p], ddof=1))


def mean_by_n_minus_1(a: Arrays, p: Position, random: Random) -> float:
    return float(a["embed"][p].sum() / (a["embed"].shape[-1] - 1))


def query_terms(a: Arrays, p: Position) -> np.ndarray:
    b, h, t, d = p
    return a["h.0.ln_1"][b, t] * a["transformer.h.0.attn.c_attn.weight"][0, h, d]


def query_without_a_term(a: Arrays, p: Position, random: Random) -> float:
    terms = query_terms(a, p)
    return float(np.delete(terms, random.randrange(len(terms))).sum())


def logit_without_a_term(a: Arrays, p: Position, random: Random) -> float:
    terms = a["ln_f"][p[:2]] * a[WTE][p[2]]
    return float(np.delete(terms, random.randrange(len(terms))).sum())


def nll_with(log: Callable[[float], float], plus: bool = False) -> Wrong:
    def wrong(a: Arrays, p: Position, random: Random) -> float:
        right = a["logits"][(*p, a["targets"][p])] - a["probs.max"][p]
        first = log(a["probs.sum"][p])
        return float(first + right if plus else first - right)

    return wrong


def new_weight(a: Arrays, p: Position, correct_m: bool = True, decay: float = 0.1) -> float:
    name, rate = "transformer.h.0.attn.c_attn.weight", float(a["learning_rate"])
    m = a[f"adamw.m.{name}"][p] / (float(a["adamw.correction1"]) if correct_m else 1)
    v = a[f"adamw.v.{name}"][p] / float(a["adamw.correction2"])
    return float(a[name][p] * (1 - rate * decay) - rate * m / (np.sqrt(v) + 1e-8))


def summed(a: Arrays, p: Position, random: Random, over: tuple[int, ...] = (0, 1)) -> float:
    """What one knows by heart, the probabilities minus 1 for the word that comes next; the mean over other axes."""
    row = a["logits"][p[:2]]
    known = np.exp(row - row.max()) / np.exp(row - row.max()).sum() - (np.arange(len(row)) == a["targets"][p[:2]])
    return float(known[p[2]] / np.prod([n for axis, n in enumerate(a["targets"].shape) if axis not in over]))


def colder(a: Arrays, p: Position, random: Random) -> float:
    e = np.exp(np.where(a["logits"] >= a["threshold"], a["logits"], -np.inf))
    return float(e[p] / e.sum())


def all_words(a: Arrays, p: Position, random: Random) -> float:
    e = np.exp(a["logits"] / a["temperature"])
    return float(e[p] / e.sum())


def looks_back(p: Position) -> bool:
    return p[2] > p[3]


def masked(p: Position) -> bool:
    return p[3] > p[2]


def not_masked_and_some_ahead(p: Position) -> bool:
    return 1 <= p[2] < 3 and p[3] <= p[2]


def has_choice(p: Position) -> bool:
    return p[2] >= 1 and p[3] <= p[2]


SCORES, WEIGHTS, NEW = ATTN + "scores", ATTN + "weights", "new.transformer.h.0.attn.c_attn.weight"
MADE: dict[str, Made] = {
    "forgot √d": Made("scale", "score", SCORES, lambda a, p, r: dot(a, *p), has_choice),
    "forgot the mask (score)": Made("mask", "score", SCORES, lambda a, p, r: score(a, p), masked),
    "forgot the mask (softmax)": Made("mask", "softmax", WEIGHTS, looking_ahead, not_masked_and_some_ahead),
    "divided by n - 1 (variance)": Made("n - 1", "variance", "h.0.ln_1.var", variance_of_a_sample),
    "divided by n - 1 (mean)": Made("n - 1", "mean", "h.0.ln_1.mean", mean_by_n_minus_1),
    "wrong row": Made("index", "score", SCORES, another_row, has_choice),
    "wrong key": Made("index", "score", SCORES, another_key, has_choice),
    "wrong head": Made("index", "score", SCORES, another_head, has_choice, preset="pocket"),
    "q and k swapped": Made(
        "exchanged", "score", SCORES, lambda a, p, r: score(a, (p[0], p[1], p[3], p[2])), looks_back
    ),
    "left out one term (query)": Made("term", "qkv", ATTN + "q", query_without_a_term),
    "left out one term (logit)": Made("term", "logits", "logits", logit_without_a_term),
    "no residual (attention)": Made("residual", "residual", "h.0.mid", lambda a, p, r: float(a[ATTN + "c_proj"][p])),
    "no residual (feed-forward)": Made(
        "residual", "residual", "h.0.out", lambda a, p, r: float(a["h.0.mlp.c_proj"][p])
    ),
    "forgot the exponential (attention)": Made("exponential", "softmax", WEIGHTS, no_exponential, has_choice),
    "forgot the exponential (words)": Made("exponential", "probability", "probs", no_exponential_of_logits),
    "a sign (score)": Made("sign", "score", SCORES, lambda a, p, r: -score(a, p), has_choice),
    "a sign (cross-entropy)": Made("sign", "cross-entropy", "nll", nll_with(np.log, plus=True)),
    "the bias": Made("bias", "qkv", ATTN + "q", lambda a, p, r: float(query_terms(a, p).sum()), use_bias=True),
    "epsilon": Made(
        "epsilon", "normalise", "h.0.ln_1.rstd", lambda a, p, r: float(a["h.0.ln_1.var"][p] ** -0.5), preset="demo"
    ),
    "base-10 logarithm": Made("log10", "cross-entropy", "nll", nll_with(np.log10)),
    "m without its correction": Made(
        "correction", "adamw-later", NEW, lambda a, p, r: new_weight(a, p, correct_m=False)
    ),
    "no weight decay": Made("decay", "adamw-later", NEW, lambda a, p, r: new_weight(a, p, decay=0)),
    "forgot to divide": Made("division", "mean", "h.0.ln_1.mean", lambda a, p, r: float(a["embed"][p].sum())),
    "forgot the square": Made(
        "square", "adamw-first", "adamw.v." + WTE, lambda a, p, r: float(0.05 * a["clip.grad." + WTE][p])
    ),
    "forgot the root": Made(
        "root", "normalise", "h.0.ln_1.rstd", lambda a, p, r: float(1 / (a["h.0.ln_1.var"][p] + 1e-5))
    ),
    "forgot the gain": Made(
        "gain", "scale", "ln_f", lambda a, p, r: float(a["ln_f.centred"][p] * a["ln_f.rstd"][p[:2]])
    ),
    "forgot the position": Made(
        "position", "embedding", "embed", lambda a, p, r: float(a[WTE][a["tokens"][p[:2]], p[2]])
    ),
    "forgot the factor of the mean": Made("average", "d-logit", "d.logits", summed),
    "forgot the mean over sequences": Made("average", "d-logit", "d.logits", lambda a, p, r: summed(a, p, r, (0,))),
    "forgot the mean over positions": Made("average", "d-logit", "d.logits", lambda a, p, r: summed(a, p, r, (1,))),
    "forgot the temperature": Made("temperature", "sampling", "sample.probs", colder),
    "forgot top-k": Made("mask", "sampling", "sample.probs", all_words),
}
