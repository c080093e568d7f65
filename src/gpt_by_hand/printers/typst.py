"""Formulas for Typst's math mode: `"loss" = frac(sum_(b) "nll"_(b), B)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from gpt_by_hand.printers.paper import Paper
from gpt_by_hand.printers.paper_rules import DOT, SPACE

TOKEN = r'"((?:[^"\\]|\\.)*)"|([A-Za-z.]+)|[_^(){}]'  # a string, a word, or what one does not see


class Typst(Paper):
    """Typst's math mode. Names are strings, so no letter in them means anything to it."""

    language = "Typst"
    widest = 90  # an upright page
    known_function, other_function = "%s", 'op("%s")'
    reductions: ClassVar = {"sum": "sum", "max": "max"}
    greek: ClassVar = {"eps": "epsilon.alt", "pi": "pi", "beta": "beta"}
    operators: ClassVar = {"==": "=", "%": "mod", SPACE: "thick", DOT: "dot.op"}
    infinity = "infinity"

    numbered = "%s_(%s)"
    subscripted = "%s_(%s)"
    gradient = "frac(partial cal(L), partial %s)"
    minus = "-%s"
    fraction = "frac(%s, %s)"
    raised = "%s^(%s)"
    root = "sqrt(%s)"
    called = "%s %s"
    parentheses = "(%s)"
    reduced = "%s_(%s) %s"
    largest = "max (%s)"
    times = "%s times %s"

    def upright(self, name: str) -> str:
        return quoted(name)

    def decimal(self, digits: str) -> str:
        found = super().decimal(digits)
        return quoted(found) if "," in found else found  # without the gap that follows a comma

    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        lines = [f"display({value}) & {quoted(word)} {condition}".rstrip() for value, word, condition in rows]
        return f"cases({', '.join(lines)})"

    def lines(self, rows: Sequence[str]) -> str:
        joined = "; ".join(f'"" {row}' for row in rows)
        return f"mat(delim: #none, align: #left, {joined})"

    def width(self, printed: str) -> int:
        return len(re.sub(TOKEN, lambda found: found[1] or (found[2] and "m") or "", printed).replace(" ", ""))


def quoted(text: str) -> str:
    r"""Text as a string of Typst's, whatever is in it.

    >>> print(quoted('a "b" c'))
    "a \"b\" c"
    """
    return '"' + "".join(_character(character) for character in text) + '"'


def _character(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else f"\\u{{{ord(character):x}}}"


PAPER = Typst()
typst, formula, element = PAPER.print, PAPER.formula, PAPER.element
