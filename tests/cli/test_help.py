"""What the commands say of themselves."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from gpt_by_hand import __version__
from gpt_by_hand.cli import COMMANDS
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.size import parameter_counts
from gpt_by_hand.training.config import BY_HAND, RECIPES, TrainConfig
from gpt_by_hand.training.generation import Sampling
from tests.support.commands import Command, process, refused
from tests.support.terminal import Terminal

FIELDS = [field.name for kind in (ModelConfig, TrainConfig) for field in fields(kind)]
OTHER = {bool: None, int: "3", float: "0.5", str: "x"}
SPECIAL = {
    "gelu": "tanh",
    "engine": "numpy",
    "dtype": "float32",
    "log": "tensorboard",
    "num_heads": "4",
    "dim_embedding": "4",
}


@pytest.fixture
def train_help(command: Command) -> str:
    return command("train", "--help-all").out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(command: Command, name: str) -> None:
    result = command(name, "--help")
    assert (result.code, result.err) == (0, "")
    assert f"gpt-by-hand {name}" in result.out
    assert name in command("--help").out


def test_overview_without_arguments(command: Command) -> None:
    assert command().out == command("--help").out == command("-h").out
    assert command().code == 0


def test_help_is_a_command(command: Command) -> None:
    assert command("help") == command("--help")
    assert command("help", "train") == command("train", "--help")
    refused(command("help", "tain"), "perhaps you meant train")


@pytest.mark.parametrize("width", [40, 80, 120])
def test_the_overview_hangs_under_itself(tmp_path: Path, width: int) -> None:
    """Each description has a column of its own, however wide the terminal is."""
    terminal = Terminal(tmp_path, "--help", columns=width)
    assert terminal.wait() == 0
    listed = terminal.lines[next(n for n, line in enumerate(terminal.lines) if line.startswith("  prepare")) :]
    listed = listed[: listed.index("")]
    assert [line.split()[0] for line in listed if line[2] != " "] == list(COMMANDS)
    assert {line[:13].strip() for line in listed} <= {"", *COMMANDS}
    assert " ".join(line[13:] for line in listed).split() == " ".join(COMMANDS.values()).split()
    assert max(map(len, terminal.lines)) <= width


def test_every_language_is_in_the_overview(command: Command) -> None:
    """As many as the command prints."""
    said = COMMANDS["print"]
    assert all(word in said for word in ("text", "LaTeX", "NumPy", " C "))


def test_no_default_is_shown_that_is_refused(command: Command) -> None:
    assert "-1" not in command("exercise", "--help").out


def test_version(command: Command, tmp_path) -> None:
    assert command("--version").out == f"gpt-by-hand {__version__}\n"
    assert process("--version", cwd=tmp_path).out == f"gpt-by-hand {__version__}\n"


@pytest.mark.parametrize(
    ("line", "rare"),
    [
        ("train", {"dtype", "compile", "recompute", "shard"}),
        ("trace", {"dtype", "shard", "max_iters", "eval_interval", "eval_iters", "log"}),
        ("explain loss", {"compile", "recompute", "max_iters"}),
        ("print", set()),
    ],
)
def test_what_is_rarely_used_is_shown_last(command: Command, line: str, rare: set[str]) -> None:
    """--help leaves it out and names it; --help-all, in both spellings, shows all, and what is common first."""
    common, everything = command(*line.split(), "--help").out, command(*line.split(), "--help-all").out
    assert everything == command(*line.split(), "--help_all").out
    listed, named = (
        set(re.findall(r"^  --(\w+)", common, re.M)),
        set(re.findall(r"--(\w+)", common.split("also shows")[-1])),
    )
    assert not listed & rare and rare <= named
    assert set(re.findall(r"^  --(\w+)", everything, re.M)) >= listed | rare
    assert ("--help-all also shows" in common) == bool(rare)
    assert "--help-all" not in everything


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_explained(train_help: str, name: str) -> None:
    docs = [line for line in train_help.splitlines() if line.strip()]
    at = next(i for i, line in enumerate(docs) if line.strip().startswith(f"--{name} ") or line.strip() == f"--{name}")
    assert re.search(r"[a-z]{3,} [a-z]", " ".join(docs[at : at + 3]).replace("--", "")), docs[at]


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_a_flag_in_both_spellings(command: Command, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Each changes its own field, and no other."""
    seen = []
    monkeypatch.setattr(
        "gpt_by_hand.cli.train.begin", lambda model, train, given, *_: seen.append((model, train)) or 1 / 0
    )
    default = getattr(ModelConfig(), name, None) if hasattr(ModelConfig(), name) else getattr(TrainConfig(), name)
    value = SPECIAL.get(name, OTHER[type(default)])
    for flag in (f"--{name}", f"--{name.replace('_', '-')}"):
        with pytest.raises(ZeroDivisionError):
            command("train", flag, *([] if value is None else [value]))
    first, second = seen
    assert first == second
    changed = {
        field.name: getattr(config, field.name)
        for config, before in zip(first, (ModelConfig(), TrainConfig()), strict=True)
        for field in fields(config)
        if getattr(config, field.name) != getattr(before, field.name)
    }
    follows = ["min_lr"] if name == "learning_rate" else []
    assert list(changed) == [name, *follows]
    assert type(changed[name]) is type(default)


def test_numbers_in_the_help(train_help: str) -> None:
    """The sizes that it names are the presets' own; so are the numbers of the recipe and of what --gpt_by_hand does."""
    text = " ".join(train_help.split())
    for name, config in MODEL_PRESETS.items():
        count = sum(parameter_counts(config).values())
        said = f"{count:,}" if count < 10_000_000 else f"{count / 1e6:.0f}M"
        assert re.search(rf"{name} \({said}\b", text), (name, count)
    quick = RECIPES["quick"]
    assert (quick["learning_rate"], quick["min_lr"]) == (1e-2, 1e-3)
    assert "learning rate 1e-2 falling to 1e-3" in text
    assert BY_HAND == {"batch_size": 1, "gradient_accumulation_steps": 2, "max_iters": 2, "engine": "numpy"}
    assert "batch_size 1, 2 micro-steps, 2 iterations, the engine numpy" in text


@pytest.mark.parametrize("field", [field.name for field in fields(Sampling)])
def test_options_of_generate(command: Command, field: str) -> None:
    assert f"  --{field} " in command("generate", "--help").out
