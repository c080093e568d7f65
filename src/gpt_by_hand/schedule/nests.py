"""Loop nests: what a formula becomes before it is printed in a language that has loops.

The expressions inside are those of the notation, without reductions: a sum is a loop that adds to a place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TypeAlias

from gpt_by_hand.notation.expressions import Access, Compare, Constant, Expression, Index, Tensor, inf
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.schedule.tiles import Kernel

LOCAL = "local"  # the kind of a number that exists inside of its loops only


@dataclass(frozen=True)
class Start:
    """A local number comes into being."""

    place: Access
    value: Expression


@dataclass(frozen=True)
class Set:
    """`place = value`; or, by `how`, `place = place + value` ("sum") or the larger of both ("max")."""

    place: Access
    value: Expression
    how: str = "="


@dataclass(frozen=True)
class When:
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


Statement: TypeAlias = Start | Set | When | Loop | Product


@dataclass(frozen=True)
class Nest:
    """The statements that compute one assignment, or several that share their loops."""

    assignments: tuple[Assignment, ...]
    statements: tuple[Statement, ...]


def local(name: str) -> Tensor:
    """A number that lives inside of its loops."""
    return Tensor(name, (), LOCAL)


def start_value(kind: str) -> Expression:
    """What a reduction begins with."""
    return Constant(0) if kind == "sum" else Constant(-inf.value)


def looped(indices: Iterable[Index], body: tuple[Statement, ...]) -> tuple[Statement, ...]:
    """The body inside of loops, the first index outermost."""
    for index in reversed(list(indices)):
        body = (Loop(index, body),)
    return body


def bodies(statement: Statement) -> tuple[Statement, ...]:
    """The statements directly inside."""
    return statement.body if isinstance(statement, (Loop, When)) else ()


def walk(statements: Iterable[Statement]) -> Iterator[Statement]:
    """Every statement, those inside of others included, in order."""
    for statement in statements:
        yield statement
        yield from walk(bodies(statement))


def rewritten(statement: Statement, change: Callable[[Statement], tuple[Statement, ...]]) -> tuple[Statement, ...]:
    """The statement with `change` applied to everything inside first, and then to itself."""
    if isinstance(statement, (Loop, When)):
        inside = tuple(new for old in statement.body for new in rewritten(old, change))
        statement = replace(statement, body=inside)
    return change(statement)


def written(statements: Iterable[Statement]) -> list[Access]:
    """Every element of a tensor that is written, in order."""
    found = []
    for statement in walk(statements):
        if isinstance(statement, Set):
            found.append(statement.place)
        elif isinstance(statement, Product):
            found.append(statement.target)
    return [access for access in found if access.tensor.kind != LOCAL]


def read(statements: Iterable[Statement]) -> list[Access]:
    """Every element of a tensor that is read, lookups included; one that is added to counts as well."""
    found: list[Access] = []
    for statement in walk(statements):
        for expression in expressions(statement):
            found += [node for node in expression.walk() if isinstance(node, Access)]
    return [access for access in found if access.tensor.kind != LOCAL]


def expressions(statement: Statement) -> list[Expression]:
    """The expressions that a statement evaluates itself."""
    if isinstance(statement, Start):
        return [statement.value]
    if isinstance(statement, Set):
        place = [statement.place] if statement.how != "=" else list(statement.place.children())
        return [statement.value, *place]
    if isinstance(statement, When):
        return [statement.condition]
    if isinstance(statement, Product):
        return [statement.left, statement.right, *([statement.target] if statement.kernel.add else [])]
    return []
