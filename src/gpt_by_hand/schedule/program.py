"""A whole program as loop nests: the plain ones, or those that are fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from gpt_by_hand.notation.expressions import Access, Index, Subscript, Tensor
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.schedule.finish import flat, threads, vectors
from gpt_by_hand.schedule.fuse import Uses, fused
from gpt_by_hand.schedule.nests import Loop, Nest, Product, Statement, bodies, expressions
from gpt_by_hand.schedule.order import ordered
from gpt_by_hand.schedule.plain import plain
from gpt_by_hand.schedule.products import Split


@dataclass(frozen=True)
class Schedule:
    """A program's loop nests, in order; `helpers` are tensors that no formula names.

    `in_place` says which new tensors are written over old ones: `new.<weight>` over `<weight>`.
    """

    program: Program
    nests: tuple[Nest, ...]
    helpers: tuple[Tensor, ...] = ()
    in_place: Mapping[str, str] = field(default_factory=dict)


def plain_schedule(program: Program) -> Schedule:
    """One nest per formula, in the formula's own order."""
    return Schedule(program, tuple(plain(assignment) for assignment in program.assignments))


def fast_schedule(program: Program, lanes: int, carried: Mapping[str, str] | None = None) -> Schedule:
    """Products as tiles for vectors of `lanes` floats, neighbours in memory innermost, loops joined and shared.

    `carried` names, for each tensor that the next iteration starts with, the one that it replaces.
    """
    helpers: list[Tensor] = []
    numbers = count(1)
    nests: list[Nest] = []
    for assignment in program.assignments:
        nests += _nests(assignment, lanes, numbers, helpers)
    nests = fused(nests)
    done = tuple(Nest(nest.assignments, tuple(threads(vectors(flat(s))) for s in nest.statements)) for nest in nests)
    return Schedule(program, done, tuple(helpers), in_place(done, carried or {}))


def _nests(assignment: Assignment, lanes: int, numbers: count[int], helpers: list[Tensor]) -> list[Nest]:
    """One assignment as products and what is left of it; the first nest stands for the assignment."""
    split = Split(lanes, Access(assignment.target, assignment.subscripts), assignment, numbers)
    rest = split.rest(assignment.expression)
    helpers += split.helpers
    statements = [*split.statements, *ordered(assignment, rest, numbers)]
    return [Nest((assignment,) if first == 0 else (), part) for first, part in enumerate(statements)]


def in_place(nests: Iterable[Nest], carried: Mapping[str, str]) -> dict[str, str]:
    """Those carried tensors that may be written over the old ones: nothing reads an old value that is written over."""
    found, over = dict(carried), set()
    for nest in nests:
        uses = Uses.of(nest.statements)
        for new, old in carried.items():
            if old in uses.reads and (old in over or (new in uses.writes and not _reads_first(nest, new, old))):
                found.pop(new, None)
            if new in uses.writes:
                over.add(old)
    return found


def _reads_first(nest: Nest, new: str, old: str) -> bool:
    """Does the nest read each element of `old` for the last time before it writes the same element of `new`, once?

    It does if both have the same subscripts everywhere, those of all loops around the writing among them, and reading
    comes first in the text.
    """
    places: set[tuple[Subscript, ...]] = set()
    late = written = False

    def look(statements: Iterable[Statement], around: tuple[Index, ...]) -> None:
        nonlocal late, written
        for statement in statements:
            uses = Uses.of([statement])
            inside = (*around, statement.index) if isinstance(statement, Loop) else around
            if bodies(statement):
                condition = [node for value in expressions(statement) for node in value.walk()]
                late |= written and any(isinstance(node, Access) and node.tensor.name == old for node in condition)
                look(bodies(statement), inside)
                continue
            places.update(access.subscripts for access in uses.reads.get(old, ()))
            late |= written and old in uses.reads
            for access in uses.writes.get(new, ()):
                places.add(access.subscripts)
                late |= isinstance(statement, Product) or not set(around) <= set(access.subscripts)
                written = True

    look(nest.statements, ())
    return not late and len(places) <= 1
