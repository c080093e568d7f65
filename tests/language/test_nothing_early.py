"""Nothing is said when a module is imported: it would stay in the language of that moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.commands import environment

IMPORTS = """
import importlib, pkgutil, sys
import gpt_by_hand.layout.sentences as sentences
from gpt_by_hand import language

def early(*values, **parts):
    raise AssertionError("said too early")

for name in ("said", "many", "line", "told", "sentences", "sentence"):
    setattr(sentences, name, early)
for name in ("spoken", "decimal", "whole", "several"):
    setattr(language, name, early)
sys.path[:0] = sys.argv[1:]
names = [*sys.argv[2:], *(found.name for found in pkgutil.walk_packages(["src/gpt_by_hand"], "gpt_by_hand."))]
for name in names:
    if "torch" not in name and not name.endswith("__main__"):
        importlib.import_module(name)
print(len(names))
"""


def imported(*more: object) -> subprocess.CompletedProcess[str]:
    """All modules, and `more`: a folder and the names of modules there."""
    command = [sys.executable, "-c", IMPORTS, *map(str, more)]
    return subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120, check=False)


def test_nothing_is_said_at_import() -> None:
    found = imported()
    assert found.returncode == 0, found.stderr[-2000:]
    assert int(found.stdout) > 200


def test_what_is_said_at_import_is_found(tmp_path: Path) -> None:
    (tmp_path / "planted.py").write_text("from gpt_by_hand.layout.sentences import said\nNAME = said('sheet.name')\n")
    assert "said too early" in imported(tmp_path, "planted").stderr
