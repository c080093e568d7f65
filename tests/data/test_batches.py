"""Batches: the rows that the description shows, and their bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.data.batches import draw_starts, gather
from gpt_by_hand.data.datasets import load_dataset
from gpt_by_hand.data.prepare import prepare_built_in
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.errors import UserError

DRAWS_OF_THE_DEMO_MODEL = 512 + 128 + 2 * 3072 + 512 + 512 + 128 + 2 * 3072 + 512 + 2 * 1280  # see test_random.py


def test_the_first_four_rows_of_the_description(tmp_path):
    prepare_built_in("tiny_demo_words", tmp_path)
    data = load_dataset(tmp_path, seq_length=8)
    stream = RandomStream(1337)
    stream.raw(DRAWS_OF_THE_DEMO_MODEL)

    def batch(tokens):
        return gather(tokens, draw_starts(stream, tokens, 1, 8), 8)

    first, targets = batch(data.train)
    for _ in range(20):
        batch(data.train)
    for _ in range(20):
        batch(data.val)
    rows = [first, *(batch(data.train)[0] for _ in range(3))]
    assert np.concatenate(rows).tolist() == [
        [0, 8, 0, 6, 0, 9, 0, 25],
        [17, 0, 15, 0, 13, 0, 7, 0],
        [5, 0, 20, 0, 19, 0, 14, 0],
        [1, 0, 27, 0, 29, 0, 3, 0],
    ]
    assert targets.tolist() == [[8, 0, 6, 0, 9, 0, 25, 0]]


@given(st.integers(1, 20), st.integers(1, 60), st.integers(0, 9))
def test_targets_are_the_tokens_one_later_and_never_outside(seq_length, more, rows):
    data = np.arange(seq_length + more, dtype=np.uint16)
    starts = draw_starts(RandomStream(3), data, rows, seq_length)
    tokens, targets = gather(data, starts, seq_length)
    assert tokens.shape == targets.shape == (rows, seq_length)
    assert tokens.dtype == targets.dtype == np.int64
    np.testing.assert_array_equal(targets, tokens + 1)
    np.testing.assert_array_equal(tokens[:, 0], starts)


def test_every_start_can_be_drawn_up_to_the_last_window():
    starts = draw_starts(RandomStream(3), np.zeros(12, dtype=np.uint16), 500, 8)
    assert sorted(set(starts.tolist())) == [0, 1, 2, 3]


def test_data_no_longer_than_the_sequence_is_refused():
    with pytest.raises(UserError, match="8 tokens are too few for a sequence of 8, which needs 9"):
        draw_starts(RandomStream(3), np.zeros(8, dtype=np.uint16), 1, 8)
