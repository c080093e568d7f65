"""How many multiplications the matrix products of an iteration take, counted from the formulas.

A matrix product is a sum of products of two factors, where each factor has an index of the result that the other one
has not. Every term counts, also the scores of pairs that the mask throws away, and nothing else does: neither the
update nor the functions. Half of a multiply-add is the addition, so this is also the number of multiply-adds.
"""

from __future__ import annotations

from math import prod

from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.notation import Program, Reduction
from gpt_by_hand.notation.algebra import factors, free
from gpt_by_hand.notation.program import Assignment


def per_iteration(model: ModelConfig, rows: int) -> int:
    return multiplications(iteration(model, UpdateRule(), rows))


def multiplications(program: Program) -> int:
    """Those of all matrix products of a program."""
    return sum(
        _of(assignment, node)
        for assignment in program.assignments
        for node in assignment.expression.walk()
        if isinstance(node, Reduction)
    )


def _of(assignment: Assignment, node: Reduction) -> int:
    above, below = factors(node.body)
    if node.kind != "sum" or len(above) != 2 or below:
        return 0
    left, right = (free(factor).keys() for factor in above)
    target = {index.name for index in assignment.indices}
    summed = {index.name for index in node.indices}
    if not (target & (left - right) and target & (right - left) and summed <= left & right):
        return 0
    return prod(index.extent for index in (*assignment.indices, *node.indices))
