"""The feed-forward layer with its GELU."""

from __future__ import annotations

from math import pi

from gpt_by_hand.model import concepts
from gpt_by_hand.model.parts import GPTWriter
from gpt_by_hand.notation import Access, Constant, Expression, Operand, Start, Sum, erf, sqrt, tanh

WEIGHT = concepts.FEED_FORWARD_WEIGHT


def mlp(write: GPTWriter, place: str, x: Operand) -> Operand:
    """Writes `<place>.mlp.c_fc`, `.cdf`, `.gelu` [b, t, f] and `.c_proj` [b, t, e]; returns the last.

    Source: Vaswani et al. 2017, equation 2, with the GELU of Hendrycks & Gimpel 2016.
    """
    b, t, c, e, f = write.axes.b, write.axes.t, write.axes.c, write.axes.e, write.axes.f
    name, start = f"transformer.{place}.mlp", Start(std=write.config.init_std)
    title = "asks 4C questions about a word"
    up = write.parameter(f"{name}.c_fc.weight", f, c, title=title, start=start, concept=WEIGHT)
    question = "How strongly does {f|each feature|feature @} of {t|this word} show?"
    c_fc = write.define(f"{place}.mlp.c_fc", question, concepts.FEATURES)
    c_fc[b, t, f] = write.plus_bias(Sum(c, x[b, t, c] * up[f, c]), f"{name}.c_fc", f, of=up)
    cdf = write.define(f"{place}.mlp.cdf", "What share of {f|this feature|feature @} passes?", concepts.CDF)
    cdf[b, t, f] = gelu_share(c_fc[b, t, f], write.config.gelu)
    gelu = write.define(f"{place}.mlp.gelu", "What is left of {f|the feature|feature @} after GELU?", concepts.GELU)
    gelu[b, t, f] = c_fc[b, t, f] * cdf[b, t, f]
    title = "turns the features into a change of the word"
    down = write.parameter(f"{name}.c_proj.weight", e, f, title=title, start=write.onto_residual, concept=WEIGHT)
    question = "What does the feed-forward layer add to {t|this word}?"
    c_proj = write.define(f"{place}.mlp.c_proj", question, concepts.FEED_FORWARD)
    c_proj[b, t, e] = write.plus_bias(Sum(f, gelu[b, t, f] * down[e, f]), f"{name}.c_proj", e, of=down)
    return write.dropout(f"{place}.mlp.drop", c_proj, b, t, e)


def gelu_share(x: Access, form: str) -> Expression:
    """The factor of x in GELU(x) = x * share: the normal distribution's share below x, exact or GPT-2's tanh form."""
    if form == "exact":
        return (1 + erf(x / sqrt(Constant(2)))) / 2
    return (1 + tanh(sqrt(2 / Constant(pi, "pi")) * (x + 0.044715 * x**3))) / 2
