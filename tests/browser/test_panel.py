"""The panel about one number: the way there, what stays when numbers change, what fits, and what is on paper."""

from __future__ import annotations

import io
from typing import Any

import pytest

from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.layout.sentences import said
from tests.page.cases import trace
from tests.support.explorer import HAND, Pages, Visit, press, visited

SCORES = "h.0.attn.scores[0,1,3,2]"
WEIGHT = "transformer.h.0.attn.c_attn.weight[0,1,0,0]"
THREE_SUMS = "d.h.0.ln_1[0,0,0]"
# As in a browser that knows no MathML: its elements mean nothing.
NO_MATHML = """
const make = Document.prototype.createElementNS;
Document.prototype.createElementNS = function (space, tag) {
  return make.call(this, space.includes("MathML") ? "urn:unknown" : space, tag);
};
"""
TOO_WIDE = """() => [...document.querySelectorAll("#panel .sideways")].filter(box => box.scrollWidth > box.clientWidth)
  .map(box => box.textContent.slice(0, 80))"""


def trail(visit: Visit) -> list[str]:
    return list(visit.page.locator("#panel .crumbs li:not([aria-hidden])").all_inner_texts())


def follow(visit: Visit, address: str) -> None:
    visit.page.locator(f'#panel .derivation button[data-address="{address}"]').first.click()
    visit.settled()


def focused(visit: Visit) -> Any:
    return visit.page.evaluate("() => document.activeElement.dataset.address ?? document.activeElement.tagName")


def test_the_way_there(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), SCORES) as visit:
        query, normed = "h.0.attn.q[0,1,3,0]", "h.0.ln_1[0,3,0]"
        follow(visit, query)
        follow(visit, normed)
        assert trail(visit) == [said("panel.start"), SCORES, query, normed]
        assert focused(visit) == "H2"
        press(visit, SCORES, "#panel .crumbs")
        assert trail(visit) == [said("panel.start"), SCORES]
        visit.go("loss")
        assert trail(visit) == [said("panel.start"), "loss"]
        assert visit.faults == []


def test_an_operand_of_a_formula_opens_with_the_mouse(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), "h.0.attn.exp[0,1,3,2]") as visit:
        visit.page.locator(f'#panel math [data-address="{SCORES}"]').click()
        visit.settled()
        assert trail(visit) == [said("panel.start"), "h.0.attn.exp[0,1,3,2]", SCORES]


def test_what_stays_when_numbers_change(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), SCORES) as visit:
        before = visit.page.locator("#panel .panel data").inner_text()
        operand = "h.0.attn.k[0,1,2,7]"
        visit.page.locator(f'#panel [data-address="{operand}"]').focus()
        visit.page.evaluate("() => { document.querySelector('#panel').scrollTop = 200; }")
        visit.call("set", "h.0.attn.q[0,1,3,0]", 0.5)
        visit.settled()
        assert visit.page.locator("#panel .panel del").inner_text().endswith(before)
        assert visit.panel_value() == visit.call("value", SCORES) != pytest.approx(float(before.replace("−", "-")))
        assert focused(visit) == operand
        assert visit.page.evaluate("() => document.querySelector('#panel').scrollTop") == 200
        visit.call("undo")
        visit.settled()
        assert visit.page.locator("#panel .panel del").count() == 0
        assert visit.page.locator("#panel .panel data").inner_text() == before


def test_lists_stay_unfolded_when_numbers_change(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), WEIGHT) as visit:
        rows, more = visit.page.locator("#panel .used-by .number-row"), visit.page.locator("#panel .used-by .more")
        more.nth(1).click()
        assert focused(visit) == "d.h.0.ln_1[0,3,0]"
        unfolded = rows.count()
        visit.call("set", "h.0.attn.q[0,1,3,0]", 0.5)
        visit.settled()
        assert rows.count() == unfolded
        assert focused(visit) == "d.h.0.ln_1[0,3,0]"
        visit.go(SCORES)
        visit.go(WEIGHT)
        assert rows.count() < unfolded


def test_the_check_says_what_python_says(browser: Any, pages: Pages) -> None:
    want = Explainer(trace("demo at 1")).explain(WEIGHT, check=True).check
    assert want is not None
    with visited(browser, pages("second"), WEIGHT) as visit:
        press(visit, said("panel.check-button"), "#panel")
        told = visit.page.locator("#panel .check .note").all_inner_texts()
    assert [line.rstrip(".").lower() for line in told[:1]] == [want.lines()[0].lower()]
    assert f"the gradient is {want.gradient:.8g}"[:30] in told[-1].lower()


def test_a_link_is_copied(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), SCORES, permissions=["clipboard-read", "clipboard-write"]) as visit:
        press(visit, said("panel.copy"), "#panel")
        assert visit.page.locator("#panel .copy").inner_text() == said("panel.copied")
        link = visit.page.evaluate("() => navigator.clipboard.readText()")
        visit.page.goto(link)
        visit.page.wait_for_function("() => window.explorer")
        assert trail(visit) == [said("panel.start"), SCORES]


def test_an_update_leads_to_each_of_its_numbers(browser: Any, pages: Pages) -> None:
    inside = WEIGHT.partition("[")
    name, place = inside[0], f"[{inside[2]}"
    with visited(browser, pages("second"), WEIGHT) as visit:
        there = visit.page.locator("#panel .update button")
        found = [one.get_attribute("data-address") for one in there.all()]
        assert found == [
            WEIGHT, f"d.{name}{place}", f"clip.grad.{name}{place}", f"adamw.m.{name}{place}", f"adamw.v.{name}{place}",
            f"new.{name}{place}",
        ]  # fmt: skip
        values = [float(one.get_attribute("data-value") or "nan") for one in there.all()]
        assert values == [visit.call("value", address) for address in found]


def test_all_that_uses_a_number_can_be_seen(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), WEIGHT) as visit:
        rows = visit.page.locator("#panel .used-by .number-row")
        assert rows.count() < 12
        while (more := visit.page.locator("#panel .used-by .more")).count():
            more.first.click()
        assert rows.count() == 33


@pytest.mark.parametrize("address", [f"new.{WEIGHT}", SCORES, "d.transformer.wte.weight[0,3]", THREE_SUMS, "clip.norm"])
def test_formulas_fit(browser: Any, pages: Pages, address: str) -> None:
    with visited(browser, pages("second"), address) as visit:
        assert visit.page.evaluate(TOO_WIDE) == []


def test_a_number_on_a_phone_fits(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), SCORES, HAND) as visit:
        assert visit.page.evaluate(TOO_WIDE) == []


def test_formulas_are_text_without_mathml(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), SCORES, script=NO_MATHML) as visit:
        assert visit.count("#panel math") == 0
        shown = visit.page.locator("#panel .formula").inner_text()
        assert shown.startswith("h.0.attn.scores[b, h, i, j] = where(j <= i, sum(d, h.0.attn.q[b, h, i, d]")
        assert (
            "j <= i here is 2 <= 3, which holds." in visit.page.locator("#panel .derivation .note").first.inner_text()
        )
        assert visit.page.locator("#panel .stages > :last-child").inner_text().startswith("= -0.00")
        assert visit.faults == []


@pytest.mark.parametrize("address", [SCORES, WEIGHT, f"new.{WEIGHT}", THREE_SUMS, "tokens[0,3]"])
def test_a_derivation_is_one_page_on_paper(browser: Any, pages: Pages, address: str) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed: pip install '.[dev]'")
    with visited(browser, pages("second"), address, color_scheme="dark") as visit:
        printed = pypdf.PdfReader(io.BytesIO(visit.page.pdf(format="A4", prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    text = printed.pages[0].extract_text()
    assert said("panel.copy") not in text
    assert said("panel.used-by") not in text


def test_what_is_heard_is_a_sentence(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second"), SCORES) as visit:
        heard = visit.page.locator("#panel .panel .value").text_content()
        formula = visit.page.locator("#panel .formula math").get_attribute("aria-label")
        assert heard.startswith(f"{SCORES} is the sum over d of h.0.attn.q b h i d times h.0.attn.k b h j d")
        assert heard.endswith("−0.0095512")
        assert formula.startswith("scores b h i j is the sum over d of q b h i d times k b h j d divided by the square")
