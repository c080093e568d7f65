"""Building formulas that are fit to read: no factor of 1, no doubled minus, constants outside of sums.

The chain rule builds with these functions instead of the bare node kinds, so what it derives looks like a textbook's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from math import prod

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
    Subscript,
    Terms,
    Where,
    as_expression,
    assert_never,
)

ZERO, ONE = Constant(0), Constant(1)


def is_number(node: Expression, value: float) -> bool:
    """Is the node this number, and nothing that has a name?"""
    return isinstance(node, Constant) and node.value == value and not node.name


def negate(node: Expression) -> Expression:
    """-node, without a doubled minus."""
    if isinstance(node, Negate):
        return node.operand
    return ZERO if is_number(node, 0) else Negate(node)


def add(left: Expression, right: Expression) -> Expression:
    """left + right; a negative term is subtracted instead."""
    if is_number(left, 0):
        return right
    if is_number(right, 0):
        return left
    if isinstance(right, Negate):
        return Binary("-", left, right.operand)
    if isinstance(left, Negate):
        return Binary("-", right, left.operand)
    return Binary("+", left, right)


def add_all(terms: Iterable[Expression]) -> Expression:
    """The sum of the terms; 0 if there are none."""
    total: Expression = ZERO
    for term in terms:
        total = add(total, term)
    return total


def multiply(left: Expression, right: Expression) -> Expression:
    """left * right: ones vanish, the sign goes to the front, a factor of 1 / x divides."""
    if is_number(left, 0) or is_number(right, 0):
        return ZERO
    if is_number(left, 1):
        return right
    if is_number(right, 1):
        return left
    if isinstance(left, Negate):
        return negate(multiply(left.operand, right))
    if isinstance(right, Negate):
        return negate(multiply(left, right.operand))
    if isinstance(right, Binary) and right.operator == "/" and is_number(right.left, 1):
        return divide(left, right.right)
    return Binary("*", left, right)


def divide(left: Expression, right: Expression) -> Expression:
    """left / right: the sign goes to the front, and dividing by 1 is nothing."""
    if is_number(right, 1) or is_number(left, 0):
        return left
    if isinstance(left, Negate):
        return negate(divide(left.operand, right))
    return Binary("/", left, right)


def where(condition: Compare, then: Expression) -> Expression:
    """`then` where the condition holds and 0 elsewhere, the sign in front."""
    if isinstance(then, Negate):
        return negate(where(condition, then.operand))
    return ZERO if is_number(then, 0) else Where(condition, then, ZERO)


def factors(node: Expression) -> tuple[list[Expression], list[Expression]]:
    """The node as a fraction of products: what is multiplied, and what is divided by."""
    if isinstance(node, Binary) and node.operator in ("*", "/"):
        above, below = factors(node.left)
        above_right, below_right = factors(node.right)
        if node.operator == "/":
            above_right, below_right = below_right, above_right
        return above + above_right, below + below_right
    return [node], []


def fraction(above: Iterable[Expression], below: Iterable[Expression]) -> Expression:
    """The product of `above` divided by each of `below`."""
    result: Expression = ONE
    for factor in above:
        result = multiply(result, factor)
    for factor in below:
        result = divide(result, factor)
    return result


def sum_over(indices: tuple[Index, ...], body: Expression) -> Expression:
    """The sum of `body` over `indices`, with every factor that does not depend on them in front of it."""
    if not indices or is_number(body, 0):
        return body
    while (plain := fraction(*factors(body))) != body:  # signs inside of it hide factors
        body = plain
    if isinstance(body, Negate):
        return negate(sum_over(indices, body.operand))
    names = {index.name for index in indices}
    above, below = factors(body)
    inside = fraction(
        (f for f in above if names & free(f).keys()),
        (f for f in below if names & free(f).keys()),
    )
    absent = [index for index in indices if index.name not in free(inside)]
    summed = tuple(index for index in indices if index not in absent)
    total = Reduction("sum", summed, inside) if summed else inside
    outside = [f for f in above if not names & free(f).keys()]
    count = [Constant(prod(index.extent for index in absent))] if absent else []
    return fraction([total, *outside, *count], (f for f in below if not names & free(f).keys()))


def free(node: Expression) -> dict[str, Index]:
    """The indices that the node depends on and does not bind itself, by name, in order of appearance."""
    found: dict[str, Index] = {}
    match node:
        case Index():
            found[node.name] = node
        case Access():
            for subscript in node.subscripts:
                found |= free(subscript) if not isinstance(subscript, int) else {}
        case _:
            for child in node.children():
                found |= free(child)
    for index in node.indices if isinstance(node, Reduction) else ():
        found.pop(index.name, None)
    return found


def substitute(node: Expression, values: Mapping[str, Subscript]) -> Expression:
    """The node with another subscript in place of each named free index.

    An index bound inside (by a sum) that has the name of one that is put in is renamed first, so nothing is captured.
    """
    match node:
        case Access(tensor, subscripts):
            return Access(tensor, tuple(substitute_subscript(s, values) for s in subscripts))
        case Index(name):
            return as_expression(values.get(name, node))
        case Reduction():
            return _substitute_reduction(node, values)
        case _:
            return rebuild(node, tuple(substitute(child, values) for child in node.children()))


def substitute_subscript(subscript: Subscript, values: Mapping[str, Subscript]) -> Subscript:
    """The same for what stands between brackets."""
    match subscript:
        case Index(name):
            return values.get(name, subscript)
        case Access():
            return as_access(substitute(subscript, values))
        case int():
            return subscript
        case _:
            assert_never(subscript)


def _substitute_reduction(node: Reduction, values: Mapping[str, Subscript]) -> Expression:
    bound = {index.name for index in node.indices}
    inner = {name: value for name, value in values.items() if name not in bound}
    coming = {name for value in inner.values() if not isinstance(value, int) for name in free(value)}
    indices = []
    taken = coming | bound | free(node.body).keys()
    for index in node.indices:
        new = fresh(index, taken) if index.name in coming else index
        inner[index.name] = new
        indices.append(new)
    return Reduction(node.kind, tuple(indices), substitute(node.body, inner))


def rename_bound(node: Expression, taken: Iterable[str]) -> Expression:
    """The node with other letters for those indices that it binds itself and whose names are taken."""
    used = set(taken)
    if not isinstance(node, Reduction):
        return rebuild(node, tuple(rename_bound(child, used) for child in node.children()))
    avoid = used | free(node.body).keys() | {index.name for index in node.indices}
    renamed = tuple(fresh(index, avoid) if index.name in used else index for index in node.indices)
    names = {old.name: new for old, new in zip(node.indices, renamed, strict=True)}
    inside = rename_bound(substitute(node.body, names), used | {new.name for new in renamed})
    return Reduction(node.kind, renamed, inside)


def bound(node: Expression) -> list[Index]:
    """The indices that reductions inside the node bind."""
    return [index for reduction in node.find(Reduction) for index in reduction.indices]


def fresh(index: Index, taken: Iterable[str], siblings: Iterable[Index] = ()) -> Index:
    """An index with the extent of `index` and a name that is not taken: a sibling's if one will do."""
    used = set(taken)
    for sibling in siblings:
        if sibling.extent == index.extent and sibling.name not in used:
            return sibling
    number = 2
    while f"{index.name}{number}" in used:
        number += 1
    return replace(index, name=f"{index.name}{number}")


def rebuild(node: Expression, children: tuple[Expression, ...]) -> Expression:
    """The same kind of node over other children, as many as it has; a lookup's must be elements again."""
    match node:
        case Index() | Constant():
            return node
        case Access(tensor, subscripts):
            lookups = iter(children)
            return Access(tensor, tuple(as_access(next(lookups)) if isinstance(s, Access) else s for s in subscripts))
        case Binary() | Compare():
            return type(node)(node.operator, *children)
        case Negate():
            return Negate(*children)
        case Where():
            condition, then, otherwise = children
            assert isinstance(condition, Compare)
            return Where(condition, then, otherwise)
        case Call(function):
            return Call(function, *children)
        case Reduction(kind, indices):
            return Reduction(kind, indices, *children)
        case Terms(kind):
            return Terms(kind, children)
        case _:
            assert_never(node)


def as_access(node: Expression) -> Access:
    """The node, which is an element."""
    assert isinstance(node, Access)
    return node


def transform(node: Expression, change: Callable[[Expression], Expression | None]) -> Expression:
    """The node with other parts: those that `change` gives, from the top; where it gives None, it is asked inside."""
    found = change(node)
    return found if found is not None else rebuild(node, tuple(transform(c, change) for c in node.children()))


def replaced(node: Expression, old: Expression, new: Expression) -> Expression:
    """The expression with `new` wherever `old` stands in it, outside of reductions and of subscripts."""
    return transform(node, lambda p: new if p == old else p if isinstance(p, (Access, Reduction)) else None)
