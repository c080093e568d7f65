"""`meta.pkl`: the vocabulary beside the tokens, in nanoGPT's form, read without trusting it.

A pickle is a small program, and may import and call anything; `plain_pickle` reads plain data alone, and runs nothing.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

from gpt_by_hand.data.plain_pickle import read_plain
from gpt_by_hand.data.plain_pickle import shown as _shown
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, write_atomically

MAX_BYTES = 64 * 2**20


def write_meta(path: Path, tokenizer: Tokenizer) -> None:
    """Write `tokenizer` to `path`. Raises: UserError when the file cannot be written."""
    write_atomically(path, meta_bytes(tokenizer))


def meta_bytes(tokenizer: Tokenizer) -> bytes:
    """`tokenizer` as a pickle of nanoGPT's dictionary: `vocab_size`, `itos`, `stoi`, and our `tokenizer` (kind)."""
    meta = {
        "vocab_size": len(tokenizer),
        "itos": dict(enumerate(tokenizer.words)),
        "stoi": dict(tokenizer.ids),
        "tokenizer": tokenizer.kind,
    }
    return pickle.dumps(meta, protocol=4)


def read_meta(path: Path) -> Tokenizer:
    """The tokenizer in `path`, ours or one that a user made for nanoGPT.

    `itos` may be a dictionary or a list; without `tokenizer` the kind is "char" when every entry is one character.
    Raises: UserError when the file cannot be read, is no pickle of plain data, or contradicts itself.
    """
    path = Path(path)
    with explained("read", path):
        size = path.stat().st_size
        content = path.read_bytes() if size <= MAX_BYTES else b""
    if size > MAX_BYTES:
        raise UserError(f"{path} is {size:,} bytes; a vocabulary is at most {MAX_BYTES:,}: this is another file")
    try:
        return _tokenizer(_load_plain(content))
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def _load_plain(content: bytes) -> object:
    try:
        return read_plain(content, len(content))
    except UserError as error:
        raise UserError(f"{error}; save itos and stoi with int and str only, or prepare the data set again") from None


def _tokenizer(meta: object) -> Tokenizer:
    if not isinstance(meta, dict) or "itos" not in meta:
        raise UserError(
            "no 'itos' (the text of each token) in it; expected {'vocab_size': ..., 'itos': ..., 'stoi': ...}"
        )
    words = _words(meta["itos"])
    kind: Any = meta.get("tokenizer") or ("char" if all(len(word) == 1 for word in words) else "word")
    if not isinstance(kind, str):
        raise UserError(f"tokenizer kind is {_shown(kind)}: only 'word' and 'char' are known")
    tokenizer = Tokenizer(kind, words)  # type: ignore[arg-type]
    size = meta.get("vocab_size", len(words))
    if type(size) is not int or size != len(words):
        raise UserError(f"it lies about its size: vocab_size is {_shown(size)}, but itos has {len(words)} entries")
    if "stoi" in meta:
        _check_stoi(meta["stoi"], tokenizer)
    return tokenizer


def _words(itos: object) -> tuple[str, ...]:
    """The entries of `itos`, all of them text, in order of their numbers, which must be 0, 1, 2, ... without a gap."""
    words = tuple(itos) if isinstance(itos, (list, tuple)) else _by_number(itos)
    for i, word in enumerate(words):
        if not isinstance(word, str):
            raise UserError(f"vocabulary entry {i} is not text but {_shown(word)}")
    return words


def _by_number(itos: object) -> tuple[Any, ...]:
    if not isinstance(itos, dict):
        raise UserError(f"itos is {type(itos).__name__}, not a dictionary or a list")
    for i in range(len(itos)):
        if i not in itos:
            raise UserError(f"itos has {len(itos)} entries, but none for token {i}: the numbers must be 0, 1, 2, ...")
    return tuple(itos[i] for i in range(len(itos)))


def _check_stoi(stoi: object, tokenizer: Tokenizer) -> None:
    if not isinstance(stoi, dict):
        raise UserError(f"stoi is {type(stoi).__name__}, not a dictionary")
    for i, word in enumerate(tokenizer.words):
        if stoi.get(word) != i:
            said = _shown(stoi.get(word))
            raise UserError(f"stoi contradicts itos: token {i} is {word[:40]!r} in itos, but stoi says {said} for it")
    if len(stoi) != len(tokenizer):
        raise UserError(f"stoi contradicts itos: it has {len(stoi)} entries, and itos has {len(tokenizer)}")
