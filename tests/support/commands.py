"""Commands as users give them: as a process of their own or, much faster, inside this one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.cli import main

ROOT = Path(__file__).resolve().parents[2]
LOOKS = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
NUMPY = ("--engine", "numpy")
TINY = ("--preset", "pocket", "--batch_size", 2, "--gradient_accumulation_steps", 2, "--eval_iters", 2)


@dataclass(frozen=True)
class Result:
    """What a command has said, and its exit code."""

    code: int
    out: str
    err: str


Command = Callable[..., Result]


def environment(**changes: str) -> dict[str, str]:
    """This process's, without what changes the look of output, and with the repository's own source first."""
    kept = {name: value for name, value in os.environ.items() if name not in LOOKS}
    paths = [str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), **changes}


def program(*arguments: object, script: str | None = None) -> list[str]:
    """The command line of `python -m gpt_by_hand ...`, or of a script of the repository."""
    start = ["-m", "gpt_by_hand"] if script is None else [str(ROOT / script)]
    return [sys.executable, *start, *map(str, arguments)]


def process(*arguments: object, cwd: Path, script: str | None = None, given: str = "", **changes: str) -> Result:
    """Run a command as a process with `given` as its input."""
    ran = subprocess.run(
        program(*arguments, script=script),
        cwd=cwd,
        env=environment(**changes),
        input=given,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    return Result(ran.returncode, ran.stdout, ran.stderr)


def snapshot(folder: Path) -> dict[str, bytes]:
    """Each file in the folder, and what it holds."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def refused(result: Result, *words: str) -> str:
    """Assert that the command gave exit code 2 and one line of error that holds the words; returns it."""
    assert result.code == 2, result
    assert result.err.count("\n") == 1, result.err
    assert result.err.startswith("error: "), result.err
    assert not [word for word in words if word not in result.err], (words, result.err)
    return result.err


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in an empty folder, inside this process: whatever it raises, the test sees."""
    monkeypatch.chdir(tmp_path)
    for name in LOOKS:
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: object) -> Result:
        capsys.readouterr()
        try:
            code: Any = main([str(argument) for argument in arguments])
        except SystemExit as stop:
            code = stop.code or 0
        said = capsys.readouterr()
        return Result(code, said.out, said.err)

    return run


@pytest.fixture(scope="session")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the word data, and in out/ the checkpoint and the metrics of a pocket model, trained by NumPy."""
    folder, before = tmp_path_factory.mktemp("trained"), Path.cwd()
    os.chdir(folder)
    try:
        with redirect_stdout(StringIO()):
            main([str(a) for a in ("train", *TINY, "--max_iters", 20, "--eval_interval", 10, *NUMPY)])
    finally:
        os.chdir(before)
    return folder


@pytest.fixture
def trained(trained_once: Path, tmp_path: Path) -> Path:
    """A copy of that folder, to be spoiled."""
    shutil.copytree(trained_once, tmp_path, dirs_exist_ok=True)
    return tmp_path
