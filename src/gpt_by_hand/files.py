"""Files written whole or not at all, with errors that say which file and why."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gpt_by_hand.errors import UserError


@contextmanager
def explained(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` met while `doing` something to `path` into one clear line.

    Raises: UserError with the path and the operating system's reason.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise UserError(f"cannot {doing} {path}: {reason}") from error


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader, or a crash, meets the old file or the new one, never half of one.

    The content goes to a temporary file beside `path`, is flushed to the disk and then renamed, which the
    operating system does in one step.

    Raises: UserError when the folder or the file cannot be written (missing permission, full disk, ...).
    """
    path = Path(path)
    with explained("write", path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


def _umask() -> int:
    """The process's file mode mask; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
