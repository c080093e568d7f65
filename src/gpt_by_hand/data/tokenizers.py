"""Text to numbers and back: tokenizers for words and for characters, both a plain list of entries.

GPT-2's tokenizer, for pieces of words, is in `byte_pairs`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal

from gpt_by_hand.data.spelling import unknown_message
from gpt_by_hand.data.vocabulary import MAX_VOCABULARY, PIECE, UNKNOWN, Vocabulary
from gpt_by_hand.errors import UserError
from gpt_by_hand.records import dataclass


@dataclass(frozen=True)
class Tokenizer(Vocabulary):
    """A vocabulary: `words[id]` is the text of a token.

    A "word" tokenizer cuts text into words, the marks `.,!?;` and single white-space characters, and reads them
    without regard to case. A "char" tokenizer takes each character. Entries that are more than that, such as `0.25` or
    `[PAD]`, are looked for first, the longest first. Raises: UserError for an unusable vocabulary.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind == "bpe" and type(self) is Tokenizer:
            raise UserError("tokenizer kind is 'bpe', which needs its merges as well: a tokenizer.json has them")

    def encode(self, text: str, unknown: Literal["error", "replace"] = "error") -> list[int]:
        """The token numbers of `text`.

        White space is dropped where the vocabulary has no space. What the vocabulary lacks is an error, or becomes
        `<UNK>` with `unknown="replace"`. Raises: UserError naming the unknown piece and the entries nearest to it.
        """
        pieces = self.pieces(text)
        found = [self.find(piece) for piece in pieces]
        spare = self.ids.get(UNKNOWN) if unknown == "replace" else None
        if spare is None and None in found:
            raise UserError(unknown_message(self, text, pieces))
        return [spare if token is None else token for token in found]  # type: ignore[misc]

    def to_json(self) -> dict[str, Any]:
        """The tokenizer as plain values: `{"kind": ..., "words": [...]}`."""
        return {"kind": self.kind, "words": list(self.words)}

    @classmethod
    def from_json(cls, data: object) -> Tokenizer:
        """The tokenizer that `to_json` gave, of words or characters. Raises: UserError when `data` is malformed."""
        if not isinstance(data, dict) or not isinstance(data.get("words"), list):
            raise UserError("tokenizer: expected a dictionary with 'kind' and a list of 'words'")
        return Tokenizer(data.get("kind", "missing"), tuple(data["words"]))


def build_word_tokenizer(text: str, vocab_size: int | None = None, keep_spaces: bool = True) -> Tokenizer:
    """A word tokenizer whose entries are the sorted set of the text's lower-cased pieces.

    Where the set is larger than `vocab_size`: its `vocab_size - 1` most common pieces (of equally common ones, those
    first in code-point order), sorted, and then `<UNK>`. `keep_spaces=False` leaves white space out of the
    vocabulary, so that every token is a word. Raises: UserError for an empty text or an impossible size.
    """
    pieces = (piece.lower() for piece in PIECE.findall(text) if keep_spaces or not piece.isspace())
    return Tokenizer("word", tuple(_vocabulary(pieces, vocab_size)))


def build_char_tokenizer(text: str, vocab_size: int | None = None) -> Tokenizer:
    """A character tokenizer whose entries are the sorted set of the text's characters.

    Where the set is larger than `vocab_size`: as for words, the most common ones and `<UNK>`. Where it is smaller:
    filled up with entries `<PAD27>`, `<PAD28>`, ... (each named by its number) that stand for no text.
    Raises: UserError for an empty text or an impossible size.
    """
    entries = _vocabulary(text, vocab_size)
    padding = [f"<PAD{i}>" for i in range(len(entries), vocab_size or 0)]
    return Tokenizer("char", tuple(entries + padding))


def _vocabulary(pieces: Iterable[str], vocab_size: int | None) -> list[str]:
    if vocab_size is not None and not 2 <= vocab_size <= MAX_VOCABULARY:
        raise UserError(f"a vocabulary of {vocab_size} entries is not possible: choose 2 to {MAX_VOCABULARY}")
    counts = Counter(pieces)
    if not counts:
        raise UserError("the text is empty: there is nothing to make a vocabulary from")
    if vocab_size is None or len(counts) <= vocab_size:
        return sorted(counts)
    common = sorted(counts, key=lambda piece: (-counts[piece], piece))[: vocab_size - 1]
    return [*sorted(common), UNKNOWN]


def number_tokenizer(vocab_size: int) -> Tokenizer:
    """For a model whose tokenizer is not known: its tokens are written as their numbers.

    >>> number_tokenizer(50257).encode("464 3290")
    [464, 3290]
    """
    return Tokenizer("word", tuple(map(str, range(vocab_size))))


def is_numbers(tokenizer: Tokenizer) -> bool:
    """Are the tokens nothing but numbers?"""
    return tokenizer == number_tokenizer(tokenizer.vocab_size)


def tokens_for(tokenizer: Tokenizer, text: str, known: int) -> list[int]:
    """The tokens of `text` for a model that knows `known` of them. Raises: UserError for one that it does not know."""
    tokens = tokenizer.encode(text)
    for token in tokens:
        if token >= known:
            raise UserError(
                f"{tokenizer.label(token)[:40]} is token {token}, which the model does not know: its tokens are 0 to "
                f"{known - 1}"
            )
    return tokens


def has_spare(tokenizer: Tokenizer, known: int) -> bool:
    """Has it a few entries more than the `known` ones of a model: one, or one in a hundred?

    They were added later, such as one for padding; many more belong to another model.
    """
    return known < tokenizer.vocab_size <= known + max(1, known // 100)


def same_entries(one: Tokenizer, other: Tokenizer) -> bool:
    """Do tokens mean the same? Words and characters may do so: how entries without a kind are taken has changed."""
    return one == other or (one.words == other.words and "bpe" not in (one.kind, other.kind))
