"""Pages in a real browser, Debian's Chromium without a window, and what a reader would complain of."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing that asks for something from outside; no sandbox, since tests may run as root.
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
DESKTOP, PHONE = 1280, 390
SMALLEST = 10  # CSS pixels of the type, indices below indices included
# As in a browser that has no font for mathematics.
NO_MATH_FONT = "math { font-family: serif !important }"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A browser for the whole session; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: pip install '.[dev]'")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("there is no Chromium here: apt-get install chromium")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=found, args=FLAGS)
        yield chromium
        chromium.close()


@contextmanager
def opened(browser: Any, html: str, width: int = DESKTOP, dark: bool = False, style: str = "") -> Iterator[Any]:
    """The page, in a window so many pixels wide; `style` is added to its own. It can load nothing."""
    scheme = "dark" if dark else "light"
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)
    page = context.new_page()
    page.set_content(html)
    if style:
        page.add_style_tag(content=style)
    yield page
    context.close()


@cache
def _checks() -> str:
    return Path(__file__).with_suffix(".js").read_text(encoding="utf-8")


def complaints(page: Any, smallest: float = SMALLEST) -> list[str]:
    """What cannot be read: texts over each other, signs out of line, needless bars, what is wide, small or pale."""
    found: list[str] = page.evaluate(_checks(), smallest)
    return found


def sideways(page: Any) -> list[str]:
    """The beginnings of what scrolls sideways in a box of its own."""
    wide = "n => getComputedStyle(n).overflowX !== 'visible' && n.scrollWidth > n.clientWidth"
    all_of = f"nodes => nodes.filter({wide}).map(n => n.textContent.slice(0, 60))"
    found: list[str] = page.locator("body *").evaluate_all(all_of)
    return found
