"""Explanations as pictures: all text inside of the frame, nothing over anything else, in light and in dark."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.explain.picture import show
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.layout.palette import SCHEMES, rgb
from gpt_by_hand.views.html import page as html
from gpt_by_hand.views.svg import page as picture
from tests.explain.traces import explainer, trace
from tests.support.browser import DESKTOP, opened

WHERE = {
    "a product": "h.0.attn.scores[0,1,3,1]",
    "a sum": "h.0.ln_1.mean[0,3]",
    "two sums": "d.transformer.wte.weight[9,3]",
    "masked": "h.0.attn.scores[0,1,1,3]",
    "start value": "transformer.wte.weight[9,3]",
    "long": "clip.square.transformer.wte.weight",
}
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
    page = picture(explainer("demo", 0).explain(WHERE[kind]).document(Shown(terms=8)), kind)
    with opened(browser, page, DESKTOP, dark=kind == "a product") as shown:
        assert shown.evaluate(LOOK) == []


# Texts that their own picture, in the middle of a page, cuts off.
CUT = """() => [...document.querySelectorAll('svg text')].filter(text => {
  const box = text.getBoundingClientRect(), frame = text.closest('svg').getBoundingClientRect();
  return box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1
    || box.top < frame.top - 1;
}).map(text => text.textContent)"""
FILLS = "nodes => nodes.map(node => getComputedStyle(node).fill)"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("asked", ["h.0.attn.scores", "h.0.attn", "transformer.wte.weight", "d.h.0.mlp.c_fc"])
def test_heat_maps_can_be_read(browser: Any, asked: str, dark: bool) -> None:
    document, scheme = list(show(trace("demo", 0), asked).document()), SCHEMES["dark" if dark else "light"]
    for content, check in ((picture(document, asked), LOOK), (html(document, asked), CUT)):
        with opened(browser, content, DESKTOP, dark) as shown:
            assert shown.evaluate(check) == []
            for side in ("above", "below"):
                found = set(shown.locator(f".heat .{side}").evaluate_all(FILLS))
                assert found == {f"rgb{rgb(scheme[side])}"}


def test_what_is_too_long_is_found(browser: Any) -> None:
    page = picture(explainer("demo", 0).explain(WHERE["a sum"]).document(Shown()), "")
    page = page.replace(">  from ", ">" + "embed" * 40).replace("textLength", "data-length")
    with opened(browser, page, DESKTOP) as shown:
        assert shown.evaluate(LOOK) != []
