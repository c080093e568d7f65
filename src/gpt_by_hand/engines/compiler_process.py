"""Runs the C compiler so that it ends when we do, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gpt_by_hand.errors import UserError

if TYPE_CHECKING:
    from subprocess import Popen

LONGEST = 300  # characters of a complaint
COMPLAINT = re.compile(r"\berror\b|cannot find|undefined", re.IGNORECASE)


class CompileError(UserError):
    """The C compiler failed, or cannot be used as CC and CFLAGS say."""


def run(line: Sequence[str], folder: Path, seconds: float) -> str:
    """Run a compiler in `folder`, where its own temporary files go too; returns what it said.

    Raises: CompileError with the command and the first error, or when it takes longer than `seconds`.
    """
    from subprocess import TimeoutExpired

    with _start(line, folder) as process:
        try:
            said = process.communicate(timeout=seconds)[0].decode("utf-8", errors="replace")
        except BaseException as error:
            _end(process)
            if isinstance(error, TimeoutExpired):
                raise CompileError(f"{shlex.join(line)} took longer than {seconds:.0f} s: try fewer CFLAGS") from None
            raise
    if process.returncode:
        raise CompileError(f"cannot compile the formulas: {shlex.join(line)}: {complaint(said, process.returncode)}")
    return said


def _start(line: Sequence[str], folder: Path) -> Popen[bytes]:
    """With messages in English, so that the first error can be found; and on POSIX in a session of its own.

    So it ends as a whole: what compiles is a grandchild.
    """
    from subprocess import DEVNULL, PIPE, STDOUT, Popen

    environment = {**os.environ, "LC_ALL": "C", **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder))}
    try:
        return Popen(
            line, cwd=folder, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
    except OSError as error:
        raise CompileError(f"cannot run the C compiler {line[0]}: {error.strerror or error}") from error


def complaint(said: str, code: int) -> str:
    """The first line that tells of an error, else the first line, else how the compiler ended."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    how = f"exit code {code}" if code > 0 else f"ended by signal {-code}"
    found = next((line for line in lines if COMPLAINT.search(line)), lines[0] if lines else how)
    return "".join(c if c.isprintable() else " " for c in found[:LONGEST])


def _end(process: Popen[bytes]) -> None:
    """End the compiler, and on POSIX all that it has started."""
    if os.name != "posix":
        process.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
