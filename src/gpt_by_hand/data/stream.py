"""A text of any size made into a data set of GPT-2's tokens: with little memory, and by several processes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from gpt_by_hand.data.byte_pairs import BytePairTokenizer
from gpt_by_hand.data.chunks import chunks, next_cut
from gpt_by_hand.data.datasets import TOKEN
from gpt_by_hand.data.prepare import SHORTEST_PART, Prepared, another
from gpt_by_hand.data.progress import progress
from gpt_by_hand.data.staging import same_file, staged
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.data.workers import Encode, count_for, encoder
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, write_atomically

MOST_PROCESSES = 1024


@dataclass
class _Counts:
    characters: int = 0
    tokens: int = 0


def prepare_stream(
    file: Path, folder: Path, tokenizer: BytePairTokenizer, train_share: float = 0.9, processes: int = 0
) -> Prepared:
    """A data set of a UTF-8 text file: its first `train_share`, in bytes, for training, the rest for validation.

    The same whatever the number of processes (0: one on each processor). Raises: UserError when the file is missing,
    not UTF-8 or too short, when the folder holds another data set, or when it cannot be written; then nothing is.
    """
    if not 0.0 < train_share < 1.0:
        raise UserError(f"the share for training is {train_share:g}: choose more than 0 and less than 1")
    if not 0 <= processes <= MOST_PROCESSES:
        raise UserError(f"processes is {processes}: it must be 1 to {MOST_PROCESSES}, or 0 for one on each processor")
    file, folder, words = Path(file), Path(folder), tokenizer_bytes(tokenizer)
    _refuse_another(folder, words)
    with explained("read", file), file.open("rb") as source:
        size = file.stat().st_size
        split = next_cut(source, int(size * train_share), size)
    with ExitStack() as stack:
        staging = stack.enter_context(staged(folder, last="tokenizer.json"))
        advance = stack.enter_context(progress(file.name, size, f"making tokens of {file} ({size:,} bytes)"))
        encode = stack.enter_context(encoder(tokenizer, processes or count_for(size)))
        train = _write(_read(file, 0, split, advance), staging / "train.bin", encode)
        val = _write(_read(file, split, size, advance), staging / "val.bin", encode)
        _refuse_short(file, train.tokens, val.tokens)
        write_atomically(staging / "tokenizer.json", words)
        _refuse_others(folder, staging)
    characters = train.characters + val.characters
    return Prepared(folder.resolve().name, folder, characters, train.tokens, val.tokens, len(tokenizer))


def _refuse_short(file: Path, train: int, val: int) -> None:
    made = f"{train} tokens for training and {val} for validation, and each needs at least {SHORTEST_PART}"
    if train >= 2 * SHORTEST_PART and not val:
        raise UserError(f"{file}: no space or line's end is where it could be split: it makes {made}; add some")
    if min(train, val) < SHORTEST_PART:
        raise UserError(f"{file}: the text is too short: it makes {made}; give a longer text")


def _read(file: Path, start: int, end: int, advance: Callable[[int], None]) -> Iterator[str]:
    with explained("read", file), file.open("rb") as source:
        try:
            for text in chunks(source, start, end):
                yield text
                advance(len(text.encode("utf-8")))
        except UserError as error:
            raise UserError(f"{file}: {error}") from None


def _write(texts: Iterator[str], path: Path, encode: Encode) -> _Counts:
    counts = _Counts()

    def counted() -> Iterator[str]:
        for text in texts:
            counts.characters += len(text)
            yield text

    with explained("write", path), path.open("wb") as target:
        for tokens in encode(counted()):
            target.write(tokens)
            counts.tokens += len(tokens) // TOKEN.itemsize
        target.flush()
        os.fsync(target.fileno())
    return counts


def _refuse_another(folder: Path, words: bytes) -> None:
    """Before all the work is done: is there another vocabulary?"""
    with explained("read", folder):
        path = folder / "tokenizer.json"
        if (folder / "meta.pkl").exists() or (path.exists() and path.read_bytes() != words):
            raise another(folder)


def _refuse_others(folder: Path, staging: Path) -> None:
    with explained("read", folder):
        if any((folder / path.name).exists() and not same_file(path, folder / path.name) for path in staging.iterdir()):
            raise another(folder)
