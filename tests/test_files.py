"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from gpt_by_hand.errors import UserError
from gpt_by_hand.files import LONGEST, explained, is_file, mapped, write_atomically


def test_written(tmp_path: Path) -> None:
    path = tmp_path / "new/folder/file.bin"
    write_atomically(path, b"one")
    write_atomically(path, b"\0two")
    assert path.read_bytes() == b"\0two"
    assert [p.name for p in path.parent.iterdir()] == ["file.bin"]


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_permissions_follow_the_umask(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        write_atomically(tmp_path / "file", b"")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o666 & ~mask


@pytest.mark.parametrize("step", ["fsync", "chmod", "replace"])
@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_the_old_file_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, error: BaseException) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, step, fail)
    with pytest.raises(UserError if isinstance(error, OSError) else KeyboardInterrupt):
        write_atomically(path, b"new")
    assert path.read_bytes() == b"old"
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("content", "steps"), [(b"new", ["fsync", "replace"]), (b"", ["replace"])])
def test_flushed_before_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, steps: list[str]
) -> None:
    """Otherwise a crash could leave the new name with nothing behind it; which is all that an empty file has."""
    done: list[str] = []
    fsync, replace = os.fsync, os.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: done.append("fsync") or fsync(descriptor))
    monkeypatch.setattr(os, "replace", lambda *names: done.append("replace") or replace(*names))
    write_atomically(tmp_path / "file", content)
    assert done == steps


@pytest.mark.parametrize(
    ("number", "hint"),
    [
        (errno.ENOSPC, "make room on the disk"),
        (errno.EFBIG, "a limit on the size of files is in the way (ulimit -f)"),
        (errno.EACCES, "choose a place that you may use"),
        (errno.EROFS, "choose a place that can be written"),
        (errno.ENOTDIR, "a file stands where a folder is needed; choose another name"),
        (errno.EISDIR, "a folder stands where a file is needed; choose another name"),
    ],
)
def test_explained(number: int, hint: str) -> None:
    with pytest.raises(UserError) as caught, explained("write", Path("out/x")):
        raise OSError(number, os.strerror(number))
    assert str(caught.value) == f"cannot write out/x: {os.strerror(number)}: {hint}"


def test_explained_without_a_hint() -> None:
    with pytest.raises(UserError, match=r"^cannot read x: something$"), explained("read", Path("x")):
        raise OSError("something")


def test_other_errors_are_not_touched() -> None:
    with pytest.raises(ZeroDivisionError), explained("read", Path("x")):
        raise ZeroDivisionError


def test_long_names_are_shortened() -> None:
    with pytest.raises(UserError) as caught:
        is_file(Path("x" * 5000))
    assert len(str(caught.value)) < LONGEST + 100


def test_is_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert is_file(tmp_path / "file")
    assert not is_file(tmp_path)
    assert not is_file(tmp_path / "none")
    assert not is_file(tmp_path / "file/under")


@pytest.mark.parametrize("where", ["file", "file/under", "file/under/that"])
def test_a_file_in_the_way(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match=r"cannot write .*folder is needed"):
        write_atomically(tmp_path / where / "x", b"")
    with pytest.raises(UserError, match=r"cannot write .*file is needed"):
        write_atomically(tmp_path / "folder", b"")
    assert (tmp_path / "file").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    target.chmod(0o600)
    link.symlink_to(target)
    write_atomically(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o600


def test_what_is_no_regular_file_is_written_to() -> None:
    write_atomically(Path("/dev/null"), b"gone")
    assert Path("/dev/null").is_char_device()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_not_taken_for_an_empty_file(tmp_path: Path) -> None:
    """Its size is 0, whatever comes through it."""
    os.mkfifo(tmp_path / "pipe")
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    try:
        with pytest.raises(UserError, match="it is no file on a disk"):
            mapped(tmp_path / "pipe")
    finally:
        os.close(writer)
