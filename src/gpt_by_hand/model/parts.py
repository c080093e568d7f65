"""What several parts of the model share: softmax, biases and dropout."""

from __future__ import annotations

from math import sqrt

from gpt_by_hand.model import concepts
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.notation import (
    Access,
    Constant,
    Definition,
    Expression,
    Index,
    Max,
    Role,
    Start,
    Sum,
    Tensor,
    Writer,
    exp,
)


def onto_residual(config: ModelConfig) -> Start:
    """The start of a projection onto the residual: smaller in the end (Radford et al. 2019, section 2.3)."""
    return Start(std=config.init_std, again=config.init_std / sqrt(2 * config.num_layers))


def softmax(
    write: Writer,
    name: str,
    result: str,
    scores: Tensor | Definition,
    rows: tuple[Index, ...],
    over: Index,
    what: str,
    concept: str,
) -> Definition:
    """Scores turned into shares that add up to 1: exp(score - max), divided by their sum.

    Writes `<name>.max`, `.exp`, `.sum` with the indices `rows` (and `over`), and `result`, with its `concept`. Taking
    the maximum away changes nothing but keeps exp from overflowing. Source: Goodfellow, Bengio & Courville 2016,
    section 4.1.
    """
    at = (*rows, over)
    largest = write.define(f"{name}.max", f"What is the largest of {what}?", concepts.LARGEST)
    largest[rows] = Max(over, scores[at])
    one = what.removesuffix("s")
    question = f"How large is e to the power of {{{over.name}|each of {what}|{one} of @}}, less the largest?"
    power = write.define(f"{name}.exp", question, concepts.POWER)
    power[at] = exp(scores[at] - largest[rows])
    total = write.define(f"{name}.sum", "What do the powers of e add up to?", concepts.TOTAL)
    total[rows] = Sum(over, power[at])
    shares = write.define(result, f"What share does {{{over.name}|each of {what}|@}} get?", concept)
    shares[at] = power[at] / total[rows]
    return shares


def plus_bias(
    expression: Expression, write: Writer, config: ModelConfig, name: str, *indices: Index, of: Tensor | None = None
) -> Expression:
    """The expression, plus the parameter `<name>.bias`, which goes with the weight `of`, if the model has any."""
    if not config.use_bias:
        return expression
    bias = write.parameter(f"{name}.bias", *indices, title="the bias", role=Role.BIAS, of=of)
    return expression + bias[indices]


def dropout(
    write: Writer, config: ModelConfig, name: str, x: Tensor | Definition, indices: tuple[Index, ...], training: bool
) -> Tensor | Definition:
    """`x` with some elements set to zero and the rest scaled up, or `x` itself where there is nothing to drop.

    The mask `<name>.mask` is an input of ones and zeros. Source: Srivastava et al. 2014, in its inverted form.
    """
    if not training or config.dropout_rate == 0:
        return x
    mask = write.input(f"{name}.mask", *indices, title="1 keeps an activation, 0 drops it", role=Role.MASK)
    dropped = write.define(name, "What is left when dropout has set some activations to zero?")
    keep: Access = mask[indices]
    dropped[indices] = x[indices] * keep / Constant(1 - config.dropout_rate, "keep_rate")
    return dropped
