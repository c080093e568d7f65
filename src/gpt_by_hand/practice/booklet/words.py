"""What worksheets say beside the questions, whatever they are written as."""

from __future__ import annotations

from gpt_by_hand.notation import Constant
from gpt_by_hand.practice.numbers import seen, whole

ABOUT_KEY = (
    "Each answer is computed from the exact numbers, and all numbers of its working are then rounded. "
    "Where the rounded numbers of a sheet may lead to other digits, it says what to accept."
)

HELP = ("Help: the same formula, worked out for round numbers", "; in between, take a part; beyond, the last number")


def minus(text: str) -> str:
    """Numbers with the sign that they have in print: a hyphen is shorter than a minus."""
    return text.replace("-inf", "−∞").replace("inf", "∞") if text in ("inf", "-inf") else _signs(text)


def _signs(text: str) -> str:
    return "".join("−" if c == "-" and text[n + 1 : n + 2].isdigit() else c for n, c in enumerate(text))


def given_value(constant: Constant) -> float:
    """The value of a named number as sheets show it."""
    return whole(constant.value if isinstance(constant.value, int) else seen(constant.value))
