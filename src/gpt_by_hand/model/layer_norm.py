"""LayerNorm, step by step."""

from __future__ import annotations

from gpt_by_hand.model import concepts
from gpt_by_hand.model.parts import GPTWriter
from gpt_by_hand.notation import Constant, Operand, Role, Start, Sum, sqrt

EPS = Constant(1e-5, "eps")


def layer_norm(write: GPTWriter, name: str, x: Operand) -> Operand:
    """Writes `<name>.mean`, `.centred`, `.var`, `.rstd` and `<name>` [b, t, c], with mean 0 and variance 1 per word.

    Source: Ba, Kiros & Hinton 2016, equation 4; eps = 1e-5 keeps the root away from 0.
    """
    b, t, c = write.axes.b, write.axes.t, write.axes.c
    width = Constant(c.extent, "C")
    title, start = "how much of each channel to keep", Start(1.0)
    gain = write.parameter(f"transformer.{name}.weight", c, title=title, role=Role.GAIN, start=start)
    mean = write.define(f"{name}.mean", "What is the average of the numbers of {t|this word}?", concepts.MEAN)
    mean[b, t] = Sum(c, x[b, t, c]) / width
    centred = write.define(f"{name}.centred", "How far is each number from the average?", concepts.CENTRED)
    centred[b, t, c] = x[b, t, c] - mean[b, t]
    question = "How large are the distances from the average, squared, on average?"
    var = write.define(f"{name}.var", question, concepts.VARIANCE)
    var[b, t] = Sum(c, centred[b, t, c] ** 2) / width
    rstd = write.define(f"{name}.rstd", "What brings the numbers to a spread of 1?", concepts.RSTD)
    rstd[b, t] = 1 / sqrt(var[b, t] + EPS)
    question = "What are the numbers after centring, bringing to a spread of 1, and weighting?"
    out = write.define(name, question, concepts.NORMALISED)
    out[b, t, c] = write.plus_bias(centred[b, t, c] * rstd[b, t] * gain[c], f"transformer.{name}", c, of=gain)
    return out
