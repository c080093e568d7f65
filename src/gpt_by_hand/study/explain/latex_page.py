"""An explanation in LaTeX, to be put into a document with amsmath."""

from __future__ import annotations

from gpt_by_hand.notation import Access, Expression
from gpt_by_hand.printers import latex
from gpt_by_hand.study.explain.explanation import Explanation
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.text_page import number_of


def latex_page(explanation: Explanation, shown: Shown) -> str:
    """The explanation and those below it: paragraphs with aligned equations."""
    parts = [_one(explanation, shown), *(latex_page(below, shown) for below in explanation.below)]
    return "\n\n".join(parts)


def _one(explanation: Explanation, shown: Shown) -> str:
    value = latex.escaped(f"{explanation.address} = {number_of(explanation.value)}")
    lines = [rf"\paragraph{{\texttt{{{value}}}}}", latex.escaped(explanation.meaning)]
    if explanation.assignment is not None and explanation.instance is not None:
        left = latex.element(explanation.assignment.target.name, explanation.instance.place)
        working = [_symbols(explanation.instance.expression, shown), *map(latex.latex, shown.stages(explanation))]
        working = list(dict.fromkeys(working))
        lines += [r"\begin{align*}", rf"& {latex.formula(explanation.assignment)} \\"]
        lines += [rf"{left} &= {working[0]} \\" if n == 0 else rf"&= {line} \\" for n, line in enumerate(working)]
        lines[-1] = lines[-1].removesuffix(r" \\")
        lines += [r"\end{align*}"]
    lines += [rf"\par {latex.escaped(note)}." for note in (*shown.rounding(explanation), *explanation.notes)]
    if explanation.operands:
        lines += [r"\begin{description}"]
        for operand in explanation.operands:
            said = latex.escaped(f"{operand.address} = {shown.number(operand.value)}")
            lines += [rf"\item[\texttt{{{said}}}] {latex.escaped(operand.meaning)}"]
        lines += [r"\end{description}"]
    return "\n".join(lines)


def _symbols(node: Expression, shown: Shown) -> str:
    assert not isinstance(node, Access) or all(isinstance(s, int) for s in node.subscripts)
    return latex.latex(shown.expression(node))
