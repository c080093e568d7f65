"""Where losses lie in the chart, and what is left of many iterations."""

from __future__ import annotations

import math

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.node import needs_node, node

pytestmark = needs_node
BOX = {"width": 200, "height": 100, "left": 10, "right": 30, "top": 5, "bottom": 15}
IMPORTS = 'import { ChartScale, curvePath, ticks, thinned } from "app/view/chart_scale.js";\n'
UNSHRUNK = (Phase.explicit, Phase.reuse, Phase.generate)  # each example starts Node


def scaled(code, losses, evaluations=(), perfect=0.4443):
    shown = {"losses": losses, "evaluations": evaluations, "guess": math.log(32), "perfect": perfect}
    return node(f"{IMPORTS}const scale = new ChartScale(given.shown, given.box);\n{code}", {"shown": shown, "box": BOX})


def test_iterations_fill_the_width_and_losses_the_height():
    code = "send([scale.x(0), scale.x(100), scale.y(given.shown.guess), scale.y(0.4443)])"
    left, right, guess, best = scaled(code, [[n, 3.4 - n / 100] for n in range(101)])
    assert (left, right) == (10, 170)
    assert 5 < guess < 15 and 75 < best < 85  # a twentieth is left above and below


def test_a_run_that_begins_later_begins_at_the_left():
    assert scaled("send([scale.x(400), scale.iterationAt(10)])", [[400, 2.0], [500, 1.9]]) == [10, 400]


def test_the_first_iterations_are_not_as_wide_as_the_chart():
    assert scaled("send(scale.x(1) - scale.x(0))", [[0, 3.4], [1, 3.3]]) == 8


def test_what_is_no_number_leaves_a_gap_and_changes_no_scale():
    losses = [[0, 3.0], [1, 2.5], [2, math.nan], [3, math.inf], [4, 2.0], [5, 1.5]]
    path, low, high = scaled("send([curvePath(given.shown.losses, scale), scale.low, scale.high])", losses)
    assert path.count("M") == 2 and path.count("L") == 2 and "NaN" not in path and "Infinity" not in path
    assert low == pytest.approx(0.4443 - 0.05 * (math.log(32) - 0.4443))
    assert high == pytest.approx(math.log(32) + 0.05 * (math.log(32) - 0.4443))


def test_without_a_best_possible_the_chart_begins_at_0():
    assert scaled("send(scale.low)", [[0, 3.0]], perfect=None) == pytest.approx(-0.05 * math.log(32))


def test_held_out_losses_are_within():
    assert scaled("send(scale.y(4))", [[0, 3.0]], [[0, 3.5, 4.0]]) > 5


@settings(max_examples=5, phases=UNSHRUNK)
@given(st.lists(st.floats(0, 10), min_size=401, max_size=3000))
def test_no_peak_is_lost_where_many_iterations_share_a_pixel(losses):
    pairs = [[n, loss] for n, loss in enumerate(losses)]
    kept = scaled("send(thinned(given.shown.losses, scale))", pairs)
    assert len(kept) <= 4 * (BOX["width"] + 1)
    assert kept[0] == pairs[0] and kept[-1] == pairs[-1]
    assert {min(losses), max(losses)} <= {loss for _, loss in kept}
    assert all(pair in pairs for pair in kept) and kept == sorted(kept, key=lambda pair: pair[0])


@settings(max_examples=5, phases=UNSHRUNK)
@given(st.lists(st.integers(0, 160), min_size=50, max_size=50))
def test_pixels_are_turned_back_into_iterations(pixels):
    found = node(
        f"{IMPORTS}const scale = new ChartScale(given.shown, given.box);"
        "send(given.pixels.map((one) => scale.iterationAt(one + 10)));",
        {
            "shown": {"losses": [[0, 3], [160, 2]], "evaluations": [], "guess": 3, "perfect": 1},
            "box": BOX,
            "pixels": pixels,
        },
    )
    assert found == pixels


@pytest.mark.parametrize(
    ("low", "high", "count", "found"),
    [
        (0, 3.6, 5, [0, 1, 2, 3]),
        (0.2, 3.6, 8, [0.5, 1, 1.5, 2, 2.5, 3, 3.5]),
        (0, 2000, 6, [0, 500, 1000, 1500, 2000]),
        (3.41, 3.47, 5, [3.42, 3.44, 3.46]),
    ],
)
def test_ticks_are_round(low, high, count, found):
    assert node(f"{IMPORTS}send(ticks(...given));", [low, high, count]) == found
