"""The page in German, in a browser: no English in any view, a decimal comma in and out, room for longer words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from gpt_by_hand.language import speaking
from gpt_by_hand.layout.sentences import SENTENCES, sentences
from tests.browser.test_for_everybody import VIEWS, WEIGHT
from tests.support.explorer import DESK, HAND, PROJECTOR, Pages, Visit, sideways, violations, visited

# Everything that is read or heard, but for addresses, code and formulas, which are the same in all languages.
TEXTS = """() => {
  const shown = node => node && node.checkVisibility() && !node.closest("code, pre, math, script, style, .tensor-name");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [document.title];
  for (let node; (node = walker.nextNode()); ) if (shown(node.parentElement)) found.push(node.data);
  for (const node of document.querySelectorAll("[aria-label], [placeholder]")) {
    if (shown(node)) found.push(node.getAttribute("aria-label") ?? "", node.getAttribute("placeholder") ?? "");
  }
  return found;
}"""
# None of them is a word of the demo's vocabulary, or German.
ENGLISH = re.compile(
    r"\b(the|of|and|with|how|what|which|that|from|for|this|each|its|it|at|words?|numbers?|where)\b", re.I
)
POINT = re.compile(r"(?<![\w.\[])(0\.\d|\d+\.(\d{1,2}|\d{4,})(?!\d))")  # 16.912 has thousands
ADDRESS = re.compile(r"\"[^\"]*\"|--\w+|[a-z]\w*(\.\w+)+(\[[^\]]*\])?")  # and quoted words, and options
SIZES = {"desk": DESK, "projector": PROJECTOR, "hand": HAND}


@pytest.fixture(autouse=True)
def _german() -> Iterator[None]:
    with speaking("de"):
        yield


@cache
def english() -> list[re.Pattern[str]]:
    """The sentences of several words that are others in German, with anything for their values."""
    with speaking("de"):
        others = [text for key, text in SENTENCES.items() if sentences()[key] != text]
    plain = [text for text in others if re.search(r"[a-z]{3} [a-z]{2}", text)]
    return [re.compile(r".+".join(map(re.escape, re.split(r"\{\w+\}", text)))) for text in plain]


def foreign(texts: list[str]) -> list[str]:
    """Those that are not German, or have a point where German has a comma."""
    plain = [ADDRESS.sub("", text) for text in texts]
    return [
        text
        for text in plain
        if ENGLISH.search(text) or POINT.search(text) or any(one.search(text) for one in english())
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("view", VIEWS)
def test_every_view_is_german_and_has_room_for_it(browser: Any, pages: Pages, view: str, size: str) -> None:
    where, act = VIEWS[view]
    with visited(browser, pages("german"), where, SIZES[size], reduced_motion="reduce") as visit:
        act(visit)
        visit.settled()
        assert visit.page.evaluate("document.documentElement.lang") == "de"
        assert foreign(visit.page.evaluate(TEXTS)) == []
        assert sideways(visit.page) <= 0
        assert violations(visit.page) == []


def test_english_and_points_are_found() -> None:
    texts = ["Copy link", "What does it expect to come next?", "Verlust 3.4591", "0.912", "16.912 Zahlen", "Wort"]
    assert foreign(texts) == texts[:4]


def typed(visit: Visit, selector: str, text: str) -> str:
    """What stands in a field when something has been typed there."""
    field = visit.page.locator(selector)
    field.fill(text)
    field.press("Enter")
    visit.settled()
    return str(field.input_value())


@pytest.mark.parametrize(("text", "value"), [("0,31", 0.31), ("0.31", 0.31), ("1/0,5", 2.0), ("−2,5·10⁻³", -0.0025)])
def test_a_number_is_typed_with_a_comma_or_a_point(browser: Any, pages: Pages, text: str, value: float) -> None:
    """And is a number for programs and links, as ever."""
    with visited(browser, pages("german"), WEIGHT) as visit:
        assert re.fullmatch(r"0,\d+", visit.page.locator("#panel input").input_value())
        assert typed(visit, "#panel input", text) == text
        assert visit.call("value", WEIGHT) == visit.panel_value() == value
        shown = visit.page.locator("#panel .panel data").inner_text()
        assert shown.replace("−", "-").replace(",", ".") == f"{value:g}"


def test_settings_have_commas_too(browser: Any, pages: Pages) -> None:
    _, open_settings = VIEWS["settings"]
    with visited(browser, pages("german")) as visit:
        open_settings(visit)
        field = visit.page.locator("#setting-beta1")
        assert field.input_value() == "0,9"
        assert typed(visit, "#setting-beta1", "0,8") == "0,8"
        assert visit.call("value", "beta1") == 0.8
        assert typed(visit, "#setting-beta1", "viel") == "viel"
        problem = visit.page.locator("#setting-beta1-problem").inner_text()
        assert problem.startswith("viel ist keine Zahl") and "0,31" in problem
