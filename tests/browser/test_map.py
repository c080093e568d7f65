"""The map: every tensor as a picture and as a table, in its place; by mouse, by keys and by the browser's Back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.layout.palette import LIGHT, rgb
from tests.explain.traces import trace
from tests.support.explorer import Pages, Visit, visited

WEIGHT = "transformer.h.0.attn.c_attn.weight[0,1,0,0]"
LARGE = "transformer.h.0.mlp.c_fc.weight"
# Goes to the last number of each tensor; what is wrong there, and the largest page on the way.
ALL = """async () => {
  const names = new Map(), wrong = [];
  for (const address of window.explorer.addresses()) {
    const name = address.split("[")[0];
    names.set(name, address);
  }
  let most = 0;
  for (const address of names.values()) {
    location.hash = encodeURIComponent(address);
    await new Promise((done) => setTimeout(done));
    const cell = document.querySelector("#map td.chosen, #map .scalar.chosen");
    const right = cell?.dataset.address === address && Object.is(+cell.dataset.value, window.explorer.value(address));
    if (!right) wrong.push([address, cell?.dataset.address, cell?.dataset.value]);
    most = Math.max(most, document.querySelectorAll("*").length);
  }
  return [names.size, wrong, most];
}"""
PIXELS = """name => {
  const tile = [...document.querySelectorAll("[data-tensor]")].find(
    (one) => one.querySelector(".tensor-name").title === name);
  return [...tile.querySelectorAll("canvas")].map((canvas) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const pixel = (row, column) => [...data.slice(4 * (row * width + column), 4 * (row * width + column) + 3)];
    return Array.from({ length: height }, (_, row) => Array.from({ length: width }, (_, column) => pixel(row, column)));
  });
}"""
FOCUSED = "() => document.activeElement.dataset.address"
SCROLLED = "() => document.querySelector('#map').scrollTop"


def address(visit: Visit) -> Any:
    return visit.call("state")["address"]


def test_every_tensor_opens_in_its_place(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        count, wrong, most = visit.page.evaluate(ALL)
        assert count == len(trace("demo").program.tensors)
        assert wrong == []
        assert most <= 2500
        assert visit.faults == []


@pytest.mark.parametrize(("name", "sequence"), [("h.0.attn.scores", 0), ("h.1.attn.weights", 1), ("h.0.mlp.gelu", 0)])
def test_pictures_are_blue_below_zero_and_orange_above(browser: Any, pages: Pages, name: str, sequence: int) -> None:
    values = np.asarray(trace("demo")[name])[sequence]
    values = values.reshape(-1, *values.shape[-2:])
    masked = np.triu(np.ones(values.shape[-2:], bool), 1) & (".attn." in name)
    with visited(browser, pages("demo")) as visit:
        visit.page.get_by_role("button", name=f"sequence {sequence}", exact=True).click()
        pixels = np.array(visit.page.evaluate(PIXELS, name))
    assert pixels.shape == (*values.shape, 3)
    assert {tuple(pixel) for pixel in pixels[:, masked].reshape(-1, 3).tolist()} <= {rgb(LIGHT["masked"])}
    for pixel, value in zip(pixels[:, ~masked].reshape(-1, 3).tolist(), values[:, ~masked].ravel(), strict=True):
        red, _, blue = pixel
        assert np.sign(red - blue) in (np.sign(value), 0), value
    # the largest of a tensor, both sequences, has the strongest colour
    largest = np.abs(np.where(np.isfinite(trace("demo")[name]), trace("demo")[name], 0)).max()
    strongest = pixels[np.abs(values) == largest]
    assert {tuple(pixel) for pixel in strongest.tolist()} <= {rgb(LIGHT["above"]), rgb(LIGHT["below"])}


def test_after_a_change_pictures_show_what_moved(browser: Any, pages: Pages) -> None:
    paper = list(rgb(LIGHT["paper"]))
    with visited(browser, pages("demo")) as visit:
        visit.call("set", WEIGHT, 0.3)
        visit.settled()
        moved = {
            name: np.array(visit.page.evaluate(PIXELS, name)) != paper for name in ("embed", "h.0.attn.q", "h.1.out")
        }
        assert not moved["embed"].any()
        # head 1, channel 0 of every word, and nothing else of the queries
        assert np.argwhere(moved["h.0.attn.q"].any(axis=-1)).tolist() == [[1, word, 0] for word in range(8)]
        assert moved["h.1.out"].any(axis=-1).mean() > 0.8
        visit.call("undo")
        visit.settled()
        assert (np.array(visit.page.evaluate(PIXELS, "embed")) != paper).any(axis=-1).mean() > 0.8


def test_a_picture_s_number_is_explained(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        canvas = visit.page.locator('[data-tensor] canvas[aria-label*="tok_emb"]').first
        box = canvas.bounding_box()
        canvas.click(position={"x": box["width"] * 4.5 / 16, "y": box["height"] * 2.5 / 8})
        visit.settled()
        assert address(visit) == "tok_emb[0,2,4]"
        assert visit.panel_value() == visit.call("value", "tok_emb[0,2,4]")


def test_tables_by_keys(browser: Any, pages: Pages) -> None:
    steps = {
        "ArrowRight": "h.0.attn.q[0,1,3,3]",
        "ArrowDown": "h.0.attn.q[0,1,4,3]",
        "Home": "h.0.attn.q[0,1,4,0]",
        "ArrowLeft": "h.0.attn.q[0,1,4,0]",
        "End": "h.0.attn.q[0,1,4,7]",
        "Control+Home": "h.0.attn.q[0,1,0,0]",
        "ArrowUp": "h.0.attn.q[0,1,0,0]",
        "PageDown": "h.0.attn.q[0,1,5,0]",
        "Control+End": "h.0.attn.q[0,1,7,7]",
    }
    with visited(browser, pages("demo"), "h.0.attn.q[0,1,3,2]") as visit:
        assert visit.page.locator('#map table [tabindex="0"]').count() == visit.count("#map table")  # one stop each
        visit.page.locator("#map td.chosen").focus()
        for key, where in steps.items():
            visit.page.keyboard.press(key)
            assert visit.page.evaluate(FOCUSED) == where, key
        assert address(visit) == "h.0.attn.q[0,1,3,2]"
        visit.page.keyboard.press("Enter")
        visit.settled()
        assert address(visit) == where
        assert visit.page.evaluate("() => document.activeElement.closest('#panel') !== null")
        visit.page.keyboard.press("Escape")
        assert visit.page.evaluate(FOCUSED) == where


def test_keys_lead_beyond_the_part_of_a_large_table_that_is_shown(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo"), f"{LARGE}[0,0]") as visit:
        cells = visit.count("#map td[data-address]")
        assert 300 < cells <= 600
        visit.page.locator("#map td.chosen").focus()
        for row in range(1, 64):
            visit.page.keyboard.press("ArrowDown")
            assert visit.page.evaluate(FOCUSED) == f"{LARGE}[{row},0]"
        assert visit.count("#map td[data-address]") <= 600
        visit.page.get_by_role("button", name="before", exact=True).click()
        assert visit.count(f'#map [data-address="{LARGE}[0,0]"]') == 1


def test_back_and_forward_bring_number_and_place_again(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo"), "h.0.attn.q[0,1,3,2]") as visit:
        visit.page.locator('[data-phase="backward"]').click()
        visit.page.evaluate("() => { document.querySelector('#map').scrollTop = 700; }")
        visit.page.wait_for_timeout(300)
        canvas = visit.page.locator("#map canvas").nth(30)
        canvas.scroll_into_view_if_needed()
        before = visit.page.evaluate(SCROLLED)
        canvas.click(position={"x": 3, "y": 3})
        visit.settled()
        there = address(visit)
        assert there.startswith("d.")
        visit.page.go_back()
        visit.settled()
        assert address(visit) == "h.0.attn.q[0,1,3,2]"
        assert visit.call("state")["phase"] == "backward"
        assert math.isclose(visit.page.evaluate(SCROLLED), before, abs_tol=1)
        visit.page.go_forward()
        visit.settled()
        assert address(visit) == there
        visit.page.go_back()
        visit.page.go_back()
        visit.settled()
        assert visit.call("state")["phase"] == "forward"


def test_the_field_for_an_address_suggests_and_explains(browser: Any, pages: Pages) -> None:
    with visited(browser, pages("demo")) as visit:
        field = visit.page.get_by_role("combobox", name="go to an address")
        field.fill("attn.scor")
        options = visit.page.locator("#addresses option").evaluate_all("nodes => nodes.map(node => node.value)")
        assert options[:2] == ["h.0.attn.scores", "h.1.attn.scores"]
        field.fill("h.0.attn.scroes[0,1,3,2]")
        field.press("Enter")
        assert "perhaps you meant h.0.attn.scores" in visit.page.get_by_role("alert").filter(visible=True).inner_text()
        field.fill("h.0.attn.scores[b=0,h=1,i=by,j=gpt]")
        field.press("Enter")
        visit.settled()
        assert address(visit) == "h.0.attn.scores[0,1,3,1]"
        assert visit.page.get_by_role("alert").filter(visible=True).count() == 0
