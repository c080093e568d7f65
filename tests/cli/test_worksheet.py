"""`gpt-by-hand worksheet`, as users give it: files, papers, topics, and what makes no sense."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gpt_by_hand.cli import worksheet
from gpt_by_hand.errors import UserError
from gpt_by_hand.study.exercises.topics import TOPICS
from gpt_by_hand.study.worksheets.making import Order, make
from tests.golden.golden import assert_golden
from tests.support.commands import Command, refused, snapshot
from tests.support.typst import needs_typst


def test_list(command: Command) -> None:
    lines = command("worksheet", "--list").out.splitlines()
    assert [line.split()[0] for line in lines] == ["six-sheets", *(topic.key for topic in TOPICS)]


def test_a_sheet_in_markdown(command: Command, tmp_path: Path) -> None:
    result = command("worksheet", "score", "--answers", "-o", "sheet.md")
    assert (result.code, result.out, result.err) == (0, "", "1 sheet and 1 key written to sheet.md\n")
    assert_golden("worksheet_score.md", (tmp_path / "sheet.md").read_text(encoding="utf-8"))
    assert list(snapshot(tmp_path)) == ["sheet.md"]


@pytest.mark.parametrize(("paper", "size"), [("a4", "A4"), ("us-letter", "letter")])
def test_a_page_in_html(command: Command, tmp_path: Path, paper: str, size: str) -> None:
    result = command("worksheet", "six-sheets", "tokens", "--copies", 2, "--answers", "--paper", paper, "-o", "s.html")
    assert (result.code, result.err) == (0, "14 sheets and 2 keys written to s.html\n")
    page = (tmp_path / "s.html").read_text(encoding="utf-8")
    root = ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert len(root.findall(".//section")) == 16
    assert not root.findall(".//script")
    assert f"size: {size};" in page
    assert page.count("--seed 1337 --warmup_iters 0 --gradient_accumulation_steps 1") == 6


@needs_typst
@pytest.mark.parametrize(("paper", "size"), [("a4", "595.2756 841.8898"), ("us-letter", "612 792")])
def test_six_sheets_are_six_pages_of_pdf(command: Command, tmp_path: Path, paper: str, size: str) -> None:
    pypdf = pytest.importorskip("pypdf")
    assert command("worksheet", "six-sheets", "--paper", paper, "-o", "s.pdf").code == 0
    pages = pypdf.PdfReader(tmp_path / "s.pdf").pages
    assert len(pages) == 6
    wanted = [float(number) for number in size.split()]
    for page, title in zip(
        pages, ("words", "Queries", "Attention", "feed-forward", "next word", "update"), strict=True
    ):
        assert [float(x) for x in page.mediabox[2:]] == pytest.approx(wanted, abs=0.01)
        text = page.extract_text()
        assert title in text and "Name" in text and "Date" in text and "seed 1337" in text and "of 6" in text


@pytest.mark.parametrize("ending", ["md", "html"])
def test_the_same_seed_gives_the_same_file_and_another_another(command: Command, tmp_path: Path, ending: str) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert command("worksheet", "mix", "--seed", seed, "-o", f"{name}.{ending}").code == 0
    a, b, c = (file for _, file in sorted(snapshot(tmp_path).items()))
    assert a == b != c


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["say what the sheets are about", "six-sheets", "softmax"]),
        (["sofmax"], ["no topic 'sofmax'", "softmax"]),
        (["six-sheet"], ["no topic 'six-sheet'", "six-sheets"]),
        (["score", "--paper", "a5"], ["no paper size 'a5'", "a4"]),
        (["score", "--paper", "letter"], ["no paper size 'letter'", "us-letter"]),
        (["score", "--paper", "papyrus"], ["no paper size 'papyrus'"]),
        (["score", "--copies", "0"], ["copies is 0", "from 1 to 500"]),
        (["score", "--copies", "501"], ["copies is 501"]),
        (["score", "--copies", "2", "--seed", "4294967295"], ["copies is 2", "from 1 to 1"]),
        (["score", "--seed", "-1"], ["seed is -1", "4294967295"]),
        (["score", "--seed", "x"], ["x"]),
        (["score", "--preset", "shakespeare"], ["shakespeare"]),
        (["six-sheets", "--preset", "demo"], ["six-sheets", "--preset pencil"]),
        (["score", "-o", "sheet.docx"], ["sheet.docx", ".docx", ".pdf, .html or .md"]),
        (["score", "-o", "sheet"], ["ends in 'nothing'"]),
    ],
)
def test_what_makes_no_sense_is_one_clear_line(
    command: Command, tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    where = [] if "-o" in arguments else ["-o", "sheet.md"]
    refused(command("worksheet", *arguments, *where), *words)
    assert snapshot(tmp_path) == {}


def test_where_to_write_must_be_said(command: Command) -> None:
    refused(command("worksheet", "score"), "-o sheet.pdf")


def test_a_file_that_is_there_is_kept_unless_it_is_forced(command: Command, tmp_path: Path) -> None:
    (tmp_path / "sheet.md").write_text("mine")
    refused(command("worksheet", "score", "-o", "sheet.md"), "sheet.md is there already", "--force")
    assert snapshot(tmp_path) == {"sheet.md": b"mine"}
    assert command("worksheet", "score", "-o", "sheet.md", "--force").code == 0
    assert (tmp_path / "sheet.md").read_text().startswith("# Attention score")


@pytest.mark.parametrize(("answer", "code"), [("y\n", 0), ("yes\n", 0), ("n\n", 2), ("\n", 2), ("", 2)])
def test_at_a_terminal_it_asks(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    (tmp_path / "sheet.md").write_text("mine")
    for stream in ("stdin", "stderr"):
        monkeypatch.setattr(f"sys.{stream}.isatty", lambda: True, raising=False)
    monkeypatch.setattr("sys.stdin.readline", lambda: answer, raising=False)
    result = command("worksheet", "score", "-o", "sheet.md")
    assert result.code == code
    assert "Replace it? [y/N]" in result.err
    assert ((tmp_path / "sheet.md").read_text() == "mine") is (code == 2)


def test_without_typst_it_says_what_to_do(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worksheet, "find_spec", lambda name: None)
    refused(command("worksheet", "score", "-o", "s.pdf"), "pip install 'gpt-by-hand[worksheets]'", ".html")
    assert command("worksheet", "score", "-o", "s.html").code == 0
    assert list(snapshot(tmp_path)) == ["s.html"]


@pytest.mark.parametrize("path", ["no/../sheet.md/x.md", "file/sheet.md"])
def test_where_nothing_can_be_written(command: Command, tmp_path: Path, path: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "sheet.md").write_text("")
    refused(command("worksheet", "score", "-o", path))


def test_a_failure_leaves_the_old_file(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sheet.md").write_text("mine")

    def broken(*_: object) -> bytes:
        raise UserError("no")

    monkeypatch.setitem(worksheet.WRITERS, ".md", broken)
    refused(command("worksheet", "score", "-o", "sheet.md", "--force"), "no")
    assert snapshot(tmp_path) == {"sheet.md": b"mine"}


@needs_typst
def test_words_may_have_any_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are text everywhere: not Typst's, not HTML's, not Markdown's."""
    from dataclasses import replace

    from gpt_by_hand.study.exercises.topics import KEYS
    from gpt_by_hand.study.worksheets import making
    from gpt_by_hand.study.worksheets.html import html
    from gpt_by_hand.study.worksheets.markdown import markdown
    from gpt_by_hand.study.worksheets.pdf import pdf

    wild = ['#panic("x")', "<script>", "a|b", "$x$", '"q"', "\\", "*_`[", "日本{@}"]

    class Wild(making.Source):
        def trace(self, kind, random):
            found = super().trace(kind, random)
            return replace(found, tokenizer=replace(found.tokenizer, words=tuple(wild)))

    monkeypatch.setattr(making, "Source", Wild)
    booklet = make(Order((KEYS["tokens"], KEYS["embedding"]), answers=True))
    page = html(booklet)
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    text = markdown(booklet)
    assert "\\<script\\>" in text
    assert not re.search(r"(?<!\\)<script", text)
    assert pdf(booklet).startswith(b"%PDF")
