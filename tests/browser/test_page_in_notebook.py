"""A page in a notebook: in a frame of its own, where it runs, and from which it reaches nothing."""

from __future__ import annotations

from typing import Any

from tests.browser.test_notebook import LIGHT, NOTEBOOK
from tests.page.cases import trace
from tests.support.browser import opened


def test_it_runs_in_its_frame_alone(browser: Any) -> None:
    whole = NOTEBOOK % (*LIGHT, trace("prompt").page()._repr_html_())
    with opened(browser, "<p>before</p>") as page:
        errors: list[str] = []
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.set_content(whole)
        (frame,) = page.frames[1:]
        frame.wait_for_function("window.explorer !== undefined")
        assert page.evaluate("window.explorer") is None
        assert page.locator("iframe").evaluate("frame => frame.contentDocument") is None
        assert frame.title().startswith("GPT by hand: untrained, seed 1337")
        size = page.locator("iframe").bounding_box()
        assert size["width"] > 1000
        assert size["height"] > 800
        assert errors == []
