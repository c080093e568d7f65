"""Documents as pictures: bars are as long as their numbers and on their side; nothing is fetched, nothing runs."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.layout.document import Bar, Number, Row, Table
from gpt_by_hand.views.svg import BAR, LETTER
from gpt_by_hand.views.svg import page as picture
from tests.explain.traces import explainer, sample, trace

SVG = "{http://www.w3.org/2000/svg}"
PARTS = (1.0, -1.0, 0.5, -0.25, 0.001, 0.0)


def test_bars_are_as_long_as_their_parts_and_on_their_side() -> None:
    rows = tuple(Row(((Number(part, f"{part}"),), (Bar(part),))) for part in PARTS)
    page = ElementTree.fromstring(picture([Table("ledger", (("value",), ()), rows)], "bars"))
    bars = list(page.iter(f"{SVG}rect"))[1:]
    zeros = [float(path.attrib["d"].split()[0][1:]) for path in page.iter(f"{SVG}path")]
    assert len(bars) == len(zeros) == len(PARTS)
    for bar, zero, part in zip(bars, zeros, PARTS, strict=True):
        left, long = float(bar.attrib["x"]), float(bar.attrib["width"])
        assert abs(long - abs(part) * BAR * LETTER) < 0.11
        assert bar.attrib["class"] == ("below" if part < 0 else "above")
        assert abs((left + long if part < 0 else left) - zero) < 0.11


@pytest.mark.parametrize(("model", "iteration"), [("pencil", 0), ("biases", 1), ("dropout", 0)])
def test_every_tensor_has_one(model: str, iteration: int) -> None:
    for where in sample(trace(model, iteration), 1, 0):
        page = picture(explainer(model, iteration).explain(where).document(Shown(terms=8)), where)
        said = " ".join(" ".join(ElementTree.fromstring(page).itertext()).split())
        assert where in said
        assert re.search(r"href|<script|url\(|@import|[\ue000-\uf8ff]", page) is None
        assert "prefers-color-scheme: dark" in page
