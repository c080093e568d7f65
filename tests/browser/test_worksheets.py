"""Worksheets as web pages: on the screen, on a phone, and on paper, as many pages as the PDF has."""

from __future__ import annotations

import re
from functools import cache
from io import BytesIO
from typing import Any

import pytest

from gpt_by_hand.practice.booklet import making
from gpt_by_hand.practice.booklet.html import html
from gpt_by_hand.practice.booklet.making import Order, make
from gpt_by_hand.practice.booklet.page import Booklet
from gpt_by_hand.practice.topics import TOPICS, find
from tests.practice.booklet.sheets import sheets_of, source
from tests.support.browser import DESKTOP, NO_MATH_FONT, PHONE, complaints, opened, sideways
from tests.support.typst import needs_typst

PAPERS = {"a4": (595, 842), "us-letter": (612, 792)}
ON_PAPER = 4  # pixels: the smallest type, indices of small print; a page has 96 pixels to the inch
# Where the font that a browser takes first is not there: its letters are of other sizes.
OTHER_FONT = 'math { font-family: "DejaVu Math TeX Gyre", math !important }'
EMPTY = 250  # characters: a page with fewer is nearly blank


@pytest.fixture(autouse=True)
def one_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "Source", source)


def six(seed: int = 1337, paper: Any = "a4", answers: bool = True, copies: int = 1) -> Booklet:
    return make(Order((None,), seed=seed, paper=paper, answers=answers, copies=copies))


@cache
def pages_of_the_pdf(seed: int, paper: str) -> int:
    from pypdf import PdfReader

    from gpt_by_hand.practice.booklet.pdf import pdf

    return len(PdfReader(BytesIO(pdf(six(seed, paper)))).pages)


def printed(page: Any, size: tuple[int, int] = PAPERS["a4"]) -> list[str]:
    """The text of each page, as the browser prints it; all of them are so large, in points."""
    from pypdf import PdfReader

    pages = PdfReader(BytesIO(page.pdf(prefer_css_page_size=True))).pages
    assert {(round(one.mediabox.width), round(one.mediabox.height)) for one in pages} == {size}
    return [" ".join(one.extract_text().split()) for one in pages]


@pytest.mark.parametrize(
    ("width", "style"),
    [(DESKTOP, ""), (PHONE, ""), (700, ""), (DESKTOP, NO_MATH_FONT), (DESKTOP, OTHER_FONT)],
    ids=["desktop", "phone", "between", "no-font", "other-font"],
)
@pytest.mark.parametrize("topics", [(None,), TOPICS], ids=["six-sheets", "every-topic"])
def test_can_be_read(browser: Any, topics: Any, width: int, style: str) -> None:
    booklet = make(Order(topics, answers=True))
    with opened(browser, html(booklet), width, style=style) as page:
        assert complaints(page) == []
        assert width < DESKTOP or sideways(page) == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("preset", ["pocket", "demo"])
def test_larger_models(browser: Any, preset: str, width: int) -> None:
    booklet = make(Order(TOPICS, preset, answers=True))
    with opened(browser, html(booklet), width) as page:
        assert complaints(page) == []
        assert width < DESKTOP or sideways(page) == []


@pytest.mark.parametrize("style", ["", NO_MATH_FONT], ids=["font", "no-font"])
@pytest.mark.parametrize("topics", [(None,), TOPICS], ids=["six-sheets", "every-topic"])
def test_nothing_runs_together_on_paper(browser: Any, topics: Any, style: str) -> None:
    """As wide as the paper between its margins; in the dark as well, since a sheet of paper is white."""
    booklet = make(Order(topics, answers=True))
    with opened(browser, html(booklet), round(180 / 25.4 * 96), dark=True, style=style) as page:
        page.emulate_media(media="print")
        assert complaints(page, ON_PAPER) == []


@needs_typst
@pytest.mark.parametrize("style", ["", NO_MATH_FONT], ids=["font", "no-font"])
@pytest.mark.parametrize(("paper", "seed"), [("a4", 1337), ("us-letter", 8)])
def test_six_sheets_on_paper(browser: Any, paper: Any, seed: int, style: str) -> None:
    """A page for each, all questions of a sheet on it, then the key; no more pages than the PDF, none nearly blank."""
    booklet = six(seed, paper)
    with opened(browser, html(booklet), style=style) as page:
        pages = printed(page, PAPERS[paper])
    for sheet, text in zip(sheets_of(booklet.copies[0]), pages, strict=False):
        assert sheet.title.split("  ")[1] in text
        assert [question.words.split()[-1] in text for question in sheet.questions] == [True] * len(sheet.questions)
    assert ["Key:" in text for text in pages].index(True) == 6
    assert len(pages) <= pages_of_the_pdf(seed, paper)
    assert min(map(len, pages)) > EMPTY


def test_every_seed_fits(browser: Any) -> None:
    """Sheets of many seeds, with numbers of other lengths, on the smaller paper: each on a page of its own."""
    with opened(browser, html(six(paper="us-letter", answers=False, copies=8))) as page:
        pages = printed(page, PAPERS["us-letter"])
    assert [re.search(r"[1-6] [A-Z][a-z]+", text) is not None for text in pages] == [True] * len(pages)
    assert len(pages) == 6 * 8


def test_a_chain_out_of_line_is_found(browser: Any) -> None:
    """As a box of its own makes of a stage if it hides what it has no room for: it then stands on its lower edge."""
    booklet = make(Order(TOPICS, answers=True))
    with opened(browser, html(booklet), style=".stage { overflow: hidden }") as page:
        assert "equals signs of a line at different heights" in complaints(page)


@pytest.mark.parametrize(
    "style",
    [
        ".formula, .beside { padding-block: 0 !important; overflow: auto !important }",
        ".formula, .beside { padding-block: 0 !important }",
    ],
    ids=["bar", "cut-off"],
)
def test_a_needless_bar_is_found(browser: Any, style: str) -> None:
    with opened(browser, html(six(answers=False)), style=style) as page:
        assert [complaint for complaint in complaints(page) if "high in a box of" in complaint]


def test_a_formula_without_room_is_found(browser: Any) -> None:
    with opened(browser, html(six(answers=False)), style="section { max-width: 120mm !important }") as page:
        assert any(text.startswith("h.0.attn.scores") for text in sideways(page))


def test_name_and_date_stand_on_the_line_of_the_title(browser: Any) -> None:
    with opened(browser, html(make(Order(TOPICS)))) as page:
        bottoms = "h => [h.querySelector('h1'), ...h.querySelectorAll('.line')].map(n => n.offsetTop + n.offsetHeight)"
        heads = page.locator("header").evaluate_all(f"heads => heads.map({bottoms})")
        assert len(heads) >= len(TOPICS)
        assert max(max(head) - min(head) for head in heads) < 10


def test_on_a_phone_a_case_stands_above_its_condition(browser: Any) -> None:
    """So that the formula of the scores, a fraction and a condition, needs no bar."""
    with opened(browser, html(make(Order((find("score"),)))), PHONE) as page:
        formulas = page.locator(".formula").evaluate_all("all => all.map(f => f.scrollWidth - f.clientWidth)")
        assert formulas
        assert max(formulas) == 0


def test_larger_type_takes_more_pages(browser: Any) -> None:
    with opened(browser, html(six(answers=False)), style="section { font-size: 11pt !important }") as page:
        assert len(printed(page)) > 6


def test_a_heading_is_not_left_behind(browser: Any) -> None:
    """No page of the key ends with the title of a sheet or with a question."""
    with opened(browser, html(six())) as page:
        pages = [re.sub(r" ?page \d+ of \d+ ?", "", text) for text in printed(page)]
    titles = ["From words to vectors", "Queries, keys and values", "The feed-forward layer", "The next word"]
    assert not [text[-60:] for text in pages if text.endswith(("?", *titles))]
