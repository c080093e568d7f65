"""`gpt-by-hand worksheet`, as users give it: files, what is refused in one line, and the question at a terminal."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from gpt_by_hand.advice import install
from gpt_by_hand.practice.booklet import pdf
from gpt_by_hand.practice.topics import TOPICS
from tests.support.commands import Command, refused, snapshot


def test_list(command: Command) -> None:
    lines = command("worksheet", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["six-sheets", *(topic.key for topic in TOPICS)]


def test_help(command: Command) -> None:
    said = command("worksheet", "--help")
    assert said.code == 0
    assert all(option in said.out for option in ("--copies", "--answers", "--paper", "--force", "six-sheets"))


@pytest.mark.parametrize(
    ("name", "start"), [("s.md", "# Key: Attention score"), ("s.HTML", "<h1>Key: Attention score")]
)
def test_a_file(command: Command, tmp_path: Path, name: str, start: str) -> None:
    """Written whole, said on stderr, nothing on stdout, nothing left behind; the same command gives the same file."""
    result = command("worksheet", "score", "--answers", "--copies", 2, "-o", name)
    assert (result.code, result.out) == (0, "")
    assert result.err == f"2 sheets and 2 keys written to {name}\n"
    before = snapshot(tmp_path)
    assert list(before) == [name]
    assert start in before[name].decode()
    assert command("worksheet", "score", "--answers", "--copies", 2, "-o", name, "--force").code == 0
    assert snapshot(tmp_path) == before


def test_the_command_on_the_sheet_prints_it_again(command: Command, tmp_path: Path) -> None:
    command("worksheet", "mean", "qkv", "--seed", 4, "-o", "both.md")
    said = (tmp_path / "both.md").read_text()
    lines = [line for line in said.splitlines() if line.startswith("seed 4: `gpt-by-hand worksheet")]
    assert len(lines) == 2
    arguments = lines[1].split("`")[1].split()[1:]
    assert command(*arguments, "-o", "one.md").code == 0
    assert (tmp_path / "one.md").read_text() in said


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ((), ["say what the sheets are about", "six-sheets", "score"]),
        (("scroe",), ["there is no topic 'scroe'", "perhaps you meant score"]),
        (("six-sheet",), ["there is no topic 'six-sheet'", "perhaps you meant six-sheets"]),
        (("zzzzzz",), ["there is no topic 'zzzzzz'", "worksheet --list shows all"]),
        (("",), ["there is no topic ''"]),
        (("score", "--seed", -1), ["seed is -1: it must be from 0 to 4294967295"]),
        (("score", "--seed", 2**32), ["seed is 4294967296"]),
        (("score", "--seed", "x"), ["seed"]),
        (("score", "--copies", 0), ["copies is 0: it must be from 1 to 500"]),
        (("score", "--copies", 501), ["copies is 501"]),
        (("score", "--copies", 2, "--seed", 2**32 - 1), ["copies is 2: it must be from 1 to 1"]),
        (("score", "--paper", "a5"), ["there is no paper size 'a5'", "perhaps you meant a4"]),
        (("score", "--paper", "letter"), ["there is no paper size 'letter'", "us-letter"]),
        (("score", "--paper", "zz"), ["there is no paper size 'zz'", "a4 or us-letter"]),
        (("score", "--preset", "big"), ["preset"]),
        (("six-sheets", "--preset", "demo"), ["six-sheets is made for --preset pencil"]),
        (("score", "--unknown"), ["--unknown"]),
    ],
    ids=str,
)
def test_refused(command: Command, tmp_path: Path, given: tuple[object, ...], words: list[str]) -> None:
    result = command("worksheet", *given, "-o", "s.md")
    refused(result, *words)
    assert result.out == ""
    assert snapshot(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (None, ["say where to write the sheets: -o sheet.pdf"]),
        ("s.txt", ["s.txt ends in '.txt'", ".pdf, .html or .md"]),
        ("s", ["s ends in nothing: choose"]),
        ("folder.md", ["folder.md"]),
        ("file/s.md", ["file"]),
    ],
)
def test_places_to_write(command: Command, tmp_path: Path, name: str | None, words: list[str]) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "file").write_text("kept")
    refused(command("worksheet", "mean", *(("-o", name) if name else ())), *words)
    assert snapshot(tmp_path) == {"file": b"kept"}


def test_a_folder_that_is_not_there_yet(command: Command, tmp_path: Path) -> None:
    assert command("worksheet", "mean", "-o", "new/folder/s.md").code == 0
    assert list(snapshot(tmp_path)) == ["new/folder/s.md"]


def test_an_existing_file(command: Command, tmp_path: Path) -> None:
    """Is kept; with --force it is replaced, but not for a command that makes no sense."""
    path = tmp_path / "s.md"
    path.write_text("kept")
    refused(command("worksheet", "mean", "-o", "s.md"), "s.md is there already", "--force")
    refused(command("worksheet", "nothing-like-it", "-o", "s.md", "--force"), "there is no topic")
    assert path.read_text() == "kept"
    assert command("worksheet", "mean", "-o", "s.md", "--force").code == 0
    assert path.read_text().startswith("# LayerNorm: the mean\n")


@pytest.mark.parametrize("missing", ["typst", "pypdf"])
def test_without_typst(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(pdf, "find_spec", lambda name: None if name == missing else real(name))
    refused(command("worksheet", "mean", "-o", "s.pdf"), install("worksheets"), ".html")
    assert snapshot(tmp_path) == {}
    assert command("worksheet", "mean", "-o", "s.html").code == 0


@pytest.mark.parametrize(("answer", "replaced"), [("y", True), ("n", False), ("", False)])
def test_asked_at_a_terminal(tmp_path: Path, answer: str, replaced: bool) -> None:
    from tests.support.terminal import Terminal

    (tmp_path / "s.md").write_text("kept")
    terminal = Terminal(tmp_path, "worksheet", "mean", "-o", "s.md")
    terminal.until("Replace it? [y/N] ")
    terminal.type(f"{answer}\n")
    assert terminal.wait() == (0 if replaced else 2)
    assert ((tmp_path / "s.md").read_text() != "kept") == replaced
    assert "Traceback" not in terminal.shown
