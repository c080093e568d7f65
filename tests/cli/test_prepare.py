"""`gpt-by-hand prepare`, the scripts in data/, and what can be done with the result."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gpt_by_hand.training import checkpoint
from tests.support.commands import ROOT, Command, process, refused, snapshot

TEXT = "The cat sat. The dog ran! A cat ran, a dog sat; who knows why? " * 12


def test_demo_makes_both_tiny_data_sets(command: Command, tmp_path: Path) -> None:
    out = command("prepare").out
    words = "data/tiny_demo_words: 4,752 characters, vocabulary 32, 1,356 tokens to train on, 340 to validate\n"
    assert words in out
    assert out.count("vocabulary 32") == 2
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["tiny_demo", "tiny_demo_words"]


@pytest.mark.parametrize(
    ("what", "made"), [("words", ["tiny_demo_words"]), ("chars", ["tiny_demo"]), ("pencil", ["pencil"])]
)
def test_one_at_a_time(command: Command, tmp_path: Path, what: str, made: list[str]) -> None:
    assert command("prepare", what, "--data-dir", "d").code == 0
    assert sorted(path.name for path in (tmp_path / "d").iterdir()) == made


def test_same_bytes_each_time(command: Command, tmp_path: Path) -> None:
    command("prepare")
    before = snapshot(tmp_path)
    command("prepare")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(
    ("script", "made"),
    [
        ("prepare_tiny_demo.py", ["tiny_demo", "tiny_demo_words"]),
        ("prepare_tiny_demo_words.py", ["tiny_demo_words"]),
        ("prepare_shakespeare.py", ["shakespeare", "shakespeare_char"]),
    ],
)
def test_scripts_put_data_beside_them(tmp_path: Path, script: str, made: list[str]) -> None:
    """`cd data; python prepare_tiny_demo.py`, tried in a copy of data/."""
    (tmp_path / "data").mkdir()
    (tmp_path / "text.txt").write_text(TEXT)
    shutil.copy(ROOT / "data" / script, tmp_path / "data")
    more = ["--input", str(tmp_path / "text.txt")] if "shakespeare" in script else []
    result = process(*more, script=str(tmp_path / "data" / script), cwd=tmp_path / "data")
    assert (result.code, result.err) == (0, "")
    assert sorted(path.name for path in (tmp_path / "data").iterdir() if path.is_dir()) == made
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "text.txt"]


@pytest.mark.parametrize(
    ("kind", "size", "prompt"),
    [("word", None, "the cat"), ("word", 9, "cat"), ("char", None, "The d"), ("char", 12, "a")],
)
def test_text_of_ones_own(command: Command, tmp_path: Path, kind: str, size: int | None, prompt: str) -> None:
    (tmp_path / "my story.txt").write_text(TEXT)
    limit = ["--vocab_size", size] if size else []
    out = command("prepare", "text", "my story.txt", "--tokenizer", kind, *limit, "--name", "story").out
    assert "gpt-by-hand train --dataset story\n" in out
    assert size is None or f"vocabulary {size}, " in out
    assert command("train", "--dataset", "story", "--max_iters", 2).code == 0
    saved = checkpoint.load(tmp_path / "out")
    assert saved.tokenizer.kind == kind
    assert size is None or saved.model.vocab_size == size
    assert command("generate", "--prompt", prompt, "--max_tokens", 5).code == 0
    assert command("generate", "--max_tokens", 5).code == 0


def test_name_of_a_text(command: Command, tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text(TEXT)
    assert "train --dataset poem\n" in command("prepare", "text", "poem.txt").out
    assert (tmp_path / "data/poem/train.bin").exists()


def test_note_on_large_vocabularies(command: Command, tmp_path: Path) -> None:
    (tmp_path / "many.txt").write_text(" ".join(f"w{i}" for i in range(6000)))
    assert "note: the vocabulary is large: 6,001 entries" in command("prepare", "text", "many.txt").out


def test_an_old_data_set_stays_when_the_new_one_cannot_be_made(command: Command, tmp_path: Path) -> None:
    (tmp_path / "poem.txt").write_text(TEXT)
    command("prepare", "text", "poem.txt")
    (tmp_path / "poem.txt").write_bytes(b"\xff\xfe")
    before = snapshot(tmp_path)
    assert command("prepare", "text", "poem.txt").code == 2
    assert snapshot(tmp_path) == before


def test_a_large_text_is_announced(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "story.txt").write_text("the cat sat on the mat . " * 40)
    assert command("prepare", "text", "story.txt").err == ""
    monkeypatch.setattr("gpt_by_hand.cli.prepare.LARGE", 100)
    assert command("prepare", "text", "story.txt").err == "making tokens of story.txt (1,000 bytes)\n"


def test_a_file_without_text_in_front(command: Command, tmp_path: Path) -> None:
    (tmp_path / "my story.txt").write_text("once upon a time " * 100)
    refused(command("prepare", "my story.txt"), "is a file", "gpt-by-hand prepare text 'my story.txt'")
