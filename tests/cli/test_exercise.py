"""`gpt-by-hand exercise`, as users give it: options, JSON, answers through a pipe and at a terminal."""

from __future__ import annotations

import json
import math
import re
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.practice.topics import TOPICS
from tests.support.commands import Command, environment, process, program, refused, snapshot
from tests.support.terminal import LEFT, UP, Terminal

CONTROL = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")


@pytest.fixture(autouse=True)
def progress_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("GPT_BY_HAND_PROGRESS", str(tmp_path / "kept" / "progress.json"))
    return tmp_path / "kept" / "progress.json"


def exercises(command: Command, *arguments: object) -> list[dict[str, Any]]:
    result = command("exercise", "--json", *arguments)
    assert (result.code, result.err) == (0, "")
    found: list[dict[str, Any]] = json.loads(result.out, parse_constant=pytest.fail)["exercises"]
    return found


def test_list(command: Command) -> None:
    lines = command("exercise", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == [topic.key for topic in TOPICS]


def test_json(command: Command, progress_file: Path, tmp_path: Path) -> None:
    """All that a tool needs; nothing is kept, and nothing is left behind."""
    found = exercises(command, "score", "--seed", 3, "--count", 4)
    assert [exercise["topic"] for exercise in found] == ["score"] * 4
    for exercise in found:
        assert exercise["address"].startswith("h.0.attn.")
        assert exercise["question"].endswith("?")
        assert exercise["formula"][0].startswith("h.0.attn.scores[b, h, i, j] = where(j <= i, ")
        assert exercise["given"]["tables"][0]["cells"]
        assert exercise["mistakes"]
        far = [m["value"] for m in exercise["mistakes"] if m["value"] != "-inf"]
        answer = exercise["answer"]
        assert answer == "-inf" or all(abs(value - answer) > exercise["tolerance"] for value in far)
    assert not progress_file.exists()
    assert snapshot(tmp_path) == {}


def test_the_same_seed_gives_the_same_exercises(command: Command) -> None:
    assert exercises(command, "--seed", 5, "--count", 3) == exercises(command, "--count=3", "--seed=5")
    assert exercises(command, "--seed", 5, "--count", 3) != exercises(command, "--seed", 6, "--count", 3)


@pytest.mark.parametrize("words", [("attention", "score"), ("attention score",), ("--topic", "score")])
def test_topics_in_several_words(command: Command, words: tuple[str, ...]) -> None:
    assert exercises(command, *words, "--count", 1)[0]["topic"] == "score"
    assert exercises(command, "--count", 1, *words)[0]["topic"] == "score"


@pytest.mark.parametrize("preset", ["pencil", "pocket", "demo"])
def test_presets(command: Command, preset: str) -> None:
    assert exercises(command, "--preset", preset, "--count", 2)


def test_biases(command: Command) -> None:
    found = exercises(command, "scale", "--use_bias", "--seed", 1, "--count", 6)
    assert any("bias" in mistake["kind"] for exercise in found for mistake in exercise["mistakes"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("scroe",), ["there is no topic 'scroe': perhaps you meant score"]),
        (("",), ["the topic is empty"]),
        (("score", "--count", 0), ["count is 0"]),
        (("score", "--count", 10**6), ["count is 1000000"]),
        (("score", "--count", "x"), ["count"]),
        (("score", "--seed", "x"), ["seed"]),
        (("score", "--seed", -4), ["seed is -4: it must be from 0"]),
        (("score", "--seed", 2**32), ["seed is 4294967296"]),
        (("score", "--preset", "huge"), ["preset"]),
        (("score", "--sede", 3), ["sede"]),
    ],
)
def test_bad_input(command: Command, arguments: tuple[object, ...], words: list[str]) -> None:
    refused(command("exercise", *arguments), *words)


def test_answers_through_a_pipe(command: Command, tmp_path: Path, progress_file: Path) -> None:
    """One line for each exercise; hints are no answers; what was done is kept."""
    found = exercises(command, "score", "--seed", 3, "--count", 3)
    lines = [found[0]["shown"], "hint", "99", "skip"]
    result = process("exercise", "score", "--seed", 3, "--count", 3, cwd=tmp_path, given="\n".join(lines) + "\n")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("Right: ") == 1
    assert "no usual mistake leads to 99" in result.out
    assert "1 of 2 right at once." in result.out
    assert "To practise: python -m gpt_by_hand exercise score" in result.out
    assert json.loads(progress_file.read_text())["topics"]["score"]["recent"] == [True, False]


def test_the_pipe_ends_early(tmp_path: Path) -> None:
    result = process("exercise", "score", "--seed", 3, cwd=tmp_path)
    assert (result.code, result.err) == (0, "")
    assert "No exercise was answered." in result.out


def test_practice_starts_where_it_is_needed(tmp_path: Path, progress_file: Path) -> None:
    first = process("exercise", "gelu", "--count", 1, cwd=tmp_path, given="99\n")
    assert "0 of 1 right" in first.out
    again = process("exercise", "--count", 1, cwd=tmp_path, given="skip\n")
    assert "Exercise 1 of 1: GELU" in again.out
    assert "These are the exercises of" not in again.out  # which topics these are, no seed says


def test_what_is_asked_at_a_terminal_can_be_repeated(command: Command, tmp_path: Path) -> None:
    """Without topics and a seed too: the seed is said, and brings back each exercise."""
    terminal = Terminal(tmp_path, "exercise", "--count", 2)
    for number in (1, 2):
        terminal.until(f"Exercise {number} of 2: ")
        title = terminal.until("\r\n")
        terminal.until("] > ")
        terminal.type("skip\n")
        seed = re.search(
            r"Each can be repeated by its topic and --seed\s+(\d+),\s+in\s+float64\.", "\n".join(terminal.lines)
        )
        assert seed is not None
        again = exercises(command, CONTROL.sub("", title).strip(), "--seed", seed[1], "--count", 1)[0]
        assert any(line.startswith(f"{again['address']} >") for line in terminal.lines)
    assert terminal.wait() == 0


def test_progress_that_cannot_be_kept(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    result = process("exercise", "gelu", "--count", 1, cwd=tmp_path, given="1\n", GPT_BY_HAND_PROGRESS="file/x.json")
    assert "error" not in result.out
    assert "Traceback" not in result.err
    assert result.err.count("\n") == 1
    assert (tmp_path / "file").read_text() == "mine"


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    ran = subprocess.run(
        program("exercise", "gelu", "--count", 2),
        cwd=tmp_path,
        env=environment(),
        input=b"\xff\xfe\n1\n",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_at_a_terminal(command: Command, tmp_path: Path) -> None:
    """A mistake is named and the answer may be given again; a hint; Ctrl-D ends with the summary."""
    exercise = next(e for e in exercises(command, "score", "--seed", 3, "--count", 5) if e["answer"] != "-inf")
    forgot = next(m["value"] for m in exercise["mistakes"] if m["kind"] == "scale")
    assert not math.isclose(forgot, exercise["answer"])
    terminal = Terminal(tmp_path, "exercise", "score", "--seed", 3)
    terminal.until("] > ")
    while f"{exercise['address']} > " not in terminal.shown:
        terminal.type("skip\n")
        terminal.until("] > ")
    terminal.type(f"{forgot:.4f}\n")
    assert "without dividing by sqrt(D)" in terminal.until(f"{exercise['address']} > ").replace("\x1b[0m", "")
    terminal.type("hint\n")
    terminal.until(" / sqrt(4)")
    terminal.type(f"{exercise['steps'][0]}\n")
    assert "Right: " in terminal.until("Exercise")
    terminal.until("> ")
    terminal.type("\x04")
    assert "0 of 1 right at once." in terminal.until("To practise")
    assert terminal.wait() == 0
    assert "\x1b[" in terminal.shown


@pytest.mark.parametrize(
    ("preset", "seed", "answered"), [("pencil", 3, True), ("pencil", 8, False), ("pocket", 1, True), ("demo", 2, True)]
)
def test_what_is_shown_between_two_prompts_fits_the_screen(
    command: Command, tmp_path: Path, preset: str, seed: int, answered: bool
) -> None:
    """For every topic at 80 x 24: the reply to one exercise, and the next one down to its prompt."""
    options = ("--preset", preset, "--seed", seed, "--count", len(TOPICS))
    found = exercises(command, *options)
    terminal = Terminal(tmp_path, "exercise", *options)
    first = "Type the answer; or hint"
    for number, exercise in enumerate(found, 1):
        shown = CONTROL.sub("", terminal.until(f"{exercise['address']} > ")).split("\r\n")
        rows = shown if number == 1 else shown[1:]  # without the rest of the row that the last answer was typed in
        assert rows[0].startswith(first)
        assert f"Exercise {number} of {len(TOPICS)}: {exercise['title']}" in rows
        assert rows[-1] == f"{exercise['address']} > "
        assert len(rows) <= 24, "\n".join(rows)
        assert max(map(len, rows)) <= 80, "\n".join(rows)
        terminal.type(f"{exercise['shown']}\n" if answered else "skip\n")
        first = f"Right: {exercise['address']} = " if answered else f"{exercise['address']} = "
    terminal.until("right at once" if answered else "No exercise was answered")
    assert terminal.wait() == 0


@pytest.mark.skipif(find_spec("readline") is None, reason="this Python has no readline")
def test_arrow_keys_and_history(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "exercise", "score", "--seed", 3, "--count", 2)
    terminal.until("] > ")
    terminal.type(f"skp{LEFT}i\n")
    terminal.until("Exercise 2 of 2")
    terminal.until("] > ")
    terminal.type(f"{UP}\n")
    terminal.until("No exercise was answered.")
    assert terminal.wait() == 0
    assert sum(line.endswith("] > skip") for line in terminal.lines) == 2
    assert "^[" not in "".join(terminal.lines)


def test_an_exercise_is_shown_again_and_a_decimal_comma_is_read(command: Command, tmp_path: Path) -> None:
    exercise = exercises(command, "residual", "--seed", 4, "--count", 1)[0]
    terminal = Terminal(tmp_path, "exercise", "residual", "--seed", 4, "--count", 1)
    terminal.until("] > ")
    terminal.type("again\n")
    assert exercise["formula"][0] in terminal.until("] > ")
    terminal.type("1.234,5\n")
    assert "a comma are both in 1.234,5" in terminal.until("] > ")
    terminal.type(f"{exercise['shown'].replace('.', ',')}\n")
    terminal.until("1 of 1 right at once.")
    assert terminal.wait() == 0


def test_ctrl_c_and_no_colour(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "exercise", "gelu", "--seed", 3, NO_COLOR="1")
    terminal.until("> ")
    terminal.type("5\n")
    terminal.until("> ")
    time.sleep(0.5)  # a prompt is on the screen a moment before Python waits for an answer; people are never that fast
    terminal.type("\x03")
    assert "0 of 1 right at once." in terminal.until("To practise")
    assert terminal.wait() == 0
    assert "\x1b[31m" not in terminal.shown
