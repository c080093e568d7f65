"""Booklets: six sheets from words to an update, copies that differ, and words with odd characters in every format."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from io import BytesIO
from typing import Any
from xml.etree import ElementTree

import pytest

from gpt_by_hand.layout.document import Heading, Item, Number, Paragraph, Reference, Row, Table, Working, blocks
from gpt_by_hand.practice.booklet import making
from gpt_by_hand.practice.booklet.html import html
from gpt_by_hand.practice.booklet.making import Order, make
from gpt_by_hand.practice.booklet.page import Booklet, Page, markdown
from gpt_by_hand.practice.booklet.pdf import pdf
from gpt_by_hand.practice.booklet.pdf import source as typst_source
from gpt_by_hand.practice.topics import KEYS, TOPICS
from gpt_by_hand.printers.typst import quoted
from gpt_by_hand.views.markdown import escaped
from tests.golden.golden import assert_golden
from tests.practice.booklet.sheets import Question, Sheet, sheets_of, source
from tests.support.typst import needs_typst

ODD = """a"b'c<d>&amp;$e$#f\\g*h_i`j|k@l//m[n](o)~"""
PAGES = {"a4": (595, 842), "us-letter": (612, 792)}


@pytest.fixture(autouse=True)
def one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "Source", source)


def six(seed: int = 1337, **changes: object) -> Booklet:
    return make(replace(Order((None,), seed=seed, answers=True), **changes))  # type: ignore[arg-type]


def questions(booklet: Booklet) -> list[Question]:
    return [question for copy in booklet.copies for sheet in sheets_of(copy) for question in sheet.questions]


def asked(sheet: Sheet) -> list[str]:
    return [grid.tensor.name for question in sheet.questions for grid in question.boxes]


def test_six_sheets_are_a_whole_gpt() -> None:
    """From tokens to probabilities, a gradient and an update: each sheet starts from numbers of those before."""
    (copy,) = six().copies
    assert [sheet.title[:1] for sheet in copy.sheets] == list("123456")
    names = [asked(sheet) for sheet in sheets_of(copy)]
    assert names[0][:3] == ["tok_emb", "pos_emb", "embed"]
    assert "h.0.attn.scores" in names[1]
    assert {"h.0.attn.weights", "h.0.attn.mix", "h.0.mid"} <= set(names[2])
    assert {"h.0.mlp.gelu", "h.0.out"} <= set(names[3])
    assert names[4][-2:] == ["probs", "nll"]
    assert names[5][2:4] == ["d.logits", "d.transformer.wte.weight"]
    assert names[5][-1] == "new.transformer.wte.weight"
    for sheet in sheets_of(copy):
        assert [question.number for question in sheet.questions] == list(range(1, len(sheet.questions) + 1))


@pytest.mark.parametrize("topics", [(None,), TOPICS], ids=["six sheets", "every topic"])
def test_the_same_seed_gives_the_same_booklet(topics: tuple[making.Topic | None, ...]) -> None:
    once, again = (make(Order(topics, seed=7, answers=True)) for _ in range(2))
    assert once == again
    assert markdown(once) == markdown(again)


@pytest.mark.parametrize("topic", [None, *TOPICS], ids=lambda topic: topic.key if topic else "six-sheets")
def test_copies_differ(topic: making.Topic | None) -> None:
    """Each copy is what its own seed alone gives, and none is like another."""
    booklet = make(Order((topic,), seed=3, copies=3, answers=True))
    assert [copy.seed for copy in booklet.copies] == [3, 4, 5]
    assert booklet.copies[2] == make(Order((topic,), seed=5, answers=True)).copies[0]
    assert len({repr(copy.sheets) for copy in booklet.copies}) == 3
    if topic is None or topic.key != "schedule":  # of which there are not that many
        shown = {repr([[g.cells for g in q.given] for s in sheets_of(c) for q in s.questions]) for c in booklet.copies}
        assert len(shown) == 3 or topic is KEYS["tokens"]


def test_no_question_is_asked_twice() -> None:
    for sheet in sheets_of(make(Order(TOPICS, seed=11, answers=True)).copies[0]):
        if sheet.trace:  # else each question has settings of its own
            elements = [line.element for question in sheet.questions for line in question.key]
            assert len(elements) == len(set(elements)), sheet.title


def test_markdown_of_a_small_sheet() -> None:
    booklet = make(Order((KEYS["embedding"],), seed=1, answers=True))
    assert_golden("worksheet_embedding.md", markdown(booklet))


def tables(booklet: Booklet) -> int:
    return sum(len(question.tables) for question in questions(booklet))


def page(booklet: Booklet) -> ElementTree.Element:
    return ElementTree.fromstring(html(booklet).removeprefix("<!DOCTYPE html>\n"))


@pytest.mark.parametrize("topics", [(None,), TOPICS], ids=["six-sheets", "all"])
@pytest.mark.parametrize("answers", [False, True])
def test_html(topics: tuple[making.Topic | None, ...], answers: bool) -> None:
    """Well-formed, without scripts; a table for each grid, a box for each answer, and the key only if it is wanted."""
    booklet = make(Order(topics, seed=2, copies=2, answers=answers))
    root = page(booklet)
    assert len(root.findall(".//table")) == tables(booklet)
    assert not root.findall(".//script")
    boxes = [cell for kind in root.iter("div") if "boxes" in kind.get("class", "").split() for cell in kind.iter("td")]
    assert len(boxes) == sum(len(question.key) for question in questions(booklet))
    assert not [cell for cell in boxes if "".join(cell.itertext())]
    keys = [section for section in root.iter("section") if section.get("class") == "key"]
    assert len(keys) == (2 if answers else 0)
    text = "".join(root.itertext())
    for page_ in booklet.pages:
        assert all(part.address in text for line in page_.foot for part in line if isinstance(part, Reference))


def with_odd_words() -> Booklet:
    """A booklet in which every text has every character with a meaning somewhere."""
    booklet = make(Order((KEYS["embedding"], KEYS["tokens"]), seed=1, answers=True))

    def odd_page(page: Page) -> Page:
        return replace(page, title=f"{page.title} {ODD}", about=ODD, blocks=odd(page.blocks))

    copies = tuple(replace(c, sheets=tuple(map(odd_page, c.sheets)), key=odd_page(c.key)) for c in booklet.copies)
    return replace(booklet, title=ODD, copies=copies)


def odd(part: Any) -> Any:
    """The document with odd words in each of its lines; what is no line is as it was."""
    if isinstance(part, tuple):
        return tuple(f"{one} {ODD}" if isinstance(one, str) else odd(one) for one in part)
    if isinstance(part, (Item, Heading, Paragraph, Working, Table, Row)):
        return replace(part, **{f.name: odd(getattr(part, f.name)) for f in fields(part) if f.name != "stages"})
    return part


def test_odd_words_in_html() -> None:
    booklet = with_odd_words()
    root = page(booklet)
    assert root.findtext(".//title") == ODD
    assert str(root.findtext(".//h1")).endswith(ODD)
    text = "".join(root.itertext())
    assert text.count(ODD) > 3 * len(questions(booklet))


def test_odd_words_in_markdown() -> None:
    """Every special character stands behind a backslash, so that none begins anything."""
    text = markdown(with_odd_words())
    assert ODD not in text
    assert text.count(escaped(ODD)) > 3 * len(questions(with_odd_words()))
    assert re.sub(r"\\(.)", r"\1", escaped(ODD)) == ODD
    assert not re.search(r"(?<!\\)[\\`*_<>\[\]#|$~&](?!\\|[`*_<>\[\]#|$~&])", escaped(ODD).replace("\\\\", ""))


@needs_typst
def test_odd_words_in_pdf() -> None:
    """They are text: nothing of them is run, and all of them is printed."""
    from pypdf import PdfReader

    booklet = with_odd_words()
    assert quoted(ODD) in typst_source(booklet, booklet.copies[0].sheets)
    reader = PdfReader(BytesIO(pdf(replace(booklet, answers=False))))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "d>&amp;$e$#f\\g*h_i" in re.sub(r"\s", "", text)


@needs_typst
@pytest.mark.parametrize(("paper", "seed"), [("a4", 1337), ("us-letter", 8)])
def test_six_pages(paper: str, seed: int) -> None:
    """Of the right size, one for each sheet, with its title, its number and the seed; every question is on its page."""
    from pypdf import PdfReader

    booklet = six(seed, paper=paper, answers=False)
    reader = PdfReader(BytesIO(pdf(booklet)))
    assert len(reader.pages) == 6
    for number, (sheet, found) in enumerate(zip(sheets_of(booklet.copies[0]), reader.pages, strict=True), start=1):
        assert (round(found.mediabox.width), round(found.mediabox.height)) == PAGES[paper]
        text = " ".join(found.extract_text().split())
        assert sheet.title.split("  ")[1] in text
        assert f"page {number} of 6" in text
        assert f"seed {seed}" in text
        assert "Name" in text
        assert "Date" in text
        for question in sheet.questions:
            assert " ".join(question.words.split()[:3]) in text, question.words
            cells = [
                cell
                for table in blocks([question.asked])
                if isinstance(table, Table)
                for row in table.rows
                for cell in row.cells
            ]
            numbers = {part.text for cell in cells for part in cell if isinstance(part, Number)}
            assert not [number for number in numbers if number not in text], question.words


@needs_typst
def test_pdf_of_copies_with_keys() -> None:
    """Laid out by several processes: sheets first, then the keys, the same bytes each time."""
    from pypdf import PdfReader

    booklet = make(Order((KEYS["mean"],), seed=5, copies=2, answers=True))
    done: list[None] = []
    content = pdf(booklet, lambda: done.append(None))
    assert len(done) == 4
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(content)).pages]
    assert len(pages) == 4
    assert ["Key:" in text for text in pages] == [False, False, True, True]
    assert [next(s for s in (5, 6) if f"seed {s}" in text) for text in pages] == [5, 6, 5, 6]
    assert content == pdf(booklet)


def test_a_question_about_several_numbers_says_whose_they_are() -> None:
    """As one about a single number does: which weight is it that changes, which scores the loss would grow with?"""
    asked = [question for question in questions(make(Order(TOPICS, seed=5))) if len(question.key) > 1]
    assert len(asked) > 20
    for question in asked:
        subject = question.boxes[0].tensor.subject
        assert subject is None or f"{subject.name}[" in question.words, question.words
    assert sum(question.boxes[0].tensor.subject is not None for question in asked) > 5
