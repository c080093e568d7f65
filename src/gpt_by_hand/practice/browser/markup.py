"""What is shown, as lists that a script builds elements of: [tag, attributes, what is inside ...], and plain texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias
from xml.etree import ElementTree as xml

from gpt_by_hand.layout.document import Blank, Line
from gpt_by_hand.notation import Access, Expression
from gpt_by_hand.practice.booklet.html import SheetView
from gpt_by_hand.printers.mathml import equals, mathml
from gpt_by_hand.views.html import pieces

Markup: TypeAlias = str | list[Any]
FIELD = '<span class="field" data-box="%s"></span>'


class FieldView(SheetView):
    """Prints questions as a sheet does, with the number of a field in each box that is to be filled in."""

    def __init__(self, boxes: Sequence[Access] = ()) -> None:
        super().__init__()
        self.boxes = {element: n for n, element in enumerate(boxes)}

    def blank(self, part: Blank) -> str:
        return super().blank(part) if part.element is None else FIELD % self.boxes[part.element]


def markup(html: str) -> list[Markup]:
    """What a view prints, as lists. A style of its own is left out, as the page allows none: its style sheet has it."""
    return _inside(xml.fromstring(f"<div>{html}</div>"))


def _inside(node: xml.Element) -> list[Markup]:
    found: list[Markup] = [node.text or ""]
    for child in node:
        attributes = {key: value for key, value in child.attrib.items() if key != "style"}
        found += [[child.tag, attributes, *_inside(child)], child.tail or ""]
    return [one for one in found if not isinstance(one, str) or one.strip(" \n") or (one and "\n" not in one)]


def words(line: Line) -> Markup:
    """A line, with formulas in it."""
    return ["span", {}, *markup(SheetView().line(line))]


def equation(left: Expression, *stages: Expression, more: Line = ()) -> Markup:
    """A number, what it is equal to, stage by stage, and what there is to say of it."""
    printed = pieces([mathml(left), *(equals(mathml(stage)) for stage in stages)])
    return ["span", {}, *markup(printed + SheetView().line(more))]
