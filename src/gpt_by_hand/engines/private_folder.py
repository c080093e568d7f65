"""The user's cache folder: what is in there is run, so nobody else may write to it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpt_by_hand.errors import UserError
from gpt_by_hand.user_folders import named, user_folder

VARIABLE = "GPT_BY_HAND_CACHE"
UNFINISHED = ".gpt-by-hand-"  # how the names of temporary files and folders start
ELSEWHERE = f"choose another folder with {VARIABLE}, or use --engine numpy"


class CacheError(UserError):
    """The cache folder cannot be used: it is not ours alone, cannot be written, or the disk is full."""


def cache_folder() -> Path:
    """Where compiled programs are kept: the value of GPT_BY_HAND_CACHE, or in the platform's folder for caches.

    Raises: CacheError when the system knows of no home folder.
    """
    found = named(VARIABLE) or user_folder("cache")
    if found is None:
        raise CacheError(f"there is no home folder to keep compiled programs in: {ELSEWHERE}")
    return found


def is_there(folder: Path) -> bool:
    """Is the cache folder there? Raises: CacheError if it is no folder, another user's, or open to others' writing."""
    with explained(folder):
        try:
            found = folder.stat()
        except FileNotFoundError:
            return False
    if not stat.S_ISDIR(found.st_mode):
        raise CacheError(f"cannot keep compiled programs in {folder}: it is no folder; {ELSEWHERE}")
    # Windows has no such owners and modes; there the user's own folder is nobody else's.
    if os.name == "posix" and found.st_uid != os.geteuid():
        raise CacheError(f"will not run compiled programs from {folder}: it is another user's; {ELSEWHERE}")
    if os.name == "posix" and found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise CacheError(
            f"will not run compiled programs from {folder}: other users may write there; "
            f"close it with chmod go-w, or {ELSEWHERE}"
        )
    return True


def made(folder: Path) -> Path:
    """The folder, made for this user alone if it was not there. Raises: CacheError as `is_there`, or if it cannot."""
    if not is_there(folder):
        with explained(folder):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_there(folder)
    return folder


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn an `OSError` into one line. Raises: CacheError with the reason and what to do."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise CacheError(f"cannot keep compiled programs in {folder}: {reason}; {ELSEWHERE}") from error


def put(temporary: Path, target: Path) -> None:
    """Rename in one step. Raises: OSError when that cannot be done."""
    try:
        os.replace(temporary, target)
    except PermissionError:
        # Windows replaces no file that a process uses. That one is as good as ours: its name says what it holds.
        if sys.platform != "win32" or not target.exists():
            raise
