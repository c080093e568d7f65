"""An explanation in LaTeX, to be put into a document with amsmath."""

from __future__ import annotations

from gpt_by_hand.printers import latex
from gpt_by_hand.study.explain.explanation import Explanation, Operand
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.text_page import number_of


def latex_page(explanation: Explanation, shown: Shown) -> str:
    """The explanation and those below it: paragraphs, their formulas broken into lines by TeX."""
    parts = [_one(explanation, shown), *(latex_page(below, shown) for below in explanation.below)]
    return "\n\n".join(parts)


def _one(explanation: Explanation, shown: Shown) -> str:
    value = latex.escaped(f"{explanation.address} = {number_of(explanation.value)}")
    lines = [
        *([] if explanation.whose is None else [rf"\noindent {latex.escaped(explanation.whose.line())}\par"]),
        rf"\paragraph{{\texttt{{{value}}}}}",
        latex.escaped(explanation.meaning),
        r"\par",
        *_working(explanation, shown),
    ]
    lines += [rf"\noindent {latex.escaped(note)}.\par" for note in (*shown.rounding(explanation), *explanation.notes)]
    if explanation.operands:
        items = (
            r"\item[…]" if operand is None else _item(operand, shown) for operand in shown.some(explanation.operands)
        )
        lines += [r"\begin{description}", *items, r"\end{description}"]
    return "\n".join(lines)


def _working(explanation: Explanation, shown: Shown) -> list[str]:
    if explanation.assignment is None or explanation.instance is None:
        return []
    left = latex.element(explanation.assignment.target, explanation.instance.place)
    stages = [shown.expression(explanation.instance.expression), *shown.stages(explanation)]
    equals = [f"{{}}= {line}" for line in dict.fromkeys(map(latex.latex, stages))]
    equals[0] = left + equals[0].removeprefix("{}")
    return [_broken(line) for line in (latex.formula(explanation.assignment), *equals)]


def _broken(formula: str) -> str:
    """Text in display style: TeX breaks it at its signs where the line ends, which no aligned equation is."""
    return rf"{{\raggedright\leftskip2em\hangindent2em\noindent $\displaystyle {formula}$\par}}"


def _item(operand: Operand, shown: Shown) -> str:
    said = latex.escaped(f"{operand.address} = {shown.number(operand.value)}")
    return rf"\item[\texttt{{{said}}}] {latex.escaped(operand.meaning)}"
