"""Documents as lines: what a bar says."""

from __future__ import annotations

import pytest

from gpt_by_hand.layout.document import Bar
from gpt_by_hand.views.text import TextView


@pytest.mark.parametrize(
    ("part", "drawn"),
    [
        (1, "      │██████"),
        (-1, "██████│"),
        (0.25, "      │█▌"),
        (0.05, "      │▌"),  # more than half of the smallest step
        (0.04, "      │"),
        (-1e-9, "      │"),
        (0, "      │"),
    ],
)
def test_a_bar_is_as_long_as_its_number_is_large(part: float, drawn: str) -> None:
    assert TextView().bar(Bar(part)) == drawn
