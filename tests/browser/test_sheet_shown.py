"""A worksheet on a projector, one question at a time, and on paper."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from gpt_by_hand.layout.sentences import said
from tests.support.explorer import Visit
from tests.support.sheet_pages import SheetPages, answer, at_work, code, field, questions, sheet_pages, state

__all__ = ["sheet_pages"]


def test_the_projector(browser: Any, sheet_pages: SheetPages) -> None:
    """By keys: to and fro, the answer, hints, back; what pupils answered stays as it is."""
    with at_work(browser, sheet_pages("sheets"), size=(1280, 720)) as visit:
        count = len(questions("score", "gelu", "tokens"))
        shown = visit.page.locator(".projector")
        at = shown.locator(".count")

        def is_at(number: int) -> None:
            assert at.inner_text() == said("projector.at", number=number, count=count)

        visit.page.keyboard.press("p")
        is_at(1)
        for key, number in (("ArrowRight", 2), ("PageDown", 3), (" ", 4), ("PageUp", 3), ("ArrowLeft", 2)):
            visit.page.keyboard.press(key)
            is_at(number)
        visit.page.keyboard.press("h")
        assert shown.locator(".more li").count() == 1
        for key in ("a", "a", "Enter"):
            visit.page.keyboard.press(key)
        boxes = questions("score")[1]["boxes"]
        assert shown.locator(".box.filled").count() == len(boxes)
        assert shown.locator(".solved math").count() >= len(boxes)
        visit.page.keyboard.press("ArrowRight")
        assert shown.locator(".box.filled, .more li").count() == 0
        for key, number in (("End", count), ("ArrowRight", count), ("Home", 1), ("ArrowLeft", 1)):
            visit.page.keyboard.press(key)
            is_at(number)
        visit.page.keyboard.press("?")
        assert said("keys.title") in visit.page.locator("dialog.window").inner_text()
        visit.page.keyboard.press("Escape")
        assert shown.count() == 1
        visit.page.keyboard.press("Escape")
        assert shown.count() == 0
        assert [state(visit, q) for q in range(count)] == ["untouched"] * count
        assert visit.faults == []


def test_the_projector_shows_each_question_whole(browser: Any, sheet_pages: SheetPages) -> None:
    """Nothing is out of sight, and the type is as large as there is room for."""
    with at_work(browser, sheet_pages("sheets"), size=(1280, 720)) as visit:
        visit.page.keyboard.press("p")
        for _ in questions("score", "gelu", "tokens"):
            seen = visit.page.locator(".seen").evaluate(
                "n => [n.scrollHeight - n.clientHeight, n.scrollWidth - n.clientWidth, getComputedStyle(n).fontSize]"
            )
            assert max(seen[:2]) <= 0
            assert float(seen[2].removesuffix("px")) >= 18
            visit.page.keyboard.press("ArrowRight")


def test_letters_in_a_field_are_no_keys(browser: Any, sheet_pages: SheetPages) -> None:
    with at_work(browser, sheet_pages("score")) as visit:
        field(visit, 0).focus()
        visit.page.keyboard.type("p?")
        assert field(visit, 0).input_value() == "p?"
        assert visit.count("dialog") == 0


def printed(visit: Visit) -> list[str]:
    """The text of each page of paper."""
    from pypdf import PdfReader

    pages = PdfReader(BytesIO(visit.page.pdf(prefer_css_page_size=True))).pages
    visit.paper = {(round(page.mediabox.width), round(page.mediabox.height)) for page in pages}  # type: ignore[attr-defined]
    return [" ".join(page.extract_text().split()) for page in pages]


def test_on_paper(browser: Any, sheet_pages: SheetPages) -> None:
    """Empty boxes, with answers, or with what was typed; only once what was asked for."""
    with at_work(browser, sheet_pages("score"), script="window.print = () => {};") as visit:
        answer(visit, 1, 0, "17.25")
        shown = questions("score")[1]["boxes"][0]["shown"]
        empty = " ".join(printed(visit))
        assert said("sheet.name").strip() in empty
        assert shown not in empty
        assert "17.25" not in empty
        visit.page.get_by_role("button", name=said("paper.answers")).click()
        answers = " ".join(printed(visit))
        assert shown in answers
        assert "17.25" not in answers
        visit.page.get_by_role("button", name=said("paper.typed")).click()
        typed = " ".join(printed(visit))
        assert shown not in typed
        assert "17.25" in typed
        assert code(visit) in typed
        assert " ".join(printed(visit)) == empty
        assert said("cards.skip") not in empty


def test_a_long_answer_stays_on_the_paper(browser: Any, sheet_pages: SheetPages) -> None:
    measure = (
        "window.print = () => { dispatchEvent(new Event('beforeprint')); window.wide = document.body.scrollWidth; }"
    )
    with at_work(browser, sheet_pages("score"), size=(700, 900), script=measure) as visit:
        answer(visit, 0, 0, "9" * 290)
        answer(visit, 3, 0, "9" * 290)
        visit.page.emulate_media(media="print")
        visit.page.evaluate(
            "name => [...document.querySelectorAll('button')].find(b => b.textContent === name).click()",
            said("paper.typed"),
        )
        assert visit.page.locator(".paper .box", has_text="9" * 290).count() == 2
        assert visit.page.evaluate("window.wide") <= 700


@pytest.mark.parametrize(("kind", "where", "size"), [("six", "", (595, 842)), ("class", "2", (612, 792))])
def test_on_its_paper(browser: Any, sheet_pages: SheetPages, kind: str, where: str, size: tuple[int, int]) -> None:
    """Of its size; the six sheets are six pages."""
    with at_work(browser, sheet_pages(kind), where) as visit:
        pages = printed(visit)
        assert visit.paper == {size}  # type: ignore[attr-defined]
        assert kind != "six" or len(pages) == 6
