"""The colours and the signs of numbers, the same on all surfaces: blue below zero, orange above; five kinds."""

from __future__ import annotations

from typing import Literal

from gpt_by_hand.notation import Role
from gpt_by_hand.records import dataclass

LIGHT = {
    "ground": "#f6f5f1",
    "paper": "#fff",
    "ink": "#1a1c20",
    "soft": "#565d68",
    "line": "#d8d6cf",
    "below": "#1f6fb2",
    "above": "#d9730d",
    "masked": "#b9b6ad",
    "weight": "#775400",
    "gradient": "#96276a",
    "optimizer": "#00654b",
}
DARK = {
    "ground": "#131417",
    "paper": "#1c1e22",
    "ink": "#eceae4",
    "soft": "#a5abb5",
    "line": "#363a41",
    "below": "#58aef0",
    "above": "#f59a3f",
    "masked": "#4a4d54",
    "weight": "#e4bd55",
    "gradient": "#f08cc4",
    "optimizer": "#55cfa5",
}
PALETTE = LIGHT
SCHEMES = {"light": LIGHT, "dark": DARK}
INTERACTION = {"light": "#4338a8", "dark": "#b3abff"}  # what can be chosen, and is: on surfaces where one can


def variables(scheme: str) -> str:
    """The colours as CSS variables.

    >>> variables("dark").split("; ")[0]
    '--ground: #131417'
    """
    return "; ".join(f"--{name}: {colour}" for name, colour in SCHEMES[scheme].items()) + ";"


def heat(strength: float, scheme: str) -> str:
    """The colour of a number in a heat map: paper at 0, "below" at -1 and "above" at 1, and mixed in between.

    >>> heat(0.0, "dark"), heat(-1.0, "light"), heat(0.5, "light")
    ('#1c1e22', '#1f6fb2', '#ecb986')
    """
    colours = SCHEMES[scheme]
    end = colours["below" if strength < 0 else "above"]
    mixed = (round(a + (b - a) * abs(strength)) for a, b in zip(rgb(colours["paper"]), rgb(end), strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def rgb(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour, from 0 to 255.

    >>> rgb("#1f6fb2"), rgb("#fff")
    ((31, 111, 178), (255, 255, 255))
    """
    digits = colour[1:] if len(colour) == len("#rrggbb") else "".join(2 * digit for digit in colour[1:])
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


@dataclass(frozen=True)
class Sign:
    """How a kind of number is told from the others, by more than its colour.

    `path` is its mark in a square of 10 by 10, to be `filled` or only drawn; `line` is how its border, or a line below
    it, looks where there is room for one.
    """

    kind: str
    colour: str
    path: str
    filled: bool
    line: Literal["dotted", "solid", "dashed", "double", "thick"]


GIVEN = Sign("given", "soft", "M1 5a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", False, "dotted")
WEIGHT = Sign("weight", "weight", "M1 1h8v8h-8z", True, "thick")
COMPUTED = Sign("computed", "ink", "M3 5a2 2 0 1 0 4 0a2 2 0 1 0 -4 0", True, "solid")
GRADIENT = Sign("gradient", "gradient", "M1 1.5h8l-4 7.5z", False, "dashed")
OPTIMIZER = Sign("optimizer", "optimizer", "M5 0.5l4.5 4.5l-4.5 4.5l-4.5 -4.5z", True, "double")
SIGNS = {
    Role.INPUT: GIVEN,
    Role.MASK: GIVEN,
    Role.WEIGHT: WEIGHT,
    Role.GAIN: WEIGHT,
    Role.BIAS: WEIGHT,
    Role.UPDATE: WEIGHT,
    Role.ACTIVATION: COMPUTED,
    Role.GRADIENT: GRADIENT,
    Role.CLIPPED: GRADIENT,
    Role.STATE: OPTIMIZER,
    Role.STEP: OPTIMIZER,
}
