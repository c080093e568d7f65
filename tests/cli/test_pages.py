"""`worksheet --page` and `exercise --page`, as users give them: one file, a folder of files, and what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.practice.booklet import making
from gpt_by_hand.practice.browser import order, write
from gpt_by_hand.practice.topics import TOPICS
from tests.practice.booklet.sheets import source
from tests.practice.browser.made import held, questions
from tests.support.commands import Command, refused, snapshot

LARGEST = 300_000  # bytes of a page with ten questions


@pytest.fixture(autouse=True)
def one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (making, order):
        monkeypatch.setattr(module, "Source", source)


def written(folder: Path, name: str) -> dict[str, Any]:
    return held((folder / name).read_text(encoding="utf-8"))


def test_a_page_of_worksheets(command: Command, tmp_path: Path) -> None:
    """Written whole, said on stderr; offline, and nothing may run that is not its own; the same command, the same."""
    result = command("worksheet", "score", "softmax", "--page", "-o", "s.html")
    assert (result.code, result.out, result.err) == (0, "", "1 copy written to s.html\n")
    before = snapshot(tmp_path)
    page = before["s.html"].decode()
    data = held(page)
    assert list(data) == ["contents", "copy-1"]
    assert data["contents"]["copies"] == 1
    assert (data["contents"]["kind"], data["contents"]["language"]) == ("worksheet", {"code": "en", "point": "."})
    assert [sheet["title"] for sheet in data["copy-1"]["sheets"]] == [t.title for t in TOPICS if t.key in SCORES]
    assert data["copy-1"]["again"] == ["gpt-by-hand worksheet score softmax --page --preset pencil --seed 1337"]
    assert set(re.findall(r"\w+://[^/\"]+", page)) <= {"http://www.w3.org"}  # the names of SVG and MathML
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src 'none'; ")
    (script,) = re.findall(r'<script type="module">(.*?)</script>', page, re.S)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.S)
    for part in (script, style):
        assert f"'sha256-{base64.b64encode(hashlib.sha256(part.encode()).digest()).decode()}'" in policy
    assert command("worksheet", "score", "softmax", "--page", "-o", "s.html", "--force").code == 0
    assert snapshot(tmp_path) == before


SCORES = ("score", "softmax")


def test_without_page_it_is_paper(command: Command, tmp_path: Path) -> None:
    assert command("worksheet", "score", "-o", "s.html").code == 0
    assert "<script" not in (tmp_path / "s.html").read_text()


def test_the_command_on_the_page_makes_it_again(command: Command, tmp_path: Path) -> None:
    command("worksheet", "mean", "qkv", "--page", "--seed", 4, "--copies", 2, "-o", "class.html", "--language", "de")
    copies = written(tmp_path, "class.html")
    assert copies["contents"]["copies"] == 2
    assert [copies[f"copy-{n}"]["seed"] for n in (1, 2)] == [4, 5]
    assert command(*copies["copy-2"]["again"][0].split()[1:], "-o", "one.html").code == 0
    assert written(tmp_path, "one.html")["copy-1"] == copies["copy-2"]
    assert copies["contents"]["language"] == {"code": "de", "point": ","}


def test_a_folder_has_a_page_for_each_copy(command: Command, tmp_path: Path) -> None:
    result = command("worksheet", "mean", "--page", "--copies", 3, "-o", "class/")
    assert (result.code, result.err) == (0, "3 copies written: class/01.html to 03.html\n")
    before = snapshot(tmp_path)
    assert list(before) == ["class/01.html", "class/02.html", "class/03.html"]
    for n, page in enumerate(before.values()):
        data = held(page.decode())
        assert (list(data), data["contents"]["copies"]) == (["contents", "copy-1"], 1)
        assert data["copy-1"]["seed"] == 1337 + n
    (tmp_path / "class" / "02.html").unlink()
    refused(
        command("worksheet", "mean", "--page", "--copies", 3, "-o", "class"), "class has 01.html and 1 more", "--force"
    )
    assert not (tmp_path / "class" / "02.html").exists()
    assert command("worksheet", "mean", "--page", "--copies", 3, "-o", "class", "--force").code == 0
    assert snapshot(tmp_path) == before
    assert command("worksheet", "mean", "--page", "-o", "new/").err == "1 copy written to new/01.html\n"


def test_a_page_that_would_be_too_large(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Says how large it would be, the limit, how many copies fit, and what to do; so many do fit."""
    monkeypatch.setattr(write, "MOST_BYTES", 1_000_000)
    made, make = list[int](), write._copy
    monkeypatch.setattr(write, "_copy", lambda order, n: made.append(n) or make(order, n))
    result = command("worksheet", "gelu", "--page", "--copies", 500, "-o", "s.html")
    line = refused(
        result, "a page with 500 copies would have about", "MB, and may have 1 MB", "into a folder: -o class/"
    )
    assert snapshot(tmp_path) == {}
    assert made == [1]  # it is said before much is done
    (fit,) = re.findall(r"of these copies (\d+) fit", line)
    assert command("worksheet", "gelu", "--page", "--copies", fit, "-o", "s.html").code == 0
    assert 800_000 < len(snapshot(tmp_path)["s.html"]) <= 1_000_000
    line = refused(command("worksheet", "gelu", "--page", "--copies", int(fit) + 20, "-o", "t.html"), "into a folder")
    assert int(re.findall(r"of these copies (\d+) fit", line)[0]) >= int(fit)
    monkeypatch.setattr(write, "MOST_BYTES", 1_000)
    refused(command("worksheet", "gelu", "--page", "-o", "t.html"), "ask for less")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("-o", "s.pdf"), ["s.pdf ends in '.pdf'", ".html"]),
        (("-o", "s"), ["s ends in nothing"]),
        ((), ["say where to write the page: -o sheet.html, or -o class/"]),
        (("-o", "s.html", "--answers"), ["--answers is for paper", "leave it out"]),
        (("-o", "file/s.html"), ["file"]),
        (("-o", "file/"), ["file"]),
        (("-o", "s.html", "--copies", 0), ["copies is 0"]),
        (("-o", "there.html"), ["there.html is there already", "--force"]),
    ],
    ids=str,
)
def test_refused(command: Command, tmp_path: Path, given: tuple[object, ...], words: list[str]) -> None:
    (tmp_path / "file").write_text("kept")
    (tmp_path / "there.html").write_text("kept")
    refused(command("worksheet", "mean", "--page", *given), *words)
    assert snapshot(tmp_path) == {"file": b"kept", "there.html": b"kept"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("--page",), ["say where to write the page: -o sheet.html"]),
        (("-o", "e.html"), ["-o e.html is where to write a page: add --page"]),
        (("--page", "--json", "-o", "e.html"), ["--page writes a page, and --json prints data"]),
        (("--page", "-o", "e.md"), ["e.md ends in '.md'"]),
        (("--page", "-o", "folder/"), ["folder ends in nothing"]),
        (("--page", "-o", "there.html"), ["there.html is there already"]),
    ],
    ids=str,
)
def test_exercises_refused(command: Command, tmp_path: Path, given: tuple[object, ...], words: list[str]) -> None:
    (tmp_path / "there.html").write_text("kept")
    refused(command("exercise", "score", *given), *words)
    assert snapshot(tmp_path) == {"there.html": b"kept"}


def test_a_page_of_exercises(command: Command, tmp_path: Path) -> None:
    """Those of `--json`; with a seed that is said where none is given."""
    chosen = ("exercise", "softmax", "--seed", 3, "--count", 4, "--use_bias")
    result = command(*chosen, "--page", "-o", "e.html")
    assert (result.code, result.out, result.err) == (0, "", "1 copy written to e.html\n")
    data = written(tmp_path, "e.html")
    found = json.loads(command(*chosen, "--json").out)["exercises"]
    shown = [question["boxes"][0] for question in questions(data["copy-1"])]
    assert [box["address"] for box in shown] == [exercise["address"] for exercise in found]
    assert [box["answer"] for box in shown] == [exercise["answer"] for exercise in found]
    assert data["contents"]["title"] == "Mask and softmax: scores become weights"
    seeds = set()
    for name in ("a.html", "b.html"):
        assert command("exercise", "mean", "--page", "--count", 1, "-o", name).code == 0
        again = written(tmp_path, name)["copy-1"]["again"][0]
        seeds.add(again)
        assert command(*again.split()[1:], "-o", name, "--force").code == 0
        assert written(tmp_path, name)["copy-1"]["again"] == [again]
    assert len(seeds) == 2


def test_ten_questions_are_small(command: Command, tmp_path: Path) -> None:
    """Of the longest kinds, on the largest model, and a whole GPT on six sheets."""
    assert command("exercise", "logits", "--preset", "demo", "--page", "--count", 10, "-o", "e.html").code == 0
    assert command("worksheet", "gelu", "d-logit", "adamw-later", "--page", "-o", "s.html").code == 0
    assert command("worksheet", "six-sheets", "--page", "-o", "six.html").code == 0
    sizes = {name: len(content) for name, content in snapshot(tmp_path).items()}
    assert len(questions(written(tmp_path, "s.html")["copy-1"])) >= 10
    assert max(sizes.values()) <= LARGEST, sizes


def test_thirty_copies_can_be_sent_by_mail(command: Command, tmp_path: Path) -> None:
    assert command("worksheet", "mean", "score", "--page", "--copies", 30, "-o", "class.html").code == 0
    assert (tmp_path / "class.html").stat().st_size < 1_000_000


@pytest.mark.parametrize("name", ["worksheet", "exercise"])
def test_help(command: Command, name: str) -> None:
    said = command(name, "--help")
    assert "--page" in said.out
    assert "browser" in said.out
