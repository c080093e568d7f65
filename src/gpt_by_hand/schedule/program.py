"""A whole program as loop nests: the plain ones, or those that are fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import count

from gpt_by_hand.notation.expressions import Access, Tensor
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.schedule.finish import flat, threads, vectors
from gpt_by_hand.schedule.fuse import Uses, fused
from gpt_by_hand.schedule.nests import Nest
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
    """Those carried tensors that may be written over the old ones: nothing reads the old value after that."""
    found = dict(carried)
    over: dict[str, str] = {}
    for nest in nests:
        uses = Uses.of(nest.statements)
        for new, old in carried.items():
            late = old in over and old in uses.reads
            if new in uses.writes and old in uses.reads:
                late |= {a.subscripts for a in uses.reads[old]} != {a.subscripts for a in uses.writes[new]}
            if late:
                found.pop(new, None)
            if new in uses.writes:
                over[old] = new
    return found
