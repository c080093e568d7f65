"""On a terminal: a live line while training, colours, and everything tidy afterwards."""

from __future__ import annotations

import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.commands import environment, process, program

pty = pytest.importorskip("pty", reason="there are no pseudo-terminals on this system")
SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"
LONG = ("train", "--preset", "pocket", "--max_iters", 400)


class Terminal:
    """A command at a pseudo-terminal, and all that it has written."""

    def __init__(self, folder: Path, *arguments: object, **changes: str) -> None:
        self.shown = ""
        self.ours, theirs = pty.openpty()
        environ = environment(**{"COLUMNS": "100", "LINES": "30", "TERM": "xterm-256color", **changes})
        self.process = subprocess.Popen(
            program(*arguments), cwd=folder, env=environ, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)

    def read(self, until: str = "", seconds: float = 60) -> str:
        """What it writes until the text appears, or until its end."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and not (until and until in self.shown):
            if not select.select([self.ours], [], [], 0.1)[0]:
                continue
            try:
                piece = os.read(self.ours, 65536)
            except OSError:  # Linux's way to say that the other side is closed
                piece = b""
            if not piece:
                return self.shown
            self.shown += piece.decode()
        assert until, f"still running after {seconds} seconds: {self.shown[-500:]}"
        assert until in self.shown, self.shown[-500:]
        return self.shown

    def wait(self) -> int:
        self.read()
        os.close(self.ours)
        return self.process.wait(timeout=30)


def visible(shown: str) -> list[str]:
    """The lines that are left on the screen when all cursor movements have been made."""
    lines, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|[\r\n]|[^\x1b\r\n]+", shown):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            row += 1
        elif piece.startswith("\x1b["):
            count = int(piece[2:-1]) if piece[2:-1].isdigit() else 1
            row -= count if piece.endswith("A") else 0
            if piece.endswith("K"):
                lines[row] = "" if piece == "\x1b[2K" else lines[row][:column]
        else:
            lines[row] = lines[row][:column].ljust(column) + piece + lines[row][column + len(piece) :]
            column += len(piece)
        lines += [""] * (row + 1 - len(lines))
    return lines


def test_visible_understands_the_cursor() -> None:
    assert visible("one\r\ntwo\r\x1b[2K\x1b[1A\x1b[2Kthree\r\n") == ["three", ""]


def test_live_line(tmp_path: Path) -> None:
    """Iteration, loss against the guess, learning rate, speed and the time left; then gone without a trace."""
    terminal = Terminal(tmp_path, *LONG)
    assert terminal.wait() == 0
    text = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", terminal.shown)
    assert re.search(
        r"\d+/400 loss 3\.\d+ \(guess 3\.466\)  rate \S+  [\d,]+ tokens/s *[-\d]:[-\d]{2}:[-\d]{2}", text
    ), text
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR) == 1
    left = [line for line in visible(terminal.shown) if line.strip()]
    starts = ["prepared data", "engine: NumPy", "1 block", "data data", *["iteration "] * 5, "saved to out"]
    assert [line.startswith(start) for line, start in zip(left, starts, strict=True)] == [True] * 10, left


def test_interrupted_with_ctrl_c(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *LONG, "--max_iters", 10**6, "--engine", "numpy")
    terminal.read(until="tokens/s")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == 130
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR) == 1
    left = [line for line in visible(terminal.shown) if line.strip()]
    assert re.match(r"stopped at iteration \d+, and saved; go on with --init_from resume", left[-1])
    assert "Traceback" not in terminal.shown


def test_error_while_the_line_is_shown(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *LONG, "--learning_rate", "1e30", "--warmup_iters", "0")
    assert terminal.wait() == 2
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR)
    left = [line for line in visible(terminal.shown) if line.strip()]
    assert left[-1].startswith("error: the loss is nan at iteration 2")


def test_colours_of_the_report(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "trace", "--preset", "pencil", "--only", "embed")
    assert terminal.wait() == 0
    assert "\x1b[1membed" in terminal.shown


def test_no_colour(tmp_path: Path) -> None:
    """With NO_COLOR there is none; what is left is bold and the like."""
    terminal = Terminal(tmp_path, "train", "--gpt_by_hand", "--preset", "pencil", "--max_iters", 1, NO_COLOR="1")
    assert terminal.wait() == 0
    codes = {code for found in re.findall(r"\x1b\[([\d;]*)m", terminal.shown) for code in found.split(";")}
    assert codes <= {"0", "1", "2", "3", "22", "23"}


def test_a_dumb_terminal(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *LONG, TERM="dumb")
    assert terminal.wait() == 0
    assert "\x1b" not in terminal.shown
    assert "iteration   400: train" in terminal.shown


def test_a_text_is_shown_as_it_is_written(trained: Path) -> None:
    """A billion words take a while: they come one by one until Ctrl-C, and a text that ends is that of a pipe."""
    terminal = Terminal(trained, "generate", "--prompt", "hello", "--max_tokens", 10**9)
    terminal.read(until="hello")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == 130
    text, _, said = terminal.shown.partition("\r\n")
    assert len(text) > len("hello")
    assert said == "interrupted\r\n"
    short = Terminal(trained, "generate")
    assert short.wait() == 0
    assert short.shown.replace("\r\n", "\n") == process("generate", cwd=trained).out


def test_prompts(trained: Path) -> None:
    terminal = Terminal(trained, "generate", "--interactive", "--max_tokens", 3)
    terminal.read(until="> ")
    os.write(terminal.ours, b"hello\n")
    terminal.read(until="\nhello")
    os.write(terminal.ours, b"\x04")
    assert terminal.wait() == 0
