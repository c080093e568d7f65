"""Compiled programs, kept from start to start.

A program is one file, `<key>-<SHA-256 of the file>.so`. The key is a hash of all that decides what is in it, so a start
that finds it need not even print the formulas. A file that is not what its name says counts as not there. What is in
the folder is run, so nobody else may write to it.
"""

from __future__ import annotations

import json
import os
import re
import stat
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from gpt_by_hand.digests import sha256
from gpt_by_hand.engines.compiler import UNFINISHED, Compiler, compile_library, library_suffix, put, settle
from gpt_by_hand.errors import UserError
from gpt_by_hand.user_folders import named, user_folder

# Regular expressions, which are compiled where they are used.
DIGEST = r"[0-9a-f]{64}"
LIBRARY = rf"{DIGEST}(-{DIGEST})?\.(so|dylib|dll)"
OURS = rf"{LIBRARY}|{DIGEST}(\.request|\.flags)?\.json"  # with what 0.1.0 has left
STALE = 3600.0  # seconds: by then, whoever was writing a temporary file is gone

VARIABLE = "GPT_BY_HAND_CACHE"
ELSEWHERE = f"choose another folder with {VARIABLE}, or use --engine numpy"
Source = Callable[[Compiler], str]


class CacheError(UserError):
    """The cache folder cannot be used: it is not ours alone, cannot be written, or the disk is full."""


class Summary(NamedTuple):
    """How many compiled programs a folder holds, and how many bytes they take."""

    folder: Path
    programs: int
    size: int


def digest(*parts: str) -> str:
    """The SHA-256 of some texts, in hexadecimal: a key."""
    return sha256(json.dumps(parts).encode())


def find(key: str) -> Path | None:
    """The library that was built for a key (a `digest`), if it is there and whole.

    Raises: CacheError when the folder is another user's, or open to others' writing.
    """
    _check(key)
    kept = (path for path in _entries(cache_folder()) if path.name.startswith(f"{key}-"))
    return next((path for path in kept if path.suffix == library_suffix() and _is_whole(path)), None)


def build(key: str, compiler: Compiler, source: Source) -> Path:
    """Compile a program and keep it under its key; several processes may do so at once.

    `source` gives the C. It is called with the compiler as it will be used, with flags that are known to work.

    Raises: CompileError when the compiler fails; CacheError when the folder cannot be used or written.
    """
    import tempfile

    _check(key)
    folder = made(cache_folder())
    with explained(folder), tempfile.TemporaryDirectory(dir=folder, prefix=UNFINISHED) as place:
        settled = settle(compiler, Path(place))
        library = Path(place) / f"library{library_suffix()}"
        compile_library(settled, source(settled), library)
        target = folder / f"{key}-{_sha256(library)}{library_suffix()}"
        put(library, target)
    return target


def summary() -> Summary:
    """What the cache holds. Raises: CacheError when it cannot be read, or is not ours alone."""
    folder = cache_folder()
    found = list(filter(_is_ours, _entries(folder)))
    with explained(folder):
        size = sum(path.stat().st_size for path in found)
    return Summary(folder, sum(re.fullmatch(LIBRARY, path.name) is not None for path in found), size)


def clear() -> Summary:
    """Remove what this module has written, and the folder if nothing else is in it; returns what was removed.

    Raises: CacheError when it cannot be removed, or the folder is not ours alone.
    """
    import shutil

    removed = summary()
    with explained(removed.folder):
        for path in _entries(removed.folder):
            if _is_stale(path) and path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            elif _is_ours(path) or _is_stale(path):
                path.unlink(missing_ok=True)
        if removed.folder.is_dir() and not any(removed.folder.iterdir()):
            removed.folder.rmdir()
    return removed


def _is_whole(library: Path) -> bool:
    """Is the file what its name says?"""
    try:
        return _sha256(library) == library.stem.rpartition("-")[2]
    except OSError:
        return False


def _sha256(library: Path) -> str:
    return sha256(library.read_bytes())


def _check(key: str) -> None:
    if not re.fullmatch(DIGEST, key):
        raise ValueError(f"key {key!r} is no digest")


def _entries(folder: Path) -> list[Path]:
    """What is in the cache folder; nothing where there is none."""
    if not is_there(folder):
        return []
    with explained(folder):
        return list(folder.iterdir())


def _is_ours(path: Path) -> bool:
    """Is the file whole and of this module's making, as its name tells?"""
    return re.fullmatch(OURS, path.name) is not None and not path.is_dir()


def _is_stale(path: Path) -> bool:
    """Has a process that was killed left it?"""
    return path.name.startswith(UNFINISHED) and path.lstat().st_mtime < time.time() - STALE


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
