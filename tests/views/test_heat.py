"""Heat maps: what is drawn is what the trace holds, colours go with numbers, and nobody takes one for another."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.heats import show
from gpt_by_hand.folding import cells, wrapped
from gpt_by_hand.layout.document import Heat, Matrix, Scale
from gpt_by_hand.layout.palette import SCHEMES, heat, rgb
from gpt_by_hand.terminal import nearest_of_256
from gpt_by_hand.views import png
from gpt_by_hand.views.heat_lines import heat_lines
from gpt_by_hand.views.svg import page
from tests.explain.traces import trace
from tests.layout.test_palette import contrast
from tests.views.heats import panel, squares

# Linear RGB as people see it who lack one kind of cone: Machado, Oliveira & Fernandes 2009, severity 1.0.
BLINDNESS = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
# CIE XYZ of linear sRGB (IEC 61966-2-1), and its white.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
FAR = 40  # CIE 1976 colour difference: two colours that nobody takes for each other; a just noticeable one is 2.3
CLIPPED = 1.5  # what the last step may lose, where the simulated colour is outside of sRGB; a step has 3 or more


def linear(colour: str) -> np.ndarray:
    parts = np.array(rgb(colour)) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(light: np.ndarray) -> np.ndarray:
    x, y, z = XYZ @ np.clip(light, 0, 1) / XYZ.sum(axis=1)
    f = [t ** (1 / 3) if t > (6 / 29) ** 3 else t / (3 * (6 / 29) ** 2) + 4 / 29 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def distance(one: str, other: str, blindness: str) -> float:
    seen = (lab(np.array(BLINDNESS[blindness]) @ linear(colour)) for colour in (one, other))
    return float(np.linalg.norm(next(seen) - next(seen)))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_everybody_tells_below_from_above(scheme: str, blindness: str) -> None:
    ends = heat(-1, scheme), heat(1, scheme)
    assert distance(*ends, blindness) > FAR
    for end in ends:
        assert distance(end, heat(0, scheme), blindness) > FAR


def test_colours_that_some_cannot_tell_are_found() -> None:
    assert distance("#c04040", "#608000", "deuteranopia") < FAR < distance("#c04040", "#1f6fb2", "deuteranopia")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("blindness", BLINDNESS)
def test_stronger_is_further_from_paper_for_everybody(scheme: str, blindness: str) -> None:
    for sign in (-1, 1):
        far = [distance(heat(sign * step / 20, scheme), heat(0, scheme), blindness) for step in range(21)]
        assert all(one < other + CLIPPED for one, other in pairwise(far))


@pytest.mark.parametrize("scheme", SCHEMES)
def test_contrast_grows_with_strength(scheme: str) -> None:
    for sign in (-1, 1):
        seen = [contrast(heat(sign * step / 20, scheme), SCHEMES[scheme]["paper"]) for step in range(21)]
        assert all(one < other for one, other in pairwise(seen))
        assert seen[-1] > 3  # of what is drawn (WCAG 2.2)


def test_a_terminal_of_256_colours_keeps_their_order() -> None:
    for scheme in SCHEMES:
        for sign in (-1, 1):
            numbers = [nearest_of_256(*rgb(heat(sign * step / 20, scheme))) for step in range(21)]
            assert len(set(numbers)) >= 5
            assert numbers == sorted(numbers, key=numbers.index)  # none comes back


def test_256_colours_tell_signs_apart() -> None:
    """Above zero is warm, below it cold, from a fifth of the largest number on."""
    for scheme in SCHEMES:
        for step in range(4, 21):
            for sign in (-1, 1):
                red, _, blue = TABLE[nearest_of_256(*rgb(heat(sign * step / 20, scheme)))]
                assert sign * (red - blue) > 0


CUBE = (0, 95, 135, 175, 215, 255)
TABLE = {16 + 36 * r + 6 * g + b: (CUBE[r], CUBE[g], CUBE[b]) for r, g, b in np.ndindex(6, 6, 6)}
TABLE |= {232 + n: (8 + 10 * n,) * 3 for n in range(24)}


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_the_nearest_of_256(wanted: tuple[int, int, int]) -> None:
    """No other of the same hue is nearer; and what is neither warm nor cold is near to a grey, or green or purple."""

    def far(number: int) -> int:
        return sum((a - b) ** 2 for a, b in zip(TABLE[number], wanted, strict=True))

    def hue(colour: tuple[int, int, int]) -> float:
        return (colour[1] - colour[2]) / (colour[0] - colour[2])

    side = wanted[0] - wanted[2]
    alike = [*range(232, 256)]
    if abs(side) > 24:
        alike = [n for n, (r, _, b) in TABLE.items() if (r - b) * side > 0]
        alike = [n for n in alike if abs(hue(TABLE[n]) - hue(wanted)) <= 0.24] or alike
    assert far(nearest_of_256(*wanted)) <= min(map(far, alike))


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        *(("demo", name) for name in ("h.0.attn.weights", "h.1.attn.scores[1,:,:,:]", "d.h.0.attn.scores", "h.0.mid")),
        *(("demo", name) for name in ("transformer.wte.weight", "new.transformer.h.0.mlp.c_fc.weight", "loss")),
        ("pencil", "h.0"),
        ("biases", "transformer.h.0.attn.c_attn.bias"),
    ],
)
def test_what_is_drawn_is_what_the_trace_holds(model: str, asked: str) -> None:
    found = trace(model, 0)
    picture = show(found, asked)
    drawn = list(squares(page(list(picture.document()), asked)))
    assert len(drawn) == sum(found.array(name).size for name in picture.names)
    assert len({square.address for square in drawn}) == len(drawn)
    assert all(square.value == found[square.address] for square in drawn)
    assert all(square.address in square.title for square in drawn)


@pytest.mark.parametrize("asked", ["h.0.attn.scores", "h.0.attn.weights", "d.h.0.attn.scores", "h.0.mid"])
def test_colours_go_with_numbers(asked: str) -> None:
    found = trace("demo", 0)
    drawn = list(squares(page(list(show(found, asked).document()), asked)))
    shown = [square for square in drawn if square.kind in ("below", "above")]
    largest = max(abs(square.value) for square in shown)
    for square in shown:
        assert (square.kind == "below") == (square.value < 0)
        assert square.opacity == pytest.approx(abs(square.value) / largest, abs=1e-4)
    for square in (square for square in drawn if square not in shown):
        assert square.kind == "masked"
        assert isnan(square.opacity)
        assert "masked" in square.title
        assert square.value in (0, -inf)


def test_rows_and_columns_stand_where_they_belong() -> None:
    drawn = list(squares(page([Heat((panel(np.arange(6).reshape(2, 3)),), Scale(0, 5))], "")))
    assert [square.value for square in sorted(drawn, key=lambda one: (one.y, one.x))] == [0, 1, 2, 3, 4, 5]
    assert (len({square.x for square in drawn}), len({square.y for square in drawn})) == (3, 2)


def test_frames_of_a_film_share_their_scale() -> None:
    first, then = (list(squares(page([Heat((panel([[value]]),), Scale(-4, 4))], ""))) for value in (1.0, -3.0))
    assert [(square.kind, square.opacity) for square in (*first, *then)] == [("above", 0.25), ("below", 0.75)]


def test_what_is_no_number_is_no_zero() -> None:
    block = Heat((panel([[nan, inf, 0.0, 1.0]], [[False] * 4]),), Scale(0, 1))
    assert [square.kind for square in squares(page([block], ""))] == ["unknown", "unknown", "above", "above"]
    row, *_, legend = _texts(block)[1:]
    assert row.split() == ["0", "?", "?", "0", "+██"]
    assert "? no finite number" in legend
    assert "no finite number" in page([block], "")


def _texts(block: Heat, width: int = 80) -> list[str]:
    return ["".join(text for text, _ in line) for line in heat_lines(block, width, "dark")]


def test_signs_and_shades_tell_what_colours_tell() -> None:
    block = Heat((panel([[-1.0, -0.5, -0.01, 0.0, 0.01, 0.5, 1.0]], [[False] * 6 + [True]]),), Scale(-1, 1))
    assert _texts(block)[1] == "  0 -██-▒▒-   0 +  +▒▒ ."
    styles = [style for _, style in list(heat_lines(block, 80, "light"))[1] if style.startswith("#")]
    assert styles == [heat(x, "light") for x in (-1.0, -0.5, -0.01, 0.0, 0.01, 0.5)]


@given(st.integers(1, 9), st.integers(1, 90), st.integers(1, 5), st.integers(30, 130))
def test_no_line_is_wider_than_the_terminal(rows: int, columns: int, count: int, width: int) -> None:
    values = np.arange(rows * columns, dtype=float).reshape(rows, columns) - 3
    block = Heat(tuple(panel(values, caption=f"head {n}") for n in range(count)), Scale.of(values))
    lines = _texts(block, width)
    assert max(map(cells, lines[:-1])) <= width
    assert all(wrapped(line, width) == [line] for line in lines[:-1])  # so a terminal leaves columns where they are
    assert sum(line.count("+") + line.count("-") for line in lines[:-1]) == count * (values != 0).sum()
    assert sum(line.count("head") for line in lines) >= count


def test_heads_stand_side_by_side_as_far_as_there_is_room() -> None:
    block = Heat(tuple(panel(np.ones((8, 8)), caption=f"head {n}") for n in range(4)), Scale(0, 1))
    beside = {width: [line.count("head") for line in _texts(block, width) if "head" in line] for width in (40, 80, 130)}
    assert beside == {40: [1, 1, 1, 1], 80: [2, 2], 130: [4]}


def _named(word: str) -> Heat:
    return Heat((replace(panel([[1.0]]), matrix=Matrix("", np.ones((1, 1)), lambda _: word, str)),), Scale(0, 1))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("word", ["<b>&", "שלום", "Привет", "😀"])
def test_a_png_has_the_letters_of_many_scripts(word: str) -> None:
    pytest.importorskip("matplotlib")
    assert png.page([_named(word)], "") != png.page([_named("word")], "")


def test_a_number_stands_in_front_of_a_word_that_is_read_from_the_right() -> None:
    pytest.importorskip("matplotlib")
    marked = "\N{LEFT-TO-RIGHT MARK}12 שלום"
    assert png.page([_named("12 שלום")], "") == png.page([_named(marked)], "") != png.page([_named("שלום")], "")


def test_a_letter_that_no_font_has_is_no_box() -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(UserError, match=r"cannot show '言'.*SVG or HTML"):
        png.page([_named("言葉")], "")
