"""A data set is a folder: `train.bin` and `val.bin` (uint16 tokens, little-endian) and `meta.pkl` (the vocabulary).

Tokens of another type are read where the `meta.pkl` names it.

For GPT-2's tokens, there is a `tokenizer.json` in place of the `meta.pkl`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_by_hand.data.meta import SPECIAL, Meta, load_meta, meta_bytes, read_meta
from gpt_by_hand.data.token_files import TOKEN, read_token_files
from gpt_by_hand.data.tokenizer_json import read_tokenizer_json
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, write_together

_COMMANDS = {
    "tiny_demo_words": "words",
    "tiny_demo": "demo",
    "pencil": "pencil",
    "shakespeare": "shakespeare",
    "shakespeare_char": "shakespeare",
}


@dataclass(frozen=True)
class Dataset:
    """Training and validation tokens, each whole numbers `[n]`, and the tokenizer that made them.

    `notes` tell the user what was assumed in reading them.
    """

    name: str
    train: np.ndarray
    val: np.ndarray
    tokenizer: Tokenizer
    notes: tuple[str, ...] = ()


def save_dataset(folder: Path, train: np.ndarray, val: np.ndarray, tokenizer: Tokenizer) -> None:
    """Write the three files of a data set, together or not at all. Raises: UserError when one cannot be written."""
    write_together(Path(folder), _files(train, val, tokenizer))


def holds(folder: Path, train: np.ndarray, val: np.ndarray, tokenizer: Tokenizer) -> bool:
    """Does the folder hold exactly this data set? Raises: UserError when a file in it cannot be read."""
    for name, content in _files(train, val, tokenizer).items():
        with explained("read", folder / name):
            if not (folder / name).is_file():
                return False
            if name != "meta.pkl" and (folder / name).read_bytes() != content:
                return False
    return read_meta(folder / "meta.pkl") == tokenizer  # written by an earlier version, it says less beside


def _files(train: np.ndarray, val: np.ndarray, tokenizer: Tokenizer) -> dict[str, bytes]:
    """The content of each file of a data set; the vocabulary is the last, as nothing can be read without it."""
    tokens = {"train.bin": train.astype(TOKEN).tobytes(), "val.bin": val.astype(TOKEN).tobytes()}
    return {**tokens, "meta.pkl": meta_bytes(tokenizer)}


def load_dataset(folder: Path, seq_length: int, vocab_size: int | None = None) -> Dataset:
    """The data set in `folder`, checked for sequences of `seq_length` tokens and a model of `vocab_size` tokens.

    The tokens stay on the disk until they are read. Raises: UserError when a file is missing, empty, cut off, too
    short or of another type, or holds a token outside the vocabulary (the data set's, or the model's where that is
    smaller).
    """
    folder = Path(folder)
    words = folder / ("tokenizer.json" if _has_tokenizer_json(folder) else "meta.pkl")
    for path in (folder, folder / "train.bin", folder / "val.bin", words):
        with explained("read", path):
            there = path.exists()
        if not there:
            raise UserError(f"{path} does not exist: {_how_to_prepare(folder.name, words == path)}")
    meta = load_meta(words) if words.suffix == ".pkl" else Meta(read_tokenizer_json(words))
    tokenizer = meta.tokenizer
    limit = min(len(tokenizer), vocab_size or len(tokenizer))
    paths = [folder / name for name in ("train.bin", "val.bin")]
    (train, val), note = read_token_files(paths, seq_length, limit, _first(tokenizer), meta.dtype)
    return Dataset(folder.resolve().name, train, val, tokenizer, tuple(filter(None, (meta.note, note))))


def _first(tokenizer: Tokenizer) -> str:
    """Token 0's text, if it tells something where it is everywhere or nowhere: not padding, and no piece of a word."""
    word = tokenizer.words[0]
    return "" if tokenizer.kind == "bpe" or SPECIAL.fullmatch(word) else word


def _has_tokenizer_json(folder: Path) -> bool:
    """Does the vocabulary come in the form of GPT-2's tokenizer, and not as a meta.pkl?"""
    with explained("read", folder):
        return (folder / "tokenizer.json").exists() and not (folder / "meta.pkl").exists()


def _how_to_prepare(name: str, only_words: bool) -> str:
    if name in _COMMANDS:
        return f"prepare the data set with `gpt-by-hand prepare {_COMMANDS[name]}`"
    if only_words:
        return (
            "it is the vocabulary of train.bin and val.bin; if they are GPT-2's tokens, the tokenizer.json of GPT-2 in "
            "its place is enough"
        )
    return "a data set is a folder with train.bin, val.bin and meta.pkl; see `gpt-by-hand prepare --help`"
