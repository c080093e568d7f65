"""Finding the C compiler, and saying which it is."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from gpt_by_hand.engines import c, compiler
from gpt_by_hand.engines.c import Job
from gpt_by_hand.engines.compiler import (
    CHOICES,
    FLAGS,
    CompileError,
    Compiler,
    NoCompilerError,
    compile_library,
    find_compiler,
)
from tests.support.compilers import needs_compiler, needs_scripts, plain, refusing, script

__all__ = ["plain"]
pytestmark = pytest.mark.usefixtures("plain")


def clear_path(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """A PATH of one folder, so that only the test's own programs are there."""
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


# Finding


@needs_scripts
def test_the_first_in_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = clear_path(monkeypatch, tmp_path / "bin")
    for name in ("clang", "gcc", "cc"):
        path = script(programs / name)
        assert find_compiler().command == (str(path),)


def test_no_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clear_path(monkeypatch, tmp_path / "bin")
    with pytest.raises(NoCompilerError) as caught:
        find_compiler()
    said = str(caught.value)
    assert "\n" not in said
    for words in ("cc, gcc, clang", "apt install gcc", "xcode-select --install", "Windows: ", "--engine numpy"):
        assert words in said


@needs_scripts
def test_cc_with_arguments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = refusing(tmp_path / "my cc")
    monkeypatch.setenv("CC", f"'{path}' -DONE -D 'TWO=1 + 1'")
    found = find_compiler()
    assert found.command == (str(path), "-DONE", "-D", "TWO=1 + 1")
    compile_library(found, "#ifdef ONE\nint two = TWO;\n#endif\n", tmp_path / "library")
    assert ctypes.c_int.in_dll(ctypes.CDLL(str(tmp_path / "library")), "two").value == 2


@needs_scripts
def test_cc_is_a_path_with_spaces_or_relative(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = script(tmp_path / "my cc")
    monkeypatch.setenv("CC", str(path))
    assert find_compiler().command == (str(path),)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CC", "./my\\ cc")
    assert find_compiler().command == (str(path),)


@pytest.mark.parametrize("value", ["no-such-compiler", "no-such-compiler -m64", "/no/such/gcc"])
def test_cc_is_missing(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """CC is not passed over for another compiler."""
    word = value.removesuffix(" -m64")
    monkeypatch.setenv("CC", value)
    with pytest.raises(NoCompilerError, match=rf"^CC is '{value}', but there is no program '{word}': .*"):
        find_compiler()


@needs_compiler
@pytest.mark.parametrize("value", ["", "  "])
def test_an_empty_cc_counts_as_none(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    found = find_compiler()
    monkeypatch.setenv("CC", value)
    assert find_compiler() == found


@needs_compiler
@pytest.mark.parametrize("variable", ["CC", "CFLAGS"])
def test_an_open_quote(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    monkeypatch.setenv(variable, "gcc '-DX")
    with pytest.raises(CompileError, match=rf'^{variable} is "gcc \'-DX": no closing quotation$'):
        find_compiler()


@needs_compiler
@pytest.mark.parametrize("flag", ["-ffast-math", "-Ofast", "-ffinite-math-only"])
def test_flags_that_break_infinities_are_refused(monkeypatch: pytest.MonkeyPatch, flag: str) -> None:
    monkeypatch.setenv("CFLAGS", f"-g {flag}")
    with pytest.raises(CompileError, match=f"holds {flag}.*-inf"):
        find_compiler()


@needs_compiler
def test_cflags_come_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CFLAGS", "-O1 -DX='a b'")
    flags = find_compiler().flags
    assert flags[: len(FLAGS)] == FLAGS
    assert flags[-2:] == ("-O1", "-DX=a b")


# Identity


@needs_scripts
def test_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the same from start to start, and another one for whatever makes another library."""
    path = script(tmp_path / "cc")
    monkeypatch.setenv("CC", str(path))
    seen = [find_compiler().identity]
    assert find_compiler().identity == seen[0]
    for change in (
        lambda: os.utime(path, (1, 1)),
        lambda: path.write_text(path.read_text() + "#\n") and os.utime(path, (1, 1)),
        lambda: monkeypatch.setenv("CFLAGS", "-g"),
        lambda: monkeypatch.setenv("CC", f"{path} -m64"),
        lambda: monkeypatch.setattr(compiler, "processor", lambda: "another"),
        lambda: monkeypatch.setattr(compiler, "FLAGS", (*FLAGS, "-g")),
    ):
        change()
        seen.append(find_compiler().identity)
    assert len(set(seen)) == len(seen) == 7


@needs_scripts
def test_identity_looks_behind_a_link_and_a_launcher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clear_path(monkeypatch, tmp_path / "bin")
    behind = script(tmp_path / "gcc-12")
    (tmp_path / "bin/gcc").symlink_to(behind)
    script(tmp_path / "bin/ccache")
    monkeypatch.setenv("CC", "ccache gcc")
    first = find_compiler().identity
    os.utime(behind, (1, 1))
    assert find_compiler().identity != first
    monkeypatch.setenv("CC", "gcc")  # called by its own name, which some compilers look at
    assert find_compiler().command == (str(tmp_path / "bin/gcc"),)


def test_programs_are_kept_apart_by_all_that_decides_what_is_in_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """The compiler is among it, whose identity a program is looked for with."""
    job, used = Job("a key", lambda: pytest.fail("printed"), ("loss",)), Compiler(("cc",), CHOICES[0], (), "one")
    assert c._key(job, used) == c._key(job._replace(settings=("eps",)), used._replace(choice=()))
    others = [(job._replace(key="another"), used), (job._replace(results=("logits",)), used)]
    others.append((job, used._replace(identity="another")))
    seen = [c._key(*one) for one in ((job, used), *others)]
    monkeypatch.setattr(c, "fingerprint", lambda: "of other printers")
    seen.append(c._key(job, used))
    assert len(set(seen)) == len(seen) == 5


def test_each_file_that_decides_what_is_printed_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The texts in C among them."""
    shutil.copytree(c.PACKAGE, tmp_path / "package")
    monkeypatch.setattr(c, "PACKAGE", tmp_path / "package")
    seen = [c.fingerprint.__wrapped__()]
    for place in ("printers/texts/functions.c", "model/mlp.py"):
        with (c.PACKAGE / place).open("a") as file:
            file.write("\n")
        seen.append(c.fingerprint.__wrapped__())
    assert len(set(seen)) == 3


@needs_compiler
def test_identity_runs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", lambda *_, **__: pytest.fail("a process was started"))
    assert len(find_compiler().identity) == 64
