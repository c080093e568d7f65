"""An explanation as Python shows it: as text, as data, in a notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gpt_by_hand.explain.author import document
from gpt_by_hand.explain.parts import Explained
from gpt_by_hand.explain.shown import DIGITS, Shown
from gpt_by_hand.layout.document import Block


@dataclass(frozen=True, repr=False)
class Explanation(Explained):
    """One number: what it means, its formula, its working, and what it is computed from."""

    @property
    def substituted(self) -> str | None:
        """The formula with its numbers, in Python (with `math`); None for a number that is given."""
        from gpt_by_hand.printers.python import python

        return python(self.stages[0]) if self.stages else None

    def document(self, shown: Shown) -> list[Block]:
        """The explanation and those below it, as every view prints them."""
        return document(self, shown)

    def text(self, digits: int = DIGITS) -> str:
        """The explanation as `gpt-by-hand explain` prints it, with so many significant digits."""
        from gpt_by_hand.views.text import plain

        return plain(self.document(Shown(digits)))

    def to_dict(self) -> dict[str, Any]:
        """The explanation as plain data, at full precision: what `--format json` prints."""
        from gpt_by_hand.explain.data import as_data

        return as_data(self)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand.views.html import fragment

        return fragment(self.document(Shown()))
