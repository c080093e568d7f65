"""Lines that are too long for a terminal: broken at words, and nothing of them lost."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.folding import cells, wrapped

WORDS = st.lists(st.text(st.sampled_from("ab=[],' 語é-0."), min_size=1, max_size=12), max_size=20)


@pytest.mark.parametrize(
    ("line", "width", "lines"),
    [
        ("short", 80, ["short"]),
        (
            "  a[b, t] = x[b, t] + y[b]",
            20,
            ["  a[b, t] = x[b, t]", "            + y[b]"],
        ),
        ("  q[0]  0.5  what is it looking for?", 25, ["  q[0]  0.5  what is it", "             looking for?"]),
        ("              = 1 + 2 + 3 + 4", 20, ["    = 1 + 2 + 3 + 4"]),
        ("what does ' ' offer?", 12, ["what does", "    ' '", "    offer?"]),
        ("a-very-long-word-that-is-whole so", 10, ["a-very-long-word-that-is-whole", "    so"]),
        ("one two three four   and a title", 24, ["one two three four", "    and a title"]),
        ("                  x", 20, ["                  x"]),  # below the last of some columns
    ],
)
def test_lines(line: str, width: int, lines: list[str]) -> None:
    assert wrapped(line, width) == lines


@given(WORDS, st.integers(10, 60))
@settings(max_examples=300)
def test_nothing_is_lost_and_nothing_is_cut(words: list[str], width: int) -> None:
    line = " ".join(words)
    parts = wrapped(line, width)
    assert " ".join(" ".join(parts).split()) == " ".join(line.split())
    longest = max((cells(word) for word in line.split()), default=0)
    assert max(map(cells, parts)) <= max(width, 45 + longest + 0.6 * width)


@pytest.mark.parametrize("width", [1, 2, 3])
def test_the_narrowest_terminal_has_blank_lines_too(width: int) -> None:
    assert [part.strip() for line in ("", "  ") for part in wrapped(line, width)] == ["", ""]
