"""Words for a model that brings none: given by name, or found where nanoGPT's sample.py finds them."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand import GPT
from gpt_by_hand.interop.places import open_model
from tests.interop.test_nanogpt import META, saved
from tests.support.commands import Command, refused

PROMPT = ("--prompt", "bad", "--engine", "numpy")
BAD = ("--prompt", "bad")


def put(path: Path, meta: Any = META) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(meta))
    return path


def characters(text: str) -> dict[str, Any]:
    return {"vocab_size": len(text), "itos": dict(enumerate(text)), "stoi": {c: n for n, c in enumerate(text)}}


@pytest.fixture
def here(command: Command, tmp_path: Path) -> Path:
    """In runs/out-x a checkpoint of nanoGPT's without its words."""
    (tmp_path / "runs" / "out-x").mkdir(parents=True)
    saved(tmp_path / "runs" / "out-x" / "ckpt.pt", config={"dataset": "x"})
    return tmp_path


CKPT = "runs/out-x/ckpt.pt"


@pytest.mark.parametrize("place", ["my/meta.pkl", "my"])
def test_words_are_given(command: Command, here: Path, place: str) -> None:
    put(here / "my" / "meta.pkl")
    written = command("generate", "--init_from", CKPT, "--tokenizer", place, *PROMPT)
    assert (written.code, written.err, written.out[:3]) == (0, "", "bad")
    traced = command("trace", "--init_from", CKPT, "--tokenizer", place, *BAD, "--only", "tokens")
    assert traced.code == 0
    assert " b " in traced.out.replace("\n", " ")
    explained = command("explain", "logits[0,2,1]", "--checkpoint", CKPT, "--tokenizer", place, *BAD)
    assert explained.code == 0
    assert "note" not in explained.err
    assert GPT.load(CKPT, tokenizer=place).tokenizer.words == tuple("abcdefghij\n")


def test_words_for_a_checkpoint_of_ours(command: Command, trained: Path) -> None:
    words = trained / "data" / "tiny_demo_words" / "meta.pkl"
    prompt = ("--prompt", "hello", "--engine", "numpy")
    assert command("generate", "--tokenizer", words, *prompt).out == command("generate", *prompt).out
    trace = ("trace", "--checkpoint", "out", "--prompt", "hello", "--only", "probs")
    assert command(*trace, "--tokenizer", words).out == command(*trace).out


def test_other_words_than_a_models_own(command: Command, trained: Path) -> None:
    written = command("generate", "--tokenizer", put(trained / "meta.pkl"), "--prompt", "bad", "--max_tokens", 1)
    assert "note: out has words of its own, which are not those of the tokenizer that is given\n" in written.err
    words = trained / "data" / "tiny_demo_words"
    written = command("generate", "--tokenizer", words, "--prompt", "hello", "--max_tokens", 1)
    assert "words of its own" not in written.err


def test_a_folder_without_words(command: Command, here: Path) -> None:
    refused(command("generate", "--init_from", CKPT, "--tokenizer", "runs"), "there is no tokenizer in 'runs': give")


@pytest.mark.parametrize(
    "arguments", [("trace", *BAD), ("trace", "--checkpoint", CKPT), ("explain", "loss"), ("explain", "loss", *BAD)]
)
def test_words_that_nobody_asks_for(command: Command, here: Path, arguments: tuple[object, ...]) -> None:
    said = "--tokenizer gives the words for a --prompt to a model that is read: give both"
    refused(command(*arguments, "--tokenizer", put(here / "meta.pkl")), said)


@pytest.mark.parametrize("arguments", [("generate", *BAD), ("trace", *BAD), ("explain", "logits[0,0,1]", *BAD)])
def test_words_of_another_model(command: Command, here: Path, arguments: tuple[object, ...]) -> None:
    words = put(here / "large.pkl", characters("abcdefghijklmn"))
    model = ("--init_from" if arguments[0] == "generate" else "--checkpoint", CKPT)
    refused(command(*arguments, *model, "--tokenizer", words), "14 entries", "the tokenizer of another model")


def test_no_such_words(command: Command, here: Path) -> None:
    refused(command("generate", "--init_from", CKPT, "--tokenizer", "gpt3"), "no tokenizer 'gpt3'", "a meta.pkl")


@pytest.mark.parametrize("place", ["data/x", "runs/data/x", "runs/out-x/data/x"])
def test_words_of_the_data_set(command: Command, here: Path, place: str) -> None:
    """nanoGPT looks below the folder that one is in; near the checkpoint is where it was trained."""
    put(here / place / "meta.pkl")
    written = command("generate", "--init_from", CKPT, *PROMPT)
    assert (written.code, written.out[:3]) == (0, "bad")
    assert written.err == f"note: the words are those of {place}/meta.pkl, the data set that {CKPT} was trained on\n"
    assert command("trace", "--checkpoint", CKPT, *BAD).code == 0
    assert command("convert", CKPT, "ours").code == 0
    assert open_model("ours").tokenizer.words == tuple("abcdefghij\n")


def test_words_near_a_checkpoint_that_one_stands_beside(command: Command, here: Path) -> None:
    put(here / "runs" / "data" / "x" / "meta.pkl")
    os.chdir(here / "runs" / "out-x")
    assert command("generate", "--init_from", "ckpt.pt", *PROMPT).out.startswith("bad")
    assert command("generate", "--init_from", ".", *PROMPT).out.startswith("bad")


def test_words_of_the_models_size_come_first(command: Command, here: Path) -> None:
    put(here / "data" / "x" / "meta.pkl", characters("hgfedcba"))
    put(here / "runs" / "data" / "x" / "meta.pkl")
    assert open_model(CKPT).tokenizer.words == tuple("abcdefghij\n")
    put(here / "runs" / "out-x" / "meta.pkl", characters("jihgfedcba\n"))  # beside it: that of this model
    assert open_model(CKPT).tokenizer.words == tuple("jihgfedcba\n")


def test_where_words_were_looked_for(command: Command, here: Path) -> None:
    (note,) = open_model(CKPT).notes
    assert note == (
        f"{CKPT} has no tokenizer (there is no meta.pkl beside it, and no data/x/meta.pkl): tokens are written as "
        "their numbers (--tokenizer gives the words: a meta.pkl, a tokenizer.json, a folder with one of them, or gpt2)"
    )
    put(here / "data" / "x" / "meta.pkl", characters("abcdefghijklmn"))
    (note,) = open_model(CKPT).notes
    assert "(data/x/meta.pkl has 14 entries, the model 11)" in note


@pytest.mark.parametrize("name", ["/etc", "../x", "", 3, None, "a\0b", "x\n", ["x"]])
def test_a_data_set_whose_name_is_none(command: Command, here: Path, name: object) -> None:
    put(here / "x" / "meta.pkl")
    saved(here / CKPT, config={"dataset": name})
    assert not open_model(CKPT).has_words
