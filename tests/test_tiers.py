"""The list of slow tests names files and tests that there are."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

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
    canaries = {f"{path.partition('::')[0]}::{name}" for path, names in SLOW.items() for name in names}
    everything, fast = collected(), collected("-m", "not slow")
    assert canaries - everything == set()
    assert fast == canaries
    assert {path for path in SLOW if not any(name.startswith(path) for name in everything)} == set()


EXAMPLES = """
from hypothesis import given, settings, strategies

@settings(max_examples=20)
@given(strategies.integers())
def test_any(number):
    print(number)
"""


def test_hypothesis_tries_the_same_examples_unless_a_seed_is_given(tmp_path: Path) -> None:
    def tried(*seed: str) -> list[str]:
        line = [sys.executable, "-m", "pytest", "-qs", "-p", "tests.conftest", "-c", os.devnull, *seed, "test_it.py"]
        paths = os.pathsep.join([str(TESTS.parent), *sys.path])
        environment = {**os.environ, "PYTHONPATH": paths}
        ran = subprocess.run(line, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return ran.stdout.splitlines()[:20]

    (tmp_path / "test_it.py").write_text(EXAMPLES)
    assert tried() == tried()
    first, second = (tried(f"--hypothesis-seed={seed}") for seed in (20261128, 20261129))
    assert first == tried("--hypothesis-seed=20261128")
    assert len({*map(tuple, (tried(), first, second))}) == 3
