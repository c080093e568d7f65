"""What the positions along indices are called, in tables and in sentences, and which position a word means."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.document import Label
from gpt_by_hand.layout.sentences import said as sentence
from gpt_by_hand.layout.sentences import told
from gpt_by_hand.layout.tables import has_layout, short
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.nearest import nearest
from gpt_by_hand.notation import Index, Layout, Tensor
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.records import dataclass

QUOTES = ("'", '"')
# A label that stands between quotation marks because it would not be seen otherwise: a space, the end of a line.
QUOTED = re.compile(r"""b?(['"])(.*[ \\].*)?\1""", re.DOTALL)
NEAR = 3  # words to offer for one that there is not


@dataclass(frozen=True)
class Words:
    """The vocabulary, and the sequences [b, t] that the positions are of, if there are any."""

    tokenizer: Tokenizer
    tokens: np.ndarray | None = None

    def sequence(self, row: int | None = None) -> np.ndarray | None:
        """The tokens of a sequence, or of the only one; None where nobody says which, and where there are none."""
        if self.tokens is None or (row is None and len(self.tokens) > 1):
            return None
        sequence: np.ndarray = self.tokens[row or 0]
        return sequence

    def of(self, row: int | None = None) -> list[str]:
        """The words of a sequence, as tables show them."""
        sequence = self.sequence(row)
        return [] if sequence is None else [self.tokenizer.label(int(token)) for token in sequence]

    def labels(self, index: Index, row: int | None = None) -> Label:
        """What positions along an index are called in tables: `3 see` where they are words', of sequence `row`."""
        word, sequence = self.tokenizer.label, self.sequence(row)
        if has_layout(index, Layout.VOCABULARY):
            return lambda at: f"{at} {short(word(at))}"
        if has_layout(index, Layout.WORDS) and sequence is not None:
            return lambda at: f"{at} {short(word(int(sequence[at])))}"
        named = index.axis.names if index.axis else ()
        return (lambda at: f"{at} {told(named[at])}") if named else str

    def label(self, tensor: Tensor, subscripts: Sequence[Subscript], axis: int, position: int) -> str:
        """What a position along an axis is called in tables, where the tensor has these subscripts along the others."""
        return self.labels(tensor.indices[axis], _row(tensor, subscripts))(position)

    def spoken(self, tensor: Tensor, place: Position) -> dict[str, str]:
        """What to call the position along each index in a sentence: a word where it is one, else its number."""
        row = _row(tensor, place)
        return {i.name: self._spoken(i, at, row) for i, at in zip(tensor.indices, place, strict=True)}

    def _spoken(self, index: Index, position: int, row: int | None) -> str:
        if has_layout(index, Layout.VOCABULARY):
            return self.quoted(position)
        if index.axis and index.axis.names:
            return told(index.axis.names[position])
        if self.tokens is None or not has_layout(index, Layout.WORDS):
            return str(position)
        if row is None:  # what belongs to no sequence has no word there
            return sentence("meaning.position", position=position)
        words = self.tokens[row]
        word, alone = self.quoted(int(words[position])), np.count_nonzero(words == words[position]) == 1
        return word if alone else sentence("meaning.word", word=word, position=position)

    def quoted(self, token: int) -> str:
        """The word of a token between quotation marks; a label that has some, such as that of a space, as it is."""
        label = self.tokenizer.label(token)
        if QUOTED.fullmatch(label):
            return label
        return f"'{label}'" if '"' in label else f'"{label}"'

    def position(self, index: Index, said: str, row: int | None) -> int:
        """The position along an index that a word means: its number in the vocabulary, or where sequence `row` has it.

        The word may stand between quotation marks. Raises: UserError that says what the word's number is, or the
        nearest words' numbers; where it stands, if that is in several places.
        """
        token = self.token(said)
        if has_layout(index, Layout.VOCABULARY):
            return token
        label = self.tokenizer.label(token)
        if not has_layout(index, Layout.WORDS):
            raise UserError(f"{label} is word {token} of the vocabulary, but {index.name} counts no words")
        sequence = self.sequence(row)
        if sequence is None:
            raise UserError(f"{label} is word {token} of the vocabulary; {index.name} counts positions: give a number")
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


def _row(tensor: Tensor, subscripts: Sequence[Subscript]) -> int | None:
    """The sequence that elements with these subscripts are of, if they are all of one."""
    at = zip(tensor.indices, subscripts, strict=True)
    return next((row for index, row in at if index.axis == SEQUENCE and isinstance(row, int)), None)


def _listed(numbers: list[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
