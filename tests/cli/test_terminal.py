"""On a terminal: a live line while training, colours, and everything tidy afterwards."""

from __future__ import annotations

import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

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
    assert "\x1b[1;36membed" in terminal.shown


def test_no_colour(tmp_path: Path) -> None:
    """With NO_COLOR there is none; what is left is bold and the like."""
    terminal = Terminal(
        tmp_path, "train", "--gpt_by_hand", "--preset", "pencil", "--max_iters", 1, NO_COLOR="1", PAGER="cat"
    )
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
    assert short.shown.replace("\r\n", "\n") == process("generate", cwd=trained).out


def test_prompts(trained: Path) -> None:
    terminal = Terminal(trained, "generate", "--interactive", "--max_tokens", 3)
    terminal.until("> ")
    terminal.type("hello\n")
    terminal.until("\nhello")
    terminal.type("\x04")
    assert terminal.wait() == 0


PROMPT = ":\x1b[K"  # of less
BY_HAND = ("train", "--gpt_by_hand", "--preset", "pencil", "--max_iters", 1)


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed here")
@pytest.mark.parametrize("pager", [{}, {"PAGER": "less"}, {"PAGER": "no-such-pager"}], ids=str)
def test_the_report_opens_in_a_pager(tmp_path: Path, pager: dict[str, str]) -> None:
    """With its contents first; a line number goes to where it says, Ctrl-C does no harm, q leaves."""
    terminal = Terminal(tmp_path, *BY_HAND, **{"PAGER": "less", "LESS": "", **pager})
    first = terminal.until(PROMPT)
    assert first.split("Contents (")[1].split("\n")[2].rstrip("\r\x1b[m").endswith("micro-step 2 of 2: b = 1"), first
    terminal.process.send_signal(signal.SIGINT)
    terminal.type(f"{first.split('Contents (')[1].splitlines()[2].split()[0]}g")
    gone = terminal.until("Target: ")
    assert "Iteration 0, micro-step 2 of 2: b = 1" in gone.split("Input: ")[0], gone
    terminal.type("q")
    assert terminal.wait() == 0
    assert "Traceback" not in terminal.shown


def test_a_pager_that_has_seen_enough(tmp_path: Path) -> None:
    """Leaving early is no error; a program that may not show colours gets none."""
    script = tmp_path / "pager.py"
    script.write_text("import sys\nprint(ascii(sys.stdin.readline()))")
    terminal = Terminal(tmp_path, *BY_HAND, PAGER=f"{sys.executable} {script}")
    assert terminal.wait() == 0
    assert terminal.lines[-1].startswith("'Contents")
    assert "\x1b" not in terminal.shown


def test_all_of_the_report_is_on_the_page(tmp_path: Path) -> None:
    """No line is wider than the terminal, and none of what a pipe gets is missing."""
    script = tmp_path / "pager.py"
    script.write_text("import sys\nopen('page.txt', 'w', encoding='utf-8').write(sys.stdin.buffer.read().decode())")
    terminal = Terminal(tmp_path, *BY_HAND, PAGER=f"{sys.executable} {script}", COLUMNS="80")
    assert terminal.wait() == 0
    page = (tmp_path / "page.txt").read_text(encoding="utf-8")
    plain = process(*BY_HAND, cwd=tmp_path, COLUMNS="80").out
    assert max(map(len, page.splitlines())) <= 80
    assert [word for word in page.split("\n\n", 2)[2].split() if word not in plain.split()] == []
    assert page.split().count("micro-step") == plain.split().count("micro-step") + 4


def test_what_went_wrong_before_the_page_was_shown(tmp_path: Path) -> None:
    """There is what there is, without a pager, and then the error."""
    terminal = Terminal(
        tmp_path, *BY_HAND, "--max_iters", 3, "--learning_rate", "1e30", "--warmup_iters", 0, PAGER="less"
    )
    assert terminal.wait() == 2
    assert "error: the loss is nan at iteration" in "\n".join(terminal.lines)
    assert any(line.startswith("Iteration 0, update") for line in terminal.lines)


@pytest.mark.parametrize(
    "command",
    [
        ("explain", "d.transformer.h.0.attn.c_attn.weight[0,1,2,3]", "--depth", 2, "--full"),
        ("explain", "--list", "*attn*"),
        ("trace", "--only", "h.0.*"),
        ("trace", "--prompt", "machine learning is fun", "--only", "*"),
        ("train", "--gpt_by_hand", "--preset", "pencil"),
    ],
    ids=str,
)
def test_lines_break_at_words(tmp_path: Path, command: tuple[object, ...]) -> None:
    """The terminal itself breaks none: each is at most 80 wide, and every word of a wide terminal is a word here."""
    whole = process(*command, cwd=tmp_path).out
    terminal = Terminal(tmp_path, *command, PAGER="cat", NO_COLOR="1")
    assert terminal.wait() == 0
    lines = re.sub(r"\x1b\[[\d;]*m", "", terminal.shown).replace("\r", "").split("\n")
    assert max(map(len, lines)) <= 80
    words = {word for line in lines for word in line.split() if re.fullmatch(r"[a-z]\S*", word) and "…" not in word}
    assert words <= set(whole.split())
