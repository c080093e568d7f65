"""A command at a pseudo-terminal of a given size, as a person sees it."""

from __future__ import annotations

import codecs
import os
import select
import signal
import struct
import subprocess
import time
from pathlib import Path

import pyte
import pytest

from tests.support.commands import environment, program

WHY = "there are no pseudo-terminals on this system"
pty, fcntl, termios = (pytest.importorskip(name, reason=WHY) for name in ("pty", "fcntl", "termios"))
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"


class Terminal:
    """A command at a pseudo-terminal; `shown` is all that it has written, with its control sequences.

    `lines` and `screen` are what a terminal makes of that, as the emulator pyte does.
    """

    def __init__(
        self,
        folder: Path,
        *arguments: object,
        columns: int = 80,
        rows: int = 24,
        script: str | None = None,
        **changes: str,
    ) -> None:
        self.shown, self.columns, self.rows, self._at = "", columns, rows, 0
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.process = subprocess.Popen(
            program(*arguments, script=script),
            cwd=folder,
            env=environment(**{"TERM": "xterm-256color", **changes}),
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            preexec_fn=_take_the_terminal,  # noqa: PLW1509 - tests run in one thread
        )
        os.close(theirs)

    def until(self, words: str, seconds: float = 60) -> str:
        """Read until the words are written, behind those of the last call; returns all from there to their end.

        What is read may go on behind the words: the next call begins there, in whatever pieces the output comes.
        """
        start, end = self._at, time.monotonic() + seconds
        while words not in self.shown[start:]:
            assert time.monotonic() < end, f"no {words!r} after {seconds} seconds: {self.shown[-500:]}"
            if select.select([self._ours], [], [], 0.1)[0]:
                piece = self._read()
                self.shown += piece
                assert piece or words in self.shown[start:], f"no {words!r}: {self.shown[-500:]}"
        self._at = self.shown.index(words, start) + len(words)
        return self.shown[start : self._at]

    def type(self, keys: str) -> None:
        """Press these keys, one after the other; "\x03" is Ctrl-C, "\x04" is Ctrl-D."""
        os.write(self._ours, keys.encode())

    def wait(self, seconds: float = 60) -> int:
        """Read on to the end; returns the exit code."""
        end = time.monotonic() + seconds
        piece = " "
        while piece:
            assert time.monotonic() < end, f"still running after {seconds} seconds: {self.shown[-500:]}"
            if select.select([self._ours], [], [], 0.1)[0]:
                piece = self._read()
                self.shown += piece
        os.close(self._ours)
        return self.process.wait(timeout=30)

    def _read(self) -> str:
        """What has come, or nothing when the other side is closed, which Linux tells by an error."""
        try:
            return self._decoder.decode(os.read(self._ours, 65536))
        except OSError:
            return ""

    @property
    def lines(self) -> list[str]:
        """Every line that is left, also those that have scrolled off the screen, as wide as the terminal at most."""
        screen = _emulated(self.shown, self.columns, self.rows)
        above = ["".join(row[i].data for i in range(self.columns)) for row in screen.history.top]
        lines = [line.rstrip() for line in [*above, *screen.display]]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def screen(self) -> list[str]:
        """The rows that are on the screen now."""
        return [line.rstrip() for line in _emulated(self.shown, self.columns, self.rows).display]


def _emulated(shown: str, columns: int, rows: int) -> pyte.HistoryScreen:
    screen = pyte.HistoryScreen(columns, rows, history=100_000)
    pyte.Stream(screen).feed(shown)
    return screen


def _take_the_terminal() -> None:
    """Make it the terminal that controls the process, so that Ctrl-C reaches it, and on, whatever started the tests."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGINT, signal.default_int_handler)
