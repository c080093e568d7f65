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
    Negate,
    Reduction,
    Tensor,
    Terms,
    Where,
    assert_never,
    inf,
)
from gpt_by_hand.notation.functions import Max, Sum, cos, equal, erf, exp, log, sqrt, tanh
from gpt_by_hand.notation.meanings import Axis, Layout, Role, Scope, Start
from gpt_by_hand.notation.program import Assignment, Definition, Operand, Program, Writer
