"""Heat maps to look at, and what a reader of their SVG finds in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np

from gpt_by_hand.layout.document import Matrix, Panel

SVG = "{http://www.w3.org/2000/svg}"


def panel(values: Any, masked: Any = None, caption: str = "") -> Panel:
    """A panel of these numbers, with an address for each."""
    array = np.atleast_2d(np.array(values, float))
    hidden = np.zeros(array.shape, bool) if masked is None else np.atleast_2d(np.array(masked))
    return Panel(Matrix(caption, array, str, str), hidden, lambda row, column: f"x[{row},{column}]")


@dataclass(frozen=True)
class Square:
    """A number that is drawn: where, of which kind, and how strong its colour is (nan: it has none)."""

    address: str
    value: float
    kind: str
    opacity: float
    x: float
    y: float
    title: str


def squares(page: str) -> Iterator[Square]:
    """All numbers that an SVG draws; where they are within their panel."""
    for rect in ElementTree.fromstring(page).iter(f"{SVG}rect"):
        if rect.get("data-address"):
            where = float(rect.attrib["x"]), float(rect.attrib["y"])
            title = (rect.findtext(f"{SVG}title") or "").strip()
            opacity = float(rect.get("fill-opacity", "nan"))
            yield Square(
                rect.attrib["data-address"],
                float(rect.attrib["data-value"]),
                rect.attrib["class"],
                opacity,
                *where,
                title,
            )
