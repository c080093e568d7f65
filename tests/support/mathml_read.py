"""MathML as a browser has it, read as Python's arithmetic by what stands there: fractions, roots, powers, signs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as xml

FUNCTIONS = {"exp": "exp", "ln": "log", "erf": "erf", "tanh": "tanh", "cos": "cos", "max": "max", "round": "round"}
BETWEEN = {"+": "+", "−": "-", "⋅": "*", "·": "*", "×": "*", ",": ",", "mod": "%"}
BETWEEN |= {"≤": "<=", "<": "<", "=": "==", "≥": ">=", ">": ">"}
SIGNS = BETWEEN | {"(": "(", ")": ")"}
APPLIED = "\u2061"  # what stands between a function and its argument, and is not seen
BEFORE = {*BETWEEN.values(), "(", *FUNCTIONS.values()}  # behind which nothing is multiplied
BEHIND = {*BETWEEN.values(), ")"}


class NoArithmeticError(Exception):
    """What stands there is no arithmetic."""


def python(math: str) -> str:
    """The source of a `<math>` element, or of its content. Raises: NoArithmeticError."""
    text = math.replace("&nbsp;", " ")
    node = xml.fromstring(text if text.startswith("<math") else f"<math>{text}</math>")
    return _row(node).removeprefix("==").strip()


def _row(nodes: Iterable[xml.Element]) -> str:
    """What stands side by side; where no sign stands between two things, they are multiplied."""
    found: list[str] = []
    for piece in (piece for node in nodes for piece in _pieces(node)):
        if found and found[-1] not in BEFORE and piece not in BEHIND:
            found.append("*")
        found.append(piece)
    return "".join(found)


def _pieces(node: xml.Element) -> Iterator[str]:
    tag, inside = node.tag.rpartition("}")[2], list(node)
    text = (node.text or "").strip()
    match tag:
        case "mn":
            yield text.replace("−", "-").replace("\u202f", "").replace(",", "")
        case "mi" if text in FUNCTIONS:
            yield FUNCTIONS[text]
        case "mi" if text in ("∞", "π"):
            yield {"∞": "inf", "π": "pi"}[text]
        case "mo" if text in SIGNS:
            yield SIGNS[text]
        case "mo" if text == "∞":
            yield "inf"
        case "mo" | "mspace" | "mtext" if text in ("", APPLIED):
            return
        case "mfrac":
            yield f"(({_row(inside[:1])})/({_row(inside[1:])}))"
        case "msqrt":
            yield f"sqrt({_row(node)})"
        case "msup" if not (base := _row(inside[:1])).startswith("-"):  # of which a reader takes the power first
            yield f"(({base})**({_row(inside[1:])}))"
        case "mrow" | "mstyle" | "mpadded":
            yield from (piece for child in inside for piece in _pieces(child))
        case "mtable" if all(len(row) == 1 for row in inside):  # a formula broken over lines
            yield from (piece for row in inside for child in row[0] for piece in _pieces(child))
        case _:
            raise NoArithmeticError(f"<{tag}> {text!r}")
