"""Which 32-bit values of the random stream a drawn number is made from."""

from __future__ import annotations

from collections.abc import Iterator

from gpt_by_hand.data.random import BLOCK
from gpt_by_hand.records import dataclass

HALF = BLOCK // 2  # a block's first half makes lengths, its second half angles


@dataclass(frozen=True)
class NormalSource:
    """A standard normal is `sqrt(-2 ln(1 - length)) cos(2 pi angle)`, or the same with the sine.

    `length` and `angle` are positions in the stream, where the uniform number starts that they are made from: one
    32-bit value each, or, if `double`, two. Source: Box & Muller 1958.
    """

    length: int
    angle: int
    sine: bool
    double: bool = False


class NormalSources:
    """Follows a stream from its seed through the normal numbers that are drawn from it, without drawing them."""

    def __init__(self) -> None:
        self.at = 0  # how many 32-bit values have been taken
        self._spare: NormalSource | None = None

    def skip(self, count: int) -> None:
        """So many 32-bit values are taken, and nothing is made of them."""
        self.at += count

    def normals(self, count: int) -> list[NormalSource]:
        """The sources of the next `count` numbers, drawn in one go."""
        if count < BLOCK:
            return [self._one() for _ in range(count)]
        found = list(self._blocks(self.at, count))
        self.at += count
        if count % BLOCK:  # the last block is drawn afresh and covers the last 16 numbers
            found[-BLOCK:] = self._blocks(self.at, BLOCK)
            self.at += BLOCK
        return found

    def _blocks(self, start: int, count: int) -> Iterator[NormalSource]:
        for k in range(count):
            block, position = divmod(k, BLOCK)
            length = start + block * BLOCK + position % HALF
            yield NormalSource(length, length + HALF, sine=position >= HALF)

    def _one(self) -> NormalSource:
        """Fewer than 16 are drawn one by one, in double precision: the angle first, and a pair at a time."""
        if self._spare is not None:
            found, self._spare = self._spare, None
            return found
        self._spare = NormalSource(self.at + 2, self.at, sine=True, double=True)
        self.at += 4
        return NormalSource(self.at - 2, self.at - 4, sine=False, double=True)
