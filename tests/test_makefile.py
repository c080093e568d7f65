"""`make` makes the environment with a Python that is new enough, and makes one anew that cannot be used."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.docs.project import PROJECT
from tests.support.commands import ROOT

pytestmark = pytest.mark.skipif(shutil.which("make") is None or os.name != "posix", reason="no make here")

# Answers as a Python of this version does that can make environments, in which pip and our scripts are pretended.
FAKE = """#!/bin/sh
case "$*" in
  "-c "*) [ {minor} -ge 10 ] ;;
  --version) echo "Python 3.{minor}.1" ;;
  "-m venv .venv") mkdir -p .venv/bin; [ -e .venv/bin/python ] || cp "$0" .venv/bin/python ;;
  "-m pip --version") [ ! -e "$(dirname "$0")/no-pip" ] ;;
  *" install "*) [ {minor} -ge 10 ] && [ ! -e "$(dirname "$0")/no-pip" ] ;;
esac
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A clone's files that `make demo` needs, and in bin/ a Python 3.9 and a Python 3.12."""
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "bin").mkdir()
    for minor in (9, 12):
        path = tmp_path / f"bin/python3.{minor}"
        path.write_text(FAKE.format(minor=minor))
        path.chmod(0o755)
    return tmp_path


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(folder / "bin"), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL", "PYTHON")}
    line = ["make", "demo", *arguments]
    return subprocess.run(line, cwd=folder, env={**kept, "PATH": path}, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("python", "is_"), [("python3.9", "Python 3.9.1"), ("no-such-python", "")])
def test_a_python_that_is_too_old_is_refused_before_anything_is_made(folder: Path, python: str, is_: str) -> None:
    done = make(folder, f"PYTHON={python}")
    assert done.returncode != 0
    (error,) = (line for line in done.stderr.splitlines() if line.startswith("error: "))
    assert f"Python 3.10 or newer is needed; {python} is {is_}" in error
    assert "give another one, such as PYTHON=python3.12" in error
    assert not (folder / ".venv").exists()
    assert make(folder, "PYTHON=python3.12").returncode == 0


def environment(folder: Path, python: str, *, pip: bool = True) -> Path:
    """An environment as `python -m venv` makes it, and a file of the user's in it."""
    (folder / ".venv/bin").mkdir(parents=True)
    shutil.copy(folder / f"bin/{python}", folder / ".venv/bin/python")
    if not pip:
        (folder / ".venv/bin/no-pip").touch()
    (folder / ".venv/mine").touch()
    return folder / ".venv"


@pytest.mark.parametrize(("python", "pip"), [("python3.9", True), ("python3.12", False)])
def test_an_environment_that_cannot_be_used_is_made_anew(folder: Path, python: str, pip: bool) -> None:
    made = environment(folder, python, pip=pip)
    done = make(folder, "PYTHON=python3.12")
    assert done.returncode == 0, done.stderr
    assert (made / "bin/python").read_text() == (folder / "bin/python3.12").read_text()
    assert not (made / "mine").exists()


def test_an_environment_without_a_python_is_made_anew(folder: Path) -> None:
    made = environment(folder, "python3.12")
    (made / "bin/python").unlink()
    (made / "bin/python").symlink_to("/no/such/python")
    assert make(folder, "PYTHON=python3.12").returncode == 0


def test_an_environment_that_can_be_used_is_kept(folder: Path) -> None:
    made = environment(folder, "python3.12")
    assert make(folder, "PYTHON=python3.12").returncode == 0
    assert (made / "mine").exists()
    os.utime(folder / "pyproject.toml")  # something else may be needed now
    assert make(folder, "PYTHON=python3.12").returncode == 0
    assert (made / "mine").exists()


def test_the_oldest_python_is_that_of_the_project() -> None:
    assert PROJECT["requires-python"] == ">=3.10"
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "sys.version_info < (3, 10)" in text
    assert "Python 3.10 or newer" in text
