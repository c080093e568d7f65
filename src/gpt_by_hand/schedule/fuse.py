"""Loops that run over the same index become one, where every element is still computed before it is read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeAlias

from gpt_by_hand.notation.expressions import Access, Index
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.nests import LOCAL, Loop, Nest, Statement, expressions, targets, walk

Body: TypeAlias = tuple[Statement, ...]
FAR = 63  # nests to look back for one to join


@dataclass(frozen=True)
class Uses:
    """Which elements some statements read and write, by the name of the tensor or local number."""

    reads: dict[str, list[Access]]
    writes: dict[str, list[Access]]

    @staticmethod
    def of(statements: Iterable[Statement]) -> Uses:
        reads: dict[str, list[Access]] = {}
        writes: dict[str, list[Access]] = {}
        for statement in walk(statements):
            for expression in expressions(statement):
                for access in expression.find(Access):
                    reads.setdefault(access.tensor.name, []).append(access)
            for access in targets(statement):
                writes.setdefault(access.tensor.name, []).append(access)
        return Uses(reads, writes)

    def of_tensor(self, name: str) -> list[Access]:
        return [*self.reads.get(name, ()), *self.writes.get(name, ())]

    def apart(self, index: Index) -> bool:
        """Do different positions of the index write to different elements?"""
        written = (access for writes in self.writes.values() for access in writes)
        return all(access.tensor.kind == LOCAL or index in access.subscripts for access in written)

    def conflicts(self, other: Uses) -> set[str]:
        """What one of them writes and the other one uses: their order matters there."""
        mine, others = self.reads.keys() | self.writes.keys(), other.reads.keys() | other.writes.keys()
        return (self.writes.keys() & others) | (other.writes.keys() & mine)


def fused(nests: Sequence[Nest]) -> list[Nest]:
    """The nests with neighbours joined: each joins the nearest one before it, unless something in between forbids."""
    found: list[Nest] = []
    uses: list[Uses] = []  # of each
    for nest in nests:
        own = Uses.of(nest.statements)
        at = _partner([one.statements for one in found[-FAR:]], uses[-FAR:], nest.statements, own)
        if at is None:
            found.append(nest)
            uses.append(own)
        else:
            at -= len(found[-FAR:])
            statements = joined(found[at].statements, nest.statements)
            found[at] = Nest((*found[at].assignments, *nest.assignments), statements)
            uses[at] = Uses.of(statements)
    return found


def _partner(before: Sequence[Body], uses: Sequence[Uses], body: Body, own: Uses) -> int | None:
    """Where the nearest loop stands that the body may run in, unless something in between forbids."""
    for at in reversed(range(len(before))):
        if len(before[at]) == len(body) == 1 and fits(before[at][0], body[0]):
            return at
        if own.conflicts(uses[at]):
            return None
    return None


def fits(first: Statement, second: Statement) -> bool:
    """May the second run inside of the first one's loop?"""
    if not (isinstance(first, Loop) and isinstance(second, Loop) and first.index == second.index):
        return False
    one, two = Uses.of([first]), Uses.of([second])
    if one.apart(first.index) != two.apart(second.index):
        return False
    return all(_side_by_side(one.of_tensor(n) + two.of_tensor(n), first.index) for n in one.conflicts(two))


def _side_by_side(accesses: list[Access], index: Index) -> bool:
    """Does each position of the index touch elements of its own, whichever of the accesses it is?"""
    shapes = {len(access.subscripts) for access in accesses}
    return len(shapes) == 1 and any(
        all(access.subscripts[axis] == index for access in accesses) for axis in range(shapes.pop())
    )


def independent(loop: Loop) -> bool:
    """Do different positions of the loop's index write to different elements?"""
    return Uses.of([loop]).apart(loop.index)


def joined(first: Sequence[Statement], second: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements one after the other, with loops of the second list joined into those of the first."""
    result = list(first)
    for statement in second:
        at = _partner([(s,) for s in result], [Uses.of([s]) for s in result], (statement,), Uses.of([statement]))
        if at is None:
            result.append(statement)
            continue
        before, after = result[at], statement
        assert isinstance(before, Loop) and isinstance(after, Loop)
        result[at] = replace(before, body=joined(before.body, after.body))
    return tuple(result)
