"""Where models come from and go to: what is found there, and what is never overwritten."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand import GPT
from gpt_by_hand.advice import install
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.data.tokenizers import number_tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.interop import hub, places
from gpt_by_hand.interop.places import open_model, read_words
from gpt_by_hand.training import checkpoint
from tests.support.byte_pairs import small_tokenizer
from tests.support.commands import TINY, Command, refused, snapshot

QUICK = (*TINY, "--max_iters", 2, "--engine", "numpy")


@pytest.fixture
def hf(trained: Path, command: Command) -> Path:
    """A folder with the trained model in out, and in hf as Hugging Face's."""
    assert command("convert", "out", "hf").code == 0
    return trained


def test_there_and_back(hf: Path, command: Command) -> None:
    said = command("convert", "hf", "back", "--drop_zero_bias")
    assert said.err == ""
    assert said.out == "back: a checkpoint, 1,112 parameters\n"
    prompt = ("--prompt", "hello", "--engine", "numpy")
    assert command("generate", "--out_dir", "back", *prompt).out == command("generate", *prompt).out


def test_files_can_be_read_by_others(hf: Path) -> None:
    modes = {path.stat().st_mode & 0o777 for path in (hf / "hf").iterdir()}
    assert len(modes) == 1
    assert modes.pop() & 0o044


@pytest.mark.parametrize("form", ["hf", "gpt-by-hand"])
def test_a_form_can_be_asked_for(hf: Path, command: Command, form: str) -> None:
    for source in ("hf", "out"):
        assert command("convert", source, f"{source}2", "--to", form).code == 0
        assert places.form_of(hf / f"{source}2") == form


def test_nothing_is_overwritten(hf: Path, command: Command) -> None:
    before = snapshot(hf)
    refused(command("convert", "out", "hf"), "hf exists already", "--force")
    refused(command("convert", "hf", "out"), "out exists already", "--force")
    refused(command("convert", "hf", "hf", "--force"), "is where the model comes from")
    refused(command("convert", "hf", "hf", "--to", "hf"), "is where the model comes from")
    (hf / "file").write_text("mine")
    refused(command("convert", "out", "file"), "file", "a file stands where")
    refused(command("convert", "out", "file/new"), "file", "a file stands where")
    (hf / "file").unlink()
    assert snapshot(hf) == before


def test_another_form_is_never_replaced(hf: Path, command: Command) -> None:
    before = snapshot(hf)
    assert command("convert", "hf", "back").code == 0
    refused(command("convert", "out", "back", "--force"), "holds a model of another form (checkpoint.json)")
    refused(command("convert", "back", "hf", "--to", "gpt-by-hand", "--force"), "another form (config.json)")
    assert {name: content for name, content in snapshot(hf).items() if not name.startswith("back")} == before


@pytest.mark.parametrize(("source", "index"), [("out", "config.json"), ("hf", "checkpoint.json")])
def test_what_is_no_model_is_never_replaced(hf: Path, command: Command, source: str, index: str) -> None:
    (hf / "mine").mkdir()
    (hf / "mine" / "tokenizer.json").write_text("mine")
    before = snapshot(hf)
    refused(command("convert", source, "mine", "--force"), f"no model that --force could replace (no {index}")
    assert snapshot(hf) == before


def test_force_replaces_the_model_and_leaves_the_rest(hf: Path, command: Command) -> None:
    (hf / "hf" / "notes.txt").write_text("mine")
    (hf / "hf" / "vocab.json").write_text("{}")  # of a tokenizer that the new model does not have
    command("train", "--preset", "pencil", "--max_iters", 1, "--eval_iters", 1, "--out_dir", "pencil")
    assert command("convert", "pencil", "hf", "--force").code == 0
    assert open_model("hf").config.vocab_size == 8
    assert {path.name for path in (hf / "hf").iterdir()} == {
        *("config.json", "generation_config.json", "model.safetensors", "notes.txt"),
        *("tokenizer.json", "tokenizer_config.json"),
    }
    assert command("convert", "hf", "back").code == 0
    assert command("convert", "out", "back", "--to", "gpt-by-hand", "--force").code == 0
    assert len(list((hf / "back").glob("weights-*"))) == 1
    assert open_model("back").config == open_model("out").config


def test_an_empty_folder_is_free(hf: Path, command: Command) -> None:
    (hf / "new").mkdir()
    assert command("convert", "hf", "new").code == 0


def test_what_is_no_model(hf: Path, command: Command) -> None:
    (hf / "empty").mkdir()
    refused(command("convert", "empty", "new"), "empty holds no model", "ckpt.pt")
    refused(command("convert", "gpt3", "new"), "there is no gpt3", "gpt2-xl")
    refused(command("generate", "--init_from", "empty"), "holds no model")
    refused(command("train", "--init_from", "empty", "--out_dir", "new"), "holds no model")
    for name in ("model.safetensors", "config.json"):
        refused(command("convert", f"hf/{name}", "new"), f"hf/{name} is a part of a model: give the folder")
    assert not (hf / "new").exists()


def test_no_run_goes_on_from_a_converted_model(hf: Path, command: Command) -> None:
    command("convert", "hf", "back")
    refused(command("train", "--init_from", "resume", "--out_dir", "back"), "was converted", "--init_from back")


@pytest.mark.parametrize("source", ["hf", "out"])
def test_a_run_starts_from_a_model(hf: Path, command: Command, source: str) -> None:
    before = snapshot(hf / source)
    assert (
        command("train", "--init_from", source, "--out_dir", "new", *QUICK, "--learning_rate", 0, "--min_lr", 0).code
        == 0
    )
    start, end = open_model(source), open_model("new")
    for name, array in start.weights.items():
        np.testing.assert_array_equal(array, end.weights[name])
    assert end.iteration == 2
    assert snapshot(hf / source) == before


def test_a_run_starts_with_fewer_positions(hf: Path, command: Command) -> None:
    assert (
        command("train", "--init_from", "hf", "--out_dir", "new", *QUICK, "--seq_length", 5, "--dropout_rate", 0.1).code
        == 0
    )
    assert (open_model("new").config.seq_length, open_model("new").config.dropout_rate) == (5, 0.1)
    wanted = open_model("hf").weights["transformer.wpe.weight"][:5]
    np.testing.assert_allclose(open_model("new").weights["transformer.wpe.weight"], wanted, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--seq_length", 9), ["the model in hf has seq_length 8, not 9: leave --seq_length out"]),
        (("--num_layers", 2), ["num_layers 1, not 2"]),
        (("--gelu", "tanh"), ["gelu exact, not tanh"]),
        (("--dataset", "pencil"), ["the vocabulary of data/pencil is not the one that the weights have learnt"]),
        (("--out_dir", "hf"), ["would replace what it starts from"]),
    ],
)
def test_a_run_that_cannot_start(hf: Path, command: Command, options: tuple[object, ...], words: list[str]) -> None:
    before = snapshot(hf / "hf")
    refused(command("train", "--init_from", "hf", "--out_dir", "new", *QUICK, *options), *words)
    assert snapshot(hf / "hf") == before


def test_commands_read_every_form(hf: Path, command: Command) -> None:
    prompt = ("--prompt", "hello", "--engine", "numpy")
    assert command("generate", "--init_from", "hf", *prompt).out == command("generate", *prompt).out
    logits = ("trace", "--prompt", "hello", "--only", "probs", "--init_from")
    theirs, ours = command(*logits, "hf").out, command(*logits, "resume").out
    assert theirs.splitlines()[0] == "Model: hf; computed in float64"
    assert theirs.splitlines()[1:] == ours.splitlines()[1:] != []
    assert GPT.load("hf").generate("hello", 3) == GPT.load("out").generate("hello", 3)


def test_words_for_numbers(hf: Path, command: Command) -> None:
    """A model without a tokenizer says so, and takes one."""
    words = (hf / "hf" / "tokenizer.json").rename(hf / "words.json")
    result = command("generate", "--init_from", "hf", "--prompt", "3 1", "--max_tokens", 2)
    assert "note: hf has no tokenizer" in result.err
    assert open_model("hf").tokenizer == number_tokenizer(32)
    assert command("convert", "hf", "new", "--tokenizer", words).code == 0
    assert open_model("new").tokenizer == open_model("out").tokenizer
    (hf / "large.json").write_bytes(tokenizer_bytes(small_tokenizer()))
    refused(command("convert", "hf", "newer", "--tokenizer", "large.json"), "tokenizer of another model")


def test_where_words_are(hf: Path) -> None:
    wanted = open_model("out").tokenizer
    for place in ("out", "hf", "hf/tokenizer.json", "data/tiny_demo_words", "data/tiny_demo_words/meta.pkl"):
        assert read_words(place) == wanted
    with pytest.raises(UserError, match="there is no tokenizer 'gpt3'"):
        read_words("gpt3")


@pytest.mark.parametrize("words", [True, False])
def test_a_library_that_is_not_installed(monkeypatch: pytest.MonkeyPatch, words: bool) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(UserError, match=f"needs huggingface_hub: {re.escape(install('gpt2'))}, or give a "):
        read_words("gpt2") if words else hub.fetched("gpt2")


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, command: Command, trained: Path) -> None:
    """One line says what to install, for a file as for a checkpoint; nothing is called damaged."""
    index = trained / "out" / checkpoint.INDEX
    index.write_text(json.dumps({**json.loads(index.read_text()), "tokenizer": small_tokenizer().to_json()}))
    (trained / "tokenizer.json").write_bytes(tokenizer_bytes(small_tokenizer()))
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    said = f"GPT-2's tokens are made by the tokenizers library: {install('gpt2')}\n"
    for arguments in (("generate",), ("convert", "out", "hf", "--tokenizer", "tokenizer.json")):
        result = command(*arguments)
        refused(result, said)
        assert "damaged" not in result.err
    assert command("train", "--preset", "pencil", "--max_iters", 1, "--eval_iters", 1, "--out_dir", "words").code == 0


def test_no_network(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    library = pytest.importorskip("huggingface_hub", reason="pip install 'gpt-by-hand[gpt2]'")

    def fails(*_: object, **__: object) -> str:
        raise OSError("Name or service not known\nand more")

    monkeypatch.setattr(library, "snapshot_download", fails)
    refused(command("generate", "--init_from", "gpt2"), "cannot fetch openai-community/gpt2", "give a folder")
    Path("x.txt").write_text("hello " * 50)
    refused(command("prepare", "text", "x.txt", "--tokenizer", "gpt2"), "cannot fetch GPT-2's words: no network")


def test_a_name_is_fetched(hf: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    library = pytest.importorskip("huggingface_hub", reason="pip install 'gpt-by-hand[gpt2]'")
    asked = []
    monkeypatch.setattr(library, "snapshot_download", lambda name, **_: asked.append(name) or str(hf / "hf"))
    assert command("generate", "--init_from", "gpt2-medium", "--prompt", "hello").code == 0
    assert asked == ["openai-community/gpt2-medium"]


def test_gpt2s_words_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = pytest.importorskip("huggingface_hub", reason="pip install 'gpt-by-hand[gpt2]'")
    (tmp_path / "tokenizer.json").write_bytes(tokenizer_bytes(small_tokenizer()))
    asked = []
    monkeypatch.setattr(library, "snapshot_download", lambda name, **how: asked.append((name, how)) or str(tmp_path))
    assert read_words("gpt2") == small_tokenizer()
    assert asked == [("openai-community/gpt2", {"allow_patterns": ["tokenizer.json"]})]
