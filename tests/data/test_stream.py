"""Texts of any size as GPT-2's tokens: those of the whole text, however it is cut and by however many threads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.data import stream
from gpt_by_hand.data.byte_pairs import BytePairTokenizer
from gpt_by_hand.data.datasets import load_dataset
from gpt_by_hand.data.stream import chunks, next_cut, prepare_stream
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.errors import UserError
from tests.support.byte_pairs import TEXT, small_tokenizer
from tests.support.commands import environment, snapshot

SMALL = small_tokenizer()
PARTS = st.sampled_from(
    ["the", "'s", "'", " ", "  ", "\n", "\r\n", "\r", "\r\r\n", "\t", "12", "東京", "\u3000", "\xa0", "😀", "!", "é"]
)
TEXTS = st.one_of(st.lists(PARTS).map("".join), st.text(st.characters(exclude_categories=["Cs"])))


@given(TEXTS, st.integers(1, 40))
def test_tokens_of_chunks_are_those_of_the_text(text: str, size: int) -> None:
    content = text.encode()
    found = list(chunks(content, 0, len(content), size))
    whole = text.removeprefix("\ufeff").replace("\r\n", "\n")
    assert "".join(found) == whole
    assert [token for chunk in found for token in SMALL.encode(chunk)] == SMALL.encode(whole)


@given(TEXTS, st.floats(0, 1))
def test_tokens_of_two_parts_are_those_of_the_text(text: str, share: float) -> None:
    content = text.encode()
    cut = next_cut(content, int(share * len(content)), len(content))
    assert int(share * len(content)) <= cut <= len(content)
    first, second = content[:cut].decode(), content[cut:].decode()
    assert SMALL.encode(first) + SMALL.encode(second) == SMALL.encode(first + second)
    lines = [part.replace("\r\n", "\n") for part in (first, second, first + second)]
    assert SMALL.encode(lines[0]) + SMALL.encode(lines[1]) == SMALL.encode(lines[2])


def test_a_cut_is_found_far_away() -> None:
    content = b"x" * 200_000 + b" y"
    assert next_cut(content, 5, len(content)) == 200_000
    assert next_cut(b"x" * 200_000, 5, 200_000) == 200_000


def test_chunks_are_about_as_long_as_wanted() -> None:
    content = (TEXT * 50).encode()
    found = [len(chunk.encode()) for chunk in chunks(content, 0, len(content), 1000)]
    assert max(found) < 1200
    assert len(found) > len(content) / 1200


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(TEXT * 40, encoding="utf-8")
    return path


def test_a_data_set(text: Path, tmp_path: Path) -> None:
    made = prepare_stream(text, tmp_path / "story", SMALL)
    data = load_dataset(tmp_path / "story", 16)
    assert data.tokenizer == SMALL
    assert [*data.train, *data.val] == SMALL.encode(TEXT * 40)
    assert (made.train_tokens, made.val_tokens) == (len(data.train), len(data.val))
    assert made.characters == len(TEXT) * 40
    assert 0.88 < len(data.train) / (len(data.train) + len(data.val)) < 0.92
    assert sorted(path.name for path in (tmp_path / "story").iterdir()) == ["tokenizer.json", "train.bin", "val.bin"]
    assert len({path.stat().st_mode for path in (tmp_path / "story").iterdir()}) == 1


def test_one_word_on_each_line_of_windows(tmp_path: Path) -> None:
    """No space, and before each line feed a carriage return: there are places to cut, all the same."""
    words = "\n".join(TEXT.split()) + "\n"
    (tmp_path / "x.txt").write_bytes(words.replace("\n", "\r\n").encode())
    prepare_stream(tmp_path / "x.txt", tmp_path / "x", SMALL)
    data = load_dataset(tmp_path / "x", 8)
    assert [*data.train, *data.val] == SMALL.encode(words)


def test_any_number_of_processes_makes_the_same(text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "chunks", lambda content, start, end: chunks(content, start, end, 1000))
    for processes in (1, 2, 3):
        prepare_stream(text, tmp_path / str(processes), SMALL, processes=processes)
    for name in ("train.bin", "val.bin"):
        one, two, three = ((tmp_path / str(n) / name).read_bytes() for n in (1, 2, 3))
        assert one == two == three
    found = np.concatenate([np.fromfile(tmp_path / "1" / name, "<u2") for name in ("train.bin", "val.bin")])
    assert found.tolist() == SMALL.encode(TEXT * 40)


def test_few_chunks_are_read_ahead(text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However large the file is, so many texts are in memory."""
    asked = []
    encode_all = BytePairTokenizer.encode_all
    monkeypatch.setattr(stream, "chunks", lambda content, start, end: chunks(content, start, end, 100))
    monkeypatch.setattr(
        BytePairTokenizer, "encode_all", lambda self, texts: asked.append(texts) or encode_all(self, texts)
    )
    prepare_stream(text, tmp_path / "story", SMALL)
    assert len(asked) > 8
    assert max(map(len, asked)) == stream.TOGETHER
    assert max(len(part.encode()) for texts in asked for part in texts) < 300


INTERRUPTED = """
import os, signal, sys, threading
from pathlib import Path
from gpt_by_hand.cli import main
from gpt_by_hand.data import stream
read = stream.chunks

def chunks(*arguments):
    for n, text in enumerate(read(*arguments)):
        if n == 3:
            os.kill(os.getpid(), signal.SIGINT)
        yield text

stream.chunks = chunks
stream.TOGETHER = 2
sys.exit(main(["prepare", "text", "long.txt", "--tokenizer", "tokenizer.json", *sys.argv[1:]]))
"""


@pytest.mark.parametrize("processes", ["1", "2"])
def test_an_interrupt_ends_it_and_leaves_nothing(tmp_path: Path, processes: str) -> None:
    (tmp_path / "long.txt").write_text(TEXT * 1000, encoding="utf-8")
    (tmp_path / "tokenizer.json").write_bytes(tokenizer_bytes(SMALL))
    ran = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, "--processes", processes],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 130, ran
    assert "Traceback" not in ran.stderr
    assert not list((tmp_path / "data").glob("*"))


def test_the_librarys_settings_are_put_back(text: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKENIZERS_PARALLELISM", "true")
    monkeypatch.delenv("RAYON_NUM_THREADS", raising=False)
    seen = []
    encode_all = BytePairTokenizer.encode_all

    def look(self: BytePairTokenizer, texts: list[str]) -> list[list[int]]:
        seen.append((os.environ["TOKENIZERS_PARALLELISM"], os.environ["RAYON_NUM_THREADS"]))
        return encode_all(self, texts)

    monkeypatch.setattr(BytePairTokenizer, "encode_all", look)
    for processes in (1, 2):
        prepare_stream(text, tmp_path / str(processes), SMALL, processes=processes)
    assert sorted(set(seen)) == [("false", "1"), ("true", "2")]
    assert os.environ["TOKENIZERS_PARALLELISM"] == "true"
    assert "RAYON_NUM_THREADS" not in os.environ


def test_prepared_twice_is_prepared_once(text: Path, tmp_path: Path) -> None:
    prepare_stream(text, tmp_path / "story", SMALL)
    before = {path: path.read_bytes() for path in (tmp_path / "story").iterdir()}
    prepare_stream(text, tmp_path / "story", SMALL)
    text.write_text(TEXT * 41, encoding="utf-8")
    with pytest.raises(UserError, match="holds another data set"):
        prepare_stream(text, tmp_path / "story", SMALL)
    with pytest.raises(UserError, match="holds another data set"):
        prepare_stream(text, tmp_path / "story", small_tokenizer(80))
    assert {path: path.read_bytes() for path in (tmp_path / "story").iterdir()} == before


def test_the_same_vocabulary_in_another_file(text: Path, tmp_path: Path) -> None:
    """As GPT-2's own tokenizer.json, or what another version of the library has written."""
    prepare_stream(text, tmp_path / "story", SMALL)
    before, words = snapshot(tmp_path / "story"), tmp_path / "story" / "tokenizer.json"
    words.write_text(json.dumps(json.loads(words.read_text(encoding="utf-8"))))
    assert snapshot(tmp_path / "story") != before
    prepare_stream(text, tmp_path / "story", SMALL)
    assert snapshot(tmp_path / "story") == before


@pytest.mark.parametrize("there", [["train.bin"], ["train.bin", "val.bin"], ["tokenizer.json"]])
def test_what_a_kill_has_left_is_completed(text: Path, tmp_path: Path, there: list[str]) -> None:
    prepare_stream(text, tmp_path / "story", SMALL)
    (tmp_path / "story/notes.txt").write_text("mine")
    before = snapshot(tmp_path / "story")
    for path in (tmp_path / "story").glob("*.*n"):
        if path.name not in there:
            path.unlink()
    prepare_stream(text, tmp_path / "story", SMALL)
    assert snapshot(tmp_path / "story") == before


@pytest.mark.parametrize("name", ["train.bin", "tokenizer.json", "meta.pkl"])
def test_a_file_of_somebody_elses_is_not_overwritten(text: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "story").mkdir()
    (tmp_path / "story" / name).write_text("mine")
    with pytest.raises(UserError, match="holds another data set"):
        prepare_stream(text, tmp_path / "story", SMALL)
    assert snapshot(tmp_path / "story") == {name: b"mine"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "too short"),
        (b"hello world", "too short"),
        ("東京".encode() * 100, "no space or line's end"),
        (TEXT.encode() + b"\xff more", f"byte {len(TEXT.encode())} is 0xff"),
        (TEXT.encode("utf-16"), "is not UTF-8"),
        (TEXT.encode() + "東".encode()[:2], "is not UTF-8"),
    ],
)
@pytest.mark.parametrize("processes", [1, 2])
def test_bad_text(tmp_path: Path, content: bytes, said: str, processes: int) -> None:
    (tmp_path / "x.txt").write_bytes(content)
    with pytest.raises(UserError, match=said) as caught:
        prepare_stream(tmp_path / "x.txt", tmp_path / "x", SMALL, processes=processes)
    assert "x.txt" in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["x.txt"]


@pytest.mark.parametrize(("options", "said"), [({"processes": -1}, "processes is -1")])
def test_bad_options(text: Path, tmp_path: Path, options: dict[str, float], said: str) -> None:
    with pytest.raises(UserError, match=said):
        prepare_stream(text, tmp_path / "x", SMALL, **options)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"cannot read .*no\.txt"):
        prepare_stream(tmp_path / "no.txt", tmp_path / "x", SMALL)


def test_a_byte_order_mark_and_line_ends(tmp_path: Path) -> None:
    lines = TEXT * 3
    (tmp_path / "x.txt").write_bytes(b"\xef\xbb\xbf" + lines.replace("\n", "\r\n").encode())
    prepare_stream(tmp_path / "x.txt", tmp_path / "x", SMALL)
    data = load_dataset(tmp_path / "x", 8)
    assert SMALL.decode([*data.train, *data.val]) == lines
