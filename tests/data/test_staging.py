"""A data set comes into being at once, and what else is in its folder stays."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from gpt_by_hand.data.prepare import prepare_built_in, prepare_text
from gpt_by_hand.data.staging import STALE, UNFINISHED, staged
from gpt_by_hand.errors import UserError
from tests.support.commands import environment, snapshot

NEW = {"data": b"new", "index": b"new"}
posix = pytest.mark.skipif(os.name != "posix", reason="links and permissions as on POSIX")


def write(folder: Path, contents: dict[str, bytes] = NEW) -> None:
    with staged(folder, last="index") as staging:
        for name, content in contents.items():
            (staging / name).write_bytes(content)


def test_a_folder_is_not_there_until_it_is_whole(tmp_path: Path) -> None:
    with staged(tmp_path / "deep/er", last="index") as staging:
        (staging / "data").write_bytes(b"new")
        assert not (tmp_path / "deep/er").exists()
        (staging / "index").write_bytes(b"new")
    assert snapshot(tmp_path) == {"deep/er/data": b"new", "deep/er/index": b"new"}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["er"]


@pytest.mark.parametrize("there", [{}, {"notes": b"mine"}, {"data": b"old", "notes": b"mine"}, {**NEW, "notes": b""}])
def test_what_else_is_there_stays(tmp_path: Path, there: dict[str, bytes]) -> None:
    for name, content in there.items():
        (tmp_path / name).write_bytes(content)
    write(tmp_path)
    assert snapshot(tmp_path) == {**there, **NEW}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({**there, **NEW})


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("error", [OSError("no room"), KeyboardInterrupt()])
def test_or_not_at_all(tmp_path: Path, there: bool, error: BaseException) -> None:
    if there:
        (tmp_path / "set").mkdir()
        (tmp_path / "set/data").write_bytes(b"old")
    before = snapshot(tmp_path)
    with pytest.raises(type(error)), staged(tmp_path / "set", last="index") as staging:
        (staging / "data").write_bytes(b"half")
        raise error
    assert snapshot(tmp_path) == before
    assert len(list(tmp_path.iterdir())) == there


def test_a_crash_between_two_files_leaves_no_mixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last file, which makes the others readable, is away until they are in place."""
    write(tmp_path, {"data": b"old", "index": b"old"})
    replace = os.replace

    def crash(source: Path, target: Path) -> None:
        replace(source, target)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path)
    assert snapshot(tmp_path) == {"data": b"new"}


def test_the_same_once_more_is_readable_all_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for two who prepare at the same time, or one who prepares what another is reading."""
    write(tmp_path)
    monkeypatch.setattr(Path, "unlink", lambda *_, **__: pytest.fail("something was away"))
    write(tmp_path)
    assert snapshot(tmp_path) == NEW


def test_another_process_may_be_faster(tmp_path: Path) -> None:
    with staged(tmp_path / "set", last="index") as staging:
        for name, content in NEW.items():
            (staging / name).write_bytes(content)
        write(tmp_path / "set")
        (tmp_path / "set/notes").write_bytes(b"mine")
    assert snapshot(tmp_path) == {"set/data": b"new", "set/index": b"new", "set/notes": b"mine"}
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_many_at_once(tmp_path: Path) -> None:
    made = f"prepare_built_in('tiny_demo_words', Path({str(tmp_path / 'words')!r}))"
    code = f"from gpt_by_hand.data.prepare import *; {made}"
    started = [subprocess.Popen([sys.executable, "-c", code], env=environment()) for _ in range(4)]
    assert [process.wait(timeout=60) for process in started] == [0] * 4
    prepare_built_in("tiny_demo_words", tmp_path / "alone")
    assert snapshot(tmp_path / "words") == snapshot(tmp_path / "alone")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["alone", "words"]


def test_leftovers_are_removed_when_they_are_old(tmp_path: Path) -> None:
    old, young, mine = (tmp_path / name for name in (f"{UNFINISHED}1", f"{UNFINISHED}2", ".mine"))
    for folder in (old, young, mine):
        folder.mkdir()
        (folder / "data").touch()
    for path in (old, old / "data", mine, mine / "data", young):  # a file in `young` has just been written
        os.utime(path, (0, path.stat().st_mtime - STALE - 1))
    write(tmp_path / "set")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([young.name, ".mine", "set"])


def test_a_folder_where_a_file_is_needed(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(b"old")
    (tmp_path / "data").mkdir()
    with pytest.raises(UserError, match="a folder stands where a file is needed"):
        write(tmp_path)
    assert snapshot(tmp_path) == {"index": b"old"}


def test_a_file_where_a_folder_is_needed(tmp_path: Path) -> None:
    (tmp_path / "set").write_bytes(b"mine")
    for where in (tmp_path / "set", tmp_path / "set/under"):
        with pytest.raises(UserError, match=r"cannot write .* a file stands where a folder is needed"):
            write(where)
    assert snapshot(tmp_path) == {"set": b"mine"}


@posix
@pytest.mark.parametrize("there", [False, True])
def test_a_link_is_followed(tmp_path: Path, there: bool) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere/set")
    if there:
        (tmp_path / "elsewhere/set").mkdir(parents=True)
    write(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert snapshot(tmp_path / "elsewhere/set") == NEW


@posix
def test_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "set")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "set").stat().st_mode) == 0o750
    (tmp_path / "set/data").chmod(0o600)
    write(tmp_path / "set", {"data": b"newer", "index": b"newer"})
    assert stat.S_IMODE((tmp_path / "set/data").stat().st_mode) == 0o600


TEXT = "the cat sat on the mat . " * 40


@pytest.mark.parametrize("gone", [["meta.pkl"], ["val.bin", "meta.pkl"], ["train.bin"], ["train.bin", "val.bin"]])
def test_a_text_that_was_half_prepared_is_completed(tmp_path: Path, gone: list[str]) -> None:
    (tmp_path / "text.txt").write_text(TEXT)
    prepare_text(tmp_path / "text.txt", tmp_path / "set", "word")
    before = snapshot(tmp_path)
    for name in gone:
        (tmp_path / "set" / name).unlink()
    prepare_text(tmp_path / "text.txt", tmp_path / "set", "word")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("name", ["train.bin", "val.bin", "meta.pkl"])
def test_a_file_of_somebody_elses_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.txt").write_text(TEXT)
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / name).write_bytes(b"mine")
    before = snapshot(tmp_path)
    with pytest.raises(UserError, match="holds another data set already, or parts of one"):
        prepare_text(tmp_path / "text.txt", tmp_path / "set", "word")
    assert snapshot(tmp_path) == before
