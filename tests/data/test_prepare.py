"""The data sets that the description names, fact for fact, and texts of one's own."""

import os
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.data import prepare
from gpt_by_hand.data.datasets import load_dataset
from gpt_by_hand.data.download import SHAKESPEARE_SHA256, fingerprint
from gpt_by_hand.errors import UserError

VOCABULARY = (
    *(" ", "a", "amazing", "are", "artificial", "be", "by", "fun", "gpt", "hand", "hello", "i", "intelligence", "is"),
    *("learn", "learning", "love", "machine", "models", "networks", "neural", "not", "once", "or", "patterns"),
    *("project", "rocks", "time", "to", "transformers", "upon", "world"),
)
SENTENCES = "Who is there? Nobody, as it seems; only the wind!\n" * 20


def sizes(prepared):
    return prepared.characters, prepared.train_tokens, prepared.val_tokens, prepared.vocab_size


def test_words(tmp_path):
    prepared = prepare.prepare_built_in("tiny_demo_words", tmp_path / "tiny_demo_words")
    dataset = load_dataset(tmp_path / "tiny_demo_words", seq_length=8)
    assert prepared.name == "tiny_demo_words"
    assert sizes(prepared) == (4752, 1356, 340, 32)
    assert (len(dataset.train), len(dataset.val)) == (1356, 340)
    assert dataset.tokenizer.words == VOCABULARY
    start = "to be or not to be hello world artificial intelligence rocks machine learning is fun "
    assert dataset.tokenizer.decode(dataset.train).startswith(start)


def test_characters(tmp_path):
    assert sizes(prepare.prepare_built_in("tiny_demo", tmp_path)) == (8150, 6520, 1630, 32)
    dataset = load_dataset(tmp_path, seq_length=8)
    text = dataset.tokenizer.decode([*dataset.train, *dataset.val])
    assert text.startswith(
        "hello world the quick brown fox to be or not to be once upon a time machine learning is fun "
    )
    assert text == text[:163] * 50
    assert dataset.tokenizer.words[24:26] == ("<PAD24>", "<PAD25>")
    assert dataset.train.max() < 24


def test_pencil_is_four_sentences_of_four_words_and_no_space(tmp_path):
    assert sizes(prepare.prepare_built_in("pencil", tmp_path))[1:] == (320, 80, 8)
    dataset = load_dataset(tmp_path, seq_length=4)
    sentences = {dataset.tokenizer.decode(row) for row in dataset.train.reshape(-1, 4)}
    assert sentences == {"i see a cat", "i hear a dog", "you see the cat", "you hear the dog"}
    assert dataset.tokenizer.words == ("a", "cat", "dog", "hear", "i", "see", "the", "you")


def test_preparing_twice_gives_the_same_bytes(tmp_path):
    for built_in in prepare.BUILT_IN:
        prepare.prepare_built_in(built_in, tmp_path / "one")
        prepare.prepare_built_in(built_in, tmp_path / "two")
        for name in ("train.bin", "val.bin", "meta.pkl"):
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("kind", ["word", "char"])
def test_a_text_of_ones_own(tmp_path, kind):
    (tmp_path / "text.txt").write_bytes(b"\xef\xbb\xbf" + SENTENCES.replace("\n", "\r\n").encode())
    prepared = prepare.prepare_text(tmp_path / "text.txt", tmp_path / "own", kind)
    dataset = load_dataset(tmp_path / "own", seq_length=8)
    text = dataset.tokenizer.decode(np.concatenate([dataset.train, dataset.val]))
    assert text == (SENTENCES if kind == "char" else SENTENCES.lower())
    assert prepared.characters == len(SENTENCES)
    assert abs(prepared.train_tokens - 9 * prepared.val_tokens) <= 9
    assert prepared.note == ""


def test_a_small_vocabulary_writes_unk_for_the_rest(tmp_path):
    (tmp_path / "text.txt").write_text(SENTENCES)
    prepared = prepare.prepare_text(tmp_path / "text.txt", tmp_path / "own", "word", vocab_size=4)
    dataset = load_dataset(tmp_path / "own", seq_length=8)
    assert prepared.vocab_size == 4
    assert dataset.tokenizer.words[3] == "<UNK>"
    assert (dataset.train == 3).any()


def test_a_large_vocabulary_is_pointed_out(tmp_path):
    (tmp_path / "text.txt").write_text(" ".join(f"w{i}" for i in range(6000)))
    prepared = prepare.prepare_text(tmp_path / "text.txt", tmp_path / "own", "word")
    assert "large: 6,001 entries" in prepared.note


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n\n"])
def test_lines_that_are_single_words_may_be_meant_as_characters(tmp_path, end):
    names, path = end.join(f"name{n}" for n in range(6000)), tmp_path / "names.txt"
    path.write_text(names)
    assert "with --tokenizer char each character is a token" in prepare.prepare_text(path, tmp_path / "n", "word").note
    assert prepare.prepare_text(path, tmp_path / "c", "char").note == ""
    for unusable in ("GATTACA" * 100, end.join(f"name{n}" for n in range(70_000))):
        path.write_text(unusable)
        with pytest.raises(UserError, match=r"with --tokenizer char each character is a token$"):
            prepare.prepare_text(path, tmp_path / "x", "word")
    path.write_text(end.join(["two words"] * 100))
    assert prepare.prepare_text(path, tmp_path / "w", "word").note == ""


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (None, {}, "cannot read"),
        (b"", {}, "text.txt is empty"),
        (b" \n\n", {}, "text.txt is empty"),
        (b"caf\xe9" * 100, {}, "not UTF-8 text: byte 3 is 0xe9"),
        (b"too short", {}, "too short: its 9 tokens make 8 for training and 1 for validation"),
        (b"long enough " * 50, {"vocab_size": 65_537}, "vocabulary of 65537 entries"),
        (b"long enough " * 50, {"kind": "bytes"}, "kind is 'bytes'"),
        (" ".join(map(str, range(70_000))).encode(), {"kind": "word"}, "vocabulary of 70001 entries"),
    ],
)
def test_an_unusable_text_is_refused_and_nothing_overwritten(tmp_path, content, options, message):
    folder = tmp_path / "own"
    prepare.prepare_built_in("tiny_demo_words", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    if content is not None:
        (tmp_path / "text.txt").write_bytes(content)
    with pytest.raises(UserError) as caught:
        prepare.prepare_text(tmp_path / "text.txt", folder, **{"kind": "char", **options})
    assert message in str(caught.value)
    assert "text.txt" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot write"):
        prepare.prepare_built_in("tiny_demo_words", tmp_path / "file" / "own")


def test_shakespeare_from_a_file_of_ones_own_is_used_with_a_note(tmp_path):
    (tmp_path / "mine.txt").write_text("".join(map(chr, range(32, 100))) * 20 + "abc " * 50)
    notes = []
    few, every = prepare.prepare_shakespeare(tmp_path / "few", tmp_path / "every", tmp_path / "mine.txt", notes.append)
    assert (few.vocab_size, every.vocab_size) == (32, 68)
    assert len(notes) == 1
    assert "SHA-256 differs" in notes[0]
    assert not (tmp_path / "tinyshakespeare.txt").exists()


def test_shakespeare_is_downloaded_once(tmp_path, monkeypatch):
    text = SENTENCES.encode()
    calls = []
    monkeypatch.setattr(prepare, "SHAKESPEARE_SHA256", fingerprint(text))
    monkeypatch.setattr(prepare, "download", lambda: calls.append(1) or text)
    for _ in range(2):
        prepare.prepare_shakespeare(tmp_path / "few", tmp_path / "every", echo=pytest.fail)
    assert len(calls) == 1
    (tmp_path / "tinyshakespeare.txt").write_bytes(text[:-1])  # a text that is not whole is fetched again
    prepare.prepare_shakespeare(tmp_path / "few", tmp_path / "every", echo=pytest.fail)
    assert len(calls) == 2


def test_without_a_network_nothing_is_written(tmp_path, monkeypatch):
    def no_network():
        raise UserError("no network")

    monkeypatch.setattr(prepare, "download", no_network)
    with pytest.raises(UserError, match="no network"):
        prepare.prepare_shakespeare(tmp_path / "few", tmp_path / "every")
    assert list(tmp_path.iterdir()) == []


def test_the_real_shakespeare(tmp_path):
    given = os.environ.get("GPT_BY_HAND_SHAKESPEARE")
    if not given:
        pytest.skip(
            "set GPT_BY_HAND_SHAKESPEARE to a copy of tiny Shakespeare (input.txt, 1,115,394 bytes) to run this"
        )
    assert fingerprint(Path(given).read_bytes()) == SHAKESPEARE_SHA256
    few, every = prepare.prepare_shakespeare(tmp_path / "few", tmp_path / "every", Path(given), pytest.fail)
    assert sizes(few) == (1_115_394, 1_003_854, 111_540, 32)
    assert sizes(every) == (1_115_394, 1_003_854, 111_540, 65)
    assert load_dataset(tmp_path / "few", 8).tokenizer.words[-1] == "<UNK>"
