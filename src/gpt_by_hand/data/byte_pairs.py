"""GPT-2's tokenizer: text becomes bytes, and pairs that are often seen together become one token.

Source: Sennrich, Haddow & Birch 2016, section 3.2; on bytes, Radford et al. 2019, section 2.2. Any text has tokens.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, Literal

from gpt_by_hand.data.gpt2_pieces import pieces
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError

END_OF_WORD = "</w>"  # as CLIP's tokenizer and GPT-1's have it, and GPT-2's has not
END_OF_TEXT = "<|endoftext|>"
REMEMBERED = 2**17  # pieces whose tokens are kept: the words of a language
_PLAIN = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
_OTHERS = [byte for byte in range(256) if byte not in _PLAIN]
# GPT-2 writes each byte as a character that can be seen: itself, or, for a space (Ġ) and the like, one from 256 on.
CHARACTER = {byte: chr(byte) for byte in _PLAIN} | {byte: chr(256 + n) for n, byte in enumerate(_OTHERS)}
BYTE = {character: byte for byte, character in CHARACTER.items()}


@dataclass(frozen=True)
class BytePairTokenizer(Tokenizer):
    """A vocabulary of byte sequences, written as GPT-2 writes them, and which pairs are joined, the first first.

    `special` entries, such as `<|endoftext|>`, are found in a text before anything else and stand for themselves.
    Raises: UserError for an unusable vocabulary.
    """

    merges: tuple[tuple[str, str], ...] = ()
    special: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kind != "bpe":
            raise UserError(f"tokenizer kind is {self.kind!r}, not 'bpe'")
        self._check()

    def encode(self, text: str, unknown: Literal["error", "replace"] = "error") -> list[int]:
        """The token numbers of `text`; no text is unknown."""
        found: list[int] = []
        for n, part in enumerate(self._special_pattern.split(text)):
            if n % 2:  # what the pattern has caught
                found.append(self.ids[part])
            else:
                found.extend(chain.from_iterable(map(self._known.__getitem__, pieces(part))))
        return found

    def decode(self, ids: Iterable[int]) -> str:
        """The text of token numbers; bytes that are no UTF-8, such as half a character, become `�`.

        Raises: UserError for a number that is no token.
        """
        return b"".join(self._bytes(int(i)) for i in ids).decode("utf-8", errors="replace")

    def follow(self, text: str, ids: Iterable[int]) -> str:
        """`text` as it stands, and behind it the text of token numbers."""
        return text + self.decode(ids)

    def prose(self, text: str, ids: Iterable[int]) -> str:
        """As `follow`: the tokens bring their spaces along."""
        return self.follow(text, ids)

    def label(self, token: int) -> str:
        """A token's name for a table: its text, quoted where it would not be seen, or its bytes."""
        if not 0 <= token < len(self.words):
            return f"#{token}"
        content = self._bytes(token)
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            return repr(content)
        return text if text.isprintable() and text and " " not in text else repr(text)

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

    @cached_property
    def _ranks(self) -> dict[tuple[str, str], int]:
        return {pair: rank for rank, pair in enumerate(self.merges)}

    @cached_property
    def _known(self) -> _Known:
        return _Known(self._tokens)

    @cached_property
    def _special_pattern(self) -> re.Pattern[str]:
        longest_first = sorted(self.special, key=len, reverse=True)
        return re.compile(f"({'|'.join(map(re.escape, longest_first)) or '(?!)'})")

    def _tokens(self, piece: str) -> list[int]:
        parts = joined([CHARACTER[byte] for byte in piece.encode("utf-8", errors="replace")], self._ranks)
        return [self.ids[part] for part in parts]

    def _bytes(self, token: int) -> bytes:
        word = self._text(token)
        return word.encode() if word in self.special else bytes(BYTE[character] for character in word)

    def _check(self) -> None:
        for character in CHARACTER.values():
            if character not in self.ids:
                raise UserError(f"the vocabulary lacks the byte {character!r}: it is not of GPT-2's kind")
        for left, right in self.merges:
            for word in (left, right, left + right):
                if word not in self.ids:
                    raise UserError(f"the pair {left[:40]!r} {right[:40]!r} needs {word[:40]!r}, which is no entry")
        self._check_parts()
        for word in self.special:
            if word not in self.ids or not word or any(character.isspace() for character in word):
                raise UserError(f"the special entry {word[:40]!r} is no entry, or has white space in it")
        for word in self.words:
            if word not in self.special and not all(character in BYTE for character in word):
                raise UserError(f"the entry {word[:40]!r} is not written in bytes: it is not of GPT-2's kind")

    def _check_parts(self) -> None:
        """Others have parts of more than one byte that no pair makes, such as CLIP's ends of words (`e</w>`)."""
        made = {left + right for left, right in self.merges}
        for word in self.words:
            if word.endswith(END_OF_WORD):  # marks and letters are never in one piece, so no pair makes it
                raise UserError(f"the entry {word[:40]!r} is the end of a word, which GPT-2's tokenizer does not know")
        for word in chain.from_iterable(self.merges):
            if len(word) > 1 and word not in made:
                raise UserError(f"the entry {word[:40]!r} is no byte, and no pair makes it: it is not of GPT-2's kind")


class _Known(dict[str, list[int]]):
    """The tokens of the pieces met so far; so many of them are kept."""

    def __init__(self, tokens: Callable[[str], list[int]]) -> None:
        super().__init__()
        self._tokens = tokens

    def __missing__(self, piece: str) -> list[int]:
        found = self._tokens(piece)
        if len(self) < REMEMBERED:
            self[piece] = found
        return found


def joined(parts: list[str], ranks: dict[tuple[str, str], int]) -> list[str]:
    """`parts` with neighbours joined, the pair of lowest rank first, wherever it stands, until none has a rank."""
    never = math.inf
    while len(parts) > 1:
        best = min(pairwise(parts), key=lambda pair: ranks.get(pair, never))
        if best not in ranks:
            break
        found, n = [], 0
        while n < len(parts):
            pair = n + 1 < len(parts) and (parts[n], parts[n + 1]) == best
            found.append(parts[n] + parts[n + 1] if pair else parts[n])
            n += 2 if pair else 1
        parts = found
    return parts


def read_merges(lines: Iterable[Any]) -> tuple[tuple[str, str], ...]:
    """Pairs from lines such as `t he`, or from lists of two. Raises: UserError for another line."""
    found = []
    for line in lines:
        pair = line.split(" ") if isinstance(line, str) else line
        if not _is_texts(pair) or len(pair) != 2:
            raise UserError(f"{str(line)[:40]!r} is no pair of entries")
        found.append((pair[0], pair[1]))
    return tuple(found)


def from_ranks(ranks: dict[bytes, int], special: dict[str, int]) -> BytePairTokenizer:
    """The tokenizer that `tiktoken` knows by its tokens' ranks, which are their numbers too.

    A token's pair is what its bytes become with the pairs before it.
    """
    words = {rank: "".join(CHARACTER[byte] for byte in token) for token, rank in ranks.items()}
    words |= {number: word for word, number in special.items()}
    before: dict[tuple[str, str], int] = {}
    for _, token in sorted((rank, token) for token, rank in ranks.items()):
        parts = joined([CHARACTER[byte] for byte in token], before)
        if len(parts) == 2:
            before[parts[0], parts[1]] = len(before)
    return BytePairTokenizer("bpe", tuple(words[n] for n in range(len(words))), tuple(before), tuple(special))


def _is_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value)
