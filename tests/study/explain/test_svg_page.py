"""An explanation as a picture: the ledger's numbers are the explanation's, and bars say how large and on which side."""

from __future__ import annotations

import re
from math import isclose
from xml.etree import ElementTree

import pytest

from gpt_by_hand.printers.text import text
from gpt_by_hand.study.explain.explanation import Explanation
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.svg_page import BAR, MOST, ledger, svg_page
from tests.study.explain.traces import addresses, explainer, trace

SVG = "{http://www.w3.org/2000/svg}"
WHERE = {
    "a product": "h.0.attn.scores[0,1,3,1]",
    "a sum": "h.0.ln_1.mean[0,3]",
    "a gradient": "d.h.0.attn.k[0,0,2,0]",
    "two sums": "d.transformer.wte.weight[9,3]",
    "no sum": "d.logits[0,1,0]",
    "masked": "h.0.attn.scores[0,1,1,3]",
    "start value": "transformer.wte.weight[9,3]",
    "given": "tokens[0,1]",
    "long": "clip.square.transformer.wte.weight",
}


def explained(kind: str) -> Explanation:
    return explainer("demo", 0).explain(WHERE[kind])


def texts(page: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(page).iter(f"{SVG}text")]


@pytest.mark.parametrize("kind", WHERE)
def test_it_shows_what_the_explanation_has(kind: str) -> None:
    """Every operand with its value where no sum is folded, the working's last line, the notes, the model."""
    explanation, shown = explained(kind), Shown()
    said = texts(svg_page(explanation, shown))
    numbers = {shown.number(operand.value) for operand in explanation.operands}
    together = " ".join(" ".join(said).split())
    assert {number for number in numbers if number not in together} == set()
    assert f"= {shown.number(explanation.value)}" in said
    for line in (*explanation.notes, *shown.rounding(explanation), explanation.meaning):
        assert line in together
    assert explanation.whose is not None
    assert explanation.whose.line() in together


def test_the_ledger_adds_up() -> None:
    found = ledger(explained("a product"))
    query, key, term = (column.values for column in found.columns)
    assert [column.head for column in found.columns] == ["h.0.attn.q[0,1,3,d]", "h.0.attn.k[0,1,1,d]", "term"]
    assert list(found.labels) == [f"d = {n}" for n in range(8)]
    for q, k, product in zip(query, key, term, strict=True):
        assert q is not None and k is not None and product is not None
        assert isclose(product, q * k, rel_tol=1e-15)
    assert found.total is not None
    assert isclose(found.total / 8**0.5, explained("a product").value, rel_tol=1e-5)


def test_the_working_goes_on_behind_the_ledger() -> None:
    said = texts(svg_page(explained("a product"), Shown()))
    working = [line for line in said if line.startswith("= ")]
    assert working == ["= -0.0119607 / sqrt(8)", "= -0.0119607 / 2.82843", "= -0.00422875"]
    assert [line for line in texts(svg_page(explained("two sums"), Shown())) if line.startswith("= ")][-1].count(
        "+"
    ) == 0


def test_two_indices_that_walk_together_are_one_label() -> None:
    assert list(ledger(explained("a gradient")).labels) == [f"i = {n}" for n in range(2, 8)]
    assert ledger(explained("two sums")).labels[9] == "b = 1, t = 1"


def test_bars_are_as_long_as_their_numbers_and_on_their_side() -> None:
    explanation = explained("no sum")
    bars = [bar for bar in ElementTree.fromstring(svg_page(explanation, Shown())).iter(f"{SVG}rect")][1:]
    values = [operand.value for operand in explanation.operands]
    assert len(bars) == len(values)
    largest = max(map(abs, values))
    for bar, value in zip(bars, values, strict=True):
        assert abs(float(bar.attrib["width"]) - BAR * abs(value) / largest) <= 0.05
        assert bar.attrib["class"] == ("below" if value < 0 else "above")


def test_a_long_sum_is_folded() -> None:
    folded = texts(svg_page(explained("long"), Shown(terms=8)))
    assert "…" in folded
    assert len(ledger(explained("long"), MOST).labels) == MOST
    assert "…" not in ledger(explained("long")).labels


def test_it_fits_and_asks_for_nothing() -> None:
    """Monospaced lines end inside of the picture; nothing is fetched, nothing runs."""
    page = svg_page(explained("two sums"), Shown())
    width = float(ElementTree.fromstring(page).attrib["width"])
    assert max(len(line) for line in texts(page)) * 7.25 < width
    assert re.search(r"href|<script|url\(|@import", page) is None
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize(("model", "iteration"), [("pencil", 0), ("biases", 1), ("dropout", 0)])
def test_every_tensor_has_one(model: str, iteration: int) -> None:
    """The last number of each, with its value as the last line of the working."""
    found = trace(model, iteration)
    for name in found:
        explanation = explainer(model, iteration).explain(addresses(found, name)[-1])
        working = [line for line in texts(svg_page(explanation, Shown(terms=8))) if line.startswith("= ")]
        assert not explanation.stages or working[-1] == f"= {text(Shown().stages(explanation)[-1])}", name
