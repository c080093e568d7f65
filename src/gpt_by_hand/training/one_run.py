"""One run at a time writes to a folder: two would mix their losses, and the last to save would win."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpt_by_hand.errors import UserError


@contextmanager
def alone(folder: Path | None) -> Iterator[None]:
    """Holds the folder, which must be there; another run that wants it is refused until this one ends.

    The lock is the operating system's, on the folder itself, so a run that is killed leaves nothing behind. Where there
    is no such lock (on Windows, on some network disks), nothing is held. Raises: UserError when another run holds it.
    """
    descriptor = None if folder is None else _locked(folder)
    try:
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)


def _locked(folder: Path) -> int | None:
    """What holds the lock until it is closed, or None where there are no locks."""
    try:
        import fcntl

        descriptor = os.open(folder, os.O_RDONLY)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise UserError(
            f"another run is training in {folder}: wait until it has ended, or choose another --out_dir"
        ) from None
    except OSError:
        pass  # on this disk
    return descriptor
