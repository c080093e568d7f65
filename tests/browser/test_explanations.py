"""Explanations as pages: signs on their lines, nothing over anything else; on a desk, on a phone, in the dark."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.views.html import page as html_page
from tests.explain.traces import explainer, sample, trace
from tests.support.browser import DESKTOP, NO_MATH_FONT, PHONE, complaints, opened

KINDS = {
    "forward": ("demo", 0, "h.0.attn.scores[0,1,3,2]", 1),
    "masked": ("demo", 0, "h.0.attn.scores[0,0,1,2]", 1),
    "lookup": ("demo", 0, "tok_emb[0,1,2]", 1),
    "given": ("pencil", 0, "tokens[0,1]", 2),
    "loss": ("demo", 0, "loss", 2),
    "gradient": ("biases", 1, "d.h.0.mlp.c_fc[0,3,2]", 2),
    "many uses": ("demo", 0, "d.transformer.wte.weight[9,3]", 1),
    "update": ("demo", 1, "new.transformer.wte.weight[9,3]", 1),
    "clipping": ("demo", 1, "clip.norm", 2),
    "start value": ("demo", 0, "transformer.wte.weight[9,3]", 3),
    "long sum": ("demo", 0, "h.1.mlp.c_proj[1,7,15]", 1),
    "deep": ("pencil", 0, "h.0.attn.weights[0,0,2,1]", 3),
    "words": ("characters", 0, "nll[0,1]", 2),
    "left out": ("dropout", 0, "h.0.mid[0,1,2]", 2),
}
# How `explain --format html` was once set: each piece of a formula on a line of its own, in Chromium.
PIECES_AS_LINES = ".explanation .working math { display: block; text-align: left; margin: 0.5em 0 }"


def page_of(kind: str) -> str:
    model, iteration, where, depth = KINDS[kind]
    return html_page(explainer(model, iteration).explain(where, depth).document(Shown()), where)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("width", "dark", "style"),
    [(DESKTOP, False, ""), (PHONE, False, ""), (DESKTOP, True, ""), (PHONE, True, NO_MATH_FONT)],
    ids=["desktop", "phone", "dark", "no-font"],
)
def test_can_be_read(browser: Any, kind: str, width: int, dark: bool, style: str) -> None:
    with opened(browser, page_of(kind), width, dark, style) as page:
        assert complaints(page) == []


@pytest.mark.parametrize(("model", "of"), [("pencil", ""), ("biases", "h.0."), ("biases", "d.h.0.")])
def test_a_number_of_every_tensor(browser: Any, model: str, of: str) -> None:
    """All of them below each other: no formula of the model is set badly."""
    one = explainer(model, 1)
    pages = [html_page(one.explain(where).document(Shown()), where) for where in sample(trace(model, 1), 1, 0, of)]
    bodies = [page.partition("<body>")[2].partition("</style>")[2].partition("</body>")[0] for page in pages]
    whole = pages[0].partition("</style>\n<section")[0] + "</style>\n" + "".join(bodies)
    for width, style in ((DESKTOP, ""), (PHONE, NO_MATH_FONT)):
        with opened(browser, whole, width, style=style) as page:
            assert page.locator("body > section").count() == len(pages) > 20
            assert complaints(page) == []


@pytest.mark.parametrize(
    ("style", "found"),
    [
        (PIECES_AS_LINES, 'mo "=" is not on the line of mfrac'),
        (".working math > mo:first-child { position: relative; top: 2em }", 'mo "=" is not on the line of'),
        (".working mo { display: none }", "a sign is lost"),
        (".table { overflow: visible !important }", "reaches beyond the page"),
        (".operands code { margin-right: -3em }", 'code "h.0.attn.q[0,1,3,d]" over td'),
        ("body > .explanation { width: 2000px; max-width: none }", "the page is"),
        (".operands { font-size: 8px !important }", "pixels high"),
        (".meaning { color: #aaa !important }", "is pale"),
        (".working mfrac > :last-child { position: relative; top: -1.5em }", "reaches into"),
        ("body { display: none }", "nothing to read"),
    ],
)
def test_what_is_wrong_is_found(browser: Any, style: str, found: str) -> None:
    with opened(browser, page_of("forward"), PHONE if "overflow" in style else DESKTOP, style=style) as page:
        assert [complaint for complaint in complaints(page) if found in complaint]


def test_ink_of_the_night_by_day_is_found(browser: Any) -> None:
    """The page in the dark, if it did not follow."""
    page_without = page_of("forward").replace("--ground: #131417; --paper: #1c1e22;", "")
    assert page_without != page_of("forward")
    with opened(browser, page_without, dark=True) as page:
        assert any("is pale" in complaint for complaint in complaints(page))


def test_what_is_printed(browser: Any) -> None:
    """On white, nothing cut off at the side."""
    with opened(browser, page_of("many uses"), dark=True) as page:
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.querySelector('.working')).overflowX") == "visible"
