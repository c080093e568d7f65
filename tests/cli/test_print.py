"""`gpt-by-hand print`: the formulas in each language, of the program that is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from gpt_by_hand.cli import main
from gpt_by_hand.cli import print as command_print
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import evaluation, iteration, prediction
from gpt_by_hand.notation import Constant, Program
from gpt_by_hand.printers import latex, text
from tests.support.commands import Command, environment, process, refused, snapshot

PENCIL = ("--preset", "pencil")
RULE = UpdateRule(learning_rate=1e-2, min_lr=1e-3)
LANGUAGES = ("text", "latex", "numpy", "javascript", "c")
PRESETS = {"demo": (16, UpdateRule()), "pocket": (16, UpdateRule()), "pencil": (2, RULE)}


def given(program: Program) -> dict[str, Any]:
    """Numbers for every input and parameter, as they occur in training."""
    rng, found = np.random.default_rng(1), {}
    for tensor in (*program.inputs, *program.parameters):
        drawn = rng.integers(0, 4, tensor.shape) if tensor.kind == "integer" else rng.normal(size=tensor.shape)
        found[tensor.name] = drawn if tensor.kind == "integer" else np.abs(drawn).astype(np.float32)
    return {**found, "iteration": 123}


def formulas(program: Program) -> list[str]:
    return [text.formula(assignment) for assignment in program.assignments]


def printed_formulas(page: str) -> list[str]:
    """The lines of formulas on a page of text."""
    return [line.strip() for line in page[page.index("# Forward") :].splitlines() if line.startswith("  ")]


def test_the_table_has_every_language() -> None:
    languages = get_type_hints(command_print.Options)["language"]
    assert tuple(command_print.LANGUAGES) == get_args(languages) == LANGUAGES


@pytest.mark.parametrize("name", PRESETS)
def test_presets(command: Command, name: str) -> None:
    rows, rule = PRESETS[name]
    program = iteration(MODEL_PRESETS[name], rule, rows)
    page = command("print", "text", "--preset", name).out
    assert printed_formulas(page) == formulas(program)
    assert f"max_lr = {rule.learning_rate}" in page
    assert f"tokens  [b, t] = {rows} x " in page
    document = command("print", "latex", "--preset", name).out
    assert [f"\\formula{{{latex.formula(a)}}}" for a in program.assignments] == [
        line for line in document.splitlines() if line.startswith("\\formula{")
    ]


@pytest.mark.parametrize(
    ("which", "program", "title"),
    [
        ("iteration", iteration(MODEL_PRESETS["pencil"], RULE, 2), "One training iteration"),
        ("evaluation", evaluation(MODEL_PRESETS["pencil"], 1), "An evaluation"),
        ("prediction", prediction(MODEL_PRESETS["pencil"], 1, 4), "A prediction"),
    ],
)
def test_programs(command: Command, which: str, program: Program, title: str) -> None:
    page = command("print", "text", *PENCIL, "--program", which).out
    assert page.startswith(title)
    assert printed_formulas(page) == formulas(program)


OPTIONS: dict[str, Program] = {
    "--use_bias": iteration(ModelConfig(use_bias=True), UpdateRule(), 16),
    "--gelu tanh --num-layers 1": iteration(ModelConfig(num_layers=1, gelu="tanh"), UpdateRule(), 16),
    "--dropout_rate 0.5": iteration(ModelConfig(dropout_rate=0.5), UpdateRule(), 16),
    "--grad_clip 0 --weight-decay 0": iteration(ModelConfig(), UpdateRule(grad_clip=0, weight_decay=0), 16),
    "--batch_size 3 --gradient_accumulation_steps 5": iteration(ModelConfig(), UpdateRule(), 15),
    "--recipe quick": iteration(ModelConfig(), RULE, 16),
    "--beta1 0.5 --eps 1e-4": iteration(ModelConfig(), UpdateRule(beta1=0.5, eps=1e-4), 16),
    "--program evaluation --batch_size 7": evaluation(ModelConfig(), 7),
}


@pytest.mark.parametrize("options", OPTIONS)
def test_options(command: Command, options: str) -> None:
    """Each changes the program that is printed, and nothing else."""
    program, result = OPTIONS[options], command("print", "text", *options.split())
    assert (result.code, result.err) == (0, "")
    assert printed_formulas(result.out) == formulas(program)
    constants = {n for a in program.assignments for n in a.expression.walk() if isinstance(n, Constant) and n.name}
    assert all(f"  {constant.name} = {constant.value!r}\n" in result.out for constant in constants)
    assert f"  tokens  [b, t] = {program.tensors['tokens'].shape[0]} x 8, integer" in result.out


MODULES: dict[str, Program] = {
    "--preset pencil": iteration(MODEL_PRESETS["pencil"], RULE, 2),
    "--preset demo": iteration(ModelConfig(), UpdateRule(), 16),
    "--use_bias --gelu tanh --dropout_rate 0.25 --batch_size 1": iteration(
        ModelConfig(use_bias=True, gelu="tanh", dropout_rate=0.25), UpdateRule(), 4
    ),
    "--preset pencil --program evaluation": evaluation(MODEL_PRESETS["pencil"], 1),
    "--preset pencil --program prediction --batch_size 3": prediction(MODEL_PRESETS["pencil"], 3, 4),
}


@pytest.mark.parametrize("options", MODULES)
def test_the_module_computes_what_the_engine_computes(command: Command, options: str) -> None:
    """Every tensor, bit for bit."""
    program, names = MODULES[options], dict[str, Any](__name__="printed")
    exec(command("print", "numpy", *options.split()).out, names)
    inputs = given(program)
    want, found = compile_numpy(program)(dict(inputs)), names["run"](dict(inputs))
    assert found.keys() == want.keys() == program.definitions.keys()
    for name, values in want.items():
        assert np.asarray(found[name]).dtype == np.asarray(values).dtype, name
        assert np.array_equal(found[name], values, equal_nan=True), name


ALONE = r"""
import sys
sys.modules["gpt_by_hand"] = None  # importing it is an error now
import re, numpy, pencil
sizes = re.findall(r"^ +([\w.]+)  \[.*\] = ([\dx ]+)", pencil.__doc__, re.MULTILINE)
shapes = {name: tuple(map(int, size.split(" x "))) for name, size in sizes}
given = {name: numpy.zeros(shape, "f4" if "." in name else int) for name, shape in shapes.items()}
print(pencil.run(given)["probs"].sum())
"""


def test_the_module_runs_without_this_package(tmp_path: Path) -> None:
    """In a Python that cannot find it: all that it needs is what its docstring says."""
    assert main(["print", "numpy", *PENCIL, "--program", "prediction", "-o", str(tmp_path / "pencil.py")]) == 0
    line = [sys.executable, "-c", ALONE]
    ran = subprocess.run(line, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
    assert (ran.stdout, ran.stderr) == ("4.0\n", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_holds_what_the_screen_shows(command: Command, tmp_path: Path, language: str) -> None:
    shown = command("print", language, *PENCIL)
    result = command("print", language, *PENCIL, "--output", "new/page.txt")
    assert (result.code, result.out) == (0, "")
    count = len(iteration(MODEL_PRESETS["pencil"], RULE, 2).assignments)
    assert result.err == f"{count} formulas written to new/page.txt\n"
    assert (tmp_path / "new/page.txt").read_text(encoding="utf-8") == shown.out
    (tmp_path / "new/page.txt").write_text("mine")
    refused(command("print", language, *PENCIL, "-o", "new/page.txt"), "new/page.txt is there already", "--force")
    assert (tmp_path / "new/page.txt").read_text() == "mine"
    assert command("print", language, *PENCIL, "-o", "new/page.txt", "--force").code == 0
    assert (tmp_path / "new/page.txt").read_text(encoding="utf-8") == shown.out
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["page.txt"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pipe_gets_nothing_but_the_page(tmp_path: Path, language: str) -> None:
    result = process("print", language, *PENCIL, cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert result.out.isascii()
    assert "\x1b" not in result.out
    assert all(line == line.rstrip() for line in result.out.splitlines())
    assert snapshot(tmp_path) == {}


def test_help_shows_examples_that_work(command: Command, tmp_path: Path) -> None:
    said = command("print", "--help").out
    examples = [line.split()[1:] for line in said.splitlines() if line.strip().startswith("gpt-by-hand print")]
    assert len(examples) == 3
    for example in examples:
        assert command(*example).code == 0, example
    assert (tmp_path / "pencil.tex").exists()
    assert (tmp_path / "demo.py").exists()
    assert (tmp_path / "gpt.c").exists()


def test_every_field_of_the_model_and_of_the_update_is_an_option(command: Command) -> None:
    said = command("print", "--help").out
    for kind in (ModelConfig, UpdateRule):
        for name in kind.__dataclass_fields__:
            assert f"  --{name} " in said or f"  --{name}\n" in said


REFUSED = {
    "no language": ((), ["LANGUAGE is missing: gpt-by-hand print LANGUAGE"]),
    "language": (("klingon",), ["LANGUAGE is 'klingon': it must be text, latex, numpy, javascript or c"]),
    "two languages": (("text", "latex"), ["latex"]),
    "preset": (
        ("text", "--preset", "demos"),
        ["--preset is 'demos': perhaps you meant demo; it must be demo", "pencil"],
    ),
    "recipe": (("text", "--recipe", "slow"), ["--recipe is 'slow': it must be documented or quick"]),
    "program": (
        ("text", "--program", "training"),
        ["--program is 'training': it must be iteration, evaluation or prediction"],
    ),
    "heads": (("text", "--num_heads", 3), ["num_heads 3 does not divide"]),
    "no rows": (("text", "--batch_size", 0), ["batch_size is 0"]),
    "rate": (("text", "--learning_rate", "nan"), ["learning_rate is nan"]),
    "a folder": (("latex", *PENCIL, "-o", "folder"), ["cannot write folder", "a folder stands where a file is needed"]),
    "below a file": (
        ("text", *PENCIL, "-o", "mine/x"),
        ["cannot write mine", "a file stands where a folder is needed"],
    ),
    "a long name": (("text", *PENCIL, "-o", "x" * 999), ["File name too long: choose a shorter name"]),
    "an option of training": (("text", "--out_dir", "out"), ["--out_dir"]),
    "a rate to evaluate with": (("text", "--program", "evaluation", "--min_lr", 0), ["--min_lr changes nothing in an"]),
    "an evaluation in C": (
        ("c", "--program", "evaluation"),
        ["a program in C trains", "text, latex, numpy or javascript"],
    ),
    "plain text": (("text", "--plain"), ["--plain changes nothing in text", "choose c"]),
    "steps to predict with": (
        ("text", "--program", "prediction", "--gradient-accumulation-steps", 2),
        ["--gradient_accumulation_steps changes nothing"],
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(command: Command, tmp_path: Path, name: str) -> None:
    """In one line, with everything as it was; twice, since the command's name is one that Python has already."""
    arguments, words = REFUSED[name]
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/page.tex").write_text("mine")
    (tmp_path / "mine").write_text("mine")
    for _ in range(2):
        refused(command("print", *arguments), *words)
        assert snapshot(tmp_path) == {"folder/page.tex": b"mine", "mine": b"mine"}


def test_a_file_that_cannot_be_written_stays_as_it_was(command: Command, tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "page.tex").write_text("mine")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    refused(command("print", "latex", *PENCIL, "-o", "page.tex", "--force"), "cannot write page.tex", "make room")
    assert snapshot(tmp_path) == {"page.tex": b"mine"}
