"""Data sets on the disk: what is saved is loaded, and what is damaged is refused with its place."""

import pickle

import numpy as np
import pytest

from gpt_by_hand.data.datasets import load_dataset, save_dataset
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError

TOKENIZER = Tokenizer("word", (" ", "hello", "world"))
TRAIN = np.array([1, 0, 2, 0] * 5, dtype=np.uint16)
VAL = np.array([2, 0, 1, 0, 2, 0, 2, 0, 1], dtype=np.uint16)


@pytest.fixture
def folder(tmp_path):
    save_dataset(tmp_path / "mine", TRAIN, VAL, TOKENIZER)
    return tmp_path / "mine"


def refused(folder, seq_length=8, vocab_size=None):
    with pytest.raises(UserError) as caught:
        load_dataset(folder, seq_length, vocab_size)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_what_is_saved_is_loaded(folder):
    dataset = load_dataset(folder, seq_length=8)
    assert dataset.name == "mine"
    assert dataset.tokenizer == TOKENIZER
    np.testing.assert_array_equal(dataset.train, TRAIN)
    np.testing.assert_array_equal(dataset.val, VAL)
    assert dataset.train.dtype == np.uint16


def test_files_are_little_endian_uint16(folder):
    assert (folder / "train.bin").read_bytes()[:6] == b"\x01\x00\x00\x00\x02\x00"
    assert sorted(p.name for p in folder.iterdir()) == ["meta.pkl", "train.bin", "val.bin"]


def test_data_prepared_by_a_user_works_as_it_is(tmp_path):
    TRAIN.tofile(tmp_path / "train.bin")
    VAL.tofile(tmp_path / "val.bin")
    (tmp_path / "meta.pkl").write_bytes(pickle.dumps({"vocab_size": 3, "itos": ["x", "y", "z"]}))
    assert load_dataset(tmp_path, seq_length=4).tokenizer.kind == "char"


def test_the_shortest_data_that_is_enough(folder):
    assert len(load_dataset(folder, seq_length=len(VAL) - 1).val) == len(VAL)
    assert f"val.bin has 9 tokens, but a sequence of {len(VAL)} needs at least {len(VAL) + 1}" in refused(
        folder, len(VAL)
    )


@pytest.mark.parametrize(
    ("name", "command"),
    [("tiny_demo_words", "prepare words"), ("tiny_demo", "prepare demo"), ("shakespeare_char", "prepare shakespeare")],
)
def test_a_missing_folder_says_how_to_prepare_it(tmp_path, name, command):
    message = refused(tmp_path / name)
    assert f"{name} does not exist" in message
    assert f"`gpt-by-hand {command}`" in message


def test_a_missing_folder_of_ones_own_says_what_it_holds(tmp_path):
    assert "train.bin, val.bin and meta.pkl" in refused(tmp_path / "novel")


@pytest.mark.parametrize("name", ["train.bin", "val.bin", "meta.pkl"])
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    assert f"{name} does not exist" in refused(folder)


@pytest.mark.parametrize("name", ["train.bin", "val.bin"])
def test_damaged_tokens_are_refused_by_the_name_of_the_file(folder, name):
    path = folder / name
    content = path.read_bytes()
    path.write_bytes(b"")
    assert f"{name} is empty" in refused(folder)
    path.write_bytes(content[:-1])
    assert f"{name} has {len(content) - 1} bytes, an odd number" in refused(folder)
    assert "half-written?" in refused(folder)
    path.unlink()
    path.mkdir()
    assert name in refused(folder)


def test_a_token_outside_the_vocabulary_is_refused_with_its_place(folder):
    tokens = VAL.copy()
    tokens[5] = 3
    tokens[7] = 9
    tokens.tofile(folder / "val.bin")
    assert "val.bin: token 3 at position 5 is outside the vocabulary of 3 tokens (0 to 2)" in refused(folder)


def test_a_model_with_a_smaller_vocabulary_is_refused(folder):
    assert "token 2 at position 2 is outside the vocabulary of 2" in refused(folder, vocab_size=2)
    assert load_dataset(folder, 8, vocab_size=64).tokenizer == TOKENIZER


def test_a_damaged_vocabulary_is_refused(folder):
    (folder / "meta.pkl").write_bytes(b"nonsense")
    assert "meta.pkl: not a readable pickle" in refused(folder)


def test_a_missing_vocabulary_may_be_a_tokenizer_json(folder):
    (folder / "meta.pkl").unlink()
    assert "the tokenizer.json of GPT-2 in its place is enough" in refused(folder)
    (folder / "tokenizer.json").write_bytes(tokenizer_bytes(TOKENIZER))
    assert load_dataset(folder, 8).tokenizer == TOKENIZER


def test_a_data_set_of_an_earlier_version_is_the_same(folder):
    """Its meta.pkl does not name the type of the tokens."""
    meta = pickle.loads((folder / "meta.pkl").read_bytes())
    assert meta.pop("dtype") == "uint16"
    (folder / "meta.pkl").write_bytes(pickle.dumps(meta))
    save_dataset(folder, TRAIN, VAL, TOKENIZER, replace=False)
    for other in ((TRAIN, VAL, Tokenizer("char", TOKENIZER.words)), (VAL, VAL, TOKENIZER)):
        with pytest.raises(UserError, match="holds another data set already"):
            save_dataset(folder, *other, replace=False)
    assert (load_dataset(folder, 8).train == TRAIN).all()
