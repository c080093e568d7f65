"""What a page is made of: everything that is needed to make the same questions again."""

from __future__ import annotations

from typing import Literal

from gpt_by_hand.language import ENGLISH, spoken
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.practice.booklet.making import Order
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.records import dataclass


@dataclass(frozen=True)
class PageOrder(Order):
    """Worksheets, or `count` exercises; then no topic stands for a mixture, which the seed decides.

    `seed` is that of the first copy, the next has the next one; each copy is an order of one copy (`of`).
    """

    kind: Literal["worksheet", "exercise"] = "worksheet"
    use_bias: bool = False
    count: int = 5

    @property
    def title(self) -> str:
        """What the page is about."""
        return super().title if self.topics else said("sheet page.mixture")

    @property
    def source(self) -> Source:
        """Where the numbers of the first copy come from."""
        return Source(self.preset, self.seed, self.use_bias, precision=self.precision)

    @property
    def again(self) -> str:
        """The command that makes the first copy again."""
        words = ["gpt-by-hand", self.kind, *self.keys, "--page", "--preset", self.preset, "--seed", str(self.seed)]
        if self.kind == "exercise":
            words += ["--count", str(self.count), *["--use_bias"] * self.use_bias]
        words += ["--precision", self.precision] if self.precision != Order.precision else []
        words += ["--language", spoken().code] if spoken() != ENGLISH else []
        return " ".join(words)
