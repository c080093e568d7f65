"""Files of token numbers: 16-bit and little-endian, unless `meta.pkl` names another type; nothing in them says so.

Numbers of 32 or 64 bits look like 16-bit ones with zeros in between, so where a file's type is not named, its content
must bear out that it is what it should be.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import mapped

TOKEN = np.dtype("<u2")
_WIDE = ("<u4", "<u8", ">u4", ">u8")
_OTHERS = {">u2": "big-endian", ">u4": "big-endian", ">u8": "big-endian", "u1": "8-bit"}
_MISTAKEN = "it belongs to another meta.pkl, or the model's vocabulary is too small"
_START = 4096  # bytes, a multiple of all sizes: most files are told by their beginning


def named_type(name: str) -> np.dtype:
    """The type of whole numbers that NumPy knows by `name`; little-endian, if it does not say. Raises: UserError."""
    try:
        found = np.dtype(name[:20])
    except (SyntaxError, TypeError, ValueError):
        raise UserError(f"dtype is {name[:40]!r}, which NumPy does not know: say uint16") from None
    if found.kind not in "iu":
        raise UserError(f"dtype is {name[:40]!r}, but tokens are whole numbers: say uint16")
    return found.newbyteorder("<") if found.byteorder == "=" else found


def read_token_files(
    paths: list[Path], seq_length: int, limit: int, first: str = "", name: str = ""
) -> tuple[list[np.ndarray], str]:
    """The tokens in the files, each `[n]`, on the disk until they are read; and a note for the user, or none.

    `name` is that of their type, if it is known. `first` is token 0's text, if it is one: a space or a mark may be
    every second token. Raises: UserError when a file is empty, cut off or too short, holds a token from `limit` on,
    or is of another type.
    """
    dtype = named_type(name) if name else TOKEN
    contents = [np.frombuffer(mapped(path), np.uint8) for path in paths]
    for path, content in zip(paths, contents, strict=True):
        if not content.size:
            raise UserError(f"{path} is empty: prepare the data set again")
        if content.size % dtype.itemsize:
            raise UserError(_odd(path, content, dtype, limit))
    found = [content.view(dtype) for content in contents]
    for path, tokens in zip(paths, found, strict=True):
        _check_length(path, tokens, seq_length)
        if tokens.max() >= limit or (dtype.kind == "i" and tokens.min() < 0):
            raise UserError(_outside(path, tokens, limit, "" if name else _hint(contents, limit)))
    return found, "" if name else _assumed(paths[0], contents, limit, first)


def _odd(path: Path, content: np.ndarray, dtype: np.dtype, limit: int) -> str:
    if dtype == TOKEN and _fit(content, "u1", limit) and content[1::2].any():
        return f"{path} has {content.size} bytes, and read as 8-bit numbers all are tokens: {_save()}"
    number = "an odd number, but a token takes 2" if dtype.itemsize == 2 else f"but a token takes {dtype.itemsize}"
    return f"{path} has {content.size} bytes, {number}: half-written? prepare it again"


def _check_length(path: Path, tokens: np.ndarray, seq_length: int) -> None:
    if len(tokens) <= seq_length:
        raise UserError(
            f"{path} has {len(tokens)} tokens, but a sequence of {seq_length} needs at least {seq_length + 1}: "
            "choose a shorter sequence or a longer text"
        )


def _outside(path: Path, tokens: np.ndarray, limit: int, hint: str) -> str:
    position = int(np.argmax((tokens >= limit) | (tokens < 0)))
    return (
        f"{path}: token {tokens[position]} at position {position} is outside the vocabulary of {limit} tokens "
        f"(0 to {limit - 1}): {hint or _MISTAKEN}"
    )


def _assumed(path: Path, contents: list[np.ndarray], limit: int, first: str) -> str:
    """Where 16 bits are not the only way to read the files: a note that they were assumed. Raises: UserError if not."""
    tokens = [content.view(TOKEN) for content in contents]
    wide = any(all(_fit(content, dtype, limit) for content in contents) for dtype in _WIDE)
    if wide and any(some.any() for some in tokens):
        zeros = f"{path}: as 16-bit numbers, every second token is 0"
        if not first or any(map(str.isalnum, first)) or any(_zeros_touch(some) for some in tokens):
            raise UserError(f"{zeros}, as in a file of 32- or 64-bit numbers: {_save()}")
        return f"{zeros} ({first!r}), which was taken as it is; if they are 32-bit numbers, {_save()}"
    if first and limit <= 256 and all(some.all() for some in tokens):
        return f"{path}: as 16-bit numbers, no token is 0 ({first!r}); if they are 8-bit numbers, {_save()}"
    return ""


def _zeros_touch(tokens: np.ndarray) -> bool:
    return not (tokens[1:] | tokens[:-1]).all()


def _hint(contents: list[np.ndarray], limit: int) -> str:
    """Another way to read the files in which everything is a token, if there is one."""
    for dtype, said in _OTHERS.items():
        if all(_fit(content, dtype, limit) for content in contents):
            return f"read as {said} numbers, all are inside: {_save()}"
    return ""


def _fit(content: np.ndarray, dtype: str, limit: int) -> bool:
    """Is everything a token below `limit`, read as the type?"""
    size = np.dtype(dtype).itemsize
    return all(not part.size % size and part.view(dtype).max() < limit for part in (content[:_START], content))


def _save() -> str:
    return "save them with dtype=np.uint16, or name their type in meta.pkl, such as 'dtype': 'int32'"
