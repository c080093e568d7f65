"""Commands that are suggested work where they are: in a clone, and with the package installed elsewhere."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_by_hand import advice
from gpt_by_hand.cli import COMMANDS
from tests.support.commands import ROOT, TINY, environment, process

SCRIPTS = ("train.py", "generate.py", *(f"data/{path.name}" for path in sorted((ROOT / "data").glob("*.py"))))


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The package as a wheel leaves it, with nothing of the clone around it, and what is known of its extras."""
    shutil.copytree(
        ROOT / "src/gpt_by_hand", tmp_path / "site/gpt_by_hand", ignore=shutil.ignore_patterns("__pycache__")
    )
    known = tmp_path / "site/gpt_by_hand-0.1.0.dist-info"
    known.mkdir()
    (known / "METADATA").write_text(
        "Metadata-Version: 2.3\nName: gpt-by-hand\nVersion: 0.1.0\nRequires-Dist: numpy>=2.0\nProvides-Extra: plot\n"
        "Requires-Dist: matplotlib>=3.8; extra == 'plot'\nRequires-Dist: typst>=0.13 ; extra == \"worksheets\"\n"
        "Requires-Dist: pypdf>=5.0 ; python_version > '3' and extra == 'worksheets'\n"
        "Requires-Dist: x; extra == 'xplot'\n"
    )
    return tmp_path / "site"


def said(code: str, folder: Path, site: Path = ROOT / "src") -> str:
    """What Python prints, with the package from there."""
    others = [path for path in sys.path if path and Path(path) not in (ROOT, ROOT / "src")]
    paths = os.pathsep.join([str(site), *others])
    ran = subprocess.run(
        [sys.executable, "-c", f"from gpt_by_hand.advice import *; print({code})"],
        cwd=folder,
        env={**environment(), "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout.strip()


def test_installing_from_a_clone(tmp_path: Path) -> None:
    assert said("install('torch')", ROOT) == "pip install -e '.[torch]'"
    assert said("install('torch')", tmp_path) == f"pip install -e {shlex.quote(f'{ROOT}[torch]')}"


def test_installing_for_a_wheel(tmp_path: Path, wheel: Path) -> None:
    """The packages themselves, since no index has this project."""
    assert said("install('worksheets')", tmp_path, wheel) == "pip install 'typst>=0.13' 'pypdf>=5.0'"
    assert said("install('plot')", tmp_path, wheel) == "pip install 'matplotlib>=3.8'"


def test_no_other_place_says_how_to_install() -> None:
    """So none names what no index has."""
    for path in (ROOT / "src").rglob("*.py"):
        assert "pip install" not in path.read_text(encoding="utf-8") or path.name == "advice.py", path
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        assert "gpt-by-hand[" not in page.read_text(encoding="utf-8"), page


@pytest.mark.parametrize(
    ("started", "words", "wanted"),
    [
        ("/usr/bin/gpt-by-hand", "generate --out_dir 'a b'", "gpt-by-hand generate --out_dir 'a b'"),
        ("train.py", "generate --out_dir x", "python generate.py --out_dir x"),
        ("train.py", "train", "python train.py"),
        ("train.py", "trace", "gpt-by-hand trace"),
        ("../train.py", "generate", "gpt-by-hand generate"),
        ("/x/gpt_by_hand/__main__.py", "generate", "python -m gpt_by_hand generate"),
        ("/x/pytest/__main__.py", "generate", "gpt-by-hand generate"),
        ("", "generate", "gpt-by-hand generate"),
    ],
)
def test_commands(started: str, words: str, wanted: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("train.py", "generate.py"):
        (tmp_path / name).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", [started])
    assert advice.command(words) == wanted


def test_what_a_run_suggests_can_be_typed(tmp_path: Path) -> None:
    """From a folder of one's own, where no scripts are, and from a folder beside them."""
    short = (*TINY, "--max_iters", 1)
    with_module = process("train", *short, cwd=tmp_path).out
    assert with_module.endswith("saved to out; now try: python -m gpt_by_hand generate\n")
    scripts = process(*short, cwd=tmp_path, script="train.py").out
    assert scripts.endswith(f"saved to out; now try: python {ROOT / 'generate.py'}\n")
    assert process(cwd=tmp_path, script="generate.py").code == 0


@pytest.mark.parametrize("script", SCRIPTS)
def test_before_installing(script: str) -> None:
    """One line that says how; Python without site-packages stands for one that knows nothing of the project."""
    folder = (ROOT / script).parent
    line = [sys.executable, "-I", "-S", Path(script).name]
    ran = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    where = os.path.relpath(ROOT / "requirements.txt", folder)
    wanted = f"error: gpt_by_hand is not installed: pip install -r {where} (see README.md, or: make demo)\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", wanted)


# Printed programs, sheets, what a class made of them, and what a page says of an address.
ELSEWHERE = ("advice.py", "c_program.py", "making.py", "class_page.py", "problems.py")


def test_no_other_place_says_how_to_give_a_command() -> None:
    """Of what is printed; help's own examples, printed programs and pages may be read elsewhere."""
    named = re.compile(rf"{advice.PROJECT} ({'|'.join(COMMANDS)}|--help)\b.")
    for path in (ROOT / "src").rglob("*.py"):
        if path.name in ELSEWHERE:
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
                assert not named.search(node.value), f"{path}:{node.lineno}"
