"""Making libraries with the C compiler, and finding out which flags it takes."""

from __future__ import annotations

import math
import os
import shutil
import sys
from pathlib import Path

import pytest

from gpt_by_hand.engines import compiler
from gpt_by_hand.engines.compiler import CHOICES, CompileError, compile_library, find_compiler, lanes, settle
from tests.support.compilers import SOURCE, calls, names, needs_compiler, needs_scripts, plain, refusing, script, twice

__all__ = ["plain"]
pytestmark = pytest.mark.usefixtures("plain")


@pytest.mark.parametrize("name", ["gcc", "clang"])
def test_a_real_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    if not shutil.which(name):
        pytest.skip(f"no {name} here")
    monkeypatch.setenv("CC", name)
    found = settle(find_compiler(), tmp_path)
    assert names(tmp_path) == []
    compile_library(found, SOURCE, tmp_path / "library")
    assert names(tmp_path) == ["library"]
    assert twice(tmp_path / "library") == 42
    assert (tmp_path / "library").stat().st_mode & 0o777 == 0o700
    assert lanes(found) in (4, 8, 16)


@needs_compiler
def test_nan_and_infinity_stay(tmp_path: Path) -> None:
    compile_library(settle(find_compiler(), tmp_path), SOURCE, tmp_path / "library")
    assert twice(tmp_path / "library", -math.inf) == -math.inf
    assert math.isnan(twice(tmp_path / "library", math.nan))


@needs_compiler
def test_the_same_source_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two processes that compile the same at once must not spoil each other's checksums."""
    found = settle(find_compiler(), tmp_path)
    for name in ("one", "two"):
        compile_library(found, SOURCE, tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@needs_compiler
def test_a_wrong_source(tmp_path: Path) -> None:
    (tmp_path / "library").write_text("old")
    with pytest.raises(CompileError) as caught:
        compile_library(settle(find_compiler(), tmp_path), "int x = 1;\nint f( {\n", tmp_path / "library")
    said = str(caught.value)
    assert "\n" not in said
    assert said.startswith(f"cannot compile the formulas: {find_compiler().command[0]} -O3 ")
    assert "program.c:2:8: error: " in said
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"library": "old"}


@needs_scripts
@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["echo 'first line'; echo 'x.c:1: error: the second'; exit 1"], ": x.c:1: error: the second$"),
        (["echo 'nothing of use' >&2; exit 3"], ": nothing of use$"),
        (["exit 3"], ": exit code 3$"),
        (["kill -9 $$"], ": ended by signal 9$"),
        (["exit 0"], " ended well, but wrote no library$"),
        (["printf 'error: \\033[1m\\377'; exit 1"], ": error:  \\[1m\N{REPLACEMENT CHARACTER}$"),
    ],
)
def test_a_compiler_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: list[str], says: str) -> None:
    monkeypatch.setenv("CC", str(script(tmp_path / "cc", *lines)))
    with pytest.raises(CompileError, match=says):
        compile_library(find_compiler(), SOURCE, tmp_path / "library")
    with pytest.raises(CompileError, match=says):
        settle(find_compiler(), tmp_path)
    assert names(tmp_path) == ["cc"]


@needs_scripts
def test_what_is_no_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cc").write_bytes(b"\x7fELF, but no more")
    (tmp_path / "cc").chmod(0o755)
    monkeypatch.setenv("CC", str(tmp_path / "cc"))
    with pytest.raises(CompileError, match=r"cannot run the C compiler .*/cc: Exec format error"):
        compile_library(find_compiler(), SOURCE, tmp_path / "library")


@needs_compiler
def test_a_target_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError):
        compile_library(find_compiler(), SOURCE, tmp_path / "file/library")


# Flags that a compiler does not take


@needs_scripts
@pytest.mark.parametrize(
    ("refused", "choice"),
    [
        ([], ("-march=native", "-fopenmp")),
        (["-fopenmp"], ("-march=native",)),
        (["-march=native"], ("-mcpu=native", "-fopenmp")),
        (["-march=native", "-fopenmp"], ("-mcpu=native",)),
        (["-march=native", "-mcpu=native"], ("-fopenmp",)),
        (["-march=native", "-mcpu=native", "-fopenmp"], ()),
    ],
)
def test_flags_that_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: list[str], choice: tuple[str, ...]
) -> None:
    """The next choice is tried; a real compiler that lacks a flag of it may go further down."""
    path = refusing(tmp_path / "cc", *refused)
    monkeypatch.setenv("CC", str(path))
    found = settle(find_compiler(), tmp_path)
    assert CHOICES.index(found.choice) >= CHOICES.index(choice)
    assert not set(refused) & set(found.flags)
    assert len(calls(path)) == CHOICES.index(found.choice) + 1
    compile_library(found, SOURCE, tmp_path / "library")
    assert twice(tmp_path / "library") == 42


@needs_scripts
def test_flags_that_are_always_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = refusing(tmp_path / "cc", "-O3")
    monkeypatch.setenv("CC", str(path))
    with pytest.raises(CompileError, match="unknown option -O3"):
        settle(find_compiler(), tmp_path)
    assert len(calls(path)) == len(CHOICES)


@needs_scripts
def test_a_library_that_cannot_be_loaded_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a compiler for another machine, or with OpenMP's library out of the loader's sight."""
    broken = 'case " $* " in *" -fopenmp "*) echo no library > trial.so; echo x > program.so; exit 0;; esac'
    monkeypatch.setenv("CC", str(script(tmp_path / "cc", broken)))
    assert "-fopenmp" not in settle(find_compiler(), tmp_path).choice
    monkeypatch.setenv("CC", str(script(tmp_path / "cc", f"echo x > program{compiler.library_suffix()}; exit 0")))
    with pytest.raises(CompileError, match="makes what cannot be loaded"):
        settle(find_compiler(), tmp_path)


@pytest.mark.parametrize(
    ("platform", "suffix", "flag"),
    [("linux", ".so", True), ("darwin", ".dylib", True), ("win32", ".dll", False), ("cygwin", ".dll", True)],
)
def test_platforms(monkeypatch: pytest.MonkeyPatch, platform: str, suffix: str, flag: bool) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    assert compiler.library_suffix() == suffix
    assert ("-fPIC" in compiler.Compiler(("cc",), (), (), "").flags) == flag


# Lanes


@needs_scripts
@pytest.mark.parametrize(
    ("macros", "count"),
    [
        (["__AVX512F__ 1", "__AVX__ 1"], 16),
        (["__AVX__ 1", "__AVX2__ 1"], 8),
        (["__SSE2__ 1"], 4),
        (["__AVX5__ 1", "X __AVX__"], 4),
        (["__ARM_NEON 1"], 4),
    ],
)
def test_lanes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, macros: list[str], count: int) -> None:
    lines = [f"echo '#define {macro}'" for macro in macros]
    monkeypatch.setenv("CC", str(script(tmp_path / "cc", *lines, "exit 0")))
    assert lanes(find_compiler()) == count


@needs_compiler
def test_lanes_follow_the_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    if os.uname().machine != "x86_64":
        pytest.skip("flags of x86")
    for flag, count in (("-mavx512f", 16), ("-mavx -mno-avx512f", 8), ("-mno-avx", 4)):
        monkeypatch.setenv("CFLAGS", flag)
        assert lanes(find_compiler()._replace(choice=())) == count


@needs_compiler
def test_lanes_without_a_place_for_temporary_files(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", fail)
    with pytest.raises(CompileError, match=r"temporary files: No space left on device$"):
        lanes(find_compiler())
