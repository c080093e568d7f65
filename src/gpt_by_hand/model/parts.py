"""What several parts of the model share: who writes it, softmax, biases and dropout."""

from __future__ import annotations

from math import sqrt

from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import Axes
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.notation import Constant, Expression, Index, Max, Operand, Role, Start, Sum, Tensor, Writer, exp


class GPTWriter(Writer):
    """Writes a GPT down, of these sizes, with these indices; dropout is for `training` only."""

    def __init__(self, config: ModelConfig, rows: int, positions: int, training: bool = False) -> None:
        super().__init__()
        self.config, self.axes, self.training = config, Axes(config, rows, positions), training

    @property
    def onto_residual(self) -> Start:
        """The start of a projection onto the residual: smaller in the end (Radford et al. 2019, section 2.3)."""
        return Start(std=self.config.init_std, again=self.config.init_std / sqrt(2 * self.config.num_layers))

    def plus_bias(self, value: Expression, name: str, *indices: Index, of: Tensor | None = None) -> Expression:
        """The value, plus the parameter `<name>.bias`, which goes with the weight `of`, if the model has any."""
        if not self.config.use_bias:
            return value
        return value + self.parameter(f"{name}.bias", *indices, title="the bias", role=Role.BIAS, of=of)[indices]

    def dropout(self, name: str, x: Operand, *indices: Index) -> Operand:
        """`x` with some elements set to zero and the rest scaled up, or `x` itself where there is nothing to drop.

        The mask `<name>.mask` is an input of ones and zeros. Source: Srivastava et al. 2014, in its inverted form.
        """
        if not self.training or self.config.dropout_rate == 0:
            return x
        mask = self.input(f"{name}.mask", *indices, title="1 keeps an activation, 0 drops it", role=Role.MASK)
        dropped = self.define(name, "What is left when dropout has set some activations to zero?")
        dropped[indices] = x[indices] * mask[indices] / Constant(1 - self.config.dropout_rate, "keep_rate")
        return dropped


def softmax(
    write: Writer, name: str, out: str, scores: Operand, rows: tuple[Index, ...], over: Index, what: str, concept: str
) -> Operand:
    """Scores turned into shares that add up to 1: exp(score - max), divided by their sum.

    Writes `<name>.max`, `.exp`, `.sum` with the indices `rows` (and `over`), and `out`, with its `concept`. Taking
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
    shares = write.define(out, f"What share does {{{over.name}|each of {what}|@}} get?", concept)
    shares[at] = power[at] / total[rows]
    return shares
