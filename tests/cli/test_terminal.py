"""On a terminal: a live line while training, colours, and everything tidy afterwards."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from tests.support.commands import process
from tests.support.terminal import HIDE_CURSOR, SHOW_CURSOR, Terminal

LONG = ("train", "--preset", "pocket", "--max_iters", 400)


def test_live_line(tmp_path: Path) -> None:
    """Iteration, loss against the guess, learning rate, speed and the time left; then gone without a trace."""
    terminal = Terminal(tmp_path, *LONG, columns=200)
    assert terminal.wait() == 0
    text = re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", terminal.shown)
    assert re.search(
        r"\d+/400 loss 3\.\d+ \(guess 3\.466\)  rate \S+  [\d,]+ tokens/s *[-\d]:[-\d]{2}:[-\d]{2}", text
    ), text
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR) == 1
    left = [line for line in terminal.lines if line.strip()]
    starts = ["prepared data", "engine: NumPy", "1 block", "data data", *["iteration "] * 5, "saved to out"]
    assert [line.startswith(start) for line, start in zip(left, starts, strict=True)] == [True] * 10, left


def test_interrupted_with_ctrl_c(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *LONG, "--max_iters", 10**6, "--engine", "numpy")
    terminal.until("tokens/s")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == 130
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR) == 1
    left = [line for line in terminal.lines if line.strip()]
    assert re.match(r"stopped at iteration \d+, and saved; go on with --init_from resume", left[-1])
    assert "Traceback" not in terminal.shown


def test_error_while_the_line_is_shown(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *LONG, "--learning_rate", "1e30", "--warmup_iters", "0")
    assert terminal.wait() == 2
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR)
    assert "error: the loss is nan at iteration 2" in "\n".join(terminal.lines)


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
    terminal.until("hello")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == 130
    text, _, said = terminal.shown.partition("\r\n")
    assert len(text) > len("hello")
    assert said == "interrupted\r\n"
    short = Terminal(trained, "generate")
    assert short.wait() == 0
    piped = process("generate", cwd=trained)
    assert short.shown.replace("\r\n", "\n") == piped.out + piped.err


def test_prompts(trained: Path) -> None:
    terminal = Terminal(trained, "generate", "--interactive", "--max_tokens", 3)
    terminal.until("> ")
    terminal.type("hello\n")
    terminal.until("\nhello")
    terminal.type("\x04")
    assert terminal.wait() == 0
