"""A data set comes into being at once: its files are made in a folder of their own, which is then renamed."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gpt_by_hand.files import explained

UNFINISHED = ".gpt-by-hand-"  # how the names of these folders start
STALE = 3600.0  # seconds without a file being written: whoever was at it is gone


@contextmanager
def staged(folder: Path, last: str) -> Iterator[Path]:
    """A new folder to write files into; when the block ends they are in `folder`, and if it raises, nothing is.

    Where there is no `folder`, the new one is renamed to it, in one step. One that is there keeps what else is in it:
    the files move into it, the one called `last`, which makes the others readable, after them. If one of these is
    replaced, `last` is away meanwhile, so a crash leaves files that are found to be incomplete, never a mixture.

    Raises: UserError when the folder cannot be written.
    """
    folder = Path(folder).resolve() if Path(folder).is_symlink() else Path(folder)
    with explained("write", folder):
        there = folder.exists()
        beside = folder if there else folder.parent
        beside.mkdir(parents=True, exist_ok=True)
        _remove_stale(beside)
        staging = beside / f"{UNFINISHED}{os.urandom(8).hex()}"
        staging.mkdir()
    try:
        yield staging
        with explained("write", folder):
            if there or not _renamed(staging, folder):
                _move(staging, folder, last)
    finally:
        from shutil import rmtree  # most runs find their data

        rmtree(staging, ignore_errors=True)


def _renamed(staging: Path, folder: Path) -> bool:
    """Rename, if there is still no such folder: another process may have been faster. Raises: OSError."""
    try:
        os.rename(staging, folder)
    except OSError:
        if not folder.is_dir():
            raise
        return False
    return True


def _move(staging: Path, folder: Path, last: str) -> None:
    """Move the files into a folder that is there, but for those that it has already. Raises: OSError or UserError."""
    for path in staging.iterdir():
        with explained("write", folder / path.name):
            if (folder / path.name).is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    changed = [path for path in staging.iterdir() if path.name != last and not same_file(path, folder / path.name)]
    if any((folder / path.name).exists() for path in changed):
        (folder / last).unlink(missing_ok=True)
    for path in [*changed, staging / last]:
        target = folder / path.name
        if target.exists():
            os.chmod(path, stat.S_IMODE(target.stat().st_mode))
        os.replace(path, target)


def same_file(path: Path, other: Path) -> bool:
    """Is the other a file with the same content? Raises: OSError."""
    import filecmp

    return other.is_file() and filecmp.cmp(path, other, shallow=False)


def _remove_stale(folder: Path) -> None:
    """Remove what processes that were killed have left."""
    from shutil import rmtree

    for path in folder.iterdir():
        if path.name.startswith(UNFINISHED):
            with suppress(OSError):
                if max(p.stat().st_mtime for p in (path, *path.iterdir())) < time.time() - STALE:
                    rmtree(path, ignore_errors=True)
