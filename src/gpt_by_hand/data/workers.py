"""Several processes that make GPT-2's tokens of pieces of text, in their order."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from typing import Any

import numpy as np

from gpt_by_hand.data.byte_pairs import BytePairTokenizer
from gpt_by_hand.data.datasets import TOKEN
from gpt_by_hand.errors import UserError

Encode = Callable[[Iterator[str]], Iterator[bytes]]
WORTH_IT = 4 * 2**20  # bytes of text that are worth starting a process for


def count_for(size: int) -> int:
    """How many processes are worth it for so many bytes: one on each processor, if there is work for all."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(processors, size // WORTH_IT))


@contextmanager
def encoder(tokenizer: BytePairTokenizer, processes: int) -> Iterator[Encode]:
    """What makes tokens, as the bytes of uint16 numbers, of each of some texts; it reads few texts ahead.

    Raises: UserError when a process is killed.
    """
    if processes == 1:
        yield lambda texts: (_bytes(tokenizer, text) for text in texts)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    start = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, start, initializer=_begin, initargs=(tokenizer.to_json(),))

    def encode(texts: Iterator[str]) -> Iterator[bytes]:
        waiting: deque[Any] = deque()
        for text in texts:
            with _interrupts_wait():
                waiting.append(pool.submit(_encode, text))
            if len(waiting) > 2 * processes:  # no more is read before this is done
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    try:
        yield encode
    except BrokenProcessPool:
        raise UserError("a process that makes tokens was killed: is there enough memory? try --processes 1") from None
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Processes that are started inside never hear of Ctrl-C: it reaches all, and it is for the parent to end them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_own: list[BytePairTokenizer] = []  # a process's tokenizer, which remembers the pieces that it has met


def _begin(tokenizer: object) -> None:
    Thread(target=_end_with_parent, daemon=True).start()
    _own.append(BytePairTokenizer.from_json(tokenizer))


def _end_with_parent() -> None:
    """A parent that was killed has told nobody to stop, and its processes would wait for ever."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _encode(text: str) -> bytes:
    return _bytes(_own[0], text)


def _bytes(tokenizer: BytePairTokenizer, text: str) -> bytes:
    return np.array(tokenizer.encode(text), TOKEN).tobytes()
