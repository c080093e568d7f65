"""Where a number is used: the numbers that are computed from it, and what each place contributes to its gradient."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import fsum, isfinite

from gpt_by_hand.explain.steps import Value, with_numbers
from gpt_by_hand.notation import Access, Assignment, Binary, Expression, Index, Negate, Program, Role, Tensor, Terms
from gpt_by_hand.notation.algebra import divide, is_number, multiply, negate
from gpt_by_hand.notation.instance import Position, instance
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address


@dataclass(frozen=True)
class Use:
    """A place where a number is used, and the part of its gradient that comes from there.

    `term` is what this place contributes, with its numbers put in; `share` is its part of the whole (1 is all of it).
    `arriving` is the gradient of that place.
    """

    through: str
    term: Expression
    value: float
    share: float
    arriving: Access

    @property
    def role(self) -> Role:
        """What the tensor of that place is for."""
        assert self.arriving.tensor.of is not None
        return self.arriving.tensor.of.role


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


def followers(program: Program, tensor: Tensor, place: Position, value: Value) -> Iterator[tuple[Tensor, Position]]:
    """Every element whose formula reads the element at `place`, in the order of the program."""
    for assignment in program.assignments:
        reading = [access for access in assignment.reads() if access.tensor.name == tensor.name]
        found: dict[Position, None] = {}
        for access in reading:
            bound = _bound(access, place)
            if bound is not None:
                found.update(dict.fromkeys(_places(assignment, bound)))
        for at in sorted(found):
            if Access(tensor, place) in instance(assignment, at, value).operands:
                yield assignment.target, at


def _bound(access: Access, place: Position) -> Mapping[str, int] | None:
    """The positions of indices with which an access may read the element; None if it never does."""
    found: dict[str, int] = {}
    for subscript, at in zip(access.subscripts, place, strict=True):
        if isinstance(subscript, int) and subscript != at:
            return None
        if isinstance(subscript, Index) and found.setdefault(subscript.name, at) != at:
            return None
    return found


def _places(assignment: Assignment, bound: Mapping[str, int]) -> Iterator[Position]:
    """The elements of the left-hand side that go with them."""
    ranges = [
        (s,) if isinstance(s, int) else (bound[s.name],) if s.name in bound else range(s.extent)
        for s in assignment.subscripts
    ]
    yield from product(*ranges)
