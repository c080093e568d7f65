"""Numbers as they are written on paper."""

from __future__ import annotations

from gpt_by_hand.notation import Constant
from gpt_by_hand.practice.numbers import seen, whole


def minus(text: str) -> str:
    """Numbers with the sign that they have in print: a hyphen is shorter than a minus."""
    return text.replace("-inf", "−∞").replace("inf", "∞") if text in ("inf", "-inf") else _signs(text)


def _signs(text: str) -> str:
    return "".join("−" if c == "-" and text[n + 1 : n + 2].isdigit() else c for n, c in enumerate(text))


def given_value(constant: Constant) -> float:
    """The value of a named number as sheets show it."""
    return whole(constant.value if isinstance(constant.value, int) else seen(constant.value))
