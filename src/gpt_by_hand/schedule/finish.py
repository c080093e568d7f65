"""What is decided when the loops stand: one long loop for alike elements, lanes and threads."""

from __future__ import annotations

from dataclasses import replace
from math import prod

from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.notation.expressions import Access, Expression, Index, Reduction, Tensor
from gpt_by_hand.schedule.fuse import independent
from gpt_by_hand.schedule.nests import LOCAL, Loop, Product, Set, Start, Statement, When, bodies, expressions, walk

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
        return Loop(n, tuple(_flattened(part, n) for part in body))
    return replace(statement, body=tuple(flat(part) for part in statement.body))


def _flattens(statement: Statement, order: tuple[Index, ...]) -> bool:
    if not isinstance(statement, (Set, Start)):
        return False
    nodes = [node for value in (*expressions(statement), statement.place) for node in value.walk()]
    if any(isinstance(node, (Index, Reduction)) for node in nodes):
        return False
    accesses = [node for node in nodes if isinstance(node, Access) and node.tensor.kind != LOCAL]
    return all(
        access.subscripts in ((), order) and len(access.subscripts) == len(access.tensor.indices) for access in accesses
    )


def _flattened(statement: Statement, n: Index) -> Statement:
    assert isinstance(statement, (Set, Start))
    place = _renamed(statement.place, n)
    assert isinstance(place, Access)
    return replace(statement, place=place, value=_renamed(statement.value, n))


def _renamed(node: Expression, n: Index) -> Expression:
    if isinstance(node, Access):
        return Access(Tensor(node.tensor.name, (n,), node.tensor.kind), (n,)) if node.subscripts else node
    return rebuild(node, tuple(_renamed(child, n) for child in node.children()))


def vectors(statement: Statement) -> Statement:
    """Innermost loops are marked: their positions may be computed side by side."""
    if isinstance(statement, When):
        return replace(statement, body=tuple(vectors(part) for part in statement.body))
    if not isinstance(statement, Loop):
        return statement
    if all(isinstance(part, (Set, Start)) for part in statement.body):
        return replace(statement, vector=statement.index.extent >= SHORTEST and independent(statement))
    return replace(statement, body=tuple(vectors(part) for part in statement.body))


def threads(statement: Statement) -> Statement:
    """The outermost loop with enough to do, whose positions write to places of their own, is shared among threads."""
    if isinstance(statement, Product):
        wide = statement.kernel.work // 8 >= WORTH_THREADS
        return replace(statement, kernel=replace(statement.kernel, threads=wide))
    if isinstance(statement, Loop) and steps(statement) >= WORTH_THREADS and statement.index.extent > 1:
        if independent(statement) and not _gathers(statement):
            return replace(statement, threads=True)
        return replace(statement, body=tuple(threads(part) for part in statement.body))
    return statement


def _gathers(loop: Loop) -> bool:
    """Does the loop add to a local number that came into being outside of it?"""
    own = {s.place.tensor.name for s in walk(loop.body) if isinstance(s, Start)}
    places = (s.place.tensor for s in walk(loop.body) if isinstance(s, Set))
    return any(tensor.kind == LOCAL and tensor.name not in own for tensor in places)


def steps(statement: Statement) -> int:
    """How many innermost steps a statement takes; eight multiplications of a product count as one."""
    if isinstance(statement, Product):
        return statement.kernel.work // 8
    inside = sum(steps(part) for part in bodies(statement)) or 1
    return statement.index.extent * inside if isinstance(statement, Loop) else inside
