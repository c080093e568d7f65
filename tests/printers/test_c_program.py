"""The printed C program: it compiles without warnings, and trains as Python does, to the fifth digit and beyond."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.cli import main
from gpt_by_hand.data.datasets import Dataset
from gpt_by_hand.data.tokenizers import build_word_tokenizer
from gpt_by_hand.model.axes import AXES, Axes
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.printers.c_comments import comment, wrapped
from gpt_by_hand.printers.text import formula
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.loop import Loop, Observer
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.state import start_state
from gpt_by_hand.training.trainer import Trainer
from tests.support.compilers import REAL, needs_compiler

ITERATIONS = 50
COMPILERS = [path for name in ("gcc", "clang") if (path := shutil.which(name))] or [str(REAL)]
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wno-unknown-pragmas")

# What is printed, and the same for Python: the model, and how it is trained.
EVERYTHING = ModelConfig(11, 5, 2, 3, 12, dropout_rate=0.25, use_bias=True, gelu="tanh", init_decimals=3)
FEW = ModelConfig(vocab_size=5, seq_length=3, num_layers=2, num_heads=1, dim_embedding=2, init_std=0.3)
QUICK = TrainConfig(learning_rate=1e-2, min_lr=1e-3, warmup_iters=10, lr_decay_iters=40)


@dataclass(frozen=True)
class Case:
    model: ModelConfig
    train: TrainConfig = field(default_factory=TrainConfig)


CASES = {
    "demo": Case(MODEL_PRESETS["demo"]),
    "pencil": Case(
        MODEL_PRESETS["pencil"],
        TrainConfig(batch_size=1, gradient_accumulation_steps=2, learning_rate=1e-2, min_lr=1e-3),
    ),
    "everything": Case(EVERYTHING, replace(QUICK, batch_size=3, gradient_accumulation_steps=2)),
    "few": Case(FEW, TrainConfig(batch_size=1, gradient_accumulation_steps=3, grad_clip=0, weight_decay=0)),
}


def options(case: Case) -> list[str]:
    """What the case changes, as options of `print`."""
    found = []
    for config, base in ((case.model, ModelConfig()), (case.train, TrainConfig())):
        for name, default in vars(base).items():
            value = getattr(config, name)
            if value != default:
                found.append(f"--{name}" if value is True else f"--{name}={value}")
    return found


def data_of(case: Case, folder: Path) -> Dataset:
    """A little data, in a folder: each word leads to the next one or to the one after that."""
    rng = np.random.default_rng(3)
    words = (np.cumsum(rng.choice([1, 1, 1, 2], 500)) % case.model.vocab_size).astype("<u2")
    folder.mkdir()
    words[:400].tofile(folder / "train.bin")
    words[400:].tofile(folder / "val.bin")
    return Dataset(folder.name, words[:400], words[400:], build_word_tokenizer("a b"))


class Watched(Observer):
    """Remembers every loss."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.evaluations: list[list[float]] = []

    def stepped(self, trainer: Trainer, iteration: int, values: dict[str, Any]) -> None:
        self.losses.append(float(values["loss"]))

    def evaluated(self, trainer: Trainer, found: Metrics) -> None:
        self.evaluations.append([found.iteration, found.train_loss, found.val_loss, found.learning_rate])


def trained(case: Case, data: Dataset, seed: int) -> Watched:
    """What Python finds."""
    train = replace(case.train, seed=seed, max_iters=ITERATIONS, eval_interval=20, eval_iters=3)
    watched = Watched()
    Loop(Trainer(case.model, train, data, start_state(case.model, train, data)), watched, None).run()
    return watched


def printed(folder: Path, *arguments: str) -> Path:
    assert main(["print", "c", *arguments, "-o", str(folder / "gpt.c")]) == 0
    return folder / "gpt.c"


def compiled(source: Path, *flags: str, compiler: str | None = REAL) -> Path:
    line = [str(compiler), *(flags or ("-O1",)), *WARNINGS, str(source), "-o", str(source.with_name("gpt")), "-lm"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return source.with_name("gpt")


def run(program: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    line = [str(program), *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=100, check=False)


def assert_trains_as_python(program: Path, case: Case, folder: Path, seed: int = 1337) -> None:
    want = trained(case, data_of(case, folder), seed)
    numbers = ("--max_iters", ITERATIONS, "--eval-interval", 20, "--eval_iters", 3, "--seed", seed)
    done = run(program, folder, *numbers, "--losses")
    assert (done.returncode, done.stderr) == (0, "")
    losses = [float(loss) for loss in re.findall(r"^iteration +\d+: loss (\S+)$", done.stdout, re.M)]
    np.testing.assert_allclose(losses, want.losses, rtol=2e-5)
    assert losses[0] == pytest.approx(want.losses[0], rel=2e-7)
    pattern = r"^iteration +(\d+): train (\S+)  val (\S+)  learning rate (\S+)"
    found = [[float(number) for number in line] for line in re.findall(pattern, done.stdout, re.M)]
    np.testing.assert_allclose(found, want.evaluations, rtol=6e-3, atol=6e-5)
    np.testing.assert_allclose(np.array(found)[:, 1:3], np.array(want.evaluations)[:, 1:3], atol=6e-5)


@needs_compiler
@pytest.mark.parametrize("plain", [False, True], ids=["fast", "plain"])
@pytest.mark.parametrize("name", CASES)
def test_it_trains_as_python_does(tmp_path: Path, name: str, plain: bool) -> None:
    case = CASES[name]
    source = printed(tmp_path, *options(case), *(["--plain"] if plain else []))
    assert_trains_as_python(compiled(source), case, tmp_path / "data", seed=7 if plain else 1337)


@needs_compiler
@pytest.mark.parametrize("compiler", COMPILERS)
def test_with_the_flags_that_it_names(tmp_path: Path, compiler: str) -> None:
    source = printed(tmp_path)
    flags = re.search(r"Compile: +cc (-.*?) gpt\.c", source.read_text())
    assert flags
    program = compiled(source, *flags[1].split(), compiler=compiler)
    assert_trains_as_python(program, CASES["demo"], tmp_path / "data")


@needs_compiler
def test_with_threads(tmp_path: Path) -> None:
    """Wide enough for loops to be shared among them, if the compiler knows how."""
    wide = ModelConfig(dim_embedding=64, num_layers=1, seq_length=16)
    source = printed(tmp_path, *options(Case(wide)))
    assert "#pragma omp parallel for" in source.read_text()
    trial = tmp_path / "trial.c"
    trial.write_text("int main(void) { return 0; }\n")
    if subprocess.run([str(REAL), "-fopenmp", str(trial), "-o", str(tmp_path / "trial")], check=False).returncode:
        pytest.skip("this compiler has no OpenMP")
    assert_trains_as_python(compiled(source, "-O1", "-fopenmp"), Case(wide), tmp_path / "data")


# What goes wrong, in one line


@pytest.fixture(scope="module")
def pencil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pencil")
    return compiled(printed(folder, *options(CASES["pencil"])))


GOOD = bytes(200)
BAD_DATA = {
    "no train.bin": (
        {"val.bin": GOOD},
        "cannot read data/train.bin: No such file or directory; a data set is a",
    ),
    "no val.bin": ({"train.bin": GOOD}, "cannot read data/val.bin: No such file"),
    "odd": ({"train.bin": GOOD + b"x", "val.bin": GOOD}, "data/train.bin has 201 bytes, an odd number"),
    "empty": ({"train.bin": b"", "val.bin": GOOD}, "data/train.bin has 0 tokens, but a sequence of 4 needs at least 5"),
    "short": ({"train.bin": GOOD, "val.bin": bytes(8)}, "data/val.bin has 4 tokens, but a sequence of 4 needs"),
    "token": (
        {"train.bin": GOOD + b"\x08\x00", "val.bin": GOOD},
        "data/train.bin: token 8 at position 100 is outside of the vocabulary of 8",
    ),
    "high byte": (
        {"train.bin": GOOD + b"\x00\x01", "val.bin": GOOD},
        "data/train.bin: token 256 at position 100 is outside of the vocabulary of 8",
    ),
}


@needs_compiler
@pytest.mark.parametrize("name", BAD_DATA)
def test_bad_data(pencil: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    files, says = BAD_DATA[name]
    monkeypatch.chdir(tmp_path)
    Path("data").mkdir()
    for file, content in files.items():
        Path("data", file).write_bytes(content)
    assert_refused(run(pencil, "data"), says)


def assert_refused(done: subprocess.CompletedProcess[str], says: str) -> None:
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"error: {says}")
    assert done.stderr.count("\n") == 1


BAD_ARGUMENTS = {
    "": "name the folder of a data set",
    "data more": "one folder at a time, not both data and more",
    "data --max_iter 3": "there is no option --max_iter: see",
    "data --max_iters": "--max_iters needs a whole number from 0 to",
    "data --max_iters x": "--max_iters needs a whole number",
    "data --max_iters 3x": "--max_iters needs a whole number",
    "data --max_iters -1": "--max_iters needs a whole number",
    "data --eval_interval 0": "--eval_interval needs a whole number from 1 to",
    "data --seed 4294967296": "--seed needs a whole number from 0 to 4294967295",
    "data --seed 99999999999999999999": "--seed needs a whole number",
}


@needs_compiler
@pytest.mark.parametrize("arguments", BAD_ARGUMENTS)
def test_bad_arguments(pencil: Path, arguments: str) -> None:
    assert_refused(run(pencil, *arguments.split()), BAD_ARGUMENTS[arguments])


@needs_compiler
def test_a_loss_that_is_no_number(tmp_path: Path) -> None:
    case = CASES["pencil"]
    program = compiled(printed(tmp_path, *options(case), "--learning_rate", "1e30", "--grad_clip", "0"))
    data_of(case, tmp_path / "data")
    done = run(program, tmp_path / "data", "--max_iters", 1000)
    assert done.returncode == 2
    assert re.fullmatch(r"error: the loss is \S+ at iteration \d+ .*\n", done.stderr)


@needs_compiler
@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help(pencil: Path, word: str) -> None:
    done = run(pencil, word)
    assert (done.returncode, done.stderr) == (0, "")
    for name in ("max_iters", "eval_interval", "eval_iters", "seed"):
        assert re.search(rf"--{name} N .*\(default {getattr(TrainConfig(), name)}\)", done.stdout)


@needs_compiler
def test_no_iterations_are_one_evaluation(pencil: Path, tmp_path: Path) -> None:
    data_of(CASES["pencil"], tmp_path / "data")
    done = run(pencil, tmp_path / "data", "--max_iters", 0)
    assert [line[:13] for line in done.stdout.splitlines()[2:]] == ["iteration    "]


# What is read


@pytest.mark.parametrize("plain", [False, True], ids=["fast", "plain"])
def test_it_can_be_read(tmp_path: Path, plain: bool) -> None:
    """Every question and every formula is in it, with names for the parts of the model, in lines that are not long."""
    case = CASES["pencil"]
    text = printed(tmp_path, *options(case), *(["--plain"] if plain else [])).read_text()
    said = " ".join(text.split())
    for assignment in iteration(case.model, case.train.update_rule, case.train.rows).assignments:
        assert " ".join(formula(assignment).split()) in said
        assert assignment.title in said
    assert "Forward: Block 0, Attention (h.0.attn)" in text
    assert "i: position that asks" in text
    assert "252 parameters: word table (also the head) 32" in said
    assert [line for line in text.splitlines() if len(line) > 120 and not line.startswith(("#", "    "))] == []
    assert text.isascii()


def test_every_letter_has_a_meaning() -> None:
    assert vars(Axes(ModelConfig(), 1, 1)).keys() == AXES.keys()


def test_comments() -> None:
    assert comment(["one"]) == ["/* one */"]
    assert comment(["one", "  two", "three"]) == ["/* one", "     two", "   three */"]


def test_long_lines_are_broken_and_directions_are_not() -> None:
    assert wrapped("    x = a + b;\n", 12) == "    x = a +\n        b;\n"
    assert wrapped("#pragma omp simd\n\nx;\n", 4) == "#pragma omp simd\n\nx;\n"
