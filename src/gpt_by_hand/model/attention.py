"""Causal self-attention with several heads."""

from __future__ import annotations

from gpt_by_hand.model import concepts
from gpt_by_hand.model.parts import GPTWriter, softmax
from gpt_by_hand.notation import Constant, Definition, Operand, Role, Start, Sum, Where, inf, sqrt

WEIGHT = concepts.ATTENTION_WEIGHT
QUESTIONS = {
    concepts.QUERY: "What is {t|this word} looking for?",
    concepts.KEY: "What does {t|this word} offer to those who look?",
    concepts.VALUE: "What does {t|this word} pass on to those who look at it?",
}


def attention(write: GPTWriter, place: str, x: Operand) -> Operand:
    """Writes `<place>.attn.q`, `.k`, `.v`, `.scores`, `.weights`, `.mix` and `.c_proj`; returns the last [b, t, c].

    Source: Vaswani et al. 2017, equation 1, with the causal mask of section 3.2.3.
    """
    name, at = f"{place}.attn", write.axes
    b, t, i, j, h, d, e = at.b, at.t, at.i, at.j, at.h, at.d, at.e
    q, k, v = _projections(write, name, x)
    scores = write.define(
        f"{place}.attn.scores",
        "How well does {i|each query|the query of @} match {j|each key|the key of @}?",
        concepts.SCORES,
    )
    score = Sum(d, q[b, h, i, d] * k[b, h, j, d]) / sqrt(Constant(d.extent, "D"))
    scores[b, h, i, j] = Where(j <= i, score, -inf)
    weights = softmax(write, name, f"{name}.weights", scores, (b, h, i), j, "the scores", concepts.WEIGHTS)
    weights = write.dropout(f"{name}.drop", weights, b, h, i, j)
    mix = write.define(f"{name}.mix", "What does {t|each word} get from the words it looks at?", concepts.MIX)
    mix[b, t, h, d] = Sum(j, weights[b, h, t, j] * v[b, h, j, d])
    to, title, stored, start = f"transformer.{name}.c_proj", "joins the heads", ((e,), (h, d)), write.onto_residual
    weight = write.parameter(f"{to}.weight", e, h, d, stored=stored, title=title, start=start, concept=WEIGHT)
    c_proj = write.define(f"{name}.c_proj", "What does attention add to {t|this word}?", concepts.PROJECTION)
    c_proj[b, t, e] = write.plus_bias(Sum(h, d, mix[b, t, h, d] * weight[e, h, d]), to, e, of=weight)
    return write.dropout(f"{name}.resid_drop", c_proj, b, t, e)


def _projections(write: GPTWriter, name: str, x: Operand) -> list[Definition]:
    """Query, key and value [b, h, t, d]: the three parts of one weight, stored as [3C, C]."""
    b, t, s, h, d, c = write.axes.b, write.axes.t, write.axes.s, write.axes.h, write.axes.d, write.axes.c
    to, rows, bias, start = f"transformer.{name}.c_attn", (s, h, d), None, Start(std=write.config.init_std)
    title, stored = "makes q, k and v", (rows, (c,))
    weight = write.parameter(f"{to}.weight", *rows, c, stored=stored, title=title, start=start, concept=WEIGHT)
    if write.config.use_bias:
        bias = write.parameter(f"{to}.bias", *rows, stored=(rows,), title="the bias", role=Role.BIAS, of=weight)
    made = []
    for part, (letter, question) in enumerate(QUESTIONS.items()):
        made.append(write.define(f"{name}.{letter}", question, letter))
        projection = Sum(c, x[b, t, c] * weight[part, h, d, c])
        made[-1][b, h, t, d] = projection + bias[part, h, d] if bias else projection
    return made
