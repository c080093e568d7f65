"""Nothing that the user gave is silently ignored, and nothing that is there is silently replaced."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from gpt_by_hand import UserError, train
from gpt_by_hand.training.loop import Loop
from tests.support.commands import TINY, Command, refused, snapshot

TEXT = "the cat sat on the mat . the dog sat on the log . " * 20

COMMANDS = {
    "by hand of a checkpoint": (("train", "--init_from", "resume", "--gpt_by_hand"), "trace --init_from resume"),
    "a recipe beside a checkpoint": (("train", "--init_from", "resume", "--recipe", "quick"), "--learning_rate"),
    "another preset's sizes": (("train", "--init_from", "resume", "--preset", "shakespeare"), "other sizes"),
    "sizes beside a traced checkpoint": (
        ("trace", "--init_from", "resume", "--prompt", "hello", "--num_layers", "5"),
        "the model in out has num_layers 1, not 5: leave --num_layers out",
    ),
    "a prompt for who is asked": (("generate", "--interactive", "--prompt", "hello"), "leave --prompt out"),
    "a tokenizer for the demo": (("prepare", "demo", "--tokenizer", "char"), "--tokenizer is for prepare text"),
    "an input for a text": (("prepare", "text", "story.txt", "--input", "x"), "--input is for prepare shakespeare"),
    "a name outside of the folder": (("prepare", "text", "story.txt", "--name", "../evil"), "the name of one folder"),
    "a name that other data have": (("prepare", "text", "story.txt", "--name", "tiny_demo_words"), "another data set"),
    "a temperature near nothing": (("generate", "--temperature", "1e-310"), "it must be 0, which"),
    "certain steps of nothing": (("generate", "--show_certain"), "give both"),
    "digits of numbers that are not shown": (("train", "--digits", "3"), "--digits says how --gpt_by_hand prints"),
    "all of tables that are not shown": (("train", "--full"), "--full says how --gpt_by_hand prints"),
    "two ways to name runs": (("plot", "out", "--out_dir", "out"), "name all of them without --out_dir"),
    "another seed for a checkpoint": (
        ("train", "--init_from", "resume", "--seed", "3"),
        "started with seed 1337, which cannot be changed",
    ),
    "other first weights for a checkpoint": (("train", "--init_from", "resume", "--init_std", "1"), "init_std 0.02"),
    "sharing without PyTorch": (("train", "--shard", "--engine", "numpy"), "--shard is for PyTorch"),
    "16-bit products without PyTorch": (("train", "--dtype", "float16"), "--dtype float16 is for PyTorch"),
    "no folder for a model": (("train", "--out_dir", ""), "out_dir is ''"),
    "no folder for data": (("train", "--data_dir", ""), "data_dir is ''"),
    "more decimals than there are": (("train", "--init_decimals", "400"), "init_decimals is 400"),
    "fewer decimals than none": (("train", "--init_decimals", "-5"), "init_decimals is -5"),
    "a tokenizer that there is not": (("prepare", "text", "story.txt", "--tokenizer", "bpe"), "give word, char, gpt2"),
    "fewer than no processes": (("prepare", "text", "story.txt", "--processes", "-1"), "processes is -1"),
    "a text for a model": (("generate", "--init_from", "story.txt"), "story.txt is no model"),
    "two models without options": (("diff", "out", "another"), "such as --checkpoint out --checkpoint another,"),
    "one prompt without an option": (("diff", "hello"), "such as --prompt hello --prompt 'gpt by hand',"),
    "gradients of a prompt": (("trace", "--prompt", "hello", "--only", "d.*"), "add --gradients"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_refused(command: Command, trained: Path, name: str) -> None:
    line, words = COMMANDS[name]
    (trained / "story.txt").write_text(TEXT)
    before = snapshot(trained)
    refused(command(*line), words)
    assert snapshot(trained) == before


WRITERS = {
    "trace": ("trace", "--only", "tokens"),
    "trace as JSON": ("trace", "--only", "tokens", "--format", "json"),
    "trace as arrays": ("trace", "--only", "tokens", "--format", "npz"),
    "print": ("print", "text", "--preset", "pencil"),
    "explain": ("explain", "tokens[0,1]"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_is_there_stays(command: Command, trained: Path, name: str) -> None:
    notes = trained / "notes.txt"
    notes.write_text("mine")
    refused(command(*WRITERS[name], "-o", notes), "notes.txt is there already", "--force")
    assert notes.read_text() == "mine"
    assert command(*WRITERS[name], "-o", notes, "--force").code == 0
    assert notes.read_bytes() != b"mine"


def test_a_picture_that_is_there_stays(command: Command, trained: Path) -> None:
    (trained / "loss.svg").write_text("mine")
    refused(command("plot", "-o", "loss.svg"), "loss.svg is there already", "--force")
    assert (trained / "loss.svg").read_text() == "mine"


def test_an_empty_file_holds_nothing_to_lose(command: Command, tmp_path: Path) -> None:
    (tmp_path / "page.txt").touch()
    assert command("print", "text", "--preset", "pencil", "-o", "page.txt").code == 0


def test_the_same_text_can_be_prepared_again(command: Command, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(TEXT)
    assert command("prepare", "text", "story.txt").code == 0
    before = snapshot(tmp_path)
    assert command("prepare", "text", "story.txt").code == 0
    assert snapshot(tmp_path) == before
    refused(command("prepare", "text", "story.txt", "--tokenizer", "char"), "another data set")
    assert snapshot(tmp_path) == before


def test_the_hint_names_the_folder_of_the_data(command: Command, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text(TEXT)
    said = command("prepare", "text", "story.txt", "--data_dir", "elsewhere").out
    assert "--dataset story --data_dir elsewhere" in said


def test_a_hint_can_be_pasted(command: Command, tmp_path: Path) -> None:
    (tmp_path / "two words.txt").write_text(TEXT)
    said = command("prepare", "text", "two words.txt", "--data_dir", "my data").out
    assert "train --dataset 'two words' --data_dir 'my data'\n" in said
    said = command("train", *TINY, "--max_iters", "1", "--out_dir", "my out").out
    assert "now try: gpt-by-hand generate --out_dir 'my out'\n" in said


def test_the_hint_names_the_folder_of_the_model(command: Command) -> None:
    said = command("train", *TINY, "--max_iters", "1", "--out_dir", "out/other").out
    assert "gpt-by-hand generate --out_dir out/other\n" in said


def test_words_that_look_like_markup(command: Command, tmp_path: Path) -> None:
    (tmp_path / "story.txt").write_text("[red] [/b] a " * 40)
    assert command("prepare", "text", "story.txt").code == 0
    result = command("train", "--gpt_by_hand", "--dataset", "story", "--num_layers", "1", "--dim_embedding", "4")
    assert result.code == 0, result.err
    assert "[/b]" in result.out
    assert "[red]" in result.out


@pytest.mark.parametrize(
    "setting", [{"max_iters": "5"}, {"use_bias": 1}, {"dim_embedding": 16.0}, {"heads": 2}, {"learning_rate": None}]
)
def test_settings_of_the_wrong_type(setting: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=next(iter(setting))):
        train("pencil", data_dir=tmp_path, **setting)


def test_paths_and_numpy_numbers_are_settings(tmp_path: Path) -> None:
    np = pytest.importorskip("numpy")
    settings = {"batch_size": np.int64(1), "learning_rate": np.float32(0.5), "max_iters": 1}
    model = train("pencil", data_dir=tmp_path, out_dir=tmp_path / "out", **settings)
    assert model.config.vocab_size == 8


def test_an_interrupted_training_is_not_a_trained_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loop, "run", lambda self: True)
    with pytest.raises(KeyboardInterrupt):
        train("pencil", data_dir=tmp_path)


def test_a_device_of_an_unknown_name_needs_no_pytorch(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever types it is not sent to install something first."""
    monkeypatch.setitem(sys.modules, "torch", None)
    refused(command("train", "--device", "gpu"), "there is no device 'gpu'", "cuda")
    refused(command("train", "--device", "cuda"), "--device cuda needs PyTorch")
