"""A whole program as a LaTeX document that compiles by itself: article, amsmath and geometry are all that it needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gpt_by_hand.notation.expressions import Tensor
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.latex import element, escaped, formula, latex, number
from gpt_by_hand.printers.outline import Outline, questions, shape

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
    body = [*lines, *_given(outline), *_formulas(outline)]
    return "\n".join([PREAMBLE, r"\begin{document}", *body, r"\end{document}", ""])


def _given(outline: Outline) -> Iterator[str]:
    numbers = [f"${latex(constant)} = {number(constant.value)}$" for constant in outline.numbers]
    yield from _section("Numbers", [",\n".join(numbers)] if numbers else [])
    yield from _section("Inputs", map(_declared, outline.program.inputs))
    yield from _section("Parameters", map(_declared, outline.program.parameters))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    return [rf"\section*{{{title}}}", *found] if found else []


def _declared(tensor: Tensor) -> str:
    kind = f", {tensor.kind}" if tensor.kind != "real" else ""
    return rf"\given{{{element(tensor, tensor.indices)}}}{{{_shape(tensor)}{kind}}}{{{escaped(tensor.title)}}}"


def _formulas(outline: Outline) -> Iterator[str]:
    for phase, assignments in outline.phases():
        yield rf"\section*{{{escaped(phase)}}}"
        for place, found in outline.places(assignments):
            yield rf"\subsection*{{{escaped(place)}}}"
            for first, answers in questions(found):
                yield _question(first)
                yield from (rf"\formula{{{formula(answer)}}}" for answer in answers)


def _question(assignment: Assignment) -> str:
    return rf"\question{{{escaped(assignment.title)}}}{{{_shape(assignment.target)}}}"


def _shape(tensor: Tensor) -> str:
    if not tensor.indices:
        return shape(tensor)
    names, extents = ", ".join(map(latex, tensor.indices)), r" \times ".join(map(str, tensor.shape))
    return f"$[{names}] = {extents}$"
