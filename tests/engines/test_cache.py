"""Compiled programs are found again, made anew where they are damaged, and never half written."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_by_hand.engines import cache
from gpt_by_hand.engines.cache import CacheError, build, clear, digest, find, summary
from gpt_by_hand.engines.compiler import CompileError, Compiler, find_compiler, library_suffix
from tests.support.commands import environment
from tests.support.compilers import (
    SOURCE,
    cache_folder,
    calls,
    names,
    needs_compiler,
    needs_scripts,
    plain,
    refusing,
    twice,
)

__all__ = ["cache_folder", "plain"]
pytestmark = [pytest.mark.usefixtures("plain", "cache_folder"), needs_compiler]
KEY = digest("a key")
MORE = SOURCE + "int more;\n"


def made(key: str = KEY, source: str = SOURCE) -> Path:
    return build(key, find_compiler(), lambda _: source)


# Kept and found


def test_built_once_and_found_again(cache_folder: Path) -> None:
    assert find(KEY) is None
    assert not cache_folder.exists()
    library = made()
    assert find(KEY) == library
    assert library.parent == cache_folder
    assert twice(library) == 42
    assert find(digest("another")) is None


def test_a_library_is_one_file_that_is_named_after_what_is_in_it(cache_folder: Path) -> None:
    content = made().read_bytes()
    assert names(cache_folder) == [f"{KEY}-{hashlib.sha256(content).hexdigest()}{library_suffix()}"]


@needs_scripts
def test_calls_of_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One to try the flags and one for the program; none to find it."""
    path = refusing(tmp_path / "cc")
    monkeypatch.setenv("CC", str(path))
    made()
    assert len(calls(path)) == 2
    assert find(KEY)
    assert len(calls(path)) == 2
    made(digest("another"), MORE)
    assert len(calls(path)) == 4
    assert summary().programs == 2
    assert find(KEY) != find(digest("another"))


@needs_scripts
def test_the_source_is_for_the_flags_that_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", str(refusing(tmp_path / "cc", "-fopenmp")))
    seen: list[Compiler] = []
    build(KEY, find_compiler(), lambda compiler: seen.append(compiler) or SOURCE)
    assert [compiler.choice for compiler in seen] == [("-march=native",)]


def test_a_wrong_source_leaves_nothing_that_is_found(cache_folder: Path) -> None:
    with pytest.raises(CompileError, match="error"):
        made(source="int f( {")
    assert find(KEY) is None
    assert names(cache_folder) == []


@pytest.mark.parametrize("key", ["", "../x", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_key_is_a_digest(key: str) -> None:
    for use in (find, made):
        with pytest.raises(ValueError, match="is no digest"):
            use(key)


def test_digest() -> None:
    assert digest("a", "b") != digest("ab") != digest("a b")
    assert len(digest("é\ud800")) == 64


# A folder that cannot be used


def test_a_file_in_place_of_the_folder(cache_folder: Path) -> None:
    cache_folder.write_text("mine")
    for use in (made, lambda: find(KEY), summary, clear):
        with pytest.raises(CacheError, match=r"it is no folder; choose another folder with GPT_BY_HAND_CACHE"):
            use()
    assert cache_folder.read_text() == "mine"


@pytest.mark.parametrize("step", ["tempfile.mkdtemp", "os.replace"])
def test_a_full_disk(cache_folder: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    made()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, fail)
    with pytest.raises(CacheError) as caught:
        made(digest("another"), MORE)
    assert str(caught.value) == (
        f"cannot keep compiled programs in {cache_folder}: No space left on device; "
        "choose another folder with GPT_BY_HAND_CACHE, or use --engine numpy"
    )
    assert find(KEY) is not None


@pytest.mark.skipif(os.name != "posix", reason="folders have no such modes here")
def test_a_folder_that_others_may_write(cache_folder: Path) -> None:
    made()
    cache_folder.chmod(0o777)
    for use in (made, lambda: find(KEY), summary, clear):
        with pytest.raises(CacheError, match="other users may write there"):
            use()
    assert len(names(cache_folder)) == 1


# Several at once

AT_ONCE = """
import sys
from gpt_by_hand.engines.cache import build, digest, find
from gpt_by_hand.engines.compiler import find_compiler
from tests.support.compilers import SOURCE, twice
sys.stdin.readline()
for n in range(3):
    library = build(digest(f"{n}"), find_compiler(), lambda _: SOURCE + f"int n = {n};\\n")
    assert twice(library) == 42
    assert find(digest(f"{n}")) == library
"""


def test_six_processes_at_once(cache_folder: Path) -> None:
    """All get libraries that can be loaded, and what they leave is whole."""
    line = [sys.executable, "-c", AT_ONCE]
    root = Path(__file__).parents[2]
    processes = [
        subprocess.Popen(line, cwd=root, env=environment(), stdin=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(6)
    ]
    for process in processes:
        process.stdin.write(b"\n")
        process.stdin.flush()
    for process in processes:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said.decode()
    for n in range(3):
        assert twice(find(digest(f"{n}"))) == 42
    assert summary().programs == 3
    assert len(names(cache_folder)) == 3


# Counting and clearing


def test_summary(cache_folder: Path) -> None:
    assert (summary().folder, summary().programs, summary().size) == (cache_folder, 0, 0)
    made()
    assert summary().programs == 1
    assert summary().size == sum(path.stat().st_size for path in cache_folder.iterdir())


def test_clear(cache_folder: Path) -> None:
    before = (made(), summary())[1]
    assert clear() == before
    assert not cache_folder.exists()
    assert clear().programs == 0
    assert find(KEY) is None
    assert twice(made()) == 42


def test_clear_leaves_what_is_not_ours(cache_folder: Path) -> None:
    made()
    foreign = [
        "mine.so",
        "notes.json",
        "0" * 63 + ".so",
        "0" * 64,
        "0" * 64 + ".txt",
        "0" * 64 + ".so.bak",
        f"-{'0' * 64}.so",
        ".hidden",
    ]
    for name in foreign:
        (cache_folder / name).write_text("mine")
    (cache_folder / ("0" * 64 + ".so")).mkdir()
    assert summary().programs == 1
    clear()
    assert names(cache_folder) == sorted([*foreign, "0" * 64 + ".so"])


def test_clear_takes_away_what_killed_processes_have_left(cache_folder: Path) -> None:
    """But not what somebody may be working on."""
    made()
    for left in (".so", ".json", ".request.json", ".flags.json"):  # by version 0.1.0
        (cache_folder / f"{'0' * 64}{left}").touch()
    old, new = cache_folder / ".gpt-by-hand-old", cache_folder / ".gpt-by-hand-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "program.c").touch()
    (cache_folder / ".gpt-by-hand-file").touch()
    for path in (old, cache_folder / ".gpt-by-hand-file"):
        os.utime(path, (1, 1))
    clear()
    assert names(cache_folder) == [".gpt-by-hand-new"]
    assert cache.STALE > 600
