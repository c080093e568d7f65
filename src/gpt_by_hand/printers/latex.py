r"""Formulas as they stand in a paper: `\mathrm{loss} = \frac{\sum_{b} \mathrm{nll}_{b}}{B}`, for LaTeX with amsmath."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from gpt_by_hand.printers.paper import Paper
from gpt_by_hand.printers.paper_rules import DOT, SPACE

ESCAPES = {c: f"\\{c}" for c in "_{}$&#%"} | {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}"}
ESCAPES |= {"~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}


class Latex(Paper):
    """LaTeX's math mode, with amsmath."""

    language = "LaTeX"
    known_function, other_function = r"\%s", r"\operatorname{%s}"
    reductions: ClassVar = {"sum": r"\sum", "max": r"\max"}
    greek: ClassVar = {"eps": r"\epsilon", "pi": r"\pi", "beta": r"\beta"}
    operators: ClassVar = {"<=": r"\le", ">=": r"\ge", "==": "=", "%": r"\bmod", SPACE: r"\;", DOT: r"\cdot"}
    infinity = r"\infty"

    numbered = "%s_{%s}"
    subscripted = "%s_{%s}"
    gradient = r"\frac{\partial \mathcal{L}}{\partial %s}"
    minus = "-%s"
    fraction = r"\frac{%s}{%s}"
    raised = "%s^{%s}"
    root = r"\sqrt{%s}"
    called = r"%s\!%s"
    parentheses = r"\left(%s\right)"
    reduced = "%s_{%s} %s"
    largest = r"\max\!\left(%s\right)"
    times = r"%s \times %s"

    def upright(self, name: str) -> str:
        plain = re.fullmatch(r"[\w.]+", name, re.ASCII)
        return rf"\mathrm{{{escaped(name)}}}" if plain else rf"\text{{\upshape {escaped(name)}}}"

    def decimal(self, digits: str) -> str:
        return super().decimal(digits).replace(",", "{,}")  # without the gap that follows a comma

    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        lines = [
            rf"{_case(value)} & \text{{{word} }} {condition}" if condition else rf"{_case(value)} & \text{{{word}}}"
            for value, word, condition in rows
        ]
        return r"\begin{cases} " + r" \\ ".join(lines) + r" \end{cases}"

    def lines(self, rows: Sequence[str]) -> str:
        return r"\begin{aligned} & " + r" \\ &{}".join(rows) + r" \end{aligned}"

    def width(self, printed: str) -> int:
        return len(re.sub(r"\\[A-Za-z]+ ?|[\\{}_^&]", "", printed))


def _case(printed: str) -> str:
    return rf"\displaystyle {printed}" if re.search(r"\\(frac|sum|max|begin)\b", printed) else printed


def escaped(text: str) -> str:
    """Text that means to LaTeX what it says."""
    return "".join(ESCAPES.get(character, character) for character in text)


PAPER = Latex()
latex, formula, element, number = PAPER.print, PAPER.formula, PAPER.element, PAPER.number
