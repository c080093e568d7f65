"""A whole program as a LaTeX document that compiles by itself: article, amsmath and geometry are all that it needs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gpt_by_hand.notation.expressions import Tensor
from gpt_by_hand.printers.latex import element, escaped, formula, latex, number
from gpt_by_hand.printers.outline import Outline, shape

# A formula is text in display style: TeX breaks it at its signs where the line ends, and indents what follows.
# Fractions inside of fractions stay as large as they are, since names and subscripts become too small to read.
PREAMBLE = r"""\documentclass[10pt]{article}
\usepackage{amsmath}
\usepackage[a4paper,landscape,margin=15mm]{geometry}
\setlength{\parindent}{0pt}
\setlength{\jot}{1ex}
\let\frac\dfrac
\setlength{\lineskiplimit}{2pt}
\setlength{\lineskip}{4pt}
\raggedright
\newcommand{\question}[2]{\par\medskip\textit{#1}\quad{\small #2}\nopagebreak\par}
\newcommand{\formula}[1]{{\leftskip2em\hangindent4em\hangafter1 $\displaystyle #1$\par\smallskip}}
\newcommand{\given}[3]{{\leftskip2em\hangindent4em\hangafter1 $#1$\quad{\small #2}\quad\textit{#3}\par}}
"""
GRADIENTS = r"$\mathcal{L}$ is the loss, and a gradient such as $\partial \mathcal{L} / \partial x$ how much it grows"
GRADIENTS += r" for each unit that $x$ grows."


def print_latex(outline: Outline) -> str:
    """The program as a document: inputs and parameters, then its formulas by phase and place, in the program's order.

    Raises: CannotPrintError for a node outside of the notation.
    """
    lines = [rf"\section*{{{escaped(outline.title)}}}", *(f"{escaped(line)}\n" for line in outline.about)]
    if any(assignment.phase == "backward" for assignment in outline.program.assignments):
        lines.append(f"{GRADIENTS}\n")
    body = (LINES[kind](found) for kind, found in outline.pieces())
    return "\n".join([PREAMBLE, r"\begin{document}", *lines, *body, r"\end{document}", ""])


def _declared(tensor: Tensor) -> str:
    kind = f", {tensor.kind}" if tensor.kind != "real" else ""
    return rf"\given{{{element(tensor, tensor.indices)}}}{{{_shape(tensor)}{kind}}}{{{escaped(tensor.title)}}}"


def _shape(tensor: Tensor) -> str:
    if not tensor.indices:
        return shape(tensor)
    names, extents = ", ".join(map(latex, tensor.indices)), r" \times ".join(map(str, tensor.shape))
    return f"$[{names}] = {extents}$"


LINES: dict[str, Callable[[Any], str]] = {
    "section": r"\section*{{{}}}".format,
    "numbers": lambda found: ",\n".join(f"${latex(constant)} = {number(constant.value)}$" for constant in found),
    "declared": _declared,
    "phase": lambda title: rf"\section*{{{escaped(title)}}}",
    "scope": lambda title: rf"\subsection*{{{escaped(title)}}}",
    "question": lambda first: rf"\question{{{escaped(first.title)}}}{{{_shape(first.target)}}}",
    "formula": lambda assignment: rf"\formula{{{formula(assignment)}}}",
}
