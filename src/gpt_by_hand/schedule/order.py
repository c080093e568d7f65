"""The order of loops: the innermost one steps through neighbours in memory."""

from __future__ import annotations

from itertools import count
from typing import TypeGuard

from gpt_by_hand.notation.algebra import free, is_number, replaced, substitute
from gpt_by_hand.notation.expressions import Access, Binary, Compare, Constant, Expression, Index, Reduction, Where
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.schedule.nests import If, Loop, Statement, Store, looped, rewritten, without_reductions
from gpt_by_hand.schedule.products import stride


def ordered(assignment: Assignment, value: Expression, numbers: count[int]) -> list[tuple[Statement, ...]]:
    """Loop nests that compute `value`, which is the assignment's expression or what products have left of it.

    A sum over rows becomes an addition of rows: `total[c] += x[b, t, c]` for each b and t, with c innermost. Any other
    sum or maximum runs inside of the loops over the target, as in the formula.
    """
    target = Access(assignment.target, assignment.subscripts)
    if value == target:
        return []
    by_rows = _sum_by_rows(target, value)
    if by_rows is None:
        before, value = without_reductions(value, numbers)
        return [looped(assignment.indices, (*before, Store(target, value)))]
    started = isinstance(value, Binary) and value == Binary("+", target, by_rows)
    nests = [] if started else [looped(assignment.indices, (Store(target, Constant(0)),))]
    nests.append(_added(target, assignment.indices, by_rows))
    value = target if started else replaced(value, by_rows, target)
    return nests + ([looped(assignment.indices, (Store(target, value),))] if value != target else [])


def _sum_by_rows(target: Access, value: Expression) -> Reduction | None:
    """The only reduction in `value`, if it is a sum that is better added up row by row."""
    reductions = value.find(Reduction)
    last = target.subscripts[-1] if target.subscripts else None
    if len(reductions) != 1 or reductions[0].kind != "sum" or not isinstance(last, Index):
        return None
    node = reductions[0]
    accesses = node.body.find(Access)
    along = {stride(access, last) for access in accesses}
    across = max((stride(access, node.indices[-1]) for access in accesses), default=0)
    direct = all(last.name not in free(child) for access in accesses for child in access.children())
    return node if along <= {0, 1} and 1 in along and across != 1 and direct else None


def _added(target: Access, indices: tuple[Index, ...], total: Reduction) -> tuple[Statement, ...]:
    """`target += body` for each position of the sum, outside of the loops over the target."""
    body, conditions = total.body, []
    while isinstance(body, Where) and is_number(body.otherwise, 0):
        conditions.append(body.condition)
        body = body.then
    statements: tuple[Statement, ...] = (Store(target, body, "sum"),)
    for index in reversed((*total.indices, *indices)):
        here = [c for c in conditions if index.name in free(c)]
        conditions = [c for c in conditions if c not in here]
        statements = _guarded(index, here, statements)
    return _when(conditions, statements)


def _guarded(index: Index, conditions: list[Compare], body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """A loop over the index for those positions where the conditions hold; `lookup == index` needs no loop at all."""
    for condition in conditions:
        place = condition.left
        if condition.operator == "==" and _is_lookup(place, index) and condition.right == index:
            others = [_condition_at(c, index, place) for c in conditions if c != condition]
            others += [place >= 0, place < index.extent]  # outermost, since the others may look something up there
            return _when(others, tuple(_at(s, index, place) for s in body))
    return (Loop(index, _when(conditions, body)),)


def _is_lookup(node: Expression, index: Index) -> TypeGuard[Access]:
    """Does the node look up an integer that does not depend on the index itself?"""
    return isinstance(node, Access) and node.tensor.kind == "integer" and index.name not in free(node)


def _when(conditions: list[Compare], body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    for condition in conditions:
        body = (If(condition, body),)
    return body


def _at(statement: Statement, index: Index, place: Access) -> Statement:
    """The statement at one position of the index, which a lookup gives."""
    return rewritten(statement, lambda node: substitute(node, {index.name: place}))


def _condition_at(condition: Compare, index: Index, place: Access) -> Compare:
    found = substitute(condition, {index.name: place})
    assert isinstance(found, Compare)
    return found
