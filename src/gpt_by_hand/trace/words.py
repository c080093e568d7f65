"""Words as indices: which position along an index a word means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.nearest import nearest
from gpt_by_hand.notation import Index, Layout

QUOTES = ("'", '"')
NEAR = 3  # words to offer for one that there is not


@dataclass(frozen=True)
class Words:
    """The vocabulary, and the sequences [b, t] that the positions are of, if there are any."""

    tokenizer: Tokenizer
    tokens: np.ndarray | None = None

    def position(self, index: Index, said: str, row: int | None) -> int:
        """The position along an index that a word means: its number in the vocabulary, or where sequence `row` has it.

        The word may stand between quotation marks. Raises: UserError that says what the word's number is, or the
        nearest words' numbers; where it stands, if that is in several places.
        """
        token = self.token(said)
        layout = index.axis and index.axis.layout
        if layout is Layout.VOCABULARY:
            return token
        label = self.tokenizer.label(token)
        if layout is not Layout.WORDS:
            raise UserError(f"{label} is word {token} of the vocabulary, but {index.name} counts no words")
        if self.tokens is None or (row is None and len(self.tokens) > 1):
            raise UserError(f"{label} is word {token} of the vocabulary; {index.name} counts positions: give a number")
        sequence = self.tokens[row or 0]
        found = [int(at) for at in np.flatnonzero(sequence == token)]
        if len(found) > 1:
            raise UserError(f"{label} stands at the positions {_listed(found)}: say which")
        if not found:
            there = ", ".join(f"{at} {self.tokenizer.label(int(one))}" for at, one in enumerate(sequence[:8]))
            raise UserError(f"{label} is word {token} of the vocabulary, but not in the sequence, which has {there}")
        return found[0]

    def token(self, said: str) -> int:
        """The number of a word. Raises: UserError, with the nearest ones."""
        quoted = len(said) > 1 and said[0] in QUOTES and said[-1] == said[0]
        text = said[1:-1] if quoted else said
        try:
            tokens = self.tokenizer.encode(text)
        except UserError:
            tokens = []
        if len(tokens) == 1:
            return tokens[0]
        if text in self.tokenizer.ids:
            return self.tokenizer.ids[text]
        labels = {self.tokenizer.label(token): token for token in range(len(self.tokenizer))}
        if said in labels:  # '\n', as tables show it
            return labels[said]
        near = nearest(text, labels, NEAR, 0.5)
        hint = f"; nearest: {', '.join(f'{label} ({labels[label]})' for label in near)}" if near else ""
        raise UserError(f"{said} is no word of the vocabulary{hint}")


def _listed(numbers: list[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
