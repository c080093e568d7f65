"""A clone without Git LFS holds pointers in place of large files: every door says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained
from tests.support.byte_pairs import small_tokenizer
from tests.support.commands import TINY, Command, refused

POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 123456789\n"
SAID = ("is a pointer of Git LFS, not the file of 123,456,789 bytes that it stands for", "`git lfs pull`")
TRAIN = ("train", *TINY, "--max_iters", 1, "--engine", "numpy", "--out_dir", "new")
CONVERT = ("convert", "hf", "new")
DOORS: dict[str, tuple[object, ...]] = {
    "ckpt.pt": ("generate", "--init_from", "ckpt.pt"),
    "mine/ckpt.pt": ("trace", "--checkpoint", "mine", "--prompt", "1"),
    "meta.pkl": ("generate", "--tokenizer", "meta.pkl", "--prompt", "hello"),
    "hf/config.json": CONVERT,
    "hf/model.safetensors": CONVERT,
    "hf/tokenizer.json": CONVERT,
    "hf/tokenizer_config.json": CONVERT,
    "words/vocab.json": ("generate", "--tokenizer", "words"),
    "words/merges.txt": ("generate", "--tokenizer", "words"),
    "words/tokenizer.json": ("generate", "--tokenizer", "words/tokenizer.json"),
    "data/tiny_demo_words/train.bin": TRAIN,
    "data/tiny_demo_words/val.bin": TRAIN,
    "data/tiny_demo_words/meta.pkl": TRAIN,
    "out/checkpoint.json": ("generate",),
    "story.txt": ("prepare", "text", "story.txt"),
    "large.txt": ("prepare", "text", "large.txt", "--tokenizer", "bytes.json"),
}


@pytest.mark.parametrize("name", DOORS)
def test_a_pointer_is_called_one(command: Command, trained: Path, name: str) -> None:
    assert command("convert", "out", "hf").code == 0
    (trained / "words").mkdir()
    for one in ("vocab.json", "merges.txt"):
        (trained / "words" / one).write_text("{}")
    (trained / "bytes.json").write_bytes(tokenizer_bytes(small_tokenizer()))
    (trained / name).parent.mkdir(exist_ok=True)
    (trained / name).write_text(POINTER)
    refused(command(*DOORS[name]), name, *SAID)
    assert not (trained / "new").exists()


def test_pointers_among_parts(trained: Path, command: Command) -> None:
    command("convert", "out", "hf")
    (trained / "hf" / "model.safetensors").unlink()
    index, part = trained / "hf" / "model.safetensors.index.json", trained / "hf" / "model-1.safetensors"
    index.write_text('{"weight_map": {"transformer.wte.weight": "model-1.safetensors"}}')
    part.write_text(POINTER)
    refused(command(*CONVERT), "model-1.safetensors", *SAID)
    index.write_text(POINTER)
    refused(command(*CONVERT), "index.json", *SAID)
    weights = next((trained / "out").glob("weights-*"))
    weights.write_text(POINTER)
    refused(command("generate"), weights.name, *SAID)


@pytest.mark.parametrize("content", [POINTER.replace("size 123456789\n", ""), POINTER.replace("\n", "\r\n")])
def test_a_pointer_without_a_size(tmp_path: Path, content: str) -> None:
    (tmp_path / "x").write_bytes(content.encode())
    said = r"x is a pointer of Git LFS, not the file that it stands for"
    with pytest.raises(UserError, match=said), explained("read", tmp_path / "x"):
        pass


@pytest.mark.parametrize("content", ["", POINTER[1:], POINTER.ljust(1024)])
def test_what_is_no_pointer(tmp_path: Path, content: str) -> None:
    (tmp_path / "x").write_text(content)
    with explained("read", tmp_path / "x"):
        assert (tmp_path / "x").read_text() == content
    (tmp_path / "y").write_text(POINTER)
    with explained("write", tmp_path / "y"):
        pass
