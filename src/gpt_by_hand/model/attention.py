"""Causal self-attention with several heads."""

from __future__ import annotations

from typing import Any

from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import Axes
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.parts import dropout, onto_residual, plus_bias, softmax
from gpt_by_hand.notation import Constant, Definition, Role, Start, Sum, Tensor, Where, Writer, inf, sqrt

QUESTIONS = {
    concepts.QUERY: "What is {t|this word} looking for?",
    concepts.KEY: "What does {t|this word} offer to those who look?",
    concepts.VALUE: "What does {t|this word} pass on to those who look at it?",
}


def attention(
    write: Writer, config: ModelConfig, axes: Axes, place: str, x: Tensor | Definition, training: bool
) -> Tensor | Definition:
    """Writes `<place>.attn.q`, `.k`, `.v`, `.scores`, `.weights`, `.mix` and `.c_proj`; returns the last [b, t, c].

    Source: Vaswani et al. 2017, equation 1, with the causal mask of section 3.2.3.
    """
    b, t, i, j, h, d, e = axes.b, axes.t, axes.i, axes.j, axes.h, axes.d, axes.e
    q, k, v = _projections(write, config, axes, f"{place}.attn", x)
    scores = write.define(
        f"{place}.attn.scores",
        "How well does {i|each query|the query of @} match {j|each key|the key of @}?",
        concepts.SCORES,
    )
    score = Sum(d, q[b, h, i, d] * k[b, h, j, d]) / sqrt(Constant(d.extent, "D"))
    scores[b, h, i, j] = Where(j <= i, score, -inf)
    name, shares = f"{place}.attn", f"{place}.attn.weights"
    weights: Tensor | Definition = softmax(write, name, shares, scores, (b, h, i), j, "the scores", concepts.WEIGHTS)
    weights = dropout(write, config, f"{place}.attn.drop", weights, (b, h, i, j), training)
    mix = write.define(f"{place}.attn.mix", "What does {t|each word} get from the words it looks at?", concepts.MIX)
    mix[b, t, h, d] = Sum(j, weights[b, h, t, j] * v[b, h, j, d])
    name = f"transformer.{place}.attn.c_proj"
    meaning: dict[str, Any] = {"start": onto_residual(config), "concept": concepts.ATTENTION_WEIGHT}
    weight = write.parameter(f"{name}.weight", e, h, d, stored=((e,), (h, d)), title="joins the heads", **meaning)
    c_proj = write.define(f"{place}.attn.c_proj", "What does attention add to {t|this word}?", concepts.PROJECTION)
    c_proj[b, t, e] = plus_bias(Sum(h, d, mix[b, t, h, d] * weight[e, h, d]), write, config, name, e, of=weight)
    return dropout(write, config, f"{place}.attn.resid_drop", c_proj, (b, t, e), training)


def _projections(write: Writer, config: ModelConfig, axes: Axes, name: str, x: Tensor | Definition) -> list[Definition]:
    """Query, key and value [b, h, t, d]: the three parts of one weight, stored as [3C, C]."""
    b, t, s, h, d, c = axes.b, axes.t, axes.s, axes.h, axes.d, axes.c
    parameter = f"transformer.{name}.c_attn"
    meaning: dict[str, Any] = {"start": Start(std=config.init_std), "concept": concepts.ATTENTION_WEIGHT}
    rows = s, h, d
    weight = write.parameter(f"{parameter}.weight", *rows, c, stored=(rows, (c,)), title="makes q, k and v", **meaning)
    bias = None
    if config.use_bias:
        bias = write.parameter(f"{parameter}.bias", *rows, stored=(rows,), title="the bias", role=Role.BIAS, of=weight)
    made = []
    for part, (letter, question) in enumerate(QUESTIONS.items()):
        made.append(write.define(f"{name}.{letter}", question, letter))
        projection = Sum(c, x[b, t, c] * weight[part, h, d, c])
        made[-1][b, h, t, d] = projection + bias[part, h, d] if bias else projection
    return made
