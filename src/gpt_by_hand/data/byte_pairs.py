"""GPT-2's tokenizer: text becomes bytes, and pairs that are often seen together become one token.

Source: Sennrich, Haddow & Birch 2016, section 3.2; on bytes, Radford et al. 2019, section 2.2. Any text has tokens.
Hugging Face's `tokenizers` cuts the text and joins the pairs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from itertools import chain
from typing import Any, Literal

from gpt_by_hand.advice import install
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.data.vocabulary import quoted
from gpt_by_hand.errors import NotInstalled, UserError, one_line
from gpt_by_hand.records import dataclass

END_OF_WORD = "</w>"  # as CLIP's tokenizer and GPT-1's have it, and GPT-2's has not
END_OF_TEXT = "<|endoftext|>"
_PLAIN = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
_OTHERS = [byte for byte in range(256) if byte not in _PLAIN]
# GPT-2 writes each byte as a character that can be seen: itself, or, for a space (Ġ) and the like, one from 256 on.
BYTE = {chr(byte): byte for byte in _PLAIN} | {chr(256 + n): byte for n, byte in enumerate(_OTHERS)}


@dataclass(frozen=True)
class BytePairTokenizer(Tokenizer):
    """A vocabulary of byte sequences, written as GPT-2 writes them, and which pairs are joined, the first first.

    `special` entries, such as `<|endoftext|>`, are found in a text before anything else and stand for themselves.
    Raises: UserError for an unusable vocabulary, or where `tokenizers` is not installed.
    """

    merges: tuple[tuple[str, str], ...] = ()
    special: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind != "bpe":
            raise UserError(f"tokenizer kind is {self.kind!r}, not 'bpe'")
        self._check()
        assert self.library  # which has more to say about pairs

    @cached_property
    def library(self) -> Any:
        """The `tokenizers.Tokenizer` that makes the same tokens. Raises: UserError for pairs that are no entries."""
        try:
            from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
        except ImportError:
            raise NotInstalled(f"GPT-2's tokens are made by the tokenizers library: {install('gpt2')}") from None
        with _explained("these pairs make no tokenizer"):
            found = Tokenizer(models.BPE(vocab=self.ids, merges=list(self.merges)))
            found.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
            found.decoder = decoders.ByteLevel()
            found.add_special_tokens([AddedToken(word, normalized=False) for word in self.special])
        return found

    def encode(self, text: str, unknown: Literal["error", "replace"] = "error") -> list[int]:
        """The token numbers of `text`; no text is unknown."""
        valid = text.encode("utf-8", errors="replace").decode()  # without halves of surrogate pairs
        with _explained("tokens cannot be made of this text"):
            found: list[int] = self.library.encode(valid, add_special_tokens=False).ids
        return found

    def encode_all(self, texts: list[str]) -> list[list[int]]:
        """The token numbers of each of the texts, among which the library's threads share the work."""
        with _explained("tokens cannot be made of this text"):
            return [found.ids for found in self.library.encode_batch_fast(texts, add_special_tokens=False)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of token numbers; bytes that are no UTF-8, such as half a character, become `�`.

        Raises: UserError for a number that is no token.
        """
        return b"".join(self._bytes(int(i)) for i in ids).decode("utf-8", errors="replace")

    def label(self, token: int) -> str:
        """A token's name for a table: its text, quoted where it would not be seen, or its bytes."""
        if not 0 <= token < len(self.words):
            return f"#{token}"
        content = self._bytes(token)
        try:
            return quoted(content.decode("utf-8"))
        except UnicodeDecodeError:
            return repr(content)

    def to_json(self) -> dict[str, Any]:
        """The tokenizer as plain values."""
        merges = [" ".join(pair) for pair in self.merges]
        return {"kind": "bpe", "words": list(self.words), "merges": merges, "special": list(self.special)}

    @classmethod
    def from_json(cls, data: object) -> BytePairTokenizer:
        """The tokenizer that `to_json` gave. Raises: UserError when `data` is malformed."""
        if not isinstance(data, dict) or not all(_is_texts(data.get(key)) for key in ("words", "merges", "special")):
            raise UserError("tokenizer: expected lists of 'words', 'merges' and 'special' entries")
        return cls("bpe", tuple(data["words"]), read_merges(data["merges"]), tuple(data["special"]))

    def _bytes(self, token: int) -> bytes:
        word = self._text(token)
        return word.encode() if word in self.special else bytes(BYTE[character] for character in word)

    def _check(self) -> None:
        """What the library would take, and make other tokens of."""
        for character in BYTE:
            if character not in self.ids:
                raise UserError(f"the vocabulary lacks the byte {character!r}: it is not of GPT-2's kind")
        for word in self.special:
            if word not in self.ids or not word or any(character.isspace() for character in word):
                raise UserError(f"the special entry {word[:40]!r} is no entry, or has white space in it")
        for word in self.words:
            if word.endswith(END_OF_WORD):  # marks and letters are never in one piece, so no pair makes it
                raise UserError(f"the entry {word[:40]!r} is the end of a word, which GPT-2's tokenizer does not know")
            if word not in self.special and not all(character in BYTE for character in word):
                raise UserError(f"the entry {word[:40]!r} is not written in bytes: it is not of GPT-2's kind")
        made = {left + right for left, right in self.merges}
        for word in chain.from_iterable(self.merges):  # others have parts that no pair makes
            if len(word) > 1 and word not in made:
                raise UserError(f"the entry {word[:40]!r} is no byte, and no pair makes it: it is not of GPT-2's kind")


def read_merges(lines: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    """Pairs from lines such as `t he`, or from lists of two. Raises: UserError for another line."""
    found = []
    for line in lines:
        pair = line.split(" ") if isinstance(line, str) else line
        if not _is_texts(pair) or len(pair) != 2:
            raise UserError(f"{str(line)[:40]!r} is no pair of entries")
        found.append((pair[0], pair[1]))
    return tuple(found)


def _is_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)


@contextmanager
def _explained(what: str) -> Iterator[None]:
    """The library raises plain `Exception`s; and where its Rust panics, what is not even one of these."""
    try:
        yield
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__module__ != "pyo3_runtime":
            raise
        raise UserError(f"{what} ({one_line(error)})") from None
