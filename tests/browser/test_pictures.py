"""Explanations as pictures: all text inside of the frame, nothing over anything else, in light and in dark."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.svg_page import svg_page
from tests.study.explain.test_svg_page import WHERE
from tests.study.explain.traces import explainer
from tests.support.browser import DESKTOP, opened

# Texts that leave the picture, and pairs of them that overlap by more than rounding.
LOOK = """() => {
  const svg = document.querySelector('svg'), frame = svg.getBoundingClientRect();
  const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
  const out = b => b.right > frame.right - 8 || b.left < frame.left + 8 || b.bottom > frame.bottom;
  const shared = (p, q, from, to) => Math.min(p[to], q[to]) - Math.max(p[from], q[from]);
  const cover = (p, q) => shared(p, q, 'left', 'right') > 1 && shared(p, q, 'top', 'bottom') > 4;
  const over = boxes.filter(([, p], n) => boxes.slice(n + 1).some(([, q]) => cover(p, q)));
  return [...boxes.filter(([, b]) => out(b)), ...over].map(([text]) => text);
}"""


@pytest.mark.parametrize("kind", WHERE)
def test_can_be_read(browser: Any, kind: str) -> None:
    page = svg_page(explainer("demo", 0).explain(WHERE[kind]), Shown(terms=8))
    with opened(browser, page, DESKTOP, dark=kind == "a product") as shown:
        assert shown.evaluate(LOOK) == []


def test_what_is_too_long_is_found(browser: Any) -> None:
    page = svg_page(explainer("demo", 0).explain(WHERE["a sum"]), Shown()).replace("embed[0,3,c]", "embed" * 40, 2)
    with opened(browser, page, DESKTOP) as shown:
        assert shown.evaluate(LOOK) != []
