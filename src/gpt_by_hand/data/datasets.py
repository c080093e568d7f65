"""A data set is a folder: `train.bin` and `val.bin` (uint16 tokens, little-endian) and `meta.pkl` (the vocabulary).

For GPT-2's tokens, there is a `tokenizer.json` in place of the `meta.pkl`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_by_hand.data.meta import meta_bytes, read_meta
from gpt_by_hand.data.staging import staged
from gpt_by_hand.data.tokenizer_json import read_tokenizer_json
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, is_file, write_atomically

TOKEN = np.dtype("<u2")

_COMMANDS = {
    "tiny_demo_words": "words",
    "tiny_demo": "demo",
    "pencil": "pencil",
    "shakespeare": "shakespeare",
    "shakespeare_char": "shakespeare",
}


@dataclass(frozen=True)
class Dataset:
    """Training and validation tokens, each uint16 `[n]`, and the tokenizer that made them."""

    name: str
    train: np.ndarray
    val: np.ndarray
    tokenizer: Tokenizer


def save_dataset(folder: Path, train: np.ndarray, val: np.ndarray, tokenizer: Tokenizer) -> None:
    """Write the three files of a data set, at once or not at all. Raises: UserError when one cannot be written."""
    with staged(Path(folder), last="meta.pkl") as staging:
        for name, content in _files(train, val, tokenizer).items():
            write_atomically(staging / name, content)


def is_whole(folder: Path) -> bool:
    """Has the folder the three files of a data set? Raises: UserError when the system will not say."""
    words = is_file(folder / "meta.pkl") or is_file(folder / "tokenizer.json")
    return words and is_file(folder / "train.bin") and is_file(folder / "val.bin")


def agrees(folder: Path, train: np.ndarray, val: np.ndarray, tokenizer: Tokenizer) -> bool:
    """Is what the folder has of the three files this data set's? Raises: UserError when one cannot be read."""
    for name, content in _files(train, val, tokenizer).items():
        path = folder / name
        with explained("read", path):
            there = path.exists()
            same = there and (path.read_bytes() == content or (name == "meta.pkl" and _has_words(path, tokenizer)))
        if there and not same:
            return False
    return True


def _has_words(path: Path, tokenizer: Tokenizer) -> bool:
    """Is it this vocabulary, though perhaps written by another version?"""
    with suppress(UserError):
        return read_meta(path) == tokenizer
    return False


def _files(train: np.ndarray, val: np.ndarray, tokenizer: Tokenizer) -> dict[str, bytes]:
    """The content of each file of a data set."""
    tokens = {"train.bin": train.astype(TOKEN).tobytes(), "val.bin": val.astype(TOKEN).tobytes()}
    return {**tokens, "meta.pkl": meta_bytes(tokenizer)}


def load_dataset(folder: Path, seq_length: int, vocab_size: int | None = None) -> Dataset:
    """The data set in `folder`, checked for sequences of `seq_length` tokens and a model of `vocab_size` tokens.

    The tokens stay on the disk until they are read. Raises: UserError when a file is missing, empty, cut off or too
    short, or holds a token outside the vocabulary (of the data set, or of the model where that is smaller).
    """
    folder = Path(folder)
    words = folder / ("tokenizer.json" if _has_tokenizer_json(folder) else "meta.pkl")
    for path in (folder, folder / "train.bin", folder / "val.bin", words):
        with explained("read", path):
            there = path.exists()
        if not there:
            raise UserError(f"{path} does not exist: {_how_to_prepare(folder.name)}")
    tokenizer = read_meta(words) if words.suffix == ".pkl" else read_tokenizer_json(words)
    limit = min(len(tokenizer), vocab_size or len(tokenizer))
    train, val = (_read_tokens(folder / name, seq_length, limit) for name in ("train.bin", "val.bin"))
    return Dataset(folder.resolve().name, train, val, tokenizer)


def _has_tokenizer_json(folder: Path) -> bool:
    """Does the vocabulary come in the form of GPT-2's tokenizer, and not as a meta.pkl?"""
    with explained("read", folder):
        return (folder / "tokenizer.json").exists() and not (folder / "meta.pkl").exists()


def _how_to_prepare(name: str) -> str:
    if name in _COMMANDS:
        return f"prepare the data set with `gpt-by-hand prepare {_COMMANDS[name]}`"
    return "a data set is a folder with train.bin, val.bin and meta.pkl; see `gpt-by-hand prepare --help`"


def _read_tokens(path: Path, seq_length: int, limit: int) -> np.ndarray:
    with explained("read", path):
        size = path.stat().st_size
        if size == 0:
            raise UserError(f"{path} is empty: prepare the data set again")
        if size % TOKEN.itemsize:
            raise UserError(
                f"{path} has {size} bytes, an odd number, but a token takes 2: half-written? prepare it again"
            )
        tokens = np.memmap(path, dtype=TOKEN, mode="r").view(np.ndarray)
    _check_tokens(path, tokens, seq_length, limit)
    return tokens


def _check_tokens(path: Path, tokens: np.ndarray, seq_length: int, limit: int) -> None:
    if len(tokens) <= seq_length:
        raise UserError(
            f"{path} has {len(tokens)} tokens, but a sequence of {seq_length} needs at least {seq_length + 1}: "
            "choose a shorter sequence or a longer text"
        )
    if tokens.max() >= limit:
        position = int(np.argmax(tokens >= limit))
        raise UserError(
            f"{path}: token {tokens[position]} at position {position} is outside the vocabulary of {limit} tokens "
            f"(0 to {limit - 1}): it belongs to another meta.pkl, or the model's vocabulary is too small"
        )
