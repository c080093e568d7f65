"""The feed-forward layer with its GELU."""

from __future__ import annotations

from math import pi

from gpt_by_hand.model.axes import Axes
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.parts import dropout, plus_bias
from gpt_by_hand.notation import Access, Constant, Definition, Expression, Sum, Tensor, Writer, erf, sqrt, tanh


def mlp(
    write: Writer, config: ModelConfig, axes: Axes, place: str, x: Tensor | Definition, training: bool
) -> Tensor | Definition:
    """Writes `<place>.mlp.c_fc`, `.cdf`, `.gelu` [b, t, f] and `.c_proj` [b, t, e]; returns the last.

    Source: Vaswani et al. 2017, equation 2, with the GELU of Hendrycks & Gimpel 2016.
    """
    b, t, c, e, f = axes.b, axes.t, axes.c, axes.e, axes.f
    name = f"transformer.{place}.mlp"
    up = write.parameter(f"{name}.c_fc.weight", f, c, title="asks 4C questions about a word")
    c_fc = write.define(f"{place}.mlp.c_fc", "How strongly does {f|each feature|feature @} of {t|this word} show?")
    c_fc[b, t, f] = plus_bias(Sum(c, x[b, t, c] * up[f, c]), write, config, f"{name}.c_fc", f)
    cdf = write.define(f"{place}.mlp.cdf", "What share of {f|this feature|feature @} passes?")
    cdf[b, t, f] = gelu_share(c_fc[b, t, f], config)
    gelu = write.define(f"{place}.mlp.gelu", "What is left of {f|the feature|feature @} after GELU?")
    gelu[b, t, f] = c_fc[b, t, f] * cdf[b, t, f]
    down = write.parameter(f"{name}.c_proj.weight", e, f, title="turns the features into a change of the word")
    c_proj = write.define(f"{place}.mlp.c_proj", "What does the feed-forward layer add to {t|this word}?")
    c_proj[b, t, e] = plus_bias(Sum(f, gelu[b, t, f] * down[e, f]), write, config, f"{name}.c_proj", e)
    return dropout(write, config, f"{place}.mlp.drop", c_proj, (b, t, e), training)


def gelu_share(x: Access, config: ModelConfig) -> Expression:
    """The factor of x in GELU(x) = x * share: the normal distribution's share below x, exact or GPT-2's tanh form."""
    if config.gelu == "exact":
        return (1 + erf(x / sqrt(Constant(2)))) / 2
    return (1 + tanh(sqrt(2 / Constant(pi, "pi")) * (x + 0.044715 * x**3))) / 2
