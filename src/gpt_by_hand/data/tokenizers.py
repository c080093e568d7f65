"""Text to numbers and back: tokenizers for words and for characters, both a plain list of entries.

GPT-2's tokenizer, for pieces of words, is in `byte_pairs`.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

from gpt_by_hand.errors import UserError

Kind = Literal["word", "char", "bpe"]
UNKNOWN = "<UNK>"
MAX_VOCABULARY = 2**16  # tokens are stored as uint16

MARKS = ".,!?;"
_PIECE = re.compile(rf"[^\s{MARKS}]+|[{MARKS}]|\s")
_PADDING = re.compile(r"<PAD\d+>")


@dataclass(frozen=True)
class Tokenizer:
    """A vocabulary: `words[id]` is the text of a token.

    A "word" tokenizer cuts text into words, the marks `.,!?;` and single white-space characters, and reads them
    without regard to case. A "char" tokenizer takes each character. Raises: UserError for an unusable vocabulary.
    """

    kind: Kind
    words: tuple[str, ...]

    def __post_init__(self) -> None:
        _check_vocabulary(self.kind, self.words)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def vocab_size(self) -> int:
        """The number of entries, padding included."""
        return len(self.words)

    @cached_property
    def ids(self) -> dict[str, int]:
        """The number of each entry."""
        return {word: i for i, word in enumerate(self.words)}

    def encode(self, text: str, unknown: Literal["error", "replace"] = "error") -> list[int]:
        """The token numbers of `text`.

        White space is dropped where the vocabulary has no space. What the vocabulary lacks is an error, or becomes
        `<UNK>` with `unknown="replace"`. Raises: UserError naming the unknown piece and the entries nearest to it.
        """
        return [self._id(piece, unknown) for piece in self._pieces(text)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of token numbers: entries as they are; words joined by one space where none is an entry.

        Padding entries give nothing. Raises: UserError for a number that is no token.
        """
        pieces = [self._text(int(i)) for i in ids]
        joined = self.kind == "char" or " " in self.ids
        return "".join(pieces) if joined else _with_spaces(pieces)

    def prose(self, ids: Iterable[int]) -> str:
        """Token numbers as text for a reader: always one space between two words, and never two.

        A model of words that has not learnt much yet leaves spaces out or doubles them; `decode` shows that as it is.
        Raises: UserError for a number that is no token.
        """
        return self.decode(ids) if self.kind == "char" else _with_spaces([self._text(int(i)) for i in ids])

    def label(self, token: int) -> str:
        """A token's name for a table: the entry itself, quoted where it would not be seen (`' '`)."""
        if not 0 <= token < len(self.words):
            return f"#{token}"
        word = self.words[token]
        return word if word.isprintable() and word and " " not in word else repr(word)

    def to_json(self) -> dict[str, Any]:
        """The tokenizer as plain values: `{"kind": ..., "words": [...]}`."""
        return {"kind": self.kind, "words": list(self.words)}

    @classmethod
    def from_json(cls, data: object) -> Tokenizer:
        """The tokenizer that `to_json` gave. Raises: UserError when `data` is malformed."""
        if not isinstance(data, dict) or not isinstance(data.get("words"), list):
            raise UserError("tokenizer: expected a dictionary with 'kind' and a list of 'words'")
        if data.get("kind") == "bpe":
            from gpt_by_hand.data.byte_pairs import BytePairTokenizer

            return BytePairTokenizer.from_json(data)
        return Tokenizer(data.get("kind", "missing"), tuple(data["words"]))

    def _pieces(self, text: str) -> list[str]:
        if self.kind == "char":
            return list(text)
        pieces = _PIECE.findall(text)
        return pieces if " " in self.ids else [p for p in pieces if p in self.ids or not p.isspace()]

    def _id(self, piece: str, unknown: str) -> int:
        found = self.ids.get(piece)
        if found is None and self.kind == "word":
            found = self.ids.get(piece.lower())
        if found is None and unknown == "replace":
            found = self.ids.get(UNKNOWN)
        if found is None:
            raise UserError(self._unknown_message(piece[:40]))
        return found

    def _unknown_message(self, piece: str) -> str:
        noun = "word" if self.kind == "word" else "character"
        lowered = {word.lower(): word for word in self.words}
        near = [lowered[w] for w in difflib.get_close_matches(piece.lower(), lowered, cutoff=0.5)]
        some, few = near or self.words[:8], "nearest" if near else "known are, for example"
        listed = ", ".join(map(repr, some))
        return f"{noun} {piece!r} is not among the {len(self)} entries of the vocabulary; {few}: {listed}"

    def _text(self, token: int) -> str:
        if not 0 <= token < len(self.words):
            raise UserError(
                f"token {token} is not in the vocabulary, whose {len(self)} tokens are 0 to {len(self) - 1}"
            )
        word = self.words[token]
        return "" if self.kind == "char" and _PADDING.fullmatch(word) else word


def build_word_tokenizer(text: str, vocab_size: int | None = None, keep_spaces: bool = True) -> Tokenizer:
    """A word tokenizer whose entries are the sorted set of the text's lower-cased pieces.

    Where the set is larger than `vocab_size`: its `vocab_size - 1` most common pieces (of equally common ones, those
    first in code-point order), sorted, and then `<UNK>`. `keep_spaces=False` leaves white space out of the
    vocabulary, so that every token is a word. Raises: UserError for an empty text or an impossible size.
    """
    pieces = (piece.lower() for piece in _PIECE.findall(text) if keep_spaces or not piece.isspace())
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


def _with_spaces(pieces: list[str]) -> str:
    """Words joined by one space, with none before a mark and none beside white space; at its start there is none."""
    text = ""
    for piece in pieces:
        if piece == " " and (not text or text[-1].isspace()):
            continue
        glued = not text or text[-1].isspace() or piece.isspace() or piece in MARKS
        text += piece if glued else f" {piece}"
    return text


def _check_vocabulary(kind: object, words: tuple[object, ...]) -> None:
    if kind not in get_args(Kind):
        raise UserError(f"tokenizer kind is {kind!r}: only 'word', 'char' and 'bpe' are known")
    if not 1 <= len(words) <= MAX_VOCABULARY:
        raise UserError(
            f"a vocabulary of {len(words)} entries is not possible: tokens are uint16, so it has 1 to {MAX_VOCABULARY}"
        )
    first: dict[str, int] = {}
    for i, word in enumerate(words):
        if not isinstance(word, str) or not _is_text(word):
            raise UserError(f"vocabulary entry {i} is not text but {type(word).__name__}")
        if word in first:
            raise UserError(f"vocabulary entries {first[word]} and {i} are both {word[:40]!r}: each must be different")
        first[word] = i


def _is_text(word: str) -> bool:
    """Half a surrogate pair is a `str` for Python, but cannot be written anywhere."""
    return not any("\ud800" <= character <= "\udfff" for character in word)


def number_tokenizer(vocab_size: int) -> Tokenizer:
    """For a model whose tokenizer is not known: its tokens are written as their numbers.

    >>> number_tokenizer(50257).encode("464 3290")
    [464, 3290]
    """
    return Tokenizer("word", tuple(map(str, range(vocab_size))))


def is_numbers(tokenizer: Tokenizer) -> bool:
    """Are the tokens nothing but numbers?"""
    return tokenizer == number_tokenizer(tokenizer.vocab_size)
