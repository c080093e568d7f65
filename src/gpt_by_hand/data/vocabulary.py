"""A vocabulary: which pieces of text have a number, how a text is cut into them, and how they make a text again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, Literal, get_args

from gpt_by_hand.errors import UserError
from gpt_by_hand.records import dataclass

Kind = Literal["word", "char", "bpe"]
UNKNOWN = "<UNK>"
MAX_VOCABULARY = 2**16  # tokens are stored as uint16

MARKS = ".,!?;"
PIECE = re.compile(rf"[^\s{MARKS}]+|[{MARKS}]|\s")
_PADDING = re.compile(r"<PAD[0-9]+>")


@dataclass(frozen=True)
class Vocabulary:
    """The text of each token: `words[id]`. Raises: UserError for an unusable vocabulary."""

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

    @cached_property
    def longer(self) -> tuple[str, ...]:
        """The entries that are more than one piece of their kind, the longest first; padding is no text."""
        if self.kind == "char":
            found = [word for word in self.words if len(word) > 1 and not _PADDING.fullmatch(word)]
        else:
            found = [word for word in self.words if word and not PIECE.fullmatch(word)]
        return tuple(sorted(found, key=len, reverse=True))

    def decode(self, ids: Iterable[int]) -> str:
        """The text of token numbers: entries as they are; words joined by one space where none is an entry.

        Padding entries give nothing. Raises: UserError for a number that is no token.
        """
        pieces = [self._text(int(i)) for i in ids]
        return "".join(pieces) if self.has_its_spaces else _spaced("", pieces, self._apart)

    def follow(self, text: str, ids: Iterable[int]) -> str:
        """`text` as it stands, and behind it the text of token numbers, joined as by `decode`.

        Raises: UserError for a number that is no token.
        """
        if self.has_its_spaces:
            return text + self.decode(ids)
        return _spaced(text, [self._text(int(i)) for i in ids], self._apart)

    def prose(self, text: str, ids: Iterable[int]) -> str:
        """As `follow`, for a reader: with a space where two words would touch.

        A model of words and spaces that has not learnt much yet leaves some out; `follow` shows that as it is.
        Raises: UserError for a number that is no token.
        """
        if self.kind != "word" or not self.has_its_spaces:
            return self.follow(text, ids)
        return _spaced(text, [self._text(int(i)) for i in ids], _touching)

    def label(self, token: int) -> str:
        """A token's name for a table: the entry itself, quoted where it would not be seen (`' '`)."""
        if not 0 <= token < len(self.words):
            return f"#{token}"
        return quoted(self.words[token])

    def pieces(self, text: str) -> list[str]:
        """`text`, cut into what is looked up in the vocabulary; white space is left out where `encode` drops it."""
        usual = list if self.kind == "char" else PIECE.findall
        found = list(self._cut(text) if self.longer else usual(text))
        dropped = self.kind == "word" and " " not in self.ids
        return [piece for piece in found if piece in self.ids or not piece.isspace()] if dropped else found

    def find(self, piece: str) -> int | None:
        """The number of a piece of text, for words also in lower case, or None."""
        found = self.ids.get(piece)
        return self.ids.get(piece.lower()) if found is None and self.kind == "word" else found

    def _cut(self, text: str) -> Iterator[str]:
        """Where a longer entry stands, that; else one piece of the usual kind."""
        at, cases = 0, [text] if self.kind == "char" else [text, _lowered(text)]
        while at < len(text):
            piece = max((self._entry_at(case, at) for case in cases), key=len)
            piece = piece or (text[at] if self.kind == "char" else PIECE.match(text, at)[0])  # type: ignore[index]
            yield piece
            at += len(piece)

    def _entry_at(self, text: str, at: int) -> str:
        """The longest of the longer entries that stands there; of words, one that ends where a word can end."""
        for length in self._lengths:
            piece = text[at : at + length]
            if piece in self._longer and (self.kind == "char" or _can_end(piece, text[at + length : at + length + 1])):
                return piece
        return ""

    @cached_property
    def _longer(self) -> frozenset[str]:
        return frozenset(self.longer)

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(word) for word in self.longer}, reverse=True)

    @property
    def has_its_spaces(self) -> bool:
        """Is a text what its tokens are, one behind the other?"""
        return self.kind != "word" or " " in self.ids

    @cached_property
    def marks_apart(self) -> bool:
        """Without a space among the entries: has a mark one before it too, so that `. . .` does not become `...`?"""
        return any(word[0] in MARKS for word in self.longer)

    def _apart(self, last: str, piece: str) -> bool:
        attached = len(piece) == 1 and piece in MARKS and not self.marks_apart
        return not (attached or last.isspace() or piece[0].isspace())

    def _text(self, token: int) -> str:
        if not 0 <= token < len(self.words):
            raise UserError(
                f"token {token} is not in the vocabulary, whose {len(self)} tokens are 0 to {len(self) - 1}"
            )
        word = self.words[token]
        return "" if self.kind == "char" and _PADDING.fullmatch(word) else word


def in_order(entries: Mapping[Any, Any]) -> tuple[Any, ...]:
    """The entries by number, which must be 0, 1, 2, ... without a gap. Raises: UserError that names the first gap."""
    for n in range(len(entries)):
        if n not in entries:
            raise UserError(f"it has {len(entries)} entries, but none for token {n}: the numbers must be 0, 1, 2, ...")
    return tuple(entries[n] for n in range(len(entries)))


def quoted(text: str) -> str:
    """The text, in quotes where it would not be seen."""
    return text if text.isprintable() and text and " " not in text else repr(text)


def _spaced(text: str, pieces: list[str], apart: Callable[[str, str], bool]) -> str:
    """`text`, and the pieces behind it, with a space between two that stand apart."""
    for piece in pieces:
        text += f" {piece}" if text and piece and apart(text[-1], piece) else piece
    return text


def _touching(last: str, piece: str) -> bool:
    return not any(character.isspace() or character in MARKS for character in (last, piece[0]))


def _can_end(word: str, following: str) -> bool:
    """Can a word end where `following` comes next (at a text's end, nothing)?"""
    return not following or any(side.isspace() or side in MARKS for side in (word[-1], following))


def _lowered(text: str) -> str:
    """In lower case, character by character, so that each stays at its place."""
    return "".join(low if len(low := character.lower()) == 1 else character for character in text)


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
