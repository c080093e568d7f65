"""The language of formulas: index notation, the program they form, its check and its derivatives.

A formula is an assignment such as

    scores[b, h, i, j] = Where(j <= i, Sum(d, q[b, h, i, d] * k[b, h, j, d]) / sqrt(D), -inf)

This package knows nothing of GPTs, of numbers or of files.
"""

from gpt_by_hand.notation.chain_rule import differentiate
from gpt_by_hand.notation.check import check
from gpt_by_hand.notation.expressions import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Max,
    Negate,
    Reduction,
    Sum,
    Tensor,
    Terms,
    Where,
    assert_never,
    cos,
    equal,
    erf,
    exp,
    inf,
    log,
    sqrt,
    tanh,
)
from gpt_by_hand.notation.meanings import Axis, Layout, Role, Scope, Start
from gpt_by_hand.notation.program import Assignment, Definition, Operand, Program, Writer

__all__ = [
    "Access",
    "Assignment",
    "Axis",
    "Binary",
    "Call",
    "Compare",
    "Constant",
    "Definition",
    "Expression",
    "Index",
    "Layout",
    "Max",
    "Negate",
    "Operand",
    "Program",
    "Reduction",
    "Role",
    "Scope",
    "Start",
    "Sum",
    "Tensor",
    "Terms",
    "Where",
    "Writer",
    "assert_never",
    "check",
    "cos",
    "differentiate",
    "equal",
    "erf",
    "exp",
    "inf",
    "log",
    "sqrt",
    "tanh",
]
