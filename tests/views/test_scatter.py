"""Points in a plane: what each view shows of them is where the numbers say."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest

from gpt_by_hand.folding import cells
from gpt_by_hand.layout.digits import Writing
from gpt_by_hand.layout.document import Paragraph, Scatter
from gpt_by_hand.notation import Role
from gpt_by_hand.views import page
from gpt_by_hand.views.drawing import LETTER
from gpt_by_hand.views.html import fragment
from gpt_by_hand.views.scatter_drawing import HIGH, drawing
from gpt_by_hand.views.text import plain

SVG = "{http://www.w3.org/2000/svg}"
POINTS = np.random.default_rng(3).normal(size=(3, 24, 2)) * [0.7, 0.2]
LABELS = (*(f"word{n}" for n in range(22)), "<b>&\"'", "言葉")
ONE = Scatter("Words", POINTS[:1], LABELS, ("component 1", "component 2"), kind=Role.WEIGHT)
PATHS = Scatter("Words", POINTS, LABELS, ("component 1", "component 2"), ("first", "then", "last"), Role.WEIGHT)


def groups(svg: str, name: str) -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg)
    return [one for one in root.iter(f"{SVG}g") if one.get("class") == name]


def numbers(marks: list[ElementTree.Element]) -> list[tuple[str, float, float]]:
    return [(one.attrib["data-label"], float(one.attrib["data-x"]), float(one.attrib["data-y"])) for one in marks]


def middles(marks: list[ElementTree.Element]) -> np.ndarray:
    """Where they are drawn: the middle of each mark, which is 5 in its own units."""
    found = []
    for one in marks:
        left, top, size = map(float, re.findall(r"[-\d.]+", one[1].attrib["transform"]))
        found.append((left + 5 * size, top + 5 * size))
    return np.array(found)


def texts(scatter: Scatter, look: str) -> list[ElementTree.Element]:
    return [one for one in ElementTree.fromstring(drawing(scatter)).iter("text") if one.get("class") == look]


def at(element: ElementTree.Element, axis: str) -> float:
    return float(element.attrib[axis])


def expected(points: np.ndarray) -> list[tuple[str, float, float]]:
    return [(label, x, y) for label, (x, y) in zip(LABELS, points.tolist(), strict=True)]


@pytest.mark.parametrize("scatter", [ONE, PATHS, replace(PATHS, at=1)], ids=["points", "paths", "a frame"])
def test_an_svg_has_the_exact_numbers_and_draws_them_there(scatter: Scatter) -> None:
    printed = page([scatter], "svg", "Words")
    last, before = groups(printed, "point"), groups(printed, "earlier")
    assert numbers(last) == expected(scatter.paths[-1])
    assert numbers(before) == [one for points in scatter.paths[:-1] for one in expected(points)]
    where, points = middles([*before, *last]), scatter.paths.reshape(-1, 2)
    for axis, sign in ((0, 1), (1, -1)):
        unit, start = np.polyfit(points[:, axis], where[:, axis], 1)
        assert np.abs(where[:, axis] - unit * points[:, axis] - start).max() < 0.02
        assert np.sign(unit) == sign
    units = [np.ptp(where[:, axis]) / np.ptp(points[:, axis]) for axis in (0, 1)]
    assert units[0] == pytest.approx(units[1], rel=1e-3)  # distances are true
    assert len(last) == len(texts(scatter, "label"))


def test_a_film_has_one_plane() -> None:
    frames = [replace(PATHS, at=n) for n in range(3)]
    assert len({tuple(ElementTree.tostring(text) for text in texts(one, "axis")) for one in frames}) == 1
    assert len({(drawing(one).width, drawing(one).height) for one in frames}) == 1
    assert [drawing(one).count('class="mark ') for one in frames] == [24, 48, 72]


def test_numbers_of_the_axes_stand_where_they_say() -> None:
    marks = middles(groups(page([ONE], "svg", ""), "point"))
    unit, start = np.polyfit(POINTS[0, :, 0], marks[:, 0], 1)
    ticks = [text for text in texts(ONE, "axis") if text.get("text-anchor") == "middle"]
    assert len(ticks) > 3
    for tick in ticks:
        assert at(tick, "x") == pytest.approx(float((tick.text or "").replace("−", "-")) * unit + start, abs=0.1)
    zero = re.search(r'class="zero" d="M([\d.]+) ', drawing(ONE))
    assert zero is not None
    assert float(zero[1]) == pytest.approx(start, abs=0.1)


def test_labels_in_pixels_do_not_overlap() -> None:
    boxes = [
        (at(t, "x"), at(t, "y"), at(t, "x") + cells(t.text or "") * LETTER, at(t, "y") + HIGH)
        for t in texts(PATHS, "label")
    ]
    assert len(boxes) == len(LABELS)
    for one, other in combinations(boxes, 2):
        assert min(min(one[n + 2], other[n + 2]) - max(one[n], other[n]) for n in (0, 1)) < 0.11  # pixels, rounded


def test_the_same_picture_in_any_order() -> None:
    order = np.random.default_rng(0).permutation(len(LABELS))
    mixed = replace(PATHS, points=PATHS.points[:, order], labels=tuple(LABELS[n] for n in order))
    assert page([PATHS], "svg", "") == page([PATHS], "svg", "")
    assert plain([mixed], 80) == plain([PATHS], 80)
    labels = [{ElementTree.tostring(text) for text in texts(one, "label")} for one in (mixed, PATHS)]
    assert labels[0] == labels[1]


@pytest.mark.parametrize("width", [80, 100, 40])
def test_a_terminal_has_marks_where_the_numbers_are(width: int) -> None:
    lines = plain([ONE], width).splitlines()
    assert max(map(cells, lines)) <= width or width == 40
    plane = [line.split("│", 1)[1] for line in lines if "│" in line[:9]]
    assert len(plane) == 14
    text = "\n".join(lines)
    assert width == 40 or all(label in text for label in LABELS)
    rows = {n for n, line in enumerate(plane) if "●" in line}
    y = POINTS[0, :, 1]
    room = np.ptp(y) * 0.05
    wanted = {round((y.max() + room - value) / (np.ptp(y) + 2 * room) * 13) for value in y}
    assert rows == wanted


@pytest.mark.parametrize("width", [1, 20, 28])
def test_the_narrowest_terminal_has_a_plane_too(width: int) -> None:
    lines = plain([PATHS], width).splitlines()
    assert sum("│" in line[:9] for line in lines) == 14
    assert "0" in lines[15].split()


def test_points_at_one_place_are_listed() -> None:
    crowd = replace(ONE, points=np.zeros((1, 24, 2)))
    lines = plain([crowd], 80).splitlines()
    assert sum("(0, 0)" in line for line in lines) == 6
    assert lines[-1].strip().startswith("… (")


@pytest.mark.parametrize("form", ["markdown", "latex", "typst"])
def test_what_cannot_draw_has_a_table(form: str) -> None:
    printed = page([PATHS], form, "")
    for time in range(3):
        assert f"{PATHS.times[time]}, component 1" in printed.replace("\\#", "#")
    writing = Writing.of(POINTS, 6)
    for value in POINTS.ravel():
        assert writing.text(value).lstrip("-−") in printed.replace("−", "-")


def test_html_has_the_drawing() -> None:
    printed = fragment([Paragraph(("before",)), PATHS])
    inner = printed[printed.index('<g class="scatter"') : printed.rindex("</svg>")]
    svg = f'<svg xmlns="http://www.w3.org/2000/svg">{inner}</svg>'
    assert numbers(groups(svg, "point")) == expected(POINTS[-1])
    assert re.search(r"href|<script|url\(|@import", printed) is None
