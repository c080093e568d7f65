"""On a terminal: a live line while training, colours, and everything tidy afterwards."""

from __future__ import annotations

import re
import shlex
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.cli import main
from gpt_by_hand.cli.display import fitting
from gpt_by_hand.cli.train import ByHand
from gpt_by_hand.data.prepare import built_in_tokenizer
from gpt_by_hand.training.trainer import Trainer
from tests.support.commands import ROOT, process
from tests.support.terminal import HIDE_CURSOR, LEFT, RIGHT, SHOW_CURSOR, UP, Terminal

CONTROL = re.compile(r"\x1b\[[?\d;]*[A-Za-z]")
LONG = ("train", "--preset", "pocket", "--max_iters", 400)


def test_live_line(tmp_path: Path) -> None:
    """Iteration, loss against the guess, learning rate, speed and the time left; then gone without a trace."""
    terminal = Terminal(tmp_path, *LONG)
    assert terminal.wait() == 0
    drawn = [line.rstrip() for line in re.split(r"[\r\n]+", CONTROL.sub("", terminal.shown)) if "/400" in line]
    whole = r"\d+/400  loss [23]\.\d+  \(guess 3\.466\)  rate \S+  [\d,]+ tokens/s  \d:\d\d:\d\d left"
    assert any(re.fullmatch(whole, line) for line in drawn), drawn
    assert max(map(len, drawn)) <= 80
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR) == 1
    left = [line for line in terminal.lines if line.strip()]
    starts = ["prepared data", "engine: NumPy", "1 block", "data data", *["iteration "] * 5, "saved to out"]
    begun = [line for line in left if not line.startswith("  ")]  # the others go on
    assert [line.startswith(start) for line, start in zip(begun, starts, strict=True)] == [True] * 10, left


@pytest.mark.parametrize("width", [120, 95, 80, 60, 40, 20])
def test_the_live_line_fits(width: int) -> None:
    """Count, loss and time left stay, whatever has to go; even the longest line fits 95 columns whole."""
    parts = {"count": "599,999/600,000", "loss": "loss 10.824", "guess": "(guess 10.825)", "rate": "rate 6.0e-04"}
    parts |= {"speed": "1,234,567 tokens/s", "left": "1 day, 0:05:00 left"}
    line = fitting(parts, width)
    assert len(line) <= width
    assert all(name in line for name in ("599,999/600,000", "loss 10.824")) or width < 28
    assert line.endswith("left") or width < 49
    assert all(part in line for part in parts.values()) or width < len("  ".join(parts.values()))


def test_interrupted_with_ctrl_c(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *LONG, "--max_iters", 10**6, "--engine", "numpy")
    terminal.until("tokens/s")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == 130
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR) == 1
    left = [line for line in terminal.lines if line.strip()]
    said = r"stopped at iteration \d+, and saved; go on with: python -m gpt_by_hand train --init_from resume"
    assert re.fullmatch(said, f"{left[-2]} {left[-1].strip()}")
    assert "Traceback" not in terminal.shown
    assert re.search(r"\d/1,000,000  loss ", CONTROL.sub("", terminal.shown))


def test_what_to_type_to_go_on_with_an_interrupted_run(tmp_path: Path) -> None:
    """Typed as it is said, it is this run that goes on, and not the one in `out`."""
    terminal = Terminal(tmp_path, *LONG, "--max_iters", 10**6, "--engine", "numpy", "--out_dir", "my runs/a")
    terminal.until("tokens/s")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == 130
    said = " ".join(" ".join(terminal.lines).split()).partition("go on with: python -m gpt_by_hand ")[2]
    result = process(*shlex.split(said), "--max_iters", 1, cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert "is reached already" in result.out
    assert [path.name for path in (tmp_path / "my runs").iterdir()] == ["a"]
    assert not (tmp_path / "out").exists()


def test_error_while_the_line_is_shown(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, *LONG, "--learning_rate", "1e30", "--warmup_iters", "0")
    assert terminal.wait() == 2
    assert terminal.shown.count(HIDE_CURSOR) == terminal.shown.count(SHOW_CURSOR)
    assert "error: the loss is nan at iteration 2" in "\n".join(terminal.lines)
    assert max(map(len, terminal.lines)) <= 80


def test_colours_of_the_report(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "trace", "--preset", "pencil", "--only", "embed")
    assert terminal.wait() == 0
    assert "\x1b[1membed" in terminal.shown


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
    *text, said = terminal.lines
    assert len(text[0]) > len("hello")
    assert all(line.startswith("  ") for line in text[1:])
    assert said == "interrupted"
    short = Terminal(trained, "generate", "--max_tokens", 4)
    assert short.wait() == 0
    piped = process("generate", "--max_tokens", 4, cwd=trained)
    assert short.shown.replace("\r\n", "\n") == piped.out + piped.err


def test_prompts(trained: Path) -> None:
    terminal = Terminal(trained, "generate", "--interactive", "--max_tokens", 3)
    terminal.until("> ")
    terminal.type("hello\n")
    terminal.until("\nhello")
    terminal.until("\n> ")
    terminal.type("\x04")
    assert terminal.wait() == 0


def test_which_words_there_are(trained: Path) -> None:
    """They are said at the start and by `help`; a sentence of others is met with the parts that are known."""
    terminal = Terminal(trained, "generate", "--interactive", "--max_tokens", 3)
    start = " ".join(terminal.until("> ").split())
    words = [word for word in built_in_tokenizer("tiny_demo_words").words if word != " "]
    assert f"knows {len(words)} words, and the space: {', '.join(words)} Type a prompt, such as: hello" in start
    terminal.type("help\n")
    assert f"{len(words)} words, and the space: {', '.join(words)}" in " ".join(terminal.until("\n> ").split())
    terminal.type("what is a gpt?\n")
    said = " ".join(terminal.until("\n> ").split())
    assert "error: word 'what' is not among the 32 entries" in said
    assert "The model knows 'is', 'a' and 'gpt', but not 'what' and '?'. A prompt that works: is a gpt" in said
    terminal.type("is a gpt\n")
    assert "error" not in terminal.until("\n> ")
    terminal.type("\x04")
    assert terminal.wait() == 0
    assert max(map(len, terminal.lines)) <= 80


def test_arrow_keys(trained: Path) -> None:
    """Left moves in the line, up brings back the line before."""
    pytest.importorskip("readline")
    terminal = Terminal(trained, "generate", "--interactive", "--max_tokens", 1)
    terminal.until("> ")
    terminal.type(f"y{LEFT}b{RIGHT}{LEFT}{LEFT}gpt {RIGHT}\n")
    assert terminal.until("\n> ").rstrip("> ").splitlines()[-1].startswith("gpt by")
    terminal.type(f"{UP}\n")
    assert terminal.until("\n> ").rstrip("> ").splitlines()[-1].startswith("gpt by")
    terminal.type("\x04")
    assert terminal.wait() == 0
    assert "^[[" not in "\n".join(terminal.lines)


def test_arrow_keys_on_a_walk(tmp_path: Path) -> None:
    pytest.importorskip("readline")
    terminal = Terminal(tmp_path, "explain", "--interactive", "--preset", "pencil")
    assert "loss = " in terminal.until("there is): ")
    terminal.type("sequence_loss[1]\n")
    terminal.until("there is): ")
    terminal.type(f"{UP}{LEFT}\x7f0\n")
    assert "sequence_loss[0] = " in terminal.until("there is): ")
    terminal.type("?\n")
    assert "back" in terminal.until("there is): ")
    terminal.type("\x04")
    assert terminal.wait() == 0
    assert "^[[" not in "\n".join(terminal.lines)


def test_without_readline(trained: Path) -> None:
    """Lines can be typed all the same."""
    (trained / "without").mkdir()
    (trained / "without/readline.py").write_text("raise ImportError\n")
    terminal = Terminal(trained, "generate", "--interactive", "--max_tokens", 3, PYTHONPATH=f"{ROOT}/src:without")
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


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed here")
@pytest.mark.parametrize(
    ("line", "begins"),
    [
        (("trace", "--preset", "pencil"), "Model: untrained"),
        (("explain", "--list", "--preset", "pencil"), "iteration"),
        (("print", "text", "--preset", "pencil"), "One training iteration"),
    ],
    ids=str,
)
def test_what_is_longer_than_the_screen_opens_in_a_pager(tmp_path: Path, line: tuple[str, ...], begins: str) -> None:
    """The same lines as without one; what the screen has room for is only printed."""
    terminal = Terminal(tmp_path, *line, PAGER="less", LESS="")
    assert begins in terminal.until(PROMPT)
    terminal.type("q")
    assert terminal.wait() == 0
    tall = Terminal(tmp_path, *line, rows=5000, PAGER="less", LESS="")
    assert tall.wait() == 0
    assert begins in tall.shown
    assert PROMPT not in tall.shown


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
    assert {*page.split("\n\n", 2)[2].split()} <= {*plain.split()}
    assert page.split().count("micro-step") == plain.split().count("micro-step") + 4


@pytest.mark.skipif(shutil.which("less") is None, reason="less is not installed here")
def test_ctrl_c_before_the_page_was_shown(tmp_path: Path) -> None:
    """The pager shows how far the report has come, and nothing scrolls by."""
    many = ("--max_iters", 10**6, "--eval_interval", 10, "--out_dir", "o")
    terminal = Terminal(tmp_path, *BY_HAND, *many, PAGER="less", LESS="")
    until_written(tmp_path / "o/metrics.jsonl", '"iteration": 10')
    terminal.process.send_signal(signal.SIGINT)
    assert "Iteration 1, update" in terminal.until(PROMPT)
    terminal.type("q")
    assert terminal.wait() == 130
    assert "go on with: python -m gpt_by_hand train --init_from resume --out_dir o" in " ".join(
        " ".join(terminal.lines).split()
    )
    assert len(terminal.lines) <= 2 * terminal.rows


def until_written(path: Path, words: str, seconds: float = 60) -> None:
    """Wait until the words are in the file."""
    end = time.monotonic() + seconds
    while not (path.is_file() and words in path.read_text()):
        assert time.monotonic() < end, f"no {words!r} in {path} after {seconds} seconds"
        time.sleep(0.02)


def test_ctrl_c_that_does_not_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A second Ctrl-C ends it at once: one line says that there is more."""

    def interrupt(display: ByHand, trainer: Trainer, values: dict[str, Any]) -> None:
        for line in range(500):
            display.say(f"line {line}")
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ByHand, "traced", interrupt)
    monkeypatch.setattr("gpt_by_hand.cli.pager.pager", lambda: ["less"])
    assert main([*map(str, BY_HAND)]) == 130
    out, err = capsys.readouterr()
    assert re.fullmatch(r"prepared .*\n(.*\n)?the report so far, \d+ lines, is not shown\n", out), out
    assert err == "interrupted\n"


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
