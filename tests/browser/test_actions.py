"""What a visitor changes through the controls: every number is that of the engine that is the definition."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import pytest

from gpt_by_hand import Trace
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.trace.changed import with_set
from tests.explain.traces import sample
from tests.page.cases import trace
from tests.support.explorer import Pages, Visit, press, visited

WEIGHT = "transformer.h.0.attn.c_attn.weight[0,1,0,0]"
NEAR = 1e-12  # of a tensor's largest: sums in another order
TRAINED = 1e-6  # of the same: training leaves its weights and moments in float32, a page in float64
VALUES = "addresses => addresses.map(address => window.explorer.value(address))"


def values(visit: Visit, addresses: list[str]) -> list[float]:
    return [float(value) for value in visit.page.evaluate(VALUES, addresses)]


def agrees(visit: Visit, want: Trace, near: float = NEAR) -> None:
    """Some numbers of each tensor."""
    addresses = sample(want.before or want, 2, 200)
    for address, value in zip(addresses, values(visit, addresses), strict=True):
        wanted = want[address]
        finite = np.abs(want[address.partition("[")[0]])
        largest = float(np.max(finite, where=np.isfinite(finite), initial=0))
        assert value == wanted or abs(value - wanted) <= near * largest, (address, value, wanted)


def type_value(visit: Visit, text: str) -> None:
    visit.page.locator("#what-if").fill(text)
    visit.page.locator("#what-if").press("Enter")
    visit.settled()


@pytest.mark.parametrize(
    ("address", "text", "value"),
    [
        (WEIGHT, "0.1", 0.1),
        ("h.0.attn.scores[0,1,3,2]", "1/3", 1 / 3),
        ("h.1.mlp.gelu[1,4,9]", "-2,5", -2.5),
        ("transformer.wte.weight[9,3]", "1·10⁻³", 1e-3),
    ],
)
def test_a_number_is_set(browser: Any, pages: Pages, address: str, text: str, value: float) -> None:
    """What is typed is taken as it is typed; all that follows is computed anew, and undone to the last bit."""
    want = with_set(trace("demo"), {address: value})
    addresses = sample(trace("demo"), 2, 200)
    with visited(browser, pages("demo"), address) as visit:
        before = values(visit, addresses)
        type_value(visit, text)
        assert visit.call("value", address) == value
        assert visit.page.locator("#what-if").input_value() == text
        agrees(visit, want)
        after = values(visit, addresses)
        press(visit, said("edits.undo"), ".edits")
        assert values(visit, addresses) == before
        press(visit, said("edits.redo"), ".edits")
        assert values(visit, addresses) == after
        assert visit.faults == []


@pytest.mark.parametrize("text", ["", "abc", "1/0", "1e999", "1e-999", "NaN", "0x10", "１", "--1", "1,2,3"])
def test_what_is_no_number_changes_nothing(browser: Any, pages: Pages, text: str) -> None:
    with visited(browser, pages("demo"), WEIGHT) as visit:
        before = visit.call("value", WEIGHT)
        type_value(visit, text)
        assert visit.page.locator("#what-if-problem").inner_text()
        assert visit.call("value", WEIGHT) == before
        assert visit.call("state")["edits"] == []
        assert visit.faults == []


def test_a_word_is_another(browser: Any, pages: Pages) -> None:
    plain = trace("demo")
    words = plain.tokenizer.words
    with visited(browser, pages("demo"), "loss") as visit:
        visit.page.locator(".chip").nth(3).click()
        visit.page.locator(".word-chips .change").click()
        visit.page.get_by_role("option", name="world", exact=True).click()
        visit.settled()
        assert visit.call("value", "tokens[0,3]") == words.index("world")
        agrees(visit, with_set(plain, {"tokens[0,3]": "world"}))
        assert visit.faults == []


def test_a_setting_is_another(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("second")) as visit:
        press(visit, said("tools.settings"))
        visit.page.get_by_label("beta1", exact=True).fill("0.5")
        visit.page.keyboard.press("Enter")
        visit.settled()
        agrees(visit, with_set(trace("demo at 1"), {"beta1": 0.5}))
        assert visit.faults == []


def test_the_share_of_numbers_that_changed(browser: Any, pages: Pages) -> None:
    want = with_set(trace("demo"), {WEIGHT: 0.1})
    with visited(browser, pages("demo"), WEIGHT) as visit:
        type_value(visit, "0.1")
        text = visit.page.locator(".edits").inner_text()
        before, after = (float(trace_["loss"]) for trace_ in (trace("demo"), want))
        assert f"{before:.5f}"[:6] in text and f"{after:.5f}"[:6] in text
        assert re.search(r"[\d,]+ of [\d,]+ numbers changed", text)


def test_a_link_carries_the_changes(browser: Any, pages: Pages) -> None:
    path = pages("demo")
    with visited(browser, path, WEIGHT, permissions=["clipboard-read", "clipboard-write"]) as visit:
        type_value(visit, "1/3")
        visit.call("setWord", 0, 3, 7)
        visit.settled()
        loss = visit.call("loss")
        press(visit, said("edits.share"), ".edits")
        link = visit.page.evaluate("() => navigator.clipboard.readText()")
    assert link.startswith(f"{path.as_uri()}#")
    with visited(browser, path, link.partition("#")[2]) as visit:
        assert visit.call("loss") == loss
        assert visit.call("value", WEIGHT) == 1 / 3
        assert visit.faults == []


def test_training_and_back(browser: Any, pages: Pages) -> None:
    """One by one or ten at once is the same; rewinding brings every bit again."""
    addresses = sample(trace("demo"), 2, 100)
    with visited(browser, pages("demo"), "loss") as visit:
        start = values(visit, addresses)
        for count in range(1, 11):
            press(visit, "+1")
            visit.page.wait_for_function("count => window.explorer.iteration() === count", arg=count)
            if count == 1:
                agrees(visit, trace("demo at 1"), TRAINED)
        one_by_one = values(visit, addresses)
        press(visit, said("train.reset"))
        assert visit.call("iteration") == 0
        assert values(visit, addresses) == start
        press(visit, "+10")
        visit.page.wait_for_function("() => window.explorer.iteration() === 10")
        visit.settled()
        assert values(visit, addresses) == one_by_one
        assert float(visit.page.locator(".iteration strong").inner_text()) == 10
        assert visit.panel_value() == visit.call("loss")
        press(visit, said("tools.train"))
        slider = visit.page.locator("#rewind")
        slider.focus()
        slider.press("Home")
        visit.settled()
        assert visit.call("iteration") == 0
        assert values(visit, addresses) == start
        assert visit.faults == []


def test_running_and_pausing(browser: Any, pages: Pages) -> None:
    """The number that is open moves while it trains."""
    with visited(browser, pages("demo"), WEIGHT) as visit:
        before = visit.panel_value()
        press(visit, said("train.run"))
        visit.page.wait_for_function("() => window.explorer.iteration() > 20")
        press(visit, said("train.pause"))
        iteration = visit.call("iteration")
        assert visit.panel_value() == visit.call("value", WEIGHT) != before
        visit.page.wait_for_timeout(100)
        assert visit.call("iteration") == iteration
        assert math.isfinite(visit.call("loss"))
        assert visit.faults == []
