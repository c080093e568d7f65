"""Pages for browsers: their headings, and the links between them."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import unquote

from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.layout.document import Heading, Number, Reference, Section
from gpt_by_hand.views.html import HtmlView, fragment, page
from tests.explain.traces import explainer

DEEP = explainer("pencil", 0).explain("h.0.attn.weights[0,0,2,1]", 3).document(Shown())


def anchors(printed: str) -> list[str]:
    return re.findall(r' id="([^"]*)"', printed)


def links(printed: str) -> list[str]:
    return [unquote(there) for there in re.findall(r'<a href="#([^"]*)"><code>', printed)]


def test_an_address_links_to_its_section() -> None:
    printed = page(DEEP, "A share")
    sections = {block.address for block in DEEP if isinstance(block, Section)}
    assert sections < set(anchors(printed))
    assert len(anchors(printed)) == len(set(anchors(printed)))
    assert sections <= set(links(printed)) <= set(anchors(printed))
    shown = re.sub(r"<a .*?</a>|<h\d.*?</h\d>|<svg.*?</svg>", "", printed)  # an address without a link has no heading
    found = set(re.findall(r"<code>([^<]*)</code>", shown))
    assert found
    assert not found & set(anchors(printed))


def test_the_first_of_several_headings_is_where_a_link_leads() -> None:
    twice = [Heading((Reference("x[0]"), f" = {n}")) for n in (1, 2)]
    printed = page(twice, "Twice")
    assert anchors(printed) == ["x[0]"]
    assert printed.index(' id="x[0]"') < printed.index(" = 1") < printed.index(" = 2")


def test_no_link_leads_to_another_cell_of_a_notebook() -> None:
    assert not anchors(fragment(DEEP))
    assert not links(fragment(DEEP))


def test_headings_go_down_level_by_level() -> None:
    """A page begins with its first heading, and the sections of a section are below it."""
    levels = [int(level) for level in re.findall(r"<h(\d)", page(DEEP, "A share"))]
    assert levels[0] == 1
    assert set(levels) == {1, 2, 3}
    assert all(after <= before + 1 for before, after in pairwise(levels))
    report = page([Heading((str(level),), level) for level in (1, 2, 3, 4)], "Report")  # type: ignore[arg-type]
    assert re.findall(r"<h(\d)", report) == ["1", "2", "3", "4"]


def test_a_number_below_zero_has_a_minus() -> None:
    assert HtmlView().number(Number(-2e-05, "-2e-05")) == "−2e−05"
