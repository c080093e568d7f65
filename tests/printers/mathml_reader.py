"""MathML as the LaTeX printer would write it, so that what a browser shows can be read back to the same formula."""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as xml

from gpt_by_hand.printers.latex import PAPER, escaped

SYMBOLS = {"ϵ": r"\epsilon", "π": r"\pi", "β": r"\beta", "∞": r"\infty", "ℒ": r"\mathcal{L}"}
FUNCTIONS = {"exp": r"\exp", "ln": r"\ln", "erf": r"\operatorname{erf}", "tanh": r"\tanh", "cos": r"\cos"}
INFIX = {"+": "+", "−": "-", "≤": r"\le", "≥": r"\ge", "=": "=", "<": "<", ">": ">", "×": r"\times", "⋅": r"\cdot"}
PLAIN = {"∑": r"\sum", "max": r"\max", "∂": r"\partial "}


def to_latex(content: str) -> str:
    """The content of a `<math>` element in LaTeX, piece by piece."""
    return inside(xml.fromstring(f"<math>{content}</math>"))


def inside(node: xml.Element) -> str:
    return "".join(map(_piece, node))


def _piece(node: xml.Element) -> str:
    return PIECES[node.tag](node)


def _operator(node: xml.Element) -> str:
    text = node.text
    if node.get("form") == "prefix" and text == "−":
        return "-"
    if text == "⁡":
        return r"\!"
    if text in ("(", ")"):
        return r"\left(" if text == "(" else r"\right)"
    if text == ",":
        return ","
    return f" {INFIX[text]} " if text in INFIX else PLAIN[text]


def _identifier(node: xml.Element) -> str:
    if node.text in FUNCTIONS and node.get("mathvariant") is None:
        return FUNCTIONS[node.text]
    if node.text in SYMBOLS:
        return SYMBOLS[node.text]
    return node.text if len(node.text) == 1 and node.get("mathvariant") is None else PAPER.upright(node.text)


def _table(node: xml.Element) -> str:
    if len(node[0]) == 1:
        return PAPER.lines([inside(row[0]) for row in node])
    return PAPER.cases([_case(*row) for row in node])


def _case(value: xml.Element, condition: xml.Element) -> tuple[str, str, str]:
    word, *others = condition
    return inside(value), word.text.strip("\xa0"), "".join(map(_piece, others))


def _row(node: xml.Element) -> str:
    if len(node) == 2 and node[0].text == "{":
        return _table(node[1])
    return inside(node)


PIECES: dict[str, Callable[[xml.Element], str]] = {
    "mi": _identifier,
    "mn": lambda node: escaped(node.text),
    "mo": _operator,
    "mspace": lambda node: r" \; ",
    "mrow": _row,
    "mfrac": lambda node: rf"\frac{{{_piece(node[0])}}}{{{_piece(node[1])}}}",
    "msub": lambda node: f"{_piece(node[0])}_{{{_piece(node[1])}}}",
    "msup": lambda node: f"{_piece(node[0])}^{{{_piece(node[1])}}}",
    "msubsup": lambda node: f"{_piece(node[0])}_{{{_piece(node[1])}}}^{{{_piece(node[2])}}}",
    "munder": lambda node: f"{_piece(node[0])}_{{{_piece(node[1])}}}",
    "msqrt": lambda node: rf"\sqrt{{{inside(node)}}}",
    "mtable": _table,
}
