"""How the numbers that a program begins with are made of random ones: formulas whose indices are what differs.

The page has the same formulas, as data.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import pi

from gpt_by_hand.data.random import BLOCK
from gpt_by_hand.notation import Call, Constant, Expression, Index, cos, log, sqrt
from gpt_by_hand.notation.algebra import substitute
from gpt_by_hand.notation.expressions import Binary
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.provenance import DOUBLE, RANDOM, STARTS, UNIFORM, Origin
from gpt_by_hand.training.start import draws

N, NEXT = Index("n", 2**32), Index("next", 2**32)
LENGTH, ANGLE = Index("length", 2**32), Index("angle", 2**32)


@dataclass(frozen=True)
class Template:
    """The formula of one number of the tensor that is called `of`, or of a normal one, where that is empty.

    Of normal numbers there is one for each standard deviation `std`, for the `sine` and the cosine, and for those that
    are drawn in `double` precision.
    """

    of: str
    indices: tuple[Index, ...]
    expression: Expression
    std: float = 0.0
    double: bool = False
    sine: bool = False

    def at(self, *positions: int) -> Expression:
        """The formula with positions in place of its indices."""
        names = [index.name for index in self.indices]
        return substitute(self.expression, dict(zip(names, positions, strict=True)))


def _low_bits(number: Expression, bits: int) -> Expression:
    """The lowest bits of a whole number, as a fraction of all that they can count."""
    return Binary("%", number, Constant(2**bits)) / Constant(2**bits)


OF_UNIFORM = Template(UNIFORM.name, (N,), _low_bits(RANDOM[N], 24))
OF_DOUBLE = Template(DOUBLE.name, (N, NEXT), _low_bits(RANDOM[N] * Constant(2) ** 32 + RANDOM[NEXT], 53))


def of_start(origin: Origin) -> Template | None:
    """Where a sequence starts, by the number that was drawn for it; None where there is no batch."""
    if origin.batch is None:
        return None
    many = len(origin.batch.data) - origin.model.seq_length
    return Template(STARTS.name, (N,), Binary("%", RANDOM[N], Constant(many, "number_of_starts")))


def of_normal(origin: Origin, std: float, double: bool, sine: bool) -> Template:
    """A start weight, by the uniform numbers that it is made of (Box & Muller 1958)."""
    uniform, decimals = DOUBLE if double else UNIFORM, origin.model.init_decimals
    angle = 2 * Constant(pi, "pi") * uniform[ANGLE]
    turned = Call("sin", angle) if sine else cos(angle)
    drawn = Constant(std, "std") * (sqrt(-2 * log(1 - uniform[LENGTH])) * turned)
    if decimals > 0:
        drawn = Call("round", drawn * 10**decimals) / 10**decimals
    return Template("", (LENGTH, ANGLE), Call("round", drawn) if decimals == 0 else drawn, std, double, sine)


def templates(origin: Origin | None) -> Iterator[Template]:
    """All that are needed for what begins there."""
    if origin is None:
        return
    yield from (OF_UNIFORM, OF_DOUBLE)
    if (start := of_start(origin)) is not None:
        yield start
    for std, double in sorted({(draw.std, draw.count < BLOCK) for draw in draws(origin.parameters) if draw.parameter}):
        yield from (of_normal(origin, std, double, sine) for sine in (False, True))
