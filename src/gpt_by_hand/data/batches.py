"""Batches: where in the data each row starts, and the tokens that it then reads and must predict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.errors import UserError

if TYPE_CHECKING:
    import numpy.typing as npt


def draw_starts(stream: RandomStream, data: np.ndarray, rows: int, seq_length: int) -> npt.NDArray[np.int64]:
    """Random start positions, int64 `[rows]`, each below `len(data) - seq_length`; one draw each.

    Raises: UserError when the data is not longer than the sequence.
    """
    if len(data) <= seq_length:
        raise UserError(f"{len(data)} tokens are too few for a sequence of {seq_length}, which needs {seq_length + 1}")
    return stream.integers(len(data) - seq_length, rows)


def gather(
    data: np.ndarray, starts: npt.NDArray[np.int64], seq_length: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Tokens and targets, both int64 `[rows, seq_length]`: the targets are the tokens one position later."""
    windows = np.lib.stride_tricks.sliding_window_view(data, seq_length)  # copies rows, not number by number
    return windows[starts].astype(np.int64), windows[starts + 1].astype(np.int64)
