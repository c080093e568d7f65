"""Where a number is used: the numbers that are computed from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from gpt_by_hand.notation import Access, Assignment, Index, Program, Tensor
from gpt_by_hand.notation.instance import Position, Value, instance


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
