"""The pages that `gpt-by-hand worksheet --page` writes, opened from their files in a real browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.practice.browser.contents import copy
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import KEYS, find
from tests.support.commands import process
from tests.support.explorer import DESK, Visit, visited

KINDS: dict[str, Sequence[object]] = {
    "score": ("score",),
    "sheets": ("score", "gelu", "tokens"),
    "six": ("six-sheets",),
    "class": ("score", "--copies", 3, "--paper", "us-letter"),
    "every topic": KEYS,
    "german": ("softmax", "--language", "de"),
}


class SheetPages:
    """Pages as the command writes them, each kind once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __call__(self, kind: str) -> Path:
        path = self.folder / f"{kind}.html"
        if not path.exists():
            done = process("worksheet", *KINDS[kind], "--page", "-o", path, cwd=self.folder)
            assert done.code == 0, done
        return path


@pytest.fixture(scope="session")
def sheet_pages(tmp_path_factory: pytest.TempPathFactory) -> SheetPages:
    return SheetPages(tmp_path_factory.mktemp("sheet-pages"))


@cache
def questions(*topics: str, seed: int = 1337) -> list[dict[str, Any]]:
    """What such a page asks, in its order."""
    asked = copy(PageOrder(tuple(map(find, topics)), seed=seed))
    return [question for sheet in asked["sheets"] for question in sheet["questions"]]


@contextmanager
def at_work(
    browser: Any, path: Path, where: str = "", size: tuple[int, int] = DESK, script: str = "", **options: Any
) -> Iterator[Visit]:
    """The file, opened at an address, as soon as it shows something. Whatever goes wrong stands in `faults`."""
    with visited(browser, path, where, size, ready=False, script=script, **options) as visit:
        visit.page.wait_for_selector(".sheets, #not-started.shown")
        assert visit.count("#not-started") == 0, visit.faults
        yield visit


def field(visit: Visit, question: int, box: int = 0) -> Any:
    """The field for a box of a question, both from 0."""
    return visit.page.locator(f"#answer-{question + 1}-{box + 1}")


def answer(visit: Visit, question: int, box: int, text: str) -> None:
    """Type it, and press Enter."""
    field(visit, question, box).fill(text)
    field(visit, question, box).press("Enter")


def told(visit: Visit, question: int, box: int = 0) -> str:
    """What is said of an answer."""
    return str(visit.page.locator(f"#answer-{question + 1}-{box + 1}-said").inner_text())


def code(visit: Visit) -> str:
    """The code at the end of the page."""
    return str(visit.page.locator(".code").inner_text())


def state(visit: Visit, question: int) -> str:
    """How far a question is."""
    return str(visit.page.locator(".card[data-state]").nth(question).get_attribute("data-state"))


def way(visit: Visit, question: int, name: str) -> Any:
    """A button of a question."""
    return visit.page.locator(".card[data-state]").nth(question).get_by_role("button", name=name)
