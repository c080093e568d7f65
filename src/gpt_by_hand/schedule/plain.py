"""The plainest loops: one nest per formula, in the formula's own order. What every other schedule must agree with."""

from __future__ import annotations

from itertools import count

from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.notation.expressions import Access, Expression, Reduction
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.schedule.nests import Nest, Set, Start, Statement, local, looped, start_value


def plain(assignment: Assignment) -> Nest:
    """Loops over the indices on the left, with a loop inside for each sum or maximum on the right."""
    before, value = without_reductions(assignment.expression, count(1))
    body = (*before, Set(Access(assignment.target, assignment.subscripts), value))
    return Nest((assignment,), looped(assignment.indices, body))


def without_reductions(node: Expression, numbers: count[int]) -> tuple[tuple[Statement, ...], Expression]:
    """Statements that compute the sums and maxima in `node`, and `node` with local numbers in their place."""
    if isinstance(node, Reduction):
        total = local(f"{node.kind}_{next(numbers)}")()
        inside, value = without_reductions(node.body, numbers)
        loops = looped(node.indices, (*inside, Set(total, value, node.kind)))
        return (Start(total, start_value(node.kind)), *loops), total
    if isinstance(node, Access):
        return (), node
    before: tuple[Statement, ...] = ()
    children = []
    for child in node.children():
        statements, value = without_reductions(child, numbers)
        before += statements
        children.append(value)
    return before, rebuild(node, tuple(children))
