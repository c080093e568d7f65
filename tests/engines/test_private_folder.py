"""The cache folder: where it is, and whom it belongs to."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from gpt_by_hand.engines import cache
from gpt_by_hand.engines.cache import CacheError, cache_folder, is_there, made
from tests.support.compilers import names

needs_owners = pytest.mark.skipif(os.name != "posix", reason="folders have no such owners and modes here")


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GPT_BY_HAND_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", "/home/you")


# Where it is


@needs_owners
@pytest.mark.usefixtures("nothing_set")
@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {}, "/home/you/.cache/gpt-by-hand"),
        ("linux", {"XDG_CACHE_HOME": "/fast"}, "/fast/gpt-by-hand"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "/home/you/.cache/gpt-by-hand"),
        ("freebsd14", {}, "/home/you/.cache/gpt-by-hand"),
        ("darwin", {"XDG_CACHE_HOME": "/fast"}, "/home/you/Library/Caches/gpt-by-hand"),
        ("win32", {"LOCALAPPDATA": "/c/Users/you/Local"}, "/c/Users/you/Local/gpt-by-hand"),
        ("linux", {"GPT_BY_HAND_CACHE": "/mine"}, "/mine"),
        ("linux", {"GPT_BY_HAND_CACHE": "~/mine"}, "/home/you/mine"),
        ("linux", {"GPT_BY_HAND_CACHE": ""}, "/home/you/.cache/gpt-by-hand"),
        ("win32", {"GPT_BY_HAND_CACHE": "/mine"}, "/mine"),
    ],
)
def test_where_it_is(monkeypatch: pytest.MonkeyPatch, platform: str, variables: dict[str, str], folder: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert cache_folder() == Path(folder)


@pytest.mark.usefixtures("nothing_set")
def test_a_relative_folder_is_one_of_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GPT_BY_HAND_CACHE", "mine")
    assert cache_folder() == tmp_path / "mine"


@pytest.mark.usefixtures("nothing_set")
def test_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then `~` stays as it is, and would become a folder of that name."""
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    with pytest.raises(CacheError, match=r"no home folder.*GPT_BY_HAND_CACHE"):
        cache_folder()


# Whose it is


@needs_owners
@pytest.mark.parametrize("mask", [0o022, 0o002, 0o000])
def test_made_for_this_user_alone(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        folder = made(tmp_path / "new/cache")
    finally:
        os.umask(before)
    assert is_there(folder)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert not is_there(tmp_path / "cache")
    assert names(tmp_path) == []


@needs_owners
@pytest.mark.parametrize("mode", [0o770, 0o720, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_may_write_is_refused(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    for look in (is_there, made):
        with pytest.raises(CacheError, match=r"other users may write there; close it with chmod go-w, or choose"):
            look(tmp_path)
    tmp_path.chmod(0o755)
    assert is_there(tmp_path)


@needs_owners
def test_the_folder_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tmp_path.chmod(0o700)
    owner = tmp_path.stat().st_uid
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(CacheError, match=r"it is another user's; choose another folder with GPT_BY_HAND_CACHE"):
        is_there(tmp_path)


@pytest.mark.parametrize("under", [".", "under", "under/that"])
def test_a_file_in_the_way(tmp_path: Path, under: str) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(
        CacheError, match=r"^cannot keep compiled programs in .*GPT_BY_HAND_CACHE, or use --engine numpy$"
    ):
        made(tmp_path / "file" / under)
    assert (tmp_path / "file").read_text() == "mine"


# Writing


def test_put_on_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A library that a process uses cannot be replaced there, and need not be."""

    def refuse(*_: object) -> None:
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(os, "replace", refuse)
    (tmp_path / "new").write_text("new")
    (tmp_path / "old").write_text("old")
    with pytest.raises(PermissionError):
        cache.put(tmp_path / "new", tmp_path / "old")
    monkeypatch.setattr(sys, "platform", "win32")
    cache.put(tmp_path / "new", tmp_path / "old")
    assert (tmp_path / "old").read_text() == "old"
    with pytest.raises(PermissionError):
        cache.put(tmp_path / "new", tmp_path / "none")
