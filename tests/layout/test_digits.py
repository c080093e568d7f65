"""Numbers in tables: aligned, as many digits as were asked for, and nothing shown as 0 that is not 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.layout.digits import Writing, exact, number, probability, scalar

FLOATS = st.floats(width=32, allow_nan=False)


def written(*values: float, digits: int = 6) -> list[str]:
    writing = Writing.of(np.array(values, np.float32), digits)
    return [*filter(None, [writing.unit]), *map(writing.text, np.array(values, np.float32))]


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ((0.8518409, 8.0964584e-12, 0.0, -np.inf), ["0.851841", "8.10e-12", "0", "-inf"]),
        ((0.01512972, -0.0142504), ["0.0151297", "-0.0142504"]),
        ((-1.5515834e-06, 2.1029264e-06), ["× 1e-06", "-1.55158", "2.10293"]),
        ((1e-5, 3e-13), ["1.00000e-05", "3.00000e-13"]),
        ((1.0, 2.5, 3.0), ["1.0", "2.5", "3.0"]),
        ((1.0, 0.0, 32.0), ["1", "0", "32"]),
        ((1.000003, 0.999997, 1.0), ["1.00000", "1.00000", "1.00000"]),
        ((1.000003, 0.0), ["1.00000", "0"]),
        ((10000001.0, 2e7), ["× 1e+07", "1.00000", "2.00000"]),
        ((1.5e7, 2e7), ["× 1e+07", "1.5", "2.0"]),
        ((0.0, -0.0), ["0", "0"]),
    ],
    ids=str,
)
def test_one_way_to_write_a_table(values: tuple[float, ...], shown: list[str]) -> None:
    assert written(*values) == shown


def test_an_exponent_of_its_own_only_where_it_says_more() -> None:
    assert written(0.25, 0.00097, 0.0004, digits=3) == ["0.250", "0.001", "4e-04"]


@given(st.lists(FLOATS, min_size=1, max_size=6), st.integers(1, 9))
@settings(max_examples=300)
def test_no_number_is_invented(values: list[float], digits: int) -> None:
    """What stands there is the number, to half a unit of its last place; 0 is 0; nothing is wider than was said."""
    array = np.array(values, np.float32)
    writing = Writing.of(array, digits)
    for value in map(float, array):
        text = writing.text(value)
        assert (float(text) == 0) == (value == 0)
        if np.isfinite(value):
            digits_of, _, own = text.partition("e")
            unit = 10.0 ** (int(own or 0) + writing.exponent - len(digits_of.partition(".")[2]))
            assert abs(float(text) * 10.0**writing.exponent - value) <= 0.5000001 * unit
            assert len(text) <= writing.width


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=6), st.integers(2, 9), st.data())
@settings(max_examples=200)
def test_what_looks_whole_is_whole(whole: list[int], digits: int, data: st.DataObject) -> None:
    """Also where one of them is the next number that a float32 can be."""
    array = np.array(whole, np.float32)
    at = data.draw(st.integers(0, len(whole) - 1))
    for values in (array, np.array([*array[:at], np.nextafter(array[at], np.float32(99))], np.float32)):
        writing = Writing.of(values, digits)
        for value in values:
            text = writing.text(value)
            assert not text.lstrip("-").isdigit() or float(text) == value
            assert not scalar(value, digits).lstrip("-").isdigit() or float(scalar(value, digits)) == value


def test_token_numbers_keep_all_digits() -> None:
    writing = Writing.of(np.array([50256, 7]), 3)
    assert [writing.text(50256), scalar(np.array(1234567), 3)] == ["50256", "1234567"]


def test_a_number_alone_that_is_nearly_whole() -> None:
    values = [np.float32(0.9999999), np.float32(-2.9999998), np.float32(1), np.float32(123456.7)]
    assert [scalar(np.asarray(value), 6) for value in values] == ["1.00000", "-3.00000", "1", "123457"]


@pytest.mark.parametrize(("digits", "text"), [(0, "2.9999999999999997e-06"), (6, "3e-06"), (2, "3e-06")])
def test_a_number_alone(digits: int, text: str) -> None:
    assert scalar(np.asarray(3e-4 / 100), digits) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0382, "0.0382"), (0.0, "0.0000"), (3.2e-7, "3e-07"), (0.00006, "0.0001")]
)
def test_what_is_possible_has_a_probability(value: float, text: str) -> None:
    assert probability(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e30, max_value=1e30))
@settings(max_examples=500, derandomize=True, deadline=None)
def test_eight_digits_or_fewer_are_the_numbers_own(value: float) -> None:
    """Of a float64 too: as many as are shown are correctly rounded, and they tell the nearest float32."""
    text = number(value)
    shown = len(text.partition("e")[0].lstrip("-0.").replace(".", ""))
    assert float(text) == float(f"{value:.{max(1, min(8, shown))}g}")
    assert abs(float(text) - value) <= 2.0**-24 * abs(value) or abs(value) < 1e-37


@pytest.mark.filterwarnings("error")
def test_too_large_or_too_small_for_float32() -> None:
    numbers = [3.36501613e40, -1e39, 1e-50, np.finfo(np.float64).max]
    assert [number(x) for x in numbers] == ["3.3650161e+40", "-1e+39", "1e-50", "1.7976931e+308"]


def test_a_weight_and_what_is_computed_from_it_look_alike() -> None:
    three, one = float(np.float32(0.3)), float(np.float32(0.1))
    assert [number(x) for x in (three, one, three + one, three * one)] == ["0.3", "0.1", "0.4", "0.030000002"]
    assert number(0.40000013) == "0.40000013"
    assert [exact(np.float64(x)) for x in (three, three + one)] == ["0.30000001192092896", "0.4000000134110451"]
    assert exact(np.float32(0.3)) == "0.3"
