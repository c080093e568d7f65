"""Compilers to try: the real ones, and scripts that stand before them and refuse, count, or fail."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

import pytest

from gpt_by_hand.engines.compiler import library_suffix

REAL = next((path for name in ("cc", "gcc", "clang") if (path := shutil.which(name))), None)
SCRIPTS = os.name == "posix"
SOURCE = "float twice(float x) { return 2 * x; }\n"

needs_compiler = pytest.mark.skipif(REAL is None, reason="no C compiler here")
needs_scripts = pytest.mark.skipif(REAL is None or not SCRIPTS, reason="shell scripts stand before a real compiler")


def script(path: Path, *lines: str) -> Path:
    """A program made of lines of shell, after which, if it comes so far, the real compiler does the work."""
    path.write_text("\n".join(["#!/bin/sh", *lines, f'exec "{REAL}" "$@"', ""]))
    path.chmod(0o755)
    return path


def refusing(path: Path, *flags: str) -> Path:
    """A compiler that does not know some flags, and writes down each call."""
    tests = " ".join(f'*" {flag} "*) echo "fake: error: unknown option {flag}" >&2; exit 1;;' for flag in flags)
    return script(path, f'echo "$@" >> {path}.calls', f'case " $* " in {tests} *) ;; esac')


def remembering(folder: Path, kept: Path) -> Path:
    """Make a folder with a compiler `cc` that keeps each library that it makes, by a hash of its C and its arguments.

    Tests start with an empty cache, so that none finds what another has compiled; this one only saves their time.
    """
    folder.mkdir()
    kept.mkdir(exist_ok=True)
    library = f"program{library_suffix()}"
    script(
        folder / "cc",
        f'kept="{kept}/$( (printf "%s\\n" "$@"; cat program.c) 2>/dev/null | sha256sum | cut -c1-64)"',
        "if [ -f program.c ]; then",
        f'  if [ -f "$kept" ]; then exec cp "$kept" {library}; fi',
        f'  "{REAL}" "$@" || exit',
        f'  cp {library} "$kept.$$" && mv "$kept.$$" "$kept"',
        "  exit",
        "fi",
    )
    return folder


def calls(path: Path) -> list[str]:
    """The arguments of each call of a compiler made by `refusing`."""
    written = Path(f"{path}.calls")
    return written.read_text().splitlines() if written.exists() else []


def twice(library: Path, x: float = 21.0) -> float:
    """Call the function of SOURCE in a library. Raises: OSError when it cannot be loaded."""
    function = ctypes.CDLL(str(library)).twice
    function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float]
    return function(x)


def names(folder: Path) -> list[str]:
    """What is in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the user's own CC and CFLAGS."""
    for name in ("CC", "CFLAGS"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, which is not there yet."""
    monkeypatch.setenv("GPT_BY_HAND_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"
