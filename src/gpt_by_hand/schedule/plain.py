"""The plainest loops: one nest per formula, in the formula's own order. What every other schedule must agree with."""

from __future__ import annotations

from itertools import count

from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.notation.expressions import Access, Expression, Reduction
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.schedule.nests import Declare, Nest, Statement, Store, local, looped, start_value


def plain(assignment: Assignment) -> Nest:
    """Loops over the indices on the left, with a loop inside for each sum or maximum on the right."""
    before, value = without_reductions(assignment.expression, count(1))
    body = (*before, Store(Access(assignment.target, assignment.subscripts), value))
    return Nest((assignment,), looped(assignment.indices, body))


def without_reductions(node: Expression, numbers: count[int]) -> tuple[tuple[Statement, ...], Expression]:
    """Statements that compute the sums and maxima in `node`, and `node` with local numbers in their place."""
    match node:
        case Reduction(kind, indices, body):
            total = local(f"{kind}_{next(numbers)}")()
            inside, value = without_reductions(body, numbers)
            loops = looped(indices, (*inside, Store(total, value, kind)))
            return (Declare(total, start_value(kind)), *loops), total
        case Access():
            return (), node
        case _:
            found = [without_reductions(child, numbers) for child in node.children()]
            before = tuple(statement for statements, _ in found for statement in statements)
            return before, rebuild(node, tuple(value for _, value in found))
