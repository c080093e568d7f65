"""A gradient as a sum over every place where its number is used, a term for each."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum, isfinite

from gpt_by_hand.explain.parts import Use
from gpt_by_hand.explain.steps import Value, with_numbers
from gpt_by_hand.notation import Access, Binary, Expression, Negate, Role, Terms
from gpt_by_hand.notation.algebra import divide, is_number, multiply, negate
from gpt_by_hand.trace import address


def uses_of(expression: Expression, value: Value) -> tuple[Use, ...]:
    """What each place contributes to the gradient that `expression`, one element's formula, computes.

    Gradients are linear in the gradients that arrive, so the formula is a sum of terms with one of those in each.
    Shares are parts of the sum as it is without rounding: they add up to 1 where rounding has left nothing of it.
    """
    terms = [(term, _arriving(term)) for term in _terms(expression) if not is_number(term, 0)]
    parts = [value(term) for term, _ in terms]
    total = fsum(parts) if all(map(isfinite, parts)) else sum(parts)
    found = []
    for (term, arriving), part in zip(terms, parts, strict=True):
        if arriving is None or arriving.tensor.of is None:
            return ()
        through = address.of(arriving.tensor.of.name, arriving.subscripts)
        found.append(Use(through, with_numbers(term, value), part, part / total if total else 0.0, arriving))
    return tuple(found)


def _terms(node: Expression) -> Iterator[Expression]:
    """The node as a sum, multiplied out as far as gradients reach."""
    match node:
        case Terms("sum", terms):
            yield from (part for term in terms for part in _terms(term))
        case Negate(operand):
            yield from map(negate, _terms(operand))
        case Binary("+", left, right):
            yield from (*_terms(left), *_terms(right))
        case Binary("-", left, right):
            yield from (*_terms(left), *map(negate, _terms(right)))
        case Binary("*", left, right) if _arriving(left) is None:
            yield from (multiply(left, term) for term in _terms(right))
        case Binary("*", left, right):
            yield from (multiply(term, right) for term in _terms(left))
        case Binary("/", left, right):
            yield from (divide(term, right) for term in _terms(left))
        case _:
            yield node


def _arriving(node: Expression) -> Access | None:
    """The gradient that the node is a multiple of."""
    found = (n for n in node.walk() if isinstance(n, Access) and n.tensor.role is Role.GRADIENT)
    return next(found, None)
