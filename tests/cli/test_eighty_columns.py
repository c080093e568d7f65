"""A terminal of 80 columns: no line is wider, none breaks inside of a word, and nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.folding import Fold, cells, folded
from tests.support.commands import TINY, Command, process
from tests.support.terminal import Terminal

LONG = "a" * 70
COMMANDS: dict[str, tuple[object, ...]] = {
    "help": (),
    "prepare": ("prepare", "demo"),
    "prepare text": ("prepare", "text", "story.txt", "--data_dir", f"data of mine/{LONG}"),
    "train": ("train", *TINY, "--max_iters", 300, "--eval_interval", 100, "--engine", "numpy"),
    "resume": ("train", "--init_from", "resume", "--out_dir", "out", "--max_iters", 20),
    "generate": ("generate",),
    "generate much": ("generate", "--max_tokens", 200),
    "probabilities": ("generate", "--show_probabilities", "--prompt", "hello", "--top_k", 3),
    "loss": ("loss", "to be or not to be", "--checkpoint", "out"),
    "explain": ("explain", "h.0.attn.scores[0,1,3,1]", "--full", "--check", "--digits", 12),
    "explain all": ("explain", "--list", "*"),
    "print": ("print", "text", "--preset", "pencil"),
    "convert": ("convert", "out", "huggingface", "--force"),
    "cache": ("cache",),
    "cleared cache": ("cache", "--clear"),
    "no command": ("trainn",),
    "no tensor": ("explain", "zzz"),
    "a long error": ("generate", "--init_from", f"{LONG}/of a model/{LONG}"),
    "an error in a file": ("prepare", "text", "short.txt"),
    "words of others": ("generate", "--prompt", "what is a gpt?"),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_words_stay_whole(trained: Path, name: str) -> None:
    """What stands on the screen are the words that go through a pipe, between the same lines."""
    (trained / "story.txt").write_text("the cat sat on the mat . the dog sat on the log . " * 20)
    (trained / "short.txt").write_text("no more than this")
    piped = process(*COMMANDS[name], cwd=trained)
    terminal = Terminal(
        trained, *COMMANDS[name], PAGER="cat", TERM="dumb" if "iters" in str(COMMANDS[name]) else "xterm-256color"
    )
    assert terminal.wait() == piped.code
    written = re.sub(r"\x1b\[[\d;]*m|\r", "", terminal.shown)
    assert steady(written) == steady(piped.out + piped.err)
    assert [line for line in written.split("\n") if wide(line)] == []
    if all(len(line) <= 80 for line in written.split("\n")):
        assert steady("\n".join(terminal.lines)) == steady(written)


def wide(line: str) -> bool:
    """More than 80 characters, though its words would let it be shorter."""
    return len(line) > 80 and len(line.split()) > 1


def steady(text: str) -> list[str]:
    """The words, but for the speed, which is another one each time."""
    return re.sub(r"[\d,]+(?= tokens/s)|compiled in \S+", "", text).split()


def test_a_line_through_a_pipe_stays_one(command: Command, trained: Path) -> None:
    assert max(map(len, command("generate", "--max_tokens", 200).out.splitlines())) > 200


def test_the_test_can_fail(trained: Path) -> None:
    """A terminal itself breaks words."""
    terminal = Terminal(trained, "trace", "--format", "json", "--only", "logits")
    assert terminal.wait() == 0
    assert wide(terminal.shown)
    assert "\n".join(terminal.lines).split() != terminal.shown.split()


TEXTS = st.text(st.sampled_from("ab,漢é \n"), max_size=80)


@given(TEXTS, st.integers(1, 30))
def test_folded(text: str, width: int) -> None:
    """The same words in the same order, and no line too wide that could be broken; one that fits stays as it is."""
    found = folded(text, width)
    assert found.split() == text.split()
    lines = found.split("\n")
    assert all(cells(line.lstrip()) <= width - 1 or len(line.split()) <= 1 or cells(line) <= width for line in lines)
    if all(cells(line) <= width for line in text.split("\n")):
        assert [line.rstrip() for line in lines] == [line.rstrip() for line in text.split("\n")]


@given(TEXTS, st.integers(1, 30), st.lists(st.integers(1, 9)))
def test_folded_in_pieces(text: str, width: int, lengths: list[int]) -> None:
    """A text that grows is folded as one that is there, whatever its pieces are; nothing shown is taken back."""
    fold, shown, rest = Fold(width), "", text
    for length in lengths:
        shown += fold.add(rest[:length])
        rest = rest[length:]
    assert shown + fold.add(rest) + fold.end() == folded(text, width)


def test_where_a_line_goes_on() -> None:
    assert folded("one two three four\n  five six seven", 10) == "one two\n  three\n  four\n  five six\n    seven"
    assert folded("one 漢漢漢漢 two", 12) == "one 漢漢漢漢\n  two"
    assert folded("as it is " * 20, None) == "as it is " * 20
