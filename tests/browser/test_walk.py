"""From the loss down to a weight, a word and a random draw, and up again: by clicks alone, and by keys alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from gpt_by_hand.notation import Access
from tests.page.cases import trace
from tests.support.explorer import Pages, Visit, visited

MOST_TABS = 400
# How an address begins that one arrives at, and of those that the way does not lead to.
ENDS = {
    "a weight": ("transformer.", ("tokens", "targets", "positions")),
    "a word": ("tokens[", ("targets", "positions", "transformer.")),
    "a random draw": ("random[", ("tokens", "targets", "positions")),
}
FOCUSED = "() => document.activeElement?.closest('[data-address]')?.dataset.address"


def down(visit: Visit, start: str, end: str, avoided: tuple[str, ...]) -> list[str]:
    """A way down by operands, always to the one that is computed earliest."""
    order = {name: n for n, name in enumerate(trace("demo"))}
    way = [start]
    while not way[-1].startswith(end):
        operands = [one["address"] for one in visit.call("explain", way[-1])["operands"]]
        fit = [one for one in operands if one.startswith(end) or not one.startswith(avoided)]
        way.append(min(fit, key=lambda address: order.get(address.partition("[")[0], -1)))
    return way


def click(visit: Visit, address: str) -> None:
    visit.page.locator(f'#panel [data-address="{address}"]').filter(visible=True).first.click()


def press(visit: Visit, address: str, key: str = "Tab") -> None:
    """Tab until a number of the panel has the focus, then Enter."""
    for _ in range(MOST_TABS):
        visit.page.keyboard.press(key)
        if visit.page.evaluate(FOCUSED) == address:
            visit.page.keyboard.press("Enter")
            return
    raise AssertionError(f"no Tab reaches {address}")


def shown(visit: Visit) -> str:
    """The number that the page explains: the link leads to it, and the panel says its value."""
    visit.settled()
    address = unquote(visit.page.url.partition("#")[2])
    assert visit.call("value", address) == visit.panel_value()
    return address


@pytest.mark.parametrize("end", ENDS)
def test_by_clicks(browser: Any, pages: Pages, end: str) -> None:
    """Down by operands, up by the browser's Back."""
    with visited(browser, pages("demo")) as visit:
        click(visit, "loss")
        way = down(visit, "loss", *ENDS[end])
        for address in way[1:]:
            click(visit, address)
            assert shown(visit) == address
        for address in way[-2::-1]:
            visit.page.go_back()
            assert shown(visit) == address
        assert visit.faults == []


@pytest.mark.parametrize("end", ENDS)
def test_by_keys(browser: Any, pages: Pages, end: str) -> None:
    """Down by operands, up by the way that stands above each number."""
    with visited(browser, pages("demo")) as visit:
        press(visit, "loss")
        way = down(visit, "loss", *ENDS[end])
        for address in way[1:]:
            press(visit, address)
            assert shown(visit) == address
        for address in way[-2::-1]:
            press(visit, address, "Shift+Tab")
            assert shown(visit) == address
        assert visit.faults == []


def test_up_by_uses(browser: Any, pages: Pages) -> None:
    """From a weight, always to one of the numbers that it says it is used by, on the way to the loss."""
    program = trace("demo").program
    above = {"loss"}  # tensors that the loss is computed from
    for assignment in reversed(program.assignments):
        if assignment.target.name in above:
            above |= {node.tensor.name for node in assignment.expression.walk() if isinstance(node, Access)}
    order = {assignment.target.name: n for n, assignment in enumerate(program.assignments)}
    with visited(browser, pages("demo"), "transformer.h.1.mlp.c_fc.weight[5,3]") as visit:
        while (here := shown(visit)) != "loss":
            found = visit.page.locator("#panel [data-address]").filter(visible=True)
            names = {one: one.partition("[")[0] for one in found.evaluate_all("all => all.map(x => x.dataset.address)")}
            rank = order.get(names.get(here, ""), -1)
            up = [one for one, name in names.items() if name in above and order.get(name, -1) > rank]
            click(visit, max(up, key=lambda one: order[names[one]]))
        assert visit.faults == []
