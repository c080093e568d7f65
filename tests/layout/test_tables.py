"""Tables: numbers to eight digits, words beside them, heads apart, and no line wider than the terminal."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from gpt_by_hand.layout.digits import exact, number, scalar
from gpt_by_hand.layout.document import Label, Matrix
from gpt_by_hand.layout.tables import LONGEST_WORD, fitted, sheets
from gpt_by_hand.model.axes import AXES
from gpt_by_hand.notation import Index
from gpt_by_hand.trace.words import Words


def lettered(letters: Sequence[str]) -> list[Index]:
    """Indices that mean what these letters mean in a GPT."""
    return [Index(letter, 1, AXES.get(letter)) for letter in letters]


def named(words: Sequence[str]) -> Callable[[Index], Label]:
    """What positions are called in a sequence of these words, which are the whole vocabulary."""
    vocabulary = SimpleNamespace(label=lambda token: words[token % len(words)])
    return Words(cast(Any, vocabulary), np.arange(len(words))[None]).labels


NAMES = named(("hello", "' '", "world", "<b>[bold]"))


def shown(values: np.ndarray, indices: Sequence[str] = "tc", width: int = 80, full: bool = False) -> list[str]:
    """The lines of an array's tables."""
    return [line for sheet in sheets(values, lettered(indices), NAMES, full) for line in fitted(sheet, width)]


def numbers(line: str) -> list[str]:
    """The cells of a row, without its name and the gap."""
    return [cell for cell in re.split(r"\s{2,}", line.strip())[1:] if cell != "…"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (np.float32(0.1), "0.1"), (-0.000123456789, "-0.00012345679"), (3e-6, "3e-06"), (-np.inf, "-inf")],
)
def test_number(value: float, text: str) -> None:
    assert number(value) == text


def test_scalars() -> None:
    """All digits of a float64, such as the learning rate; eight of a float32."""
    assert scalar(np.asarray(3e-4 / 100)) == "2.9999999999999997e-06"
    assert scalar(np.asarray(0.1, np.float32)) == "0.1"


def test_small_table() -> None:
    assert shown(np.arange(8.0).reshape(4, 2)) == [
        "               0  1",
        "  0 hello      0  1",
        "  1 ' '        2  3",
        "  2 world      4  5",
        "  3 <b>[bold]  6  7",
    ]


def test_words_of_the_vocabulary() -> None:
    assert shown(np.array([[1.0, 2.0]]), "tv")[0].split() == ["0", "hello", "1", "'", "'"]


def test_row_of_numbers() -> None:
    assert shown(np.array([1.0, 2.5, 3.0, 4.0]), "t")[1].split() == ["1", "2.5", "3", "4"]


def test_heads_and_sequences_apart() -> None:
    lines = shown(np.arange(2 * 3 * 4 * 4.0).reshape(2, 3, 4, 4), "bhij")
    assert [line.strip() for line in lines if "head" in line] == [
        f"sequence {b}, head {h}" for b in (0, 1) for h in range(3)
    ]
    assert numbers(lines[2]) == ["0", "1", "2", "3"]
    assert lines[3].startswith("  1 ' '")


def test_axes_are_named_in_any_order() -> None:
    """mix [t, h, d] has its heads in the middle: head 1 begins with the second piece of each row."""
    lines = shown(np.arange(4 * 2 * 3.0).reshape(4, 2, 3), "thd")
    start = lines.index("  head 1")
    assert numbers(lines[start + 2]) == ["3", "4", "5"]
    assert numbers(lines[start + 3]) == ["9", "10", "11"]


def test_long_tables_are_folded() -> None:
    lines = shown(np.arange(30 * 40.0).reshape(30, 40), ["row", "column"], width=60)
    assert [line.split()[0] for line in lines] == ["0", "0", "1", "…", "28", "29"]
    assert lines[0].split()[0] == "0"
    assert lines[0].split()[-1] == "39"
    assert "…" in lines[0]


def test_full_shows_everything_once() -> None:
    values = np.random.default_rng(0).normal(size=(30, 40))
    lines = shown(values, ["row", "column"], 60, full=True)
    found = [cell for line in lines if "." in line for cell in numbers(line)]
    assert sorted(found) == sorted(map(exact, values.ravel()))
    assert "…" not in "\n".join(lines)


def test_words_by_words_are_shown_whole() -> None:
    lines = shown(np.zeros((4, 4)), "ij", width=60)
    assert len(lines) == 5


@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("width", [40, 60, 80, 100, 132])
def test_width(width: int, full: bool) -> None:
    values = -np.random.default_rng(0).normal(size=(4, 2, 70)).astype(np.float32) * 1e-6
    lines = shown(values, "thd", width, full)
    assert max(map(cell_len, lines)) <= width
    assert full or all(len(numbers(line)) >= min(4, (width - 16) // 16) for line in lines if "e-0" in line)


def test_the_first_four_are_shown_in_80_columns() -> None:
    """As many as the example run gives."""
    values = np.full((48, 16), -1.2345678e-06)
    assert [len(numbers(line)) for line in shown(values, ["row", "column"], 80)[1:3]] == [4, 4]


@given(
    st.lists(st.text(max_size=40), min_size=4, max_size=4),
    st.integers(30, 120),
    st.integers(1, 20),
    st.booleans(),
    st.sampled_from([0.0, 1.0, -1e-7, 1.2345678e-30, -123456.78, float("-inf")]),
)
@settings(max_examples=60)
def test_any_words_fit(words: list[str], width: int, columns: int, full: bool, value: float) -> None:
    labels = [repr(word)[1:-1] for word in words]
    names = named(labels)
    values = np.full((4, columns), np.float32(value))
    found = [sheet for indices in ("tc", "tv") for sheet in sheets(values, lettered(indices), names, full)]
    longest = LONGEST_WORD + 6
    assert max(cell_len(line) for sheet in found for line in fitted(sheet, width)) <= max(width, 2 * longest + 12)


def test_a_word_that_is_too_long_is_cut() -> None:
    names = named(("x" * 99, "語" * 30))
    labels = [names(*lettered("t"))(at) for at in range(2)]
    assert all(cell_len(label) <= LONGEST_WORD + 2 for label in labels)
    assert all(label.endswith("…") for label in labels)


def test_a_number_alone() -> None:
    assert [(s.caption, s.values.shape) for s in sheets(np.asarray(2.0), "", NAMES)] == [("", (1, 1))]
    assert isinstance(next(sheets(np.asarray(2.0), "", NAMES)), Matrix)
