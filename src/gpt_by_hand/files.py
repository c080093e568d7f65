"""Files written whole or not at all, with errors that say which file and why."""

from __future__ import annotations

import errno
import json
import mmap
import os
import re
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from gpt_by_hand.errors import NotInstalled, UserError, one_line

STANDARD_INPUT = Path("-")
LONGEST = 300  # characters of a path in an error message
POINTER = b"version https://git-lfs.github.com/spec/"
POINTER_BYTES = 1024  # at most, says Git LFS's specification

Content = mmap.mmap | bytes
T = TypeVar("T")

# What to do about the usual reasons why a file cannot be read or written.
HINTS = {
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk",
    errno.EFBIG: "a limit on the size of files is in the way (ulimit -f)",
    errno.EACCES: "choose a place that you may use",
    errno.EPERM: "choose a place that you may use",
    errno.EROFS: "choose a place that can be written",
    errno.EEXIST: "a file stands where a folder is needed; choose another name",
    errno.ENOTDIR: "a file stands where a folder is needed; choose another name",
    errno.EISDIR: "a folder stands where a file is needed; choose another name",
    errno.ENAMETOOLONG: "choose a shorter name",
}


@contextmanager
def explained(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` met while `doing` something to `path` into one clear line.

    Raises: UserError with the path and the operating system's reason; and before something is read, where Git has put
    a pointer in place of a large file.
    """
    try:
        if doing == "read":
            _refuse_pointer(path)
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        hint = f": {HINTS[error.errno]}" if error.errno in HINTS else ""
        raise UserError(f"cannot {doing} {_short(path)}: {reason}{hint}") from error


@contextmanager
def about(path: Path) -> Iterator[None]:
    """Put the file's name in front of what is said of its content, unless that names it already."""
    try:
        yield
    except UserError as error:
        if isinstance(error, NotInstalled) or str(path) in str(error):
            raise
        raise UserError(f"{path}: {error}") from None


def _refuse_pointer(path: Path) -> None:
    """A clone without Git LFS has, in place of each large file, a few lines that say which one belongs there."""
    content = b""
    with suppress(OSError, ValueError):  # what cannot be looked at is for the reader to say
        found = os.stat(path)
        if stat.S_ISREG(found.st_mode) and found.st_size < POINTER_BYTES:
            content = Path(path).read_bytes()
    if content.startswith(POINTER):
        size = re.search(rb"^size (\d{1,18})$", content, re.M)
        large = f" of {int(size[1]):,} bytes" if size else ""
        raise UserError(
            f"{_short(path)} is a pointer of Git LFS, not the file{large} that it stands for: fetch that with "
            "`git lfs pull`"
        )


def is_file(path: Path) -> bool:
    """Is there a file? Raises: UserError when the system will not say (missing permission, impossible name, ...)."""
    with explained("read", path):
        return path.is_file()


def read_bytes(path: Path, most: int | None = None, what: str = "") -> bytes:
    """What a file holds. Raises: UserError when it cannot be read, or has more bytes than `what` has at `most`."""
    with explained("read", path), path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if most is not None and size > most:
            raise UserError(f"{path} is {size:,} bytes; {what} is at most {most:,}: this is another file")
        return file.read()


def mapped(path: Path) -> Content:
    """The bytes of a file, on the disk until they are read.

    Raises: UserError when it cannot be read, or is none on a disk, such as a pipe.
    """
    with explained("read", path), path.open("rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            raise UserError(f"cannot read {path}: it is no file on a disk; save it to one first")
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if found.st_size else b""


def read_text(path: Path, most: int | None = None, what: str = "") -> str:
    """The text in a file, as `decoded` gives it. Raises: UserError as `read_bytes`, and where it is not UTF-8."""
    with about(path):
        return decoded(read_bytes(path, most, what))


def read_given(path: Path, most: int | None = None, what: str = "") -> str:
    """The same, where `-` stands for standard input."""
    if path != STANDARD_INPUT:
        return read_text(path, most, what)
    with about(Path("standard input")):
        return decoded(sys.stdin.buffer.read())


def decoded(content: bytes, at: int = 0) -> str:
    """UTF-8 text, the bytes of a file from `at` on: with `\\n` at the end of each line, without a byte-order mark.

    Raises: UserError, naming the byte, where it is not UTF-8.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        byte, value = at + error.start, content[error.start]
        raise UserError(f"it is not UTF-8 text: byte {byte} is {value:#04x}; convert it first") from None
    return (text if at else text.removeprefix("\ufeff")).replace("\r\n", "\n")


def read_json(path: Path, most: int | None = None, what: str = "") -> dict[str, Any]:
    """The dictionary in a JSON file. Raises: UserError as `read_bytes`, and when it is something else."""
    try:
        found = json.loads(read_bytes(path, most, what))
    except (RecursionError, ValueError) as error:
        raise UserError(f"{path} is damaged ({one_line(error)})") from None
    if not isinstance(found, dict):
        raise UserError(f"{path} is damaged: it is no dictionary")
    return found


def read_lines(path: Path, parsed: Callable[[int, Any], T], what: str) -> list[T]:
    """What `parsed` makes of the number of each line of JSON, from 1, and of the data in it.

    A last line that is only half there is left out. Raises: UserError as `read_bytes`, and for a line that is no JSON,
    or of which `parsed` raises a ValueError, since it is not `what` stands in such a file.
    """
    lines, found = read_bytes(path).decode(errors="replace").split("\n"), []
    for number, line in enumerate(lines, 1):
        try:
            found.append(parsed(number, json.loads(line)))
        except (ValueError, RecursionError) as error:
            if number < len(lines):
                said = f"is not {what}: {line.strip()[:60]!r}; mend or remove the file"
                raise UserError(f"{path}, line {number}, {said}") from error
    return found


def append_line(path: Path, data: object) -> None:
    """Add a line of JSON to a file. Raises: UserError when that fails."""
    with explained("write", path), path.open("a", encoding="utf-8", newline="\n") as file:
        file.write(line_of(data))


def line_of(data: object) -> str:
    """The data as a line of JSON, as all such files have it."""
    return json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n"


def remove(path: Path) -> None:
    """Remove a file, if it is there. Raises: UserError when that fails."""
    with explained("remove", path):
        path.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes) -> None:
    """Write `content` to `path` so that a reader, or a crash, meets the old file or the new one, never half of one.

    The content goes to a temporary file beside `path`, is flushed to the disk and then renamed, which the
    operating system does in one step.

    A link is followed, and a file that is there keeps its permissions. What is no regular file, such as a pipe or
    /dev/stdout, is simply written to.

    Raises: UserError when the folder or the file cannot be written (missing permission, full disk, ...).
    """
    with explained("write", path):
        path = Path(path).resolve() if Path(path).is_symlink() else Path(path)
        if path.exists() and not path.is_file() and not path.is_dir():
            path.write_bytes(content)
            return
    with explained("write", path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
    with explained("write", path):
        temporary = _stage(path, content)
        try:
            os.replace(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)


def _stage(path: Path, content: bytes) -> Path:
    """A temporary file beside `path` with the content, flushed to the disk, and the permissions that `path` has."""
    temporary = path.parent / f".{path.name}.{os.urandom(8).hex()}.tmp"
    mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else None
    closed = 0o666 if mode is None else 0o600  # to others, until it has the permissions
    try:
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, closed)) as file:
            file.write(content)
            file.flush()
            if content:  # of nothing, such as a trial whether a folder can be written, nothing can be lost
                os.fsync(file.fileno())
        if mode is not None:
            os.chmod(temporary, mode)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _short(path: Path) -> str:
    """The path, without its middle where it is too long for a line."""
    text = str(path)
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[-LONGEST // 2 :]}"
