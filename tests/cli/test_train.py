"""`gpt-by-hand train`: presets, recipes, data, resuming."""

from __future__ import annotations

import json
import math
import pickle
import re
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.start import start_weights
from tests.support.commands import NUMPY, TINY, Command, process, refused, snapshot
from tests.support.damage import change

SHORT = ("--max_iters", 3, "--eval_iters", 1)


def test_prepares_the_words_by_itself(command: Command, tmp_path: Path) -> None:
    out = command("train", *SHORT).out
    assert out.startswith("prepared data/tiny_demo_words: 1,356 tokens to train on, 340 to validate\n")
    assert sorted(p.name for p in (tmp_path / "data/tiny_demo_words").iterdir()) == ["meta.pkl", "train.bin", "val.bin"]
    assert "prepared" not in command("train", *SHORT).out


@pytest.mark.parametrize("preset", ["demo", "pencil"])
@pytest.mark.parametrize("there", [[], ["notes.txt"], ["train.bin"], ["train.bin", "val.bin"], ["val.bin", "meta.pkl"]])
def test_data_that_a_kill_has_left_incomplete(command: Command, tmp_path: Path, preset: str, there: list[str]) -> None:
    command("train", "--preset", preset, *SHORT)
    (folder,) = (tmp_path / "data").iterdir()
    (folder / "notes.txt").write_text("mine")
    whole = snapshot(folder)
    for name in whole.keys() - {*there}:
        (folder / name).unlink()
    result = command("train", "--preset", preset, *SHORT)
    assert (result.code, result.out[:14]) == (0, "prepared data/")
    assert {"notes.txt": b"mine", **snapshot(folder)} == whole
    assert "prepared" not in command("train", "--preset", preset, *SHORT).out


@pytest.mark.parametrize("name", ["train.bin", "val.bin", "meta.pkl"])
def test_data_of_somebody_elses_is_not_overwritten(command: Command, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "data/tiny_demo_words"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(b"mine")
    refused(command("train", *SHORT), "data/tiny_demo_words holds another data set already, or parts of one")
    assert snapshot(tmp_path) == {f"data/tiny_demo_words/{name}": b"mine"}


@pytest.mark.parametrize(
    ("preset", "count", "words"), [("demo", "6,864", 32), ("pocket", "1,112", 32), ("pencil", "252", 8)]
)
def test_presets(command: Command, tmp_path: Path, preset: str, count: str, words: int) -> None:
    out = command("train", "--preset", preset, *SHORT).out
    assert f"{count} parameters: " in out
    assert f"a guess scores ln {words} = {math.log(words):.4f} nats per token" in out
    assert sum(a.size for a in checkpoint.load(tmp_path / "out").state.weights.values()) == int(count.replace(",", ""))


def test_parameters_by_part(command: Command) -> None:
    parts = "word table (also the head) 512 + position table 128 + attention 2,048 + feed-forward 4,096 + LayerNorms 80"
    assert f"6,864 parameters: {parts}\n" in command("train", *SHORT).out


def test_shakespeare_says_what_to_prepare(command: Command) -> None:
    result = command("train", "--preset", "shakespeare")
    assert result.code == 2
    assert "data/shakespeare_char does not exist" in result.err
    assert "gpt-by-hand prepare shakespeare" in result.err


def test_pencil_starts_with_one_decimal(command: Command, tmp_path: Path) -> None:
    command("train", "--preset", "pencil", "--max_iters", 0)
    weights = checkpoint.load(tmp_path / "out").state.weights
    assert all(np.array_equal(array, np.round(array, 1)) for array in weights.values())


def test_documented_run(tmp_path: Path) -> None:
    """The description's own settings: 3e-4 for 2,000 iterations reaches about 1.34, and no better."""
    result = process("--device", "cpu", script="train.py", cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert [int(line[9:16].strip(":")) for line in lines if line.startswith("iteration ")] == [*range(0, 2001, 100)]
    assert float(re.findall(r"val (\S+)", result.out)[-1]) == pytest.approx(1.34, abs=0.05)
    assert lines[-1].startswith("saved to out; now try: ")


def test_quick_recipe_learns_the_language(command: Command) -> None:
    """To at most 0.47, where a perfect predictor scores 0.445; and it writes whole phrases."""
    found = re.findall(r"val (\S+)", command("train", "--recipe", "quick").out)
    assert float(found[-1]) <= 0.47
    assert "hello world" in command("generate", "--prompt", "hello", "--temperature", "0.1").out


def test_lines(command: Command) -> None:
    """A line for each evaluation, no more."""
    out = command("train", *SHORT, "--eval_interval", 1).out.splitlines()
    pattern = r"iteration +\d: train 3\.\d{4}  val 3\.\d{4}  rate \S+(  [\d,]+ tokens/s)?"
    assert [bool(re.fullmatch(pattern, line)) for line in out] == [False] * 4 + [True] * 4 + [False]


def test_metrics(command: Command, tmp_path: Path) -> None:
    command("train", *SHORT, "--eval_interval", 2)
    lines = [json.loads(line) for line in (tmp_path / "out/metrics.jsonl").read_text().splitlines()]
    keys = ["iteration", "train_loss", "val_loss", "learning_rate", "tokens", "seconds"]
    assert [list(line) for line in lines] == [keys] * 3
    assert [(line["iteration"], line["tokens"]) for line in lines] == [(0, 0), (2, 2 * 16 * 8), (3, 3 * 16 * 8)]


def test_resume(command: Command, trained: Path) -> None:
    out = command("train", "--init_from", "resume", "--max_iters", 25).out
    assert "going on from iteration 20\n" in out
    assert "8 positions, vocabulary 32; 1,112 parameters" in out  # the checkpoint's sizes, not the defaults
    assert checkpoint.load(trained / "out").state.iteration == 25
    assert checkpoint.load(trained / "out").train.batch_size == 2


def test_from_scratch_over_a_checkpoint(command: Command, trained: Path) -> None:
    assert "this run replaces the checkpoint in out\n" in command("train", *TINY, "--max_iters", 5).out
    assert checkpoint.load(trained / "out").state.iteration == 5
    assert len(list((trained / "out").iterdir())) == 4


def test_out_dir(command: Command, tmp_path: Path) -> None:
    command("train", *SHORT, "--out_dir", "deep/down")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "deep"]
    assert command("train", "--init_from", "resume", "--out-dir=deep/down", "--max_iters", 4).code == 0
    assert checkpoint.load(tmp_path / "deep/down").train.max_iters == 4


def test_by_hand_saves_where_it_is_told_to(command: Command, tmp_path: Path) -> None:
    assert command("train", "--gpt_by_hand", "--out_dir", "o", "--max_iters", 1).code == 0
    assert checkpoint.load(tmp_path / "o").state.iteration == 1


def test_by_hand_with_other_settings(command: Command) -> None:
    out = command("train", "--gpt_by_hand", "--preset", "pencil", "--batch_size", 2, "--max_iters", 1).out
    assert "one sequence at a time: gradient_accumulation_steps 2, engine numpy (give" in out
    assert "Iteration 0, micro-step 2 of 2" in out
    assert "Iteration 1" not in out
    assert out.count("\nInput:  ") == 4


def test_by_hand_in_plain_iterations_changes_nothing(command: Command, tmp_path: Path) -> None:
    sizes = ("--batch_size", 1, "--gradient_accumulation_steps", 2, "--max_iters", 3)
    command("train", *sizes, "--out_dir", "plain")
    command("train", *sizes, "--out_dir", "shown", "--gpt_by_hand")
    one, other = (checkpoint.load(tmp_path / name).state.weights for name in ("plain", "shown"))
    assert all(np.array_equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    "options",
    [
        ("--use_bias", "--gelu", "tanh"),
        ("--dropout_rate", 0.2),
        ("--num_layers", 3, "--num_heads", 5, "--dim_embedding", 10, "--seq_length", 5),
        ("--grad_clip", 0, "--weight_decay", 0),
        ("--warmup_iters", 0, "--lr_decay_iters", 0),
        ("--vocab_size", 40),
        ("--max_iters", 0),
    ],
)
def test_any_sizes(command: Command, options: tuple[object, ...]) -> None:
    assert command("train", *SHORT, *options).code == 0
    assert command("generate", "--max_tokens", 4, "--temperature", 5).code == 0


def test_the_seed_decides(command: Command, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        command("train", *SHORT, "--seed", seed, "--out_dir", name)
    a, b, c = (checkpoint.load(tmp_path / name).state.weights["transformer.wte.weight"] for name in "abc")
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)


def rates(folder: Path) -> tuple[float, float]:
    """The highest and the lowest learning rate that a checkpoint was trained with."""
    train = checkpoint.load(folder).train
    return train.learning_rate, train.min_lr


def test_a_low_learning_rate_falls(command: Command, tmp_path: Path) -> None:
    """min_lr follows, from scratch, with a recipe and resumed; and the curve goes no higher than asked for."""
    short = ("--warmup_iters", 2, "--lr_decay_iters", 6, "--max_iters", 9, "--eval_interval", 1, "--eval_iters", 1)
    assert command("train", *TINY[:2], *short, "--learning_rate", "1e-5", *NUMPY).code == 0
    assert rates(tmp_path / "out") == (1e-5, 1e-6)
    seen = [json.loads(line)["learning_rate"] for line in (tmp_path / "out/metrics.jsonl").read_text().splitlines()]
    assert max(seen) == 1e-5
    assert seen[-1] == 1e-6
    assert command("train", "--init_from", "resume", "--learning-rate=2e-4", "--max_iters", 10).code == 0
    assert rates(tmp_path / "out") == (2e-4, 2e-5)
    assert command("train", *SHORT, "--recipe", "quick", "--learning_rate", 0.5).code == 0
    assert rates(tmp_path / "out") == (0.5, 0.05)


def test_a_lowest_rate_of_ones_own_stays(command: Command, tmp_path: Path) -> None:
    assert command("train", *TINY, *SHORT, "--min_lr", "2e-6").code == 0
    resume = ("train", "--init_from", "resume", "--max_iters", 4)
    assert command(*resume, "--learning_rate", "1e-5").code == 0
    assert rates(tmp_path / "out") == (1e-5, 2e-6)
    refused(command(*resume, "--learning_rate", "1e-6"), "min_lr is 2e-06, above the learning_rate 1e-06", "would rise")
    refused(command("train", *SHORT, "--min_lr", 1), "min_lr is 1.0, above the learning_rate 0.0003", "or leave it out")
    refused(command("trace", "--min_lr", 1), "min_lr is 1.0, above the learning_rate 0.0003")
    refused(command("print", "c", "--min_lr", 1), "min_lr is 1.0, above the learning_rate 0.0003")
    refused(command("train", *SHORT, "--lr_decay_iters", 50), "lr_decay_iters is 50", "warmup_iters is 100")


def test_a_run_whose_rate_rose_goes_on_as_it_was(command: Command, tmp_path: Path) -> None:
    """Before min_lr followed there were such runs: they are read, and their numbers are their own."""
    assert command("train", *TINY, *SHORT).code == 0
    change(tmp_path / "out", ("train", "learning_rate"), lambda inside, key: inside.__setitem__(key, 1e-5))
    resumed = command("train", "--init_from", "resume", "--max_iters", 4)
    assert resumed.code == 0
    assert "note: the step size rises to min_lr 3e-05, above the learning_rate 1e-05" in resumed.out
    assert rates(tmp_path / "out") == (1e-5, 3e-5)


def test_a_printed_program_falls_too(command: Command) -> None:
    assert "3e-05" in command("print", "c").out
    printed = command("print", "c", "--learning_rate", "1e-5").out
    assert "1e-06" in printed
    assert "3e-05" not in printed


def nanogpt_data(folder: Path, **more: object) -> None:
    """Data as users make it themselves, with NumPy and pickle: see nanoGPT's data/shakespeare_char/prepare.py."""
    text = "to be or not to be, that is the question: " * 20
    chars = sorted(set(text))
    stoi, itos = {ch: i for i, ch in enumerate(chars)}, dict(enumerate(chars))
    folder.mkdir(parents=True)
    ids = np.array([stoi[c] for c in text], dtype=np.uint16)
    ids[: int(len(ids) * 0.9)].tofile(folder / "train.bin")
    ids[int(len(ids) * 0.9) :].tofile(folder / "val.bin")
    (folder / "meta.pkl").write_bytes(pickle.dumps({"vocab_size": len(chars), "itos": itos, "stoi": stoi, **more}))


def test_data_of_ones_own(command: Command, tmp_path: Path) -> None:
    nanogpt_data(tmp_path / "data/mine")
    out = command("train", "--dataset", "mine", *SHORT).out
    assert "the vocabulary of data/mine has 15 entries: vocab_size is 15\n" in out
    assert "vocabulary 15; " in out
    written = command("generate", "--prompt", "to be", "--max_tokens", 30).out
    assert written.startswith("to be")
    assert len(written) == 5 + 30 + 1
    saved = checkpoint.load(tmp_path / "out")
    assert saved.model.vocab_size == 15
    assert start_weights(saved.model, RandomStream(1337)).keys() == saved.state.weights.keys()
