"""What the commands import: nothing that their way does not need."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import environment
from tests.support.compilers import needs_compiler, plain

__all__ = ["plain"]

HEAVY = ("torch", "matplotlib", "typst", "pandas", "scipy")
COMPILING = ("subprocess", "concurrent", "gpt_by_hand.schedule", "gpt_by_hand.printers.c")
LARGE = ("hashlib", "shutil", "tempfile", "filecmp", "difflib")  # of the standard library: OpenSSL, archives
UNUSED = ("data.prepare", "data.tokenizer_json", "data.byte_pairs", "study", "notebook", "cli.option_help")
SPY = """
import sys
from gpt_by_hand.cli import main
code = main(sys.argv[1:])
print("modules:", code, *sorted(sys.modules), sep="\\n", file=sys.stderr)
"""


def modules(folder: Path, *arguments: object) -> set[str]:
    """The modules that a command has imported."""
    line = [sys.executable, "-c", SPY, *map(str, arguments)]
    ran = subprocess.run(
        line,
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    code, *found = ran.stderr.partition("modules:\n")[2].split("\n")
    assert code == "0", ran.stderr
    return set(found)


def numpy_s() -> set[str]:
    """The modules that NumPy imports for itself: its last version for Python 3.10 takes `subprocess` along."""
    line = [sys.executable, "-c", "import numpy, sys; print(*sys.modules)"]
    return set(subprocess.run(line, capture_output=True, text=True, timeout=60, check=True).stdout.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("train", "--init_from", "resume", "--max_iters", 22),
        ("train", "--gpt_by_hand", "--preset", "pencil"),
        ("generate", "--show_probabilities"),
        ("trace", "--format", "json"),
        ("trace", "--prompt", "hello"),
        ("trace", "--prompt", "hello world", "--gradients"),
        ("loss", "hello world"),
        ("show", "--prompt", "hello", "-o", "heads.svg"),
        ("exercise", "score", "--json"),
        ("print", "latex"),
        ("print", "numpy", "--preset", "pencil"),
        ("worksheet", "score", "-o", "sheet.md"),
        ("plot",),
        ("prepare", "words"),
        ("cache",),
        ("generate", "--interactive"),
        ("explain", "--interactive"),
    ],
    ids=lambda arguments: " ".join(map(str, arguments)),
)
def test_nothing_heavy(trained: Path, arguments: tuple[object, ...]) -> None:
    found = modules(trained, *arguments)
    assert not [name for name in (*HEAVY, "readline") if name in found]


@pytest.mark.parametrize("arguments", [("train", "--init_from", "resume", "--max_iters", 22), ("generate",)])
def test_no_display_where_nobody_looks(trained: Path, arguments: tuple[object, ...]) -> None:
    assert not [name for name in modules(trained, *arguments) if name.startswith(("rich.progress", "rich.live"))]


@needs_compiler
@pytest.mark.usefixtures("plain")
@pytest.mark.parametrize(
    "arguments",
    [("train", "--preset", "pencil", "--max_iters", 2, "--out_dir", "c"), ("generate",)],
    ids=lambda a: a[0],
)
@pytest.mark.parametrize("engine", ["c", "auto"])
def test_what_is_compiled_already_needs_nothing_that_compiles(
    trained: Path, arguments: tuple[object, ...], engine: str
) -> None:
    """The first run prints and compiles; the next one finds the library."""
    first, second = modules(trained, *arguments, "--engine", "c"), modules(trained, *arguments, "--engine", engine)
    assert {"subprocess", "gpt_by_hand.schedule.program", "gpt_by_hand.printers.c"} <= first
    assert [found for found in second - numpy_s() if found.startswith((*COMPILING, *HEAVY))] == []
    assert arguments[0] == "generate" or not [found for found in second if found.startswith("gpt_by_hand.printers.")]


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_what_computes_nothing_imports_next_to_nothing(tmp_path: Path, word: str) -> None:
    unwanted = ("numpy", "rich", "dataclasses", "typing", "pathlib", "argparse", *HEAVY)
    assert not [name for name in unwanted if name in modules(tmp_path, word)]


def test_a_short_training_imports_only_what_it_uses(trained: Path) -> None:
    """The data are there, and nobody looks: nothing is needed that makes data, reads others' or shows numbers."""
    found = modules(trained, "train", "--init_from", "resume", "--max_iters", 22) - numpy_s()
    unwanted = (
        "rich",
        *LARGE,
        "numpy.typing",
        "numpy.random",
        "secrets",
        *(f"gpt_by_hand.{name}" for name in UNUSED),
    )
    assert not [name for name in unwanted if name in found]


def test_an_explanation_imports_only_what_it_uses(trained: Path) -> None:
    found = modules(trained, "explain", "loss") - numpy_s()
    assert not [name for name in ("rich", *LARGE, "subprocess", "html", "gpt_by_hand.notebook") if name in found]


def test_the_spy_sees_imports(trained: Path) -> None:
    assert {"numpy", "gpt_by_hand.training.loop"} <= modules(trained, "train", "--max_iters", 1)


def test_what_reads_a_command_line_brings_only_its_own(tmp_path: Path) -> None:
    """The source is read for `--help` alone, and names are compared for mistakes alone."""
    found = modules(tmp_path, "cache", "--clear=no")
    assert {"gpt_by_hand.cli.options"} <= found
    assert not [
        name for name in ("difflib", "inspect", "gpt_by_hand.cli.option_help", "rich") if name in found - numpy_s()
    ]
