"""Where things stand in pictures of points: labels cover nothing, numbers of axes are round, places are linear."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.layout.scatter import Place, Point, Scale, placed, scales, tick_text

BOUNDS = (0.0, 0.0, 300.0, 200.0)
POINTS = st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), min_size=1, max_size=40)
HALF = (4.0, 4.0)


def places(marks: list[Point], labels: list[str], others: tuple[Point, ...] = ()) -> list[Place | None]:
    return placed(marks, others, labels, (7.0, 14.0), HALF, BOUNDS, 8, (3.0, 2.0))


@given(POINTS, st.integers(0, 10**6))
def test_labels_cover_nothing(marks: list[Point], seed: int) -> None:
    rng = random.Random(seed)
    labels = ["x" * rng.randint(1, 12) for _ in marks]
    found = places(marks, labels)
    boxes = [(p.left, p.top, p.left + 7 * len(x), p.top + 14) for p, x in zip(found, labels, strict=True) if p]
    solid = [(x - 4, y - 4, x + 4, y + 4) for x, y in marks]
    for one, other in [*combinations(boxes, 2), *((box, mark) for box in boxes for mark in solid)]:
        shared = [min(one[n + 2], other[n + 2]) - max(one[n], other[n]) for n in (0, 1)]
        assert min(shared) < 1e-9
    assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= 300 and b[3] <= 200 for b in boxes)


@given(POINTS)
def test_the_order_does_not_matter(marks: list[Point]) -> None:
    labels = [f"{n}" for n in range(len(marks))]
    found = dict(zip(labels, places(marks, labels), strict=True))
    assert dict(zip(labels[::-1], places(marks[::-1], labels[::-1]), strict=True)) == found


def test_a_label_stands_to_the_right_if_it_can() -> None:
    assert places([(100, 100)], ["a word"]) == [Place(107.0, 93.0, True)]
    assert places([(290, 100)], ["a word"]) == [Place(241.0, 93.0, True)]
    assert places([(100, 100)], ["a word"], others=((115, 100),)) == [Place(51.0, 93.0, True)]
    assert places([(100, 100)], ["a word" * 10]) == [None]
    crowd = places([(150.0, 100.0)] * 12, ["a word"] * 12)
    assert sum(place is not None and not place.near for place in crowd) >= 3


@given(st.floats(-100, 100), st.integers(-8, 8), st.floats(1, 9.99), st.integers(1, 12))
def test_ticks_are_few_round_and_even(away: float, power: int, times: float, most: int) -> None:
    wide = times * 10.0**power
    low = away * wide
    ticks = Scale(low, low + wide, 0, 100).ticks(most)
    assert [float(tick_text(tick)) for tick in ticks] == ticks
    assert len(ticks) <= most + 1
    assert all(low - 1e-6 * wide <= tick <= low + wide * (1 + 1e-6) for tick in ticks)
    steps = np.diff(ticks)
    if len(steps):
        assert np.allclose(steps, steps[0], rtol=1e-4)
        assert f"{steps[0]:.0e}"[0] in "125"


@pytest.mark.parametrize("points", [[[0, 0]], [[3, 3], [3, 3]], [[0, 1], [5, 1]], [[2, 0], [2, 9]], [[1, 2], [3, 8]]])
@pytest.mark.parametrize("equal", [False, True])
def test_all_points_have_room(points: list[list[float]], equal: bool) -> None:
    found = np.array(points, float)
    x, y = scales(found, (10, 110), (5, 55), equal)
    assert not equal or x.unit == pytest.approx(y.unit)
    assert all(10 < x.at(a) < 110 and 5 < y.at(b) < 55 for a, b in points)
    assert (x.at(1) - x.at(0), y.at(1) - y.at(0)) == pytest.approx((x.unit, -y.unit))
