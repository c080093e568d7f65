"""What is decided when the loops stand: one long loop for alike elements, lanes and threads."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from math import prod

from gpt_by_hand.notation.algebra import transform
from gpt_by_hand.notation.expressions import Access, Expression, Index, Reduction, Tensor
from gpt_by_hand.schedule.fuse import independent
from gpt_by_hand.schedule.nests import (
    LOCAL,
    If,
    Loop,
    Product,
    Statement,
    Store,
    bodies,
    expressions,
    over,
    rewritten,
    targets,
    walk,
)

WORTH_THREADS = 2**17  # innermost steps (a multiplication counts as an eighth): some twenty microseconds
SHORTEST = 4  # steps that are worth taking side by side


def flat(statement: Statement) -> Statement:
    """Nested loops that visit whole tensors element by element become one long loop over their memory."""
    if not isinstance(statement, Loop):
        return statement
    indices, body = [statement.index], statement.body
    while len(body) == 1 and isinstance(body[0], Loop):
        indices.append(body[0].index)
        body = body[0].body
    order = tuple(indices)
    if len(order) > 1 and all(_flattens(part, order) for part in body):
        n = Index("n", prod(index.extent for index in order))
        return Loop(n, tuple(rewritten(part, lambda node: transform(node, partial(_flattened, n))) for part in body))
    return over(statement, flat)


def _flattens(statement: Statement, order: tuple[Index, ...]) -> bool:
    if not isinstance(statement, Store):
        return False
    nodes = [node for value in (*expressions(statement), statement.place) for node in value.walk()]
    if any(isinstance(node, (Index, Reduction)) for node in nodes):
        return False
    accesses = [node for node in nodes if isinstance(node, Access) and node.tensor.kind != LOCAL]
    return all(
        access.subscripts in ((), order) and len(access.subscripts) == len(access.tensor.indices) for access in accesses
    )


def _flattened(n: Index, node: Expression) -> Expression | None:
    if isinstance(node, Access) and node.subscripts:
        return Access(Tensor(node.tensor.name, (n,), node.tensor.kind), (n,))
    return None


def vectors(statement: Statement) -> Statement:
    """Innermost loops are marked: their positions may be computed side by side."""
    match statement:
        case Loop(index, body) if all(isinstance(part, Store) for part in body):
            return replace(statement, vector=index.extent >= SHORTEST and independent(statement))
        case Loop() | If():
            return over(statement, vectors)
        case _:
            return statement


def threads(statement: Statement) -> Statement:
    """The outermost loop with enough to do, whose positions write to places of their own, is shared among threads."""
    match statement:
        case Product(kernel=kernel):
            return replace(statement, kernel=replace(kernel, threads=kernel.work // 8 >= WORTH_THREADS))
        case Loop(index) if steps(statement) >= WORTH_THREADS and index.extent > 1:
            alone = independent(statement) and not _gathers(statement)
            return replace(statement, threads=True) if alone else over(statement, threads)
        case _:
            return statement


def _gathers(loop: Loop) -> bool:
    """Is a number from outside of the loop changed in it, such as a sum?"""
    inside = {s.place for s in walk(loop.body) if isinstance(s, Store) and s.how == "new"}
    numbers = (place for s in walk(loop.body) for place in targets(s) if place.tensor.kind == LOCAL)
    return any(place not in inside for place in numbers)


def steps(statement: Statement) -> int:
    """How many innermost steps a statement takes; eight multiplications of a product count as one."""
    if isinstance(statement, Product):
        return statement.kernel.work // 8
    inside = sum(steps(part) for part in bodies(statement)) or 1
    return statement.index.extent * inside if isinstance(statement, Loop) else inside
