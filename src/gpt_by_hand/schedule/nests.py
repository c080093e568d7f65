"""Loop nests: what a formula becomes before it is printed in a language that has loops, and the plainest of them.

The expressions inside are those of the notation, without reductions: a sum is a loop that adds to a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import TypeAlias

from gpt_by_hand.notation.algebra import as_access, rebuild
from gpt_by_hand.notation.expressions import (
    Access,
    Compare,
    Constant,
    Expression,
    Index,
    Reduction,
    Tensor,
    assert_never,
    inf,
)
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.tiles import Kernel

LOCAL = "local"  # the kind of a number that exists inside of its loops only


@dataclass(frozen=True)
class Store:
    """`place = value`; or, by `how`, `place = place + value` ("sum") or the larger of both ("max").

    "new" is "=" for a local number, which then comes into being.
    """

    place: Access
    value: Expression
    how: str = "="


@dataclass(frozen=True)
class If:
    """The body, where the condition holds."""

    condition: Compare
    body: tuple[Statement, ...]


@dataclass(frozen=True)
class Loop:
    """The body for each position of the index.

    `vector`: positions may be computed side by side, and sums over them added in any order. `threads`: they may be
    computed by several threads, since no two of them write to the same place.
    """

    index: Index
    body: tuple[Statement, ...]
    vector: bool = False
    threads: bool = False


@dataclass(frozen=True)
class Product:
    """`target = sum(left * right)` (or `+=`, with `add`) for a block of elements at once; see `tiles.Kernel`.

    The subscripts of the three elements are 0 where the kernel runs over an axis: they say where the block begins.
    """

    target: Access
    left: Access
    right: Access
    kernel: Kernel


Statement: TypeAlias = Store | If | Loop | Product


@dataclass(frozen=True)
class Nest:
    """The statements that compute one assignment, or several that share their loops."""

    assignments: tuple[Assignment, ...]
    statements: tuple[Statement, ...]


def looped(indices: Iterable[Index], body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The body inside of loops, the first index outermost."""
    for index in reversed(list(indices)):
        body = (Loop(index, body),)
    return body


def bodies(statement: Statement) -> tuple[Statement, ...]:
    """The statements directly inside."""
    match statement:
        case Loop() | If():
            return statement.body
        case Store() | Product():
            return ()
        case _:
            assert_never(statement)


def expressions(statement: Statement) -> list[Expression]:
    """The expressions that a statement evaluates itself."""
    match statement:
        case Loop():
            return []
        case Store(place, value, how):
            return [value, *([place] if how in ("sum", "max") else place.children())]
        case If(condition):
            return [condition]
        case Product(target, left, right, kernel):
            return [left, right, *([target] if kernel.add else [])]
        case _:
            assert_never(statement)


def targets(statement: Statement) -> list[Access]:
    """The elements that a statement writes itself."""
    match statement:
        case Store(target) | Product(target):
            return [target]
        case If() | Loop():
            return []
        case _:
            assert_never(statement)


def rewritten(statement: Statement, change: Callable[[Expression], Expression]) -> Statement:
    """The statement with `change` applied to all that it evaluates and writes, and to all inside of it."""
    match statement:
        case Store(place, value, how):
            return Store(as_access(change(place)), change(value), how)
        case If(condition):
            decided = change(condition)
            assert isinstance(decided, Compare)
            return over(replace(statement, condition=decided), lambda inner: rewritten(inner, change))
        case Product(target, left, right, kernel):
            return Product(as_access(change(target)), as_access(change(left)), as_access(change(right)), kernel)
        case Loop():
            return over(statement, lambda inner: rewritten(inner, change))
        case _:
            assert_never(statement)


def over(statement: Loop | If, change: Callable[[Statement], Statement]) -> Statement:
    """The statement with `change` applied to each one directly inside."""
    return replace(statement, body=tuple(change(inner) for inner in statement.body))


def walk(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Every statement, those inside of others included, in order."""
    for statement in statements:
        yield statement
        yield from walk(bodies(statement))


def written(statements: Iterable[Statement]) -> list[Access]:
    """Every element of a tensor that is written, in order."""
    return [place for s in walk(statements) for place in targets(s) if place.tensor.kind != LOCAL]


def read(statements: Iterable[Statement]) -> list[Access]:
    """Every element of a tensor that is read, lookups included; one that is added to counts as well."""
    found = (access for s in walk(statements) for expression in expressions(s) for access in expression.find(Access))
    return [access for access in found if access.tensor.kind != LOCAL]


def plain(assignment: Assignment) -> Nest:
    """Loops over the indices on the left, with a loop inside for each sum or maximum on the right.

    What every other schedule must agree with.
    """
    before, value = without_reductions(assignment.expression, count(1))
    body = (*before, Store(Access(assignment.target, assignment.subscripts), value))
    return Nest((assignment,), looped(assignment.indices, body))


def without_reductions(node: Expression, numbers: count[int]) -> tuple[tuple[Statement, ...], Expression]:
    """Statements that compute the sums and maxima in `node`, and `node` with local numbers in their place."""
    match node:
        case Reduction(kind, indices, body):
            total = Tensor(f"{kind}_{next(numbers)}", (), LOCAL)()
            inside, value = without_reductions(body, numbers)
            loops = looped(indices, (*inside, Store(total, value, kind)))
            start = Constant(0) if kind == "sum" else Constant(-inf.value)
            return (Store(total, start, "new"), *loops), total
        case Access():
            return (), node
        case _:
            found = [without_reductions(child, numbers) for child in node.children()]
            before = tuple(statement for statements, _ in found for statement in statements)
            return before, rebuild(node, tuple(value for _, value in found))
