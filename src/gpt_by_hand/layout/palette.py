"""The colours and the signs of numbers, the same on all surfaces: blue below zero, orange above."""

from __future__ import annotations

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


def variables(scheme: str) -> str:
    """The colours as CSS variables.

    >>> variables("dark").split("; ")[0]
    '--ground: #131417'
    """
    return "; ".join(f"--{name}: {colour}" for name, colour in SCHEMES[scheme].items()) + ";"
