"""A data set is a folder: `train.bin` and `val.bin` (uint16 tokens, little-endian) and `meta.pkl` (the vocabulary).

Tokens of another type are read where the `meta.pkl` names it.

For GPT-2's tokens, there is a `tokenizer.json` in place of the `meta.pkl`.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_by_hand.advice import command
from gpt_by_hand.data.meta import SPECIAL, Meta, load_meta, meta_bytes, read_meta
from gpt_by_hand.data.staging import staged
from gpt_by_hand.data.token_files import TOKEN, read_token_files
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, is_file, read_bytes, write_atomically

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
            same = there and (read_bytes(path) == content or (name == "meta.pkl" and _has_words(path, tokenizer)))
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
    meta = load_meta(words) if words.suffix == ".pkl" else _from_tokenizer_json(words)
    tokenizer = meta.tokenizer
    limit = min(len(tokenizer), vocab_size or len(tokenizer))
    paths = [folder / name for name in ("train.bin", "val.bin")]
    (train, val), note = read_token_files(paths, seq_length, limit, _first(tokenizer), meta.dtype)
    return Dataset(folder.resolve().name, train, val, tokenizer, tuple(filter(None, (meta.note, note))))


def _from_tokenizer_json(path: Path) -> Meta:
    from gpt_by_hand.data.tokenizer_json import read_tokenizer_json  # few data sets need it

    return Meta(read_tokenizer_json(path))


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
        return f"prepare the data set with `{command(f'prepare {_COMMANDS[name]}')}`"
    if only_words:
        return (
            "it is the vocabulary of train.bin and val.bin; if they are GPT-2's tokens, the tokenizer.json of GPT-2 in "
            "its place is enough"
        )
    return f"a data set is a folder with train.bin, val.bin and meta.pkl; see `{command('prepare --help')}`"
