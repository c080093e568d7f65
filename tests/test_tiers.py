"""The list of slow tests names files and tests that there are."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.tiers import SLOW, TESTS


def collected(*options: str) -> set[str]:
    """The tests of the slow files, by file and name."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--collect-only",
        "--quiet",
        *options,
        *(f"tests/{path}" for path in SLOW),
    ]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    ran = subprocess.run(command, cwd=TESTS.parent, env=environ, capture_output=True, encoding="utf-8", check=True)
    return {line.removeprefix("tests/") for line in ran.stdout.splitlines() if "::" in line}


def test_the_canaries_and_nothing_else_of_the_slow_files_run_always() -> None:
    canaries = {f"{path}::{name}" for path, names in SLOW.items() for name in names}
    everything, fast = collected(), collected("-m", "not slow")
    assert canaries - everything == set()
    assert fast == canaries
    assert {name.partition("::")[0] for name in everything} == set(SLOW)
