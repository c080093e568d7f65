"""A data set is a folder: `train.bin` and `val.bin` (uint16 tokens, little-endian) and `meta.pkl` (the vocabulary).

Tokens of another type are read where the `meta.pkl` names it.

For GPT-2's tokens, there is a `tokenizer.json` in place of the `meta.pkl`.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np

from gpt_by_hand.advice import command
from gpt_by_hand.data.meta import SPECIAL, Meta, load_meta, meta_bytes
from gpt_by_hand.data.staging import same_file, staged
from gpt_by_hand.data.token_files import TOKEN, read_token_files
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, is_file, write_atomically
from gpt_by_hand.records import dataclass

TOKENS, WORDS = ("train.bin", "val.bin"), ("meta.pkl", "tokenizer.json")
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


def save_dataset(folder: Path, train: np.ndarray, val: np.ndarray, tokenizer: Tokenizer, replace: bool = True) -> None:
    """Write the three files of a data set, at once or not at all.

    Raises: UserError when one cannot be written or, if not `replace`, is there already with another content.
    """
    tokens = {"train.bin": train.astype(TOKEN).tobytes(), "val.bin": val.astype(TOKEN).tobytes()}
    with staged(Path(folder), last="meta.pkl") as staging:
        for name, content in {**tokens, "meta.pkl": meta_bytes(tokenizer)}.items():
            write_atomically(staging / name, content)
        if not replace:
            refuse_others(Path(folder), staging, tokenizer)


def is_whole(folder: Path) -> bool:
    """Has the folder the three files of a data set? Raises: UserError when the system will not say."""
    return any(is_file(folder / name) for name in WORDS) and all(is_file(folder / name) for name in TOKENS)


def refuse_others(folder: Path, staging: Path | None, tokenizer: Tokenizer) -> None:
    """Raise UserError if the folder has another vocabulary, or another file under the name of one that is staged.

    Somebody's data are not overwritten because a text file happens to have their name. The vocabulary may have been
    written by another version.
    """
    words = [folder / name for name in WORDS if is_file(folder / name)]
    tokens = [path.name for path in staging.glob("*.bin") if is_file(folder / path.name)] if staging else []
    with explained("read", folder):
        same = staging is None or all(same_file(staging / name, folder / name) for name in tokens)
    if not same or any(_words_in(path) != tokenizer for path in words):
        raise UserError(
            f"{folder} holds another data set already, or parts of one: choose another name, or remove that folder "
            "first"
        )


def _words_in(path: Path) -> Tokenizer | None:
    with suppress(UserError):
        return _meta(path).tokenizer
    return None


def load_dataset(folder: Path, seq_length: int, vocab_size: int | None = None) -> Dataset:
    """The data set in `folder`, checked for sequences of `seq_length` tokens and a model of `vocab_size` tokens.

    The tokens stay on the disk until they are read. Raises: UserError when a file is missing, empty, cut off, too
    short or of another type, or holds a token outside the vocabulary (the data set's, or the model's where that is
    smaller).
    """
    folder = Path(folder)
    words = next((folder / name for name in WORDS if is_file(folder / name)), folder / WORDS[0])
    paths = [folder / name for name in TOKENS]
    for path in (folder, *paths, words):
        with explained("read", path):
            there = path.exists()
        if not there:
            raise UserError(f"{path} does not exist: {_how_to_prepare(folder.name, words == path)}")
    meta = _meta(words)
    tokenizer = meta.tokenizer
    limit = min(len(tokenizer), vocab_size or len(tokenizer))
    (train, val), note = read_token_files(paths, seq_length, limit, _first(tokenizer), meta.dtype)
    return Dataset(folder.resolve().name, train, val, tokenizer, tuple(filter(None, (meta.note, note))))


def _meta(path: Path) -> Meta:
    if path.suffix == ".pkl":
        return load_meta(path)
    from gpt_by_hand.data.tokenizer_json import read_tokenizer_json  # few data sets need it

    return Meta(read_tokenizer_json(path))


def _first(tokenizer: Tokenizer) -> str:
    """Token 0's text, if it tells something where it is everywhere or nowhere: not padding, and no piece of a word."""
    word = tokenizer.words[0]
    return "" if tokenizer.kind == "bpe" or SPECIAL.fullmatch(word) else word


def _how_to_prepare(name: str, only_words: bool) -> str:
    if name in _COMMANDS:
        return f"prepare the data set with `{command(f'prepare {_COMMANDS[name]}')}`"
    if only_words:
        return (
            "it is the vocabulary of train.bin and val.bin; if they are GPT-2's tokens, the tokenizer.json of GPT-2 in "
            "its place is enough"
        )
    return f"a data set is a folder with train.bin, val.bin and meta.pkl; see `{command('prepare --help')}`"
