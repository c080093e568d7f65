"""Token files of every type of whole number and byte order: read rightly, refused, or what was assumed is said."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.data.datasets import Dataset, load_dataset, save_dataset
from gpt_by_hand.data.prepare import built_in_tokenizer, prepare_built_in
from gpt_by_hand.data.tokenizers import Tokenizer, build_word_tokenizer
from gpt_by_hand.errors import UserError

TYPES = [f"{order}{kind}{size}" for kind in "iu" for size in (1, 2, 4, 8) for order in "<>"]
SAVE = "save them with dtype=np.uint16"
DNA = ("A", "C", "G", "T")
GENE = ["ACGT".index(letter) for letter in "GATTACA" * 10]
DEMO = built_in_tokenizer("tiny_demo_words")
PHRASE = DEMO.encode("hello world to be or not to be ") * 4


def written(folder: Path, words: tuple[str, ...], ids: list[int], kind: str, **meta: object) -> Path:
    """A data set as a user would write it."""
    for name in ("train.bin", "val.bin"):
        np.array(ids).astype(kind).tofile(folder / name)
    (folder / "meta.pkl").write_bytes(pickle.dumps({"itos": list(words), **meta}))
    return folder


def loaded(words: tuple[str, ...], ids: list[int], kind: str, **meta: object) -> Dataset | str:
    """The data set, or what was said of it."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            found = load_dataset(written(Path(folder), words, ids, kind, **meta), 2)
            return Dataset(found.name, np.array(found.train), np.array(found.val), found.tokenizer, found.notes)
        except UserError as error:
            assert "\n" not in str(error)
            return str(error)


TEXTS = st.one_of(
    st.text("ACGT", min_size=5, max_size=60),
    st.text("\n abcdef!", min_size=5, max_size=60),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=5),
    st.lists(st.sampled_from(["to", "be", "or", "not", "3.14", "a", "."]), min_size=3).map(" ".join),
)


@given(TEXTS, st.sampled_from(TYPES), st.booleans())
def test_every_type_is_read_rightly_or_refused_or_what_was_assumed_is_said(text, dtype, words):
    """The vocabulary is that of the text: each of its entries is used, as always where one is made of a text."""
    tokenizer = build_word_tokenizer(text) if words else Tokenizer("char", tuple(sorted(set(text))))
    ids = tokenizer.encode(text) * 3
    found = loaded(tokenizer.words, ids, dtype, tokenizer=tokenizer.kind)
    if isinstance(found, str):
        assert "train.bin" in found
    elif not found.notes and any(ids):  # of nothing but zeros, any reading is right, though perhaps not as many
        assert found.train.tolist() == found.val.tolist() == ids
    elif found.notes:
        assert SAVE in found.notes[0]
    if dtype in ("<u2", "<i2") and any(ids[::2]) and any(ids[1::2]):
        assert isinstance(found, Dataset), found
        assert found.train.tolist() == ids


@given(TEXTS, st.sampled_from(TYPES), st.booleans())
def test_a_type_that_is_named_is_read(text, dtype, words):
    tokenizer = build_word_tokenizer(text) if words else Tokenizer("char", tuple(sorted(set(text))))
    ids = tokenizer.encode(text) * 3
    found = loaded(tokenizer.words, ids, dtype, tokenizer=tokenizer.kind, dtype=dtype)
    assert isinstance(found, Dataset)
    assert (found.train.tolist(), found.notes) == (ids, ())


@pytest.mark.parametrize("dtype", ["<i4", "<i8", "<u4", "<u8"])
@pytest.mark.parametrize(("words", "ids"), [(DNA, GENE), (DEMO.words, PHRASE), (("[PAD]", "a", "b"), [1, 2, 2] * 9)])
def test_wide_numbers_are_known_by_their_zeros(words, ids, dtype):
    said = loaded(words, ids, dtype, tokenizer="word")
    assert isinstance(said, str), said
    assert "train.bin: as 16-bit numbers, every second token is 0, as in a file of 32- or 64-bit numbers" in said
    assert SAVE in said


@pytest.mark.parametrize(
    ("dtype", "said"), [(">u2", "big-endian"), (">i4", "big-endian"), (">u8", "big-endian"), ("u1", "8-bit")]
)
def test_other_types_are_named(dtype, said):
    found = loaded(DNA, GENE, dtype)
    assert isinstance(found, str), found
    assert f"read as {said} numbers" in found
    assert SAVE in found


def test_an_odd_number_of_small_numbers():
    found = loaded(DNA, GENE[:-1], "u1")
    assert isinstance(found, str), found
    assert "read as 8-bit numbers all are tokens" in found


def test_every_second_token_may_be_the_space(tmp_path):
    """In the demo it is, and its meta.pkl says of which type it is; without that, it is said what was assumed."""
    prepare_built_in("tiny_demo_words", tmp_path)
    assert load_dataset(tmp_path, 8).notes == ()
    assert pickle.loads((tmp_path / "meta.pkl").read_bytes())["dtype"] == "uint16"
    found = loaded(DEMO.words, PHRASE, "<u2", tokenizer="word")
    assert isinstance(found, Dataset), found
    assert found.train.tolist() == PHRASE
    assert "every second token is 0 (' '), which was taken as it is; if they are 32-bit numbers" in found.notes[0]
    found = loaded(DEMO.words, PHRASE, "u1", tokenizer="word")
    assert isinstance(found, Dataset), found
    assert "no token is 0 (' '); if they are 8-bit numbers" in found.notes[0]


def test_prepared_tokens_are_what_they_are_said_to_be(tmp_path):
    """Letters alternating with token 0, which is no space."""
    tokens = np.array([1, 0] * 20)
    save_dataset(tmp_path, tokens, tokens, Tokenizer("char", ("a", "b")))
    assert load_dataset(tmp_path, 8).train.tolist() == tokens.tolist()


@pytest.mark.parametrize(
    ("dtype", "said"),
    [("float32", "tokens are whole numbers"), ("tokens", "NumPy does not know"), ("O", "whole"), ("u2,u4", "whole")],
)
def test_a_type_that_is_none(dtype, said):
    found = loaded(DNA, GENE, "<u2", dtype=dtype)
    assert isinstance(found, str), found
    assert f"dtype is {dtype!r}" in found
    assert "meta.pkl" in found
    assert said in found


def test_a_type_that_does_not_fit():
    assert "has 140 bytes, but a token takes 8" in str(loaded(DNA, GENE, "<u2", dtype="int64"))
    assert "token -1 at position 0 is outside" in str(loaded(DNA, [-1, *GENE], "<i2", dtype="int16"))
