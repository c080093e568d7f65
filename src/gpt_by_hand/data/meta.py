"""`meta.pkl`: the vocabulary beside the tokens, in nanoGPT's form, read without trusting it.

A pickle is a small program, and may import and call anything; `plain_pickle` reads plain data alone, and runs nothing.
"""

from __future__ import annotations

import pickle
import re
from pathlib import Path
from typing import Any, NamedTuple

from gpt_by_hand.data.plain_pickle import read_plain, shown
from gpt_by_hand.data.token_files import named_type
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.data.vocabulary import in_order
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import about, read_bytes

MAX_BYTES = 64 * 2**20

SPECIAL = re.compile(r"<.*>|\[.*\]", re.DOTALL)  # such as [PAD] or <|endoftext|>


class Meta(NamedTuple):
    """What a `meta.pkl` says: its vocabulary, and the NumPy type of the tokens, if it names one.

    `note` tells the user how a vocabulary was taken that does not say what its entries are; mostly there is none.
    """

    tokenizer: Tokenizer
    dtype: str = ""
    note: str = ""


def meta_bytes(tokenizer: Tokenizer) -> bytes:
    """`tokenizer` as a pickle of nanoGPT's dictionary, `vocab_size`, `itos`, `stoi`, and our `tokenizer`, `dtype`."""
    meta = {
        "vocab_size": len(tokenizer),
        "itos": dict(enumerate(tokenizer.words)),
        "stoi": dict(tokenizer.ids),
        "tokenizer": tokenizer.kind,
        "dtype": "uint16",
    }
    return pickle.dumps(meta, protocol=4)


def read_meta(path: Path) -> Tokenizer:
    """The tokenizer in `path`. Raises: UserError as `load_meta`."""
    return load_meta(path).tokenizer


def load_meta(path: Path) -> Meta:
    """What `path` says, ours or one that a user made for nanoGPT.

    `itos` may be a dictionary or a list. Without `tokenizer` the kind is "char", whose longer entries are found first,
    unless the entries are words and no space is among them.
    Raises: UserError when the file cannot be read, is no pickle of plain data, or contradicts itself.
    """
    path = Path(path)
    content = read_bytes(path, MAX_BYTES, "a vocabulary")
    with about(path):
        try:
            plain = read_plain(content)
        except UserError as error:
            advice = "save itos and stoi with int and str only, or prepare the data set again"
            raise UserError(f"{error}; {advice}") from None
        found = _meta(plain)
    return found._replace(note=f"{path} {found.note}") if found.note else found


def _meta(meta: object) -> Meta:
    if not isinstance(meta, dict) or "itos" not in meta:
        raise UserError(
            "no 'itos' (the text of each token) in it; expected {'vocab_size': ..., 'itos': ..., 'stoi': ...}"
        )
    words = _words(meta["itos"])
    kind: Any = meta.get("tokenizer") or _likely_kind(words)
    if not isinstance(kind, str):
        raise UserError(f"tokenizer kind is {shown(kind)}: only 'word' and 'char' are known")
    if kind == "bpe":
        raise UserError(
            "tokenizer kind is 'bpe', whose merges have no place in a meta.pkl: put the model's tokenizer.json beside "
            "train.bin in its place, or prepare the text anew with --tokenizer gpt2"
        )
    tokenizer = Tokenizer(kind, words)  # type: ignore[arg-type]
    size = meta.get("vocab_size", len(words))
    if type(size) is not int or size != len(words):
        raise UserError(f"it lies about its size: vocab_size is {shown(size)}, but itos has {len(words)} entries")
    if "stoi" in meta:
        _check_stoi(meta["stoi"], tokenizer)
    return Meta(tokenizer, _dtype(meta.get("dtype")), "" if meta.get("tokenizer") else _note(tokenizer))


def _likely_kind(words: tuple[str, ...]) -> str:
    """Words stand for themselves where there is a space to put between them; without one, they are told by length."""
    plain = [word for word in words if not SPECIAL.fullmatch(word)]
    longer = sum(len(word) > 1 for word in plain)
    return "word" if 2 * longer > len(plain) and not any(" " in word for word in words) else "char"


def _note(tokenizer: Tokenizer) -> str:
    if all(len(word) == 1 for word in tokenizer.words):
        return ""
    if tokenizer.kind == "word":
        return "names no kind: it was taken as word (joined by spaces); 'tokenizer': 'char' in it joins by nothing"
    return (
        "names no kind: it was taken as char (cut at the longest entry, joined by nothing); 'tokenizer': 'word' in it "
        "makes them words"
    )


def _dtype(named: object) -> str:
    if named is not None and not isinstance(named, str):
        raise UserError(f"dtype is {shown(named)}, not a name such as 'uint16'")
    if named:
        named_type(named)
    return named or ""


def _words(itos: object) -> tuple[str, ...]:
    """The entries of `itos`, all of them text, in order of their numbers."""
    if not isinstance(itos, (dict, list, tuple)):
        raise UserError(f"itos is {type(itos).__name__}, not a dictionary or a list")
    words = in_order(itos) if isinstance(itos, dict) else tuple(itos)
    for i, word in enumerate(words):
        if not isinstance(word, str):
            raise UserError(f"vocabulary entry {i} is not text but {shown(word)}")
    return words


def _check_stoi(stoi: object, tokenizer: Tokenizer) -> None:
    if not isinstance(stoi, dict):
        raise UserError(f"stoi is {type(stoi).__name__}, not a dictionary")
    for i, word in enumerate(tokenizer.words):
        if stoi.get(word) != i:
            said = shown(stoi.get(word))
            raise UserError(f"stoi contradicts itos: token {i} is {word[:40]!r} in itos, but stoi says {said} for it")
    if len(stoi) != len(tokenizer):
        raise UserError(f"stoi contradicts itos: it has {len(stoi)} entries, and itos has {len(tokenizer)}")
