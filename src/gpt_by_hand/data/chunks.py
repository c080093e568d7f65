"""A large text in pieces, cut where no token of GPT-2's is.

A cut is before white space that follows something else: no token reaches over such a place, and none depends on what is
beyond it. So the tokens of the pieces are those of the whole text.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from typing import IO, Any

from gpt_by_hand.errors import UserError

CHUNK = 2**16  # bytes
LOOK = 2**16  # bytes
_TO_THE_LAST_CUT = re.compile(r".*\S(?=[ \n])", re.DOTALL)


def chunks(source: IO[bytes], start: int, end: int, size: int = CHUNK) -> Iterator[str]:
    """The text in the bytes from `start` to `end` of a file, in pieces of about `size` bytes.

    Without a byte-order mark, and with `\\n` at the end of each line. Raises: UserError where it is not UTF-8.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    source.seek(start)
    text, held, at = "", "", start
    while at < end:
        content = source.read(min(size, end - at))
        if not content:
            break
        new = held + _decoded(decoder, content, at, final=at + len(content) >= end)
        new = new.removeprefix("\ufeff") if at == 0 else new
        at += len(content)
        held = "\r" if new.endswith("\r") and at < end else ""  # half of a line's end, perhaps
        looked = max(0, len(text) - 1)  # before this, there is none
        text += new.removesuffix(held).replace("\r\n", "\n")
        if found := _TO_THE_LAST_CUT.match(text, looked):
            yield text[: found.end()]
            text = text[found.end() :]
    if text:
        yield text


def next_cut(source: IO[bytes], wanted: int, size: int) -> int:
    """The first byte from `wanted` on where the text in a file of `size` bytes can be cut; its end if there is none."""
    at = wanted
    while at < size:
        start = max(0, at - 3)  # a character before it has up to three bytes, if it is white space
        source.seek(start)
        content = source.read(LOOK)
        for n in range(at - start, len(content)):
            before = content[max(0, n - 3) : n].decode("utf-8", errors="ignore")[-1:] if content[n] in b"\n\r " else ""
            if before and not before.isspace():
                return start + n
        at = start + len(content)
    return size


def _decoded(decoder: Any, content: bytes, at: int, final: bool) -> str:
    held = len(decoder.getstate()[0])
    try:
        found: str = decoder.decode(content, final)
        return found
    except UnicodeDecodeError as error:
        place, value = at - held + error.start, error.object[error.start]
        raise UserError(f"it is not UTF-8 text: byte {place} is {value:#04x}; convert it first") from None
