"""The feed-forward layer with its GELU."""

from __future__ import annotations

from math import pi

from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import Axes
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.parts import dropout, onto_residual, plus_bias
from gpt_by_hand.notation import Access, Constant, Definition, Expression, Start, Sum, Tensor, Writer, erf, sqrt, tanh


def mlp(
    write: Writer, config: ModelConfig, axes: Axes, place: str, x: Tensor | Definition, training: bool
) -> Tensor | Definition:
    """Writes `<place>.mlp.c_fc`, `.cdf`, `.gelu` [b, t, f] and `.c_proj` [b, t, e]; returns the last.

    Source: Vaswani et al. 2017, equation 2, with the GELU of Hendrycks & Gimpel 2016.
    """
    b, t, c, e, f = axes.b, axes.t, axes.c, axes.e, axes.f
    name = f"transformer.{place}.mlp"
    concept = concepts.FEED_FORWARD_WEIGHT
    title = "asks 4C questions about a word"
    up = write.parameter(f"{name}.c_fc.weight", f, c, title=title, start=Start(std=config.init_std), concept=concept)
    question = "How strongly does {f|each feature|feature @} of {t|this word} show?"
    c_fc = write.define(f"{place}.mlp.c_fc", question, concepts.FEATURES)
    c_fc[b, t, f] = plus_bias(Sum(c, x[b, t, c] * up[f, c]), write, config, f"{name}.c_fc", f, of=up)
    cdf = write.define(f"{place}.mlp.cdf", "What share of {f|this feature|feature @} passes?", concepts.CDF)
    cdf[b, t, f] = gelu_share(c_fc[b, t, f], config)
    gelu = write.define(f"{place}.mlp.gelu", "What is left of {f|the feature|feature @} after GELU?", concepts.GELU)
    gelu[b, t, f] = c_fc[b, t, f] * cdf[b, t, f]
    title = "turns the features into a change of the word"
    down = write.parameter(f"{name}.c_proj.weight", e, f, title=title, start=onto_residual(config), concept=concept)
    question = "What does the feed-forward layer add to {t|this word}?"
    c_proj = write.define(f"{place}.mlp.c_proj", question, concepts.FEED_FORWARD)
    c_proj[b, t, e] = plus_bias(Sum(f, gelu[b, t, f] * down[e, f]), write, config, f"{name}.c_proj", e, of=down)
    return dropout(write, config, f"{place}.mlp.drop", c_proj, (b, t, e), training)


def gelu_share(x: Access, config: ModelConfig) -> Expression:
    """The factor of x in GELU(x) = x * share: the normal distribution's share below x, exact or GPT-2's tanh form."""
    if config.gelu == "exact":
        return (1 + erf(x / sqrt(Constant(2)))) / 2
    return (1 + tanh(sqrt(2 / Constant(pi, "pi")) * (x + 0.044715 * x**3))) / 2
