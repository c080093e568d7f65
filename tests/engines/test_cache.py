"""Compiled programs are found again, made anew where they are damaged, and never half written."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_by_hand.engines import cache
from gpt_by_hand.engines.cache import Entry, build, clear, digest, find, summary
from gpt_by_hand.engines.compiler import Compiler, find_compiler, library_suffix
from gpt_by_hand.engines.compiler_process import CompileError
from gpt_by_hand.engines.private_folder import CacheError
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
REQUEST = digest("a request")
DESCRIPTION = {"shapes": {"x": [2, 3]}, "floats": 6, "lanes": None}


def made(request: str = REQUEST, source: str = SOURCE) -> Entry:
    return build(request, find_compiler(), lambda _: (source, DESCRIPTION))


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


# Kept and found


def test_built_once_and_found_again(cache_folder: Path) -> None:
    assert find(REQUEST) is None
    assert not cache_folder.exists()
    entry = made()
    assert find(REQUEST) == entry
    assert entry.description == DESCRIPTION
    assert entry.library.parent == cache_folder
    assert twice(entry.library) == 42
    assert find(digest("another")) is None


def test_nothing_temporary_stays(cache_folder: Path) -> None:
    made()
    kinds = sorted(name[64:] for name in names(cache_folder))
    assert kinds == sorted([".flags.json", ".json", ".request.json", library_suffix()])


@needs_scripts
def test_calls_of_the_compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One to try the flags, ever; one for each program; none for the same program, even by another request."""
    path = refusing(tmp_path / "cc")
    monkeypatch.setenv("CC", str(path))
    made()
    assert len(calls(path)) == 2
    made()
    made(digest("another"))
    assert len(calls(path)) == 2
    made(digest("a third"), SOURCE + "int more;\n")
    assert len(calls(path)) == 3
    assert summary().programs == 2
    assert find(REQUEST) == find(digest("another")) != find(digest("a third"))


@needs_scripts
def test_the_flags_that_work_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = refusing(tmp_path / "cc", "-fopenmp")
    monkeypatch.setenv("CC", str(path))
    seen: list[Compiler] = []
    for source in (SOURCE, SOURCE + "int more;\n"):
        build(digest(source), find_compiler(), lambda compiler, source=source: seen.append(compiler) or (source, {}))
    assert [compiler.choice for compiler in seen] == [("-march=native",)] * 2
    assert sum("-fopenmp " in call for call in calls(path)) == 1


@needs_scripts
def test_flags_that_work_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_folder: Path) -> None:
    """As when OpenMP's library has been removed: what is remembered is corrected."""
    path = refusing(tmp_path / "cc", "-fopenmp")
    monkeypatch.setenv("CC", str(path))
    made()
    only(cache_folder, "*.flags.json").write_text('{"choice": ["-march=native", "-fopenmp"]}')
    assert twice(made(source=SOURCE + "int more;\n").library) == 42
    assert only(cache_folder, "*.flags.json").read_text() == '{"choice": ["-march=native"]}'


@pytest.mark.parametrize("content", ["", "{", "[]", '{"choice": "-O0"}', '{"choice": ["-fplugin=x"]}', '{"choice": 3}'])
def test_remembered_flags_that_make_no_sense(cache_folder: Path, content: str) -> None:
    """Only what is among the known choices is ever passed to the compiler."""
    made()
    right = only(cache_folder, "*.flags.json").read_text()
    only(cache_folder, "*.flags.json").write_text(content)
    made(source=SOURCE + "int more;\n")
    assert only(cache_folder, "*.flags.json").read_text() == right


def test_another_description_is_another_entry() -> None:
    made()
    other = build(digest("another"), find_compiler(), lambda _: (SOURCE, {"other": 1}))
    assert other.description == {"other": 1}
    assert find(REQUEST).description == DESCRIPTION


def test_another_compiler_is_another_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    first = made()
    monkeypatch.setenv("CFLAGS", "-DX")
    assert made(digest("another")).library != first.library


def test_a_wrong_source_leaves_nothing_that_is_found(cache_folder: Path) -> None:
    with pytest.raises(CompileError, match="error"):
        made(source="int f( {")
    assert find(REQUEST) is None
    assert [name[64:] for name in names(cache_folder)] == [".flags.json"]


@pytest.mark.parametrize("request_", ["", "../x", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_a_request_is_a_digest(request_: str) -> None:
    for use in (find, made):
        with pytest.raises(ValueError, match="is no digest"):
            use(request_)


def test_digest() -> None:
    assert digest("a", "b") != digest("ab") != digest("a b")
    assert len(digest("é\ud800")) == 64


# A folder that cannot be used


def test_a_file_in_place_of_the_folder(cache_folder: Path) -> None:
    cache_folder.write_text("mine")
    for use in (made, lambda: find(REQUEST), summary, clear):
        with pytest.raises(CacheError, match=r"it is no folder; choose another folder with GPT_BY_HAND_CACHE"):
            use()
    assert cache_folder.read_text() == "mine"


@pytest.mark.parametrize("step", ["mkdtemp", "mkstemp"])
def test_a_full_disk(cache_folder: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    made()

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"tempfile.{step}", fail)
    with pytest.raises(CacheError) as caught:
        made(digest("another"), SOURCE + "int more;\n")
    assert str(caught.value) == (
        f"cannot keep compiled programs in {cache_folder}: No space left on device; "
        "choose another folder with GPT_BY_HAND_CACHE, or use --engine numpy"
    )
    assert find(REQUEST) is not None


@pytest.mark.skipif(os.name != "posix", reason="folders have no such modes here")
def test_a_folder_that_others_may_write(cache_folder: Path) -> None:
    made()
    cache_folder.chmod(0o777)
    for use in (made, lambda: find(REQUEST), summary, clear):
        with pytest.raises(CacheError, match="other users may write there"):
            use()
    assert len(names(cache_folder)) == 4


# Several at once

AT_ONCE = """
import sys
from gpt_by_hand.engines.cache import build, digest, find
from gpt_by_hand.engines.compiler import find_compiler
from tests.support.compilers import SOURCE, twice
sys.stdin.readline()
for n in range(3):
    entry = build(digest(f"{n}"), find_compiler(), lambda _: (SOURCE + f"int n = {n};\\n", {"n": n}))
    assert entry.description == {"n": n}, entry
    assert twice(entry.library) == 42
    assert find(digest(f"{n}")) == entry
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
        assert twice(find(digest(f"{n}")).library) == 42
    assert summary().programs == 3
    assert len(names(cache_folder)) == 3 * 3 + 1


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
    assert find(REQUEST) is None
    assert twice(made().library) == 42


def test_clear_leaves_what_is_not_ours(cache_folder: Path) -> None:
    made()
    foreign = ["mine.so", "notes.json", "0" * 63 + ".so", "0" * 64, "0" * 64 + ".txt", "0" * 64 + ".so.bak", ".hidden"]
    for name in foreign:
        (cache_folder / name).write_text("mine")
    (cache_folder / ("0" * 64 + ".so")).mkdir()
    assert summary().programs == 1
    clear()
    assert names(cache_folder) == sorted([*foreign, "0" * 64 + ".so"])


def test_clear_takes_away_what_killed_processes_have_left(cache_folder: Path) -> None:
    """But not what somebody may be working on."""
    made()
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
