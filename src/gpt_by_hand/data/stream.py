"""A text of any size made into a data set of GPT-2's tokens: with little memory, and by several threads.

It is cut before white space that follows something else: no token of GPT-2's reaches over such a place, and none
depends on what is beyond it. So the tokens of the pieces are those of the whole text.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import chain, islice
from pathlib import Path

import numpy as np

from gpt_by_hand.data.byte_pairs import BytePairTokenizer
from gpt_by_hand.data.datasets import TOKEN, refuse_others
from gpt_by_hand.data.prepare import SHORTEST_PART, TRAIN_SHARE, Prepared, refuse_short
from gpt_by_hand.data.staging import staged
from gpt_by_hand.data.tokenizer_json import WHITE, tokenizer_bytes
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import Content, about, decoded, explained, mapped, write_atomically
from gpt_by_hand.terminal import progress

MOST_PROCESSES = 1024
CHUNK = 2**16  # bytes
TOGETHER = 32  # texts, whose tokens are made in one go
_SETTINGS = ("TOKENIZERS_PARALLELISM", "RAYON_NUM_THREADS")  # by which the library is told
_NO_WHITE_BEFORE = b"".join(b"(?<!%b)" % white.encode() for white in WHITE)
_CUT = re.compile(rb"(?=[ \r\n])(?<=[\s\S])" + _NO_WHITE_BEFORE)


def prepare_stream(file: Path, folder: Path, tokenizer: BytePairTokenizer, processes: int = 0) -> Prepared:
    """A data set of a UTF-8 text file: the first nine tenths of its bytes for training, the rest for validation.

    The same whatever the number of `processes`, which are threads (0: one on each processor). Raises: UserError when
    the file is missing, not UTF-8 or too short, when the folder holds another data set, or when it cannot be written;
    then nothing is.
    """
    if not 0 <= processes <= MOST_PROCESSES:
        raise UserError(f"processes is {processes}: it must be 1 to {MOST_PROCESSES}, or 0 for one on each processor")
    file, folder = Path(file), Path(folder)
    refuse_others(folder, None, tokenizer)  # before all the work is done
    content = mapped(file)
    size = len(content)
    split = next_cut(content, int(size * TRAIN_SHARE), size)
    with ExitStack() as stack:
        staging = stack.enter_context(staged(folder, last="tokenizer.json"))
        advance = stack.enter_context(progress(file.name, size, f"making tokens of {file} ({size:,} bytes)"))
        stack.enter_context(_threads(processes))
        train_texts, val_texts = (_read(file, content, *part, advance) for part in ((0, split), (split, size)))
        read, train = _write(train_texts, staging / "train.bin", tokenizer)
        more, val = _write(val_texts, staging / "val.bin", tokenizer)
        with about(file):
            if train >= 2 * SHORTEST_PART and not val:
                raise UserError("no space or line's end is where it could be split: add some")
            refuse_short(train, val)
        write_atomically(staging / "tokenizer.json", tokenizer_bytes(tokenizer))
        refuse_others(folder, staging, tokenizer)
    return Prepared(folder.resolve().name, folder, read + more, train, val, len(tokenizer))


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Tell the library how many threads may share the work; it starts so many, once and for all, when it first can."""
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(zip(_SETTINGS, (str(count != 1).lower(), str(count)), strict=True))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def chunks(content: Content, start: int, end: int, size: int = CHUNK) -> Iterator[str]:
    """The text in the bytes from `start` to `end`, in pieces of about `size` bytes, each as `decoded` gives it."""
    while start < end:
        cut = next_cut(content, min(start + size, end), end)
        yield decoded(content[start:cut], start)
        start = cut


def next_cut(content: Content, wanted: int, end: int) -> int:
    """The first byte from `wanted` on where the text can be cut; its end if there is none."""
    found = _CUT.search(content, wanted, end)
    return found.start() if found else end


def _read(file: Path, content: Content, start: int, end: int, advance: Callable[[int], None]) -> Iterator[str]:
    with about(file):
        for text in chunks(content, start, end):
            yield text
            advance(len(text.encode("utf-8")))


def _write(texts: Iterator[str], path: Path, tokenizer: BytePairTokenizer) -> tuple[int, int]:
    """Write the tokens of the texts; how many characters and tokens there are."""
    characters = tokens = 0
    with explained("write", path), path.open("wb") as target:
        while some := list(islice(texts, TOGETHER)):
            found = np.fromiter(chain.from_iterable(tokenizer.encode_all(some)), TOKEN)
            target.write(found.tobytes())
            characters, tokens = characters + sum(map(len, some)), tokens + len(found)
        target.flush()
        os.fsync(target.fileno())
    return characters, tokens
