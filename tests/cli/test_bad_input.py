"""Bad input: one line that says what, where and what to do, exit code 2, and every file as it was."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.commands import TINY, Command, process, refused, snapshot
from tests.support.damage import change, replace_tensors

DATA = "data/tiny_demo_words"
RESUME = ("train", "--init_from", "resume", "--max_iters", 30)
SCRATCH = ("train", *TINY, "--max_iters", 3)
GENERATE = ("generate",)
INDEX, METRICS = "out/checkpoint.json", "out/metrics.jsonl"


def nothing(folder: Path) -> None:
    """Leave the folder as it is."""


def meta(folder: Path, **changes: Any) -> None:
    path = folder / DATA / "meta.pkl"
    path.write_bytes(pickle.dumps({**pickle.loads(path.read_bytes()), **changes}))


class Evil:
    """Unpickling it makes a file."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("evil"),)


def tokens(name: str, values: list[int]) -> Callable[[Path], object]:
    return lambda folder: np.array(values, "<u2").tofile(folder / DATA / name)


def cut(name: str, size: int) -> Callable[[Path], object]:
    return lambda folder: (folder / DATA / name).write_bytes((folder / DATA / name).read_bytes()[:size])


def instead(path: str) -> Callable[[Path], object]:
    """A folder where a file should be."""

    def do(folder: Path) -> None:
        (folder / path).unlink(missing_ok=True)
        (folder / path).mkdir()

    return do


def gone(path: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).unlink()


def own_without(name: str) -> Callable[[Path], object]:
    """The data as a set of the user's own, which nothing but the user can complete."""

    def spoil(folder: Path) -> None:
        (folder / DATA).rename(folder / "data/own")
        (folder / "data/own" / name).unlink()

    return spoil


def holds(path: str, content: str) -> Callable[[Path], object]:
    return lambda folder: (folder / path).write_text(content)


def in_the_way(path: str) -> Callable[[Path], object]:
    """A file where a folder should be, or just a file."""
    return holds(path, "mine")


def index(*way: Any, value: Any) -> Callable[[Path], object]:
    return lambda folder: change(folder / "out", way, lambda inside, key: inside.__setitem__(key, value))


def nan_weights(folder: Path) -> None:
    replace_tensors(folder / "out", "weights", lambda arrays: arrays["transformer.ln_f.weight"].fill(np.nan))


CASES: dict[str, tuple[Callable[[Path], object], tuple[object, ...], list[str]]] = {
    # data
    "no train.bin": (own_without("train.bin"), (*SCRATCH, "--dataset", "own"), ["own/train.bin does not exist"]),
    "no meta.pkl": (own_without("meta.pkl"), (*SCRATCH, "--dataset", "own"), ["own/meta.pkl does not exist"]),
    "half-written": (cut("train.bin", 1001), SCRATCH, ["train.bin has 1001 bytes", "half-written"]),
    "odd val.bin": (cut("val.bin", 1), SCRATCH, ["val.bin has 1 bytes, an odd number"]),
    "empty": (cut("train.bin", 0), SCRATCH, ["train.bin is empty"]),
    "token outside": (tokens("val.bin", [0] * 9 + [32]), SCRATCH, ["val.bin: token 32 at position 9 is outside"]),
    "too short": (tokens("train.bin", [0] * 8), SCRATCH, ["has 8 tokens, but a sequence of 8 needs at least 9"]),
    "meta of another size": (lambda f: meta(f, vocab_size=33), SCRATCH, ["lies about its size", "33", "32 entries"]),
    "meta with code": (lambda f: meta(f, itos=Evil()), SCRATCH, ["meta.pkl", "could run code and is refused"]),
    "meta cut off": (cut("meta.pkl", 100), SCRATCH, ["meta.pkl: not a readable pickle"]),
    "train.bin a folder": (instead(f"{DATA}/train.bin"), SCRATCH, ["train.bin", "a folder stands where"]),
    "data a file": (lambda f: (f / "data").rename(f / "x") and in_the_way("data")(f), SCRATCH, ["cannot", "data/tiny"]),
    "no such data": (nothing, (*SCRATCH, "--dataset", "mine"), ["data/mine does not exist", "meta.pkl"]),
    "vocabulary too small": (nothing, (*SCRATCH, "--vocab_size", 31), ["tokens up to 31", "--vocab_size 32"]),
    # checkpoints
    "no checkpoint": (gone(INDEX), RESUME, ["no checkpoint in out", "train"]),
    "garbage": (holds(INDEX, "?"), RESUME, ["checkpoint.json is damaged"]),
    "outside": (index("weights", value="../x"), RESUME, ["checkpoint.json is damaged", "is no file of a checkpoint"]),
    "nan": (nan_weights, RESUME, ["not finite, in transformer.ln_f.weight"]),
    "random": (index("random", "position", value=999), RESUME, ["damaged", "random state: 'position'"]),
    "other sizes": (nothing, (*RESUME, "--dim_embedding", 16), ["has dim_embedding 8, not 16: leave"]),
    "sizes in the file": (index("model", "seq_length", value=9), RESUME, ["from a model of other sizes"]),
    "other batch": (nothing, (*RESUME, "--batch_size", 3), ["trained with batch_size 2"]),
    "start beyond the data": (index("next_starts", 1, value=1348), RESUME, ["goes on at token 1348", "has only 1356"]),
    "other words": (index("tokenizer", "words", 1, value="an"), RESUME, ["the vocabulary of data", "is not the one"]),
    "truncated tensors": (lambda f: next(f.glob("out/w*")).write_bytes(b""), RESUME, ["weights-", "is truncated"]),
    "damaged metrics": (holds(METRICS, "a\n\n"), RESUME, ["metrics.jsonl, line 1"]),
    "generate, garbage": (holds(INDEX, "?"), GENERATE, ["checkpoint.json is damaged"]),
    "generate, none": (gone(INDEX), GENERATE, ["out holds no model: there is no checkpoint.json"]),
    "trace, garbage": (
        holds(INDEX, "[]"),
        ("trace", "--init_from", "resume"),
        ["checkpoint.json is damaged"],
    ),
    # folders
    "out is a file": (in_the_way("x"), (*SCRATCH, "--out_dir", "x"), ["cannot write x", "another name"]),
    "out is in a file": (in_the_way("x"), (*SCRATCH, "--out_dir", "x/y"), ["cannot write x/y", "choose another name"]),
    "out too long": (nothing, (*SCRATCH, "--out_dir", "x" * 999), ["File name too long: choose a shorter name"]),
    "checkpoint.json a folder": (instead(INDEX), SCRATCH, ["checkpoint.json", "a folder stands where"]),
    "metrics.jsonl a folder": (instead(METRICS), SCRATCH, ["metrics.jsonl", "a folder stands where"]),
    # numbers
    "device": (nothing, (*SCRATCH, "--device", "cuda:99"), ["device 'cuda:99' is not here", "cpu"]),
    "heads": (nothing, (*SCRATCH, "--num_heads", 3), ["num_heads 3 does not divide", "try 1, 2, 4, 8"]),
    "negative rate": (nothing, (*SCRATCH, "--learning_rate=-1"), ["learning_rate is -1.0"]),
    "no rate": (nothing, (*SCRATCH, "--learning_rate", "nan"), ["learning_rate is nan"]),
    "too many rows": (nothing, (*SCRATCH, "--gradient_accumulation_steps", 10**27), ["from 1 to 1,000,000"]),
    "too large": (nothing, (*SCRATCH, "--dim_embedding", 10**12), ["at most 65536"]),
    "temperature inf": (nothing, (*GENERATE, "--temperature", "inf"), ["temperature is inf", "a finite number"]),
    "temperature near 0": (nothing, (*GENERATE, "--temperature", "1e-7"), ["is 1e-07: it must be 0", "from 1e-06 up"]),
    "negative temperature": (nothing, (*GENERATE, "--temperature=-1"), ["temperature is -1.0"]),
    "temperature nan": (nothing, (*GENERATE, "--temperature", "nan"), ["temperature is nan"]),
    "no samples": (nothing, (*GENERATE, "--num_samples", 0), ["num_samples is 0"]),
    "no tokens": (nothing, (*GENERATE, "--max_tokens", 0), ["max_tokens is 0"]),
    "negative top_k": (nothing, (*GENERATE, "--top_k=-1"), ["top_k is -1"]),
    "seed": (nothing, (*GENERATE, "--seed=-1"), ["seed is -1"]),
    # words and addresses
    "unknown word": (nothing, (*GENERATE, "--prompt", "helo"), ["word 'helo'", "nearest: 'hello'"]),
    "no words": (nothing, (*GENERATE, "--prompt", ""), ["the prompt '' holds no word"]),
    "no words to trace": (nothing, ("trace", "--prompt", ""), ["has 0 tokens; give 1 to 8"]),
    "unknown address": (nothing, ("trace", "--only", "h.0.attn.score"), ["perhaps you meant h.0.attn.scores"]),
    "no such element": (nothing, ("trace", "--only", "loss[0]"), ["loss[0] does not exist"]),
    "iteration -1": (nothing, ("trace", "--iteration=-1"), ["iteration is -1: it must be 0 or more"]),
    "an iteration that is over": (
        nothing,
        ("trace", "--init_from", "resume", "--iteration", 3),
        ["iteration 3 is over: the model is at iteration 20"],
    ),
    "prompt and iteration": (nothing, ("trace", "--prompt", "a", "--iteration", 0), ["give one of them"]),
    "npz on the screen": (nothing, ("trace", "--format", "npz"), ["npz is not for the screen", "-o FILE.npz"]),
    "trace to a folder": (nothing, ("trace", "--format", "npz", "-o", "out"), ["cannot write out", "folder"]),
    # options
    "option": (nothing, (*SCRATCH, "--nope", 3), ["--nope"]),
    "command": (nothing, ("tran",), ["no command 'tran': perhaps you meant train; there are prepare, train"]),
    "no number": (nothing, (*SCRATCH, "--max_iters", "x"), ["--max_iters is 'x': it must be a whole number"]),
    "no whole number": (nothing, (*SCRATCH, "--max_iters", 1.5), ["--max_iters is '1.5': it must be a whole number"]),
    "no value": (nothing, (*SCRATCH, "--max_iters"), ["--max_iters needs a value behind it: a whole number"]),
    "no choice": (nothing, (*SCRATCH, "--gelu", "relu"), ["--gelu is 'relu': it must be exact or tanh"]),
    "preset": (nothing, ("train", "--preset", "demos"), ["'demos': perhaps you meant demo; it must be demo"]),
    "no preset": (nothing, ("train", "--preset"), ["--preset needs a value"]),
    "recipe": (nothing, ("train", "--recipe", "slow"), ["--recipe is 'slow': it must be documented or quick"]),
    "init_from": (nothing, ("train", "--init_from", "gpt3"), ["there is no gpt3: give a folder", "gpt2-xl"]),
    "format": (nothing, ("trace", "--format", "csv"), ["--format is 'csv': it must be text, json, npz, html"]),
    "word too much": (nothing, ("train", "data"), ["'data' has no option in front of it"]),
    # preparing and plotting
    "text without a file": (nothing, ("prepare", "text"), ["prepare text needs a file"]),
    "missing text": (nothing, ("prepare", "text", "no.txt"), ["cannot read no.txt: No such file"]),
    "file for the demo": (in_the_way("x"), ("prepare", "demo", "x"), ["takes no file (got x)", "prepare text"]),
    "text too short": (in_the_way("x"), ("prepare", "text", "x"), ["x: the text is too short"]),
    "text a folder": (nothing, ("prepare", "text", "out"), ["cannot read out", "folder"]),
    "vocabulary of one": (in_the_way("x"), ("prepare", "text", "x", "--vocab_size", 1), ["vocabulary of 1 entries"]),
    "what to prepare": (nothing, ("prepare", "poems"), ["WHAT is 'poems': it must be demo, words"]),
    "Shakespeare elsewhere": (nothing, ("prepare", "shakespeare", "--input", "no"), ["cannot read no"]),
    "nothing to plot": (nothing, ("plot", "--out_dir", "x"), ["there is no x/metrics.jsonl", "train a model"]),
    "nonsense to plot": (holds(METRICS, "{}\n"), ("plot",), ["line 1, is not a line"]),
    "empty plot": (holds(METRICS, ""), ("plot",), ["no evaluation yet"]),
    "picture's name": (nothing, ("plot", "-o", "curve.jpg"), ["curve.jpg ends in '.jpg'", ".svg or .png"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_refused(command: Command, trained: Path, name: str) -> None:
    spoil, arguments, words = CASES[name]
    spoil(trained)
    before = snapshot(trained)
    refused(command(*arguments), *words)
    after = snapshot(trained)
    assert {path: after.get(path) for path in before} == before
    assert after.keys() - before.keys() <= {path for path in after if path.endswith(".safetensors")}


@pytest.mark.parametrize("name", ["meta with code", "out is a file", "other sizes", "option"])
def test_refused_as_a_process(trained: Path, name: str) -> None:
    """The exit code and the one line are what a shell sees; no traceback anywhere."""
    spoil, arguments, words = CASES[name]
    spoil(trained)
    before = snapshot(trained)
    result = process(*arguments, cwd=trained)
    refused(result, *words)
    assert "Traceback" not in result.out
    assert snapshot(trained) == before


@pytest.mark.parametrize("init", ["scratch", "resume"])
def test_learning_rate_that_makes_the_loss_nan(command: Command, trained: Path, init: str) -> None:
    """It stops, says at which iteration, and the last good checkpoint can still be read."""
    wild = ("--learning_rate", "1e30", "--warmup_iters", 0, "--max_iters", 60, "--eval_interval", 50)
    result = command("train", *TINY, "--init_from", init, *wild)
    refused(result, "the loss is nan at iteration 2", "the last good checkpoint stays in out", "--learning_rate")
    assert command("generate").code == 0
    assert json.loads((trained / "out/checkpoint.json").read_text())["iteration"] == (0 if init == "scratch" else 20)


@pytest.mark.parametrize("command_line", [("train",), ("generate",), ("plot",), ("trace", "--init_from", "resume")])
def test_folder_that_may_not_be_read(command: Command, trained: Path, monkeypatch, command_line) -> None:
    real = Path.stat

    def forbidden(path: Path, **options: Any) -> object:
        if "out" in path.parts or "data" in path.parts:
            raise PermissionError(13, "Permission denied", str(path))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", forbidden)
    refused(command(*command_line), "Permission denied: choose a place that you may use")


def test_too_little_memory(command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("gpt_by_hand.cli.train.begin", full)
    refused(command("train"), "not enough memory", "smaller")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "train --max_itres 3",
            "there is no such option: perhaps you meant --max_iters (see gpt-by-hand train --help)",
        ),
        (
            "generate --promt hi",
            "no such option: perhaps you meant --prompt (see gpt-by-hand generate --help)",
        ),
        ("train --max_iters 1e3", "--max_iters is '1e3': it must be a whole number"),
        ("trace --iteration x", "--iteration is 'x': it must be a whole number"),
        ("train --learning_rate fast", "--learning_rate is 'fast': it must be a number"),
    ],
)
def test_a_slip_of_the_keyboard(command: Command, line: str, says: str) -> None:
    assert refused(command(*line.split())).rstrip("\n").endswith(says)


def test_an_error_is_one_line_whatever_it_is_about(command: Command) -> None:
    refused(command("generate", "--out_dir", "two\nlines"), "there is no two lines: give a folder")
    refused(command("generate", "--out_dir", "red\x1b[31m"), r"there is no red\x1b[31m: give a folder")
