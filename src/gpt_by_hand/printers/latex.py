r"""Formulas as they stand in a paper: `\mathrm{loss} = \frac{\sum_{b} \mathrm{nll}_{b}}{B}`, for LaTeX with amsmath."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from math import inf
from typing import Any

from gpt_by_hand.notation.chain_rule import GRADIENT
from gpt_by_hand.notation.expressions import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Reduction,
    Terms,
    Where,
)
from gpt_by_hand.notation.precedence import LEVEL, needs_parentheses, precedence
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.errors import CannotPrintError

FUNCTIONS = {
    "exp": r"\exp",
    "log": r"\ln",
    "erf": r"\operatorname{erf}",
    "tanh": r"\tanh",
    "cos": r"\cos",
    "sin": r"\sin",
}
FUNCTIONS |= {"round": r"\operatorname{round}"}
COMPARISONS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "="}
REDUCTIONS = {"sum": r"\sum", "max": r"\max"}
CONSTANTS = {"eps": r"\epsilon", "adam_eps": r"\epsilon_{\mathrm{adam}}", "pi": r"\pi"}
CONSTANTS |= {"beta1": r"\beta_{1}", "beta2": r"\beta_{2}"}
ESCAPES = {c: f"\\{c}" for c in "_{}$&#%"} | {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}"}
ESCAPES |= {"~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}

WIDEST = 120  # characters: a sum wider than this is broken over lines where TeX itself would not break it


def latex(node: Expression) -> str:
    """One expression in LaTeX's math mode, with amsmath.

    A sum and a maximum reach over the factors behind them, as in any paper, so they are put in parentheses where
    that would be too far.

    Raises: CannotPrintError for a node outside of the notation.
    """
    printer = PRINTERS.get(type(node))
    if printer is None:
        raise CannotPrintError("LaTeX", node)
    return printer(node)


def formula(assignment: Assignment) -> str:
    """One assignment in LaTeX's math mode.

    Raises: CannotPrintError for a node outside of the notation.
    """
    try:
        return f"{element(assignment.target.name, assignment.subscripts)} = {latex(assignment.expression)}"
    except CannotPrintError as error:
        raise CannotPrintError(error.printer, error.node, assignment) from None


def element(name: str, subscripts: tuple[Any, ...]) -> str:
    """An element under its address; of a gradient `d.x`, the derivative of the loss with respect to x."""
    if name.startswith(GRADIENT):
        return rf"\frac{{\partial \mathcal{{L}}}}{{\partial {element(name.removeprefix(GRADIENT), subscripts)}}}"
    inner = ",".join(str(s) if isinstance(s, int) else latex(s) for s in subscripts)
    return f"{upright(name)}_{{{inner}}}" if subscripts else upright(name)


def escaped(text: str) -> str:
    """Text that means to LaTeX what it says."""
    return "".join(ESCAPES.get(character, character) for character in text)


def upright(name: str) -> str:
    """A name of several letters."""
    plain = re.fullmatch(r"[\w.]+", name, re.ASCII)
    return rf"\mathrm{{{escaped(name)}}}" if plain else rf"\text{{\upshape {escaped(name)}}}"


def number(value: float) -> str:
    """A number with all its digits: 0.5, or 10^{-6}."""
    if abs(value) == inf:
        return r"\infty" if value > 0 else r"-\infty"
    digits, _, exponent = repr(value).partition("e")
    if not exponent:
        return digits
    mantissa = digits.removesuffix("1") if digits in ("1", "-1") else rf"{digits} \times "
    return f"{mantissa}10^{{{int(exponent)}}}"


def _letter(name: str) -> str:
    """`i`, or `i_{2}`; what is longer is a name."""
    match = re.fullmatch(r"([A-Za-z])(\d*)", name)
    if match is None:
        return upright(name)
    return f"{match[1]}_{{{match[2]}}}" if match[2] else match[1]


def _constant(node: Any) -> str:
    return CONSTANTS.get(node.name) or _letter(node.name) if node.name else number(node.value)


def _binary(node: Any) -> str:
    if node.operator == "/":
        return rf"\frac{{{_whole(node.left)}}}{{{_whole(node.right)}}}"
    if node.operator == "**":
        return f"{_base(node)}^{{{_whole(node.right)}}}"
    left, right = _left(node), _right(node)
    if node.operator == "%":
        return rf"{left} \bmod {right}"
    return left + (_times(node, right) if node.operator == "*" else f" {node.operator} ") + right


def _compare(node: Any) -> str:
    return f"{_left(node)} {COMPARISONS[node.operator]} {_right(node)}"


def _negate(node: Any) -> str:
    kept = needs_parentheses(node, node.operand, on_the_right=False) and not _is_fraction(node.operand)
    return f"-{_parentheses(node.operand) if kept else latex(node.operand)}"


def _left(node: Any) -> str:
    """The left-hand operand, in parentheses where what follows would seem to belong to its end."""
    end, product = _end(node.left), node.operator == "*"
    swallows = isinstance(end, Where) or (product and isinstance(end, Reduction))
    loose = needs_parentheses(node, node.left, on_the_right=False)
    return _parentheses(node.left) if loose or swallows else latex(node.left)


def _right(node: Any) -> str:
    """The right-hand operand; a fraction needs no parentheses, and one minus never follows another sign."""
    printed = latex(node.right)
    signed = printed.startswith("-") and not isinstance(node, Compare)
    loose = needs_parentheses(node, node.right, on_the_right=True) and not _is_fraction(node.right)
    return _parentheses(node.right) if loose or signed else printed


def _base(node: Any) -> str:
    """What is raised to a power: an element, a name or digits as they are, all else in parentheses."""
    base = node.left
    name = isinstance(base, Index) or (isinstance(base, Access) and not base.tensor.name.startswith(GRADIENT))
    plain = isinstance(base, Constant) and (base.name or re.fullmatch(r"[\d.]+|\\infty", number(base.value)))
    root = isinstance(base, Call) and base.function == "sqrt"
    return latex(base) if name or plain or root else _parentheses(base)


def _times(node: Any, right: str) -> str:
    """A little space between factors, or a dot where two of them would run together or look like something else."""
    factor = node.left
    while isinstance(factor, Binary) and factor.operator == "*":
        factor = factor.right
    numbers = right[0].isdigit() or (isinstance(factor, Constant) and not factor.name and right.startswith(r"\frac"))
    names = _is_name(factor) and (_is_name(node.right) or right.startswith(r"\left("))
    return r" \cdot " if numbers or names else r" \; "


def _end(node: Expression) -> Expression:
    """What the printed node ends with, if that is a reduction or cases: they have no end of their own."""
    if isinstance(node, Binary) and node.operator in ("+", "-", "*"):
        return _end(node.right)
    if isinstance(node, Negate):
        return _end(node.operand)
    if isinstance(node, Reduction):
        end = _end(node.body)
        return end if isinstance(end, Where) else node
    return node


def _is_fraction(node: Expression) -> bool:
    return isinstance(node, Binary) and node.operator == "/"


def _is_name(node: Expression) -> bool:
    """Without subscripts, so that a parenthesis behind it would look like a function's."""
    return isinstance(node, Index) or bool(getattr(node, "name", "")) or getattr(node, "subscripts", None) == ()


def _parentheses(node: Expression) -> str:
    return rf"\left({_whole(node)}\right)"


def _whole(node: Expression) -> str:
    """An expression that TeX cannot break, since it stands inside of something; a wide sum is broken over lines."""
    printed = latex(node)
    if _width(printed) <= WIDEST or not _is_sum(node):
        return printed
    rows = [""]
    for term in _terms(node):
        if rows[-1] and _width(rows[-1] + term) > WIDEST:
            rows.append("{}")
        rows[-1] += f" {term}"
    return r"\begin{aligned} &" + r" \\ &".join(rows) + r" \end{aligned}"


def _is_sum(node: Expression) -> bool:
    return isinstance(node, Binary) and node.operator in ("+", "-")


def _terms(node: Any) -> Iterator[str]:
    """The terms of a sum with their signs, from left to right."""
    if not _is_sum(node):
        yield latex(node)
        return
    left = _left(node)
    yield from _terms(node.left) if left == latex(node.left) else [left]
    yield f"{node.operator} {_right(node)}"


def _width(printed: str) -> int:
    """About how many characters one sees."""
    return len(re.sub(r"\\[A-Za-z]+ ?|[\\{}_^&]", "", printed))


def _reduction(node: Any) -> str:
    if node.kind not in REDUCTIONS:
        raise CannotPrintError("LaTeX", node.kind)
    indices, body = ",".join(map(latex, node.indices)), latex(node.body)
    loose = precedence(node.body) < LEVEL["*"] or body.startswith("-")
    return f"{REDUCTIONS[node.kind]}_{{{indices}}} {_parentheses(node.body) if loose else body}"


def _written_out(node: Any) -> str:
    if node.kind not in REDUCTIONS:
        raise CannotPrintError("LaTeX", node.kind)
    if node.kind == "max":
        return rf"\max\!\left({', '.join(map(latex, node.terms))}\right)"
    return " + ".join(_term(node, term, behind=bool(n)) for n, term in enumerate(node.terms)) or "0"


def _term(node: Any, term: Expression, behind: bool) -> str:
    """One term of a sum; a sum inside of it, and a minus behind a plus, are put in parentheses."""
    printed = latex(term)
    loose = precedence(term) <= LEVEL["+"] or isinstance(_end(term), (Where, Reduction))
    signed = behind and printed.startswith("-")
    return _parentheses(term) if len(node.terms) > 1 and (loose or signed) else printed


def _call(node: Any) -> str:
    if node.function == "sqrt":
        return rf"\sqrt{{{_whole(node.argument)}}}"
    if node.function not in FUNCTIONS:
        raise CannotPrintError("LaTeX", node.function)
    return rf"{FUNCTIONS[node.function]}\!{_parentheses(node.argument)}"


def _where(node: Any) -> str:
    """Cases; a `Where` in the last one goes on with more of them."""
    rows, word = [], "if"
    while isinstance(node, Where):
        rows.append(rf"{_case(node.then)} & \text{{{word} }} {latex(node.condition)}")
        node, word = node.otherwise, "else if"
    rows.append(rf"{_case(node)} & \text{{otherwise}}")
    return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"


def _case(node: Expression) -> str:
    printed = _whole(node)
    return rf"\displaystyle {printed}" if re.search(r"\\(frac|sum|max|begin)\b", printed) else printed


PRINTERS: dict[type, Callable[[Any], str]] = {
    Index: lambda node: _letter(node.name),
    Constant: _constant,
    Access: lambda node: element(node.tensor.name, node.subscripts),
    Binary: _binary,
    Compare: _compare,
    Negate: _negate,
    Where: _where,
    Call: _call,
    Reduction: _reduction,
    Terms: _written_out,
}
