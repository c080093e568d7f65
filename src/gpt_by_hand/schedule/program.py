"""A whole program as loop nests: the plain ones, or those that are fast."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from itertools import count

from gpt_by_hand.notation.expressions import Access, Tensor
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.finish import flat, threads, vectors
from gpt_by_hand.schedule.fuse import fused
from gpt_by_hand.schedule.memory import in_place, shared, without_arrays
from gpt_by_hand.schedule.nests import Nest, plain
from gpt_by_hand.schedule.order import ordered
from gpt_by_hand.schedule.products import Split


@dataclass(frozen=True)
class Schedule:
    """A program's loop nests, in order; `helpers` are tensors that no formula names.

    `in_place` says which new tensors are written over old ones (`new.<weight>` over `<weight>`), `shared` which lie in
    the array of another one, and `local` which need no array at all.
    """

    program: Program
    nests: tuple[Nest, ...]
    helpers: tuple[Tensor, ...] = ()
    in_place: Mapping[str, str] = field(default_factory=dict)
    shared: Mapping[str, str] = field(default_factory=dict)
    local: frozenset[str] = frozenset()


def plain_schedule(program: Program) -> Schedule:
    """One nest per formula, in the formula's own order."""
    return Schedule(program, tuple(plain(assignment) for assignment in program.assignments))


def fast_schedule(
    program: Program, lanes: int, carried: Mapping[str, str] | None = None, wanted: Iterable[str] | None = None
) -> Schedule:
    """Products as tiles for vectors of `lanes` floats, neighbours in memory innermost, loops joined and shared.

    `carried` names, for each tensor that the next iteration starts with, the one that it replaces; `wanted` the
    tensors that are to be there in the end besides (all of them, if it is None).
    """
    helpers: list[Tensor] = []
    numbers = count(1)
    nests: list[Nest] = []
    for assignment in program.assignments:
        nests += _nests(assignment, lanes, numbers, helpers)
    nests = fused(nests)
    over = in_place(nests, carried or {})
    kept = set(program.tensors if wanted is None else wanted) | set(carried or {})
    made = [program.tensors[name] for name in program.definitions]
    free = [tensor for tensor in (*made, *helpers) if tensor.name not in kept]
    nests, gone = without_arrays(nests, {t.name for t in free})
    same = shared(nests, [t for t in free if t.name not in gone])
    done = tuple(Nest(nest.assignments, tuple(threads(vectors(flat(s))) for s in nest.statements)) for nest in nests)
    return Schedule(program, done, tuple(helpers), over, same, frozenset(gone))


def _nests(assignment: Assignment, lanes: int, numbers: count[int], helpers: list[Tensor]) -> list[Nest]:
    """One assignment as products and what is left of it; the first nest stands for the assignment."""
    split = Split(lanes, Access(assignment.target, assignment.subscripts), assignment, numbers)
    rest = split.rest(assignment.expression)
    helpers += split.helpers
    statements = [*split.statements, *ordered(assignment, rest, numbers)]
    return [Nest((assignment,) if first == 0 else (), part) for first, part in enumerate(statements)]
