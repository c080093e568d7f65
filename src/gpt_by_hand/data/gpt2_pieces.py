"""How GPT-2 cuts a text before it makes tokens: words with the space before them, numbers, marks, white space.

Its pattern is `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+` (OpenAI's
`encoder.py`, 2019). Python's `re` knows no `\\p{L}`: its classes are written out, from Python's table of Unicode.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from functools import lru_cache

SPACES = r"\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # Unicode's White_Space
_FORM = "'(?:[sdmt]|ll|ve|re)| ?[{letters}]+| ?[{numbers}]+| ?[{others}]+|[{spaces}]+(?![^{spaces}])|[{spaces}]+"
_LINES = re.compile(rf"(?<=[^{SPACES}])(?=\n)")
_ASCII, _TWO_BYTES = 0x7F, 0xFFFF


def pieces(text: str) -> list[str]:
    """The pieces of `text`, which make up all of it."""
    highest = _highest(text)
    if highest <= _TWO_BYTES:
        return _pattern(highest).findall(text)
    return [piece for line in _LINES.split(text) for piece in _pattern(_highest(line)).findall(line)]


def _highest(text: str) -> int:
    return _ASCII if text.isascii() else _TWO_BYTES if max(text) <= chr(_TWO_BYTES) else sys.maxunicode


@lru_cache(maxsize=3)
def _pattern(highest: int) -> re.Pattern[str]:
    """The pattern for characters up to `highest`: the fewer it must know, the faster it is."""
    ranges: dict[str, list[list[int]]] = {"letters": [], "numbers": [], "others": []}
    is_space = re.compile(f"[{SPACES}]").match
    kinds = {"L": "letters", "N": "numbers"}
    last = ""
    for code in range(highest + 1):
        character = chr(code)
        kind = "" if is_space(character) else kinds.get(unicodedata.category(character)[0], "others")
        if kind and kind == last:
            ranges[kind][-1][1] = code
        elif kind:
            ranges[kind].append([code, code])
        last = kind
    classes = {kind: "".join(f"\\U{low:08x}-\\U{high:08x}" for low, high in found) for kind, found in ranges.items()}
    return re.compile(_FORM.format(**classes, spaces=SPACES))
