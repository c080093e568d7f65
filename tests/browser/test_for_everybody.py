"""Who sees little, has no mouse, holds a phone, sits in the dark: axe-core finds nothing in any view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gpt_by_hand.layout.sentences import said
from tests.support.explorer import DESK, HAND, Pages, Visit, press, sideways, too_small, violations, visited

WEIGHT = "transformer.h.0.attn.c_attn.weight[0,1,0,0]"
Act = Callable[[Visit], object]


def phase(name: str) -> Act:
    return lambda visit: visit.page.locator(f'[data-phase="{name}"]').click()


def tool(key: str) -> Act:
    return lambda visit: press(visit, said(key))


def edited(visit: Visit) -> None:
    visit.call("set", WEIGHT, 0.3)


def words(visit: Visit) -> None:
    visit.page.locator(".word-chips .change").click()


VIEWS: dict[str, tuple[str, Act]] = {
    "start": ("", lambda visit: None),
    "loss": ("", phase("loss")),
    "backward": ("", phase("backward")),
    "update": ("", phase("update")),
    "number": ("h.0.attn.scores[0,1,3,2]", lambda visit: None),
    "gradient": ("d.transformer.wte.weight[9,3]", lambda visit: None),
    "new weight": (f"new.{WEIGHT}", lambda visit: None),
    "word": ("tokens[0,3]", lambda visit: None),
    "edited": (WEIGHT, edited),
    "no such number": ("h.0.attn.scroes[0,1,3,2]", lambda visit: None),
    "losses": ("", tool("tools.train")),
    "write": ("", tool("tools.write")),
    "why": ("", tool("tools.why")),
    "settings": ("", tool("tools.settings")),
    "code": ("h.0.attn.scores[0,1,3,2]", tool("tools.code")),
    "words": ("", words),
}


@pytest.mark.parametrize("view", VIEWS)
def test_at_a_desk(browser: Any, pages: Pages, view: str) -> None:
    where, act = VIEWS[view]
    with visited(browser, pages("demo"), where, DESK, reduced_motion="reduce") as visit:
        act(visit)
        visit.settled()
        assert violations(visit.page) == []
        visit.page.emulate_media(color_scheme="dark")
        visit.settled()
        assert violations(visit.page, "color-contrast") == []


@pytest.mark.parametrize("view", VIEWS)
def test_in_a_hand(browser: Any, pages: Pages, view: str) -> None:
    """Fingers hit what they are meant to, and the page never moves sideways."""
    where, act = VIEWS[view]
    with visited(browser, pages("demo"), where, HAND, reduced_motion="reduce", has_touch=True, is_mobile=True) as visit:
        act(visit)
        visit.settled()
        assert violations(visit.page) == []
        assert too_small(visit.page) == []
        assert sideways(visit.page) <= 0
        visit.page.emulate_media(color_scheme="dark")
        visit.settled()
        assert violations(visit.page, "color-contrast") == []


def test_nothing_moves_for_who_wants_that(browser: Any, pages: Pages) -> None:
    """As the system says: no animation, no smooth scrolling."""
    moving = """() => [...document.querySelectorAll("*")].flatMap(node => {
      const { animationName, transitionDuration, scrollBehavior } = getComputedStyle(node);
      const moves = animationName !== "none" || parseFloat(transitionDuration) > 0.01 || scrollBehavior === "smooth";
      return moves ? [node.outerHTML.slice(0, 100)] : [];
    })"""
    with visited(browser, pages("demo"), WEIGHT, reduced_motion="reduce") as visit:
        assert visit.page.evaluate(moving) == []


def test_larger_text(browser: Any, pages: Pages) -> None:
    """Twice as large, nothing is lost at the side."""
    with visited(browser, pages("demo"), WEIGHT, (720, 450)) as visit:
        assert sideways(visit.page) <= 0
