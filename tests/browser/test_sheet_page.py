"""A worksheet in the browser, through the real command: by keys alone to the code, and all that may come between."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.practice.browser import write
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import find
from tests.support.browser import complaints
from tests.support.commands import process
from tests.support.explorer import DESK, HAND, Visit, sideways, too_small, violations, visited
from tests.support.hostile import WORDS
from tests.support.sheet_pages import SheetPages, answer, at_work, code, field, questions, sheet_pages, state, told, way

__all__ = ["sheet_pages"]
CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{1,4})+")
FOCUSED = "() => document.activeElement.id"
REFUSING = (
    """Object.defineProperty(window, "localStorage", { get() { throw new DOMException("", "SecurityError"); } });"""
)
MOVING = """() => [...document.querySelectorAll("*")].filter(node => {
  const { animationName, transitionDuration } = getComputedStyle(node);
  return animationName !== "none" || parseFloat(transitionDuration) > 0.01;
}).length"""


def focused(visit: Visit) -> str:
    return str(visit.page.evaluate(FOCUSED))


def progress(visit: Visit) -> str:
    return str(visit.page.locator(".progress .words").inner_text())


def a_mistake(box: dict[str, Any]) -> list[Any]:
    """A mistake that leads to a number that four decimals tell from the answer."""
    found: list[Any] = next(m for m in box["mistakes"] if isinstance(m[1], float) and abs(m[1] - box["answer"]) > 0.1)
    return found


def test_by_keys_alone_to_the_code(browser: Any, sheet_pages: SheetPages, tmp_path: Path) -> None:
    """Enter behind a right answer leads to the next field, and from the last one to the end; teachers read the code."""
    asked = questions("score")
    with at_work(browser, sheet_pages("score")) as visit:
        untouched = code(visit)
        for _ in range(20):
            visit.page.keyboard.press("Tab")
            if focused(visit) == "answer-1-1":
                break
        for q, question in enumerate(asked):
            for b, box in enumerate(question["boxes"]):
                assert focused(visit) == f"answer-{q + 1}-{b + 1}"
                visit.page.keyboard.type(box["shown"].replace("−", "-"))
                visit.page.keyboard.press("Enter")
                assert field(visit, q, b).get_attribute("aria-invalid") == "false"
            assert state(visit, q) == "at once"
            assert progress(visit) == said("cards.progress", done=q + 1, count=len(asked))
        assert focused(visit) == "summary"
        assert visit.page.locator("#summary").inner_text() == said("summary.done")
        assert said("quiz.right", right=4, count=4) in visit.page.locator(".end").inner_text()
        assert CODE.fullmatch(code(visit))
        assert code(visit) != untouched
        read = process("worksheet", "--read", code(visit), cwd=tmp_path)
        assert (read.code, read.err) == (0, "")
        assert "4/4" in read.out
        assert visit.faults == []
        assert visit.requests == [sheet_pages("score").as_uri()]


def test_what_is_said_of_answers(browser: Any, sheet_pages: SheetPages) -> None:
    """Right with the working, rough, wrong with the mistake or what to check first, and nonsense: there, in words."""
    question = questions("score")[1]
    box = question["boxes"][0]
    mistake = a_mistake(box)
    with at_work(browser, sheet_pages("score")) as visit:
        typed = f"{mistake[1]:.6f}"
        answer(visit, 1, 0, typed)
        assert said("answer.mistake", typed=typed, mistake=question["says"][mistake[0]]) in told(visit, 1)
        assert field(visit, 1).get_attribute("aria-invalid") == "true"
        assert f"{focused(visit)}-said" in str(field(visit, 1).get_attribute("aria-describedby"))
        answer(visit, 1, 0, "17.25")
        assert said("answer.no mistake", typed="17.25") in told(visit, 1)
        assert visit.count("#answer-2-1-said .wrong math") > 0
        answer(visit, 1, 0, f"{box['answer']:.2f}")
        assert told(visit, 1).endswith(said("answer.rough", digits=box["asked"]))
        answer(visit, 1, 0, "one third")
        assert said("cards.unreadable") in visit.page.locator(".field").nth(4).inner_text()
        assert focused(visit) == "answer-2-1"
        answer(visit, 1, 0, f"{box['answer']:.4f}".replace(".", ","))
        assert said("answer.right", working="").strip() in told(visit, 1)
        assert field(visit, 1).get_attribute("aria-invalid") == "false"
        assert visit.page.locator(".verdicts").nth(1).get_attribute("aria-live") == "polite"
        assert visit.faults == []


def test_leaving_a_field_judges_it(browser: Any, sheet_pages: SheetPages) -> None:
    with at_work(browser, sheet_pages("score")) as visit:
        field(visit, 1).fill("17.25")
        assert told(visit, 1) == ""
        visit.page.keyboard.press("Tab")
        assert said("answer.no mistake", typed="17.25") in told(visit, 1)


def test_hints_come_one_at_a_time_and_stay(browser: Any, sheet_pages: SheetPages) -> None:
    hints = questions("score")[3]["boxes"][0]["hints"]
    with at_work(browser, sheet_pages("score")) as visit:
        for n in range(1, len(hints) + 2):
            way(visit, 3, said("cards.hint")).click()
            assert visit.count("#answer-4-1-said li") == n
        assert told(visit, 3).endswith(said("hint.last"))
        assert many("cards.hints", n) in told(visit, 3)
        assert way(visit, 3, said("cards.hint")).is_disabled()
        assert focused(visit) == "answer-4-1"
        answer(visit, 3, 0, str(questions("score")[3]["boxes"][0]["answer"]))
        assert state(visit, 3) == "right"
        assert visit.count("#answer-4-1-said li") == n


def test_skipping_shows_the_working(browser: Any, sheet_pages: SheetPages) -> None:
    with at_work(browser, sheet_pages("score")) as visit:
        way(visit, 0, said("cards.skip")).click()
        assert state(visit, 0) == "skipped"
        boxes = questions("score")[0]["boxes"]
        shown = [field(visit, 0, b).get_attribute("placeholder") for b in range(len(boxes))]
        assert shown == [box["shown"].replace("-", "−").replace("inf", "∞") for box in boxes]
        assert field(visit, 0).get_attribute("readonly") is not None
        assert visit.count(".card .says.skipped math") >= len(boxes)
        assert focused(visit) == "question-1"


def test_a_reload_loses_nothing_and_begin_again_asks_first(browser: Any, sheet_pages: SheetPages) -> None:
    with at_work(browser, sheet_pages("score")) as visit:
        answer(visit, 1, 0, "17.25")
        way(visit, 3, said("cards.hint")).click()
        way(visit, 0, said("cards.skip")).click()
        before = told(visit, 1), told(visit, 3), code(visit)
        visit.page.reload()
        visit.page.wait_for_selector(".sheets")
        assert (told(visit, 1), told(visit, 3), code(visit)) == before
        assert field(visit, 1).input_value() == "17.25"
        again = visit.page.get_by_role("button", name=said("cards.clear"))
        again.click()
        visit.page.keyboard.press("Escape")
        assert state(visit, 0) == "skipped"
        again.click()
        visit.page.get_by_role("button", name=said("cards.clear.yes")).click()
        assert [state(visit, q) for q in range(4)] == ["untouched"] * 4
        assert field(visit, 1).input_value() == ""
        visit.page.reload()
        visit.page.wait_for_selector(".sheets")
        assert state(visit, 0) == "untouched"


def test_two_windows_with_the_same_copy_forget_nothing(browser: Any, sheet_pages: SheetPages) -> None:
    with at_work(browser, sheet_pages("score")) as visit:
        other = Visit(visit.page.context.new_page())
        other.page.goto(visit.page.url)
        other.page.wait_for_selector(".sheets")
        answer(other, 1, 0, "17.25")
        visit.page.wait_for_selector("#answer-2-1-said .says")
        answer(visit, 2, 0, "18.5")
        other.page.reload()
        other.page.wait_for_selector(".sheets")
        assert [field(other, q).input_value() for q in (1, 2)] == ["17.25", "18.5"]
        assert code(other) == code(visit)


def test_without_a_place_to_keep_anything(browser: Any, sheet_pages: SheetPages) -> None:
    """It says so, once, and goes on."""
    with at_work(browser, sheet_pages("score"), script=REFUSING) as visit:
        answer(visit, 1, 0, "17.25")
        assert told(visit, 1)
        assert visit.page.locator(".sheets").inner_text().count(said("cards.unkept")) == 1
        assert visit.faults == []


@pytest.mark.parametrize("kept", ["", "[1", "null", '{"sheet": 3}', '{"questions": [{"boxes": 7}]}'])
def test_what_is_kept_and_damaged_is_left_out(browser: Any, sheet_pages: SheetPages, kept: str) -> None:
    with at_work(browser, sheet_pages("score")) as visit:
        answer(visit, 1, 0, "17.25")
        visit.page.evaluate("text => Object.keys(localStorage).forEach(key => localStorage.setItem(key, text))", kept)
        visit.page.reload()
        visit.page.wait_for_selector(".sheets")
        assert state(visit, 1) == "untouched"
        assert visit.faults == []


def test_everybody_has_a_number(browser: Any, sheet_pages: SheetPages) -> None:
    """Typed in or in the address; what somebody else answered is kept apart."""
    with at_work(browser, sheet_pages("class")) as visit:
        number = visit.page.get_by_label(said("copies.ask"))
        for wrong in ("0", "4", "1.5", "-1", "x", "9999999", ""):
            number.fill(wrong)
            number.press("Enter")
            assert said("copies.wrong", count=3) in visit.page.locator(".card").inner_text()
        number.fill("2")
        number.press("Enter")
        assert said("copies.is", number=2, count=3) in visit.page.locator("header.top").inner_text()
        assert "--seed 1338" in visit.page.locator("footer").inner_text()
        second = questions("score", seed=1338)[0]["boxes"][0]["shown"].replace("−", "-")
        answer(visit, 0, 0, second)
        assert field(visit, 0).get_attribute("aria-invalid") == "false"
        for where, first in (("3", ""), ("2", second)):
            visit.go(where)
            assert said("copies.is", number=int(where), count=3) in visit.page.locator("header.top").inner_text()
            assert field(visit, 0).input_value() == first
        visit.page.get_by_role("button", name=said("copies.other")).click()
        number.wait_for()
        visit.go("4")
        assert visit.page.locator(".problem").inner_text() == said("copies.wrong", count=3)
        assert visit.faults == []


def test_hostile_answers_are_text(browser: Any, sheet_pages: SheetPages) -> None:
    """Nothing runs, the policy holds, and each is answered in one line."""
    with at_work(browser, sheet_pages("score")) as visit:
        elements = visit.count("body *")
        for text in [
            *WORDS,
            "javascript:alert(1)",
            "__proto__",
            "constructor",
            "1e999",
            "(" * 999,
            "9" * 5000,
            "{digits}",
        ]:
            answer(visit, 3, 0, text)
            lines = visit.page.locator("#answer-4-1-said .unreadable .line").all_inner_texts()
            assert all("\n" not in line for line in lines), text
        assert visit.page.evaluate("() => window.canary.length") == 0
        assert visit.count("body *") - elements < 20
        assert visit.count("img, iframe, script:not([type])") == 0
        assert visit.faults == []


HOSTILE = [
    ["p", {"class": "meaning", "onclick": "alert(1)", "style": "color: red"}, "<b>words</b>"],
    ["script", {}, "alert(1)"],
    ["img", {"src": "x", "onerror": "alert(1)"}],
    ["a", {"href": "javascript:alert(1)"}, "a link"],
    ["math", {}, ["annotation-xml", {"encoding": "text/html"}, ["script", {}, "alert(2)"]]],
    ["svg", {}, ["foreignObject", {}, ["iframe", {"srcdoc": "<script>alert(3)</script>"}]]],
    ["span", {"class": "field", "data-box": "0"}],
    ["span", {"data-box": "99"}],
]


def test_hostile_contents_are_text(browser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only elements and attributes that are known come from data, whoever wrote it."""
    made = write.copy

    def hostile(order: PageOrder) -> Any:
        found = made(order)
        found["sheets"][0]["questions"][0]["blocks"] = HOSTILE
        return found

    monkeypatch.setattr(write, "copy", hostile)
    path = tmp_path / "hostile.html"
    path.write_text(write.html(PageOrder((find("score"),))), encoding="utf-8")
    with at_work(browser, path, bypass_csp=True) as visit:
        card = visit.page.locator(".card").first
        assert card.locator("script, img, iframe, [onclick], [style], a[href]").count() == 0
        assert "<b>words</b>" in card.inner_text()
        assert field(visit, 0).is_visible()
        assert visit.page.evaluate("() => window.canary.length") == 0
        assert visit.faults == []


def test_a_damaged_file_asks_nothing(browser: Any, sheet_pages: SheetPages, tmp_path: Path) -> None:
    path = tmp_path / "damaged.html"
    text = sheet_pages("score").read_text(encoding="utf-8")
    path.write_text(text.replace('"kind":"worksheet"', '"kind":"worksheat"'), encoding="utf-8")
    with visited(browser, path, ready=False) as visit:
        visit.page.wait_for_selector("#not-started.shown")
        assert visit.page.locator("body").inner_text() == said("sheet page.not-started")


def worked_on(visit: Visit) -> None:
    """All that may be said, at once."""
    for box, text in enumerate(["0.1", "17.25", "nonsense"]):
        answer(visit, 1, box, text)
    answer(visit, 0, 0, questions("score")[0]["boxes"][0]["shown"].replace("−", "-"))
    way(visit, 3, said("cards.hint")).click()
    way(visit, 2, said("cards.skip")).click()


def pressed(*keys: str) -> Any:
    return lambda visit: [visit.page.keyboard.press(key) for key in keys]


VIEWS: dict[str, tuple[str, str, Any]] = {
    "empty": ("sheets", "", lambda visit: None),
    "six": ("six", "", lambda visit: None),
    "german": ("german", "", lambda visit: None),
    "worked on": ("score", "", worked_on),
    "number": ("class", "", lambda visit: None),
    "copy": ("class", "2", lambda visit: None),
    "projector": ("score", "", pressed("p")),
    "answer": ("score", "", pressed("p", "ArrowRight", "h", "a")),
    "keys": ("score", "", pressed("?")),
    "again": ("score", "", lambda visit: visit.page.get_by_role("button", name=said("cards.clear")).click()),
}


@pytest.mark.parametrize("size", [DESK, HAND], ids=["desk", "hand"])
@pytest.mark.parametrize("view", VIEWS)
def test_for_everybody(browser: Any, sheet_pages: SheetPages, view: str, size: tuple[int, int]) -> None:
    """axe-core finds nothing, in the light and in the dark; fingers hit, nothing moves, and nothing is off the side."""
    kind, where, act = VIEWS[view]
    touch = {"has_touch": True, "is_mobile": True} if size == HAND else {}
    with at_work(browser, sheet_pages(kind), where, size, reduced_motion="reduce", **touch) as visit:
        act(visit)
        visit.settled()
        assert violations(visit.page) == []
        assert sideways(visit.page) <= 0
        assert size == DESK or too_small(visit.page) == []
        assert visit.page.evaluate(MOVING) == 0
        visit.page.emulate_media(color_scheme="dark")
        visit.settled()
        assert violations(visit.page, "color-contrast") == []


@pytest.mark.parametrize("size", [DESK, HAND], ids=["desk", "hand"])
def test_all_can_be_read(browser: Any, sheet_pages: SheetPages, size: tuple[int, int]) -> None:
    """Each topic, with all solutions shown: no text over another, none too small, pale, cut off or off the page."""
    with at_work(browser, sheet_pages("every topic"), size=size) as visit:
        assert complaints(visit.page) == []
        visit.page.locator(".card .quiet", has_text=said("cards.skip")).evaluate_all(
            "all => all.forEach(b => b.click())"
        )
        visit.page.evaluate("() => scrollTo(0, 0)")
        visit.settled()
        assert complaints(visit.page) == []
        assert sideways(visit.page) <= 0


@pytest.mark.parametrize("kind", ["sheets", "six", "class"])
def test_in_narrow_windows(browser: Any, sheet_pages: SheetPages, kind: str) -> None:
    """As narrow as a page may become at 400 %, nothing but what is wide by nature is off the side."""
    with at_work(browser, sheet_pages(kind), size=(320, 640)) as visit:
        assert sideways(visit.page) <= 0


def test_the_page_says_its_language(browser: Any, sheet_pages: SheetPages) -> None:
    with at_work(browser, sheet_pages("german")) as visit:
        assert visit.page.locator("html").get_attribute("lang") == "de"
        assert "Aufgabe 1" in visit.page.locator("main").inner_text()
        answer(visit, 0, 0, "0,99")
        assert "0,99" in told(visit, 0)
