"""Which new tensors may be written over the old ones that they replace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gpt_by_hand.notation.expressions import Access, Index, Subscript
from gpt_by_hand.schedule.fuse import Uses
from gpt_by_hand.schedule.nests import Loop, Nest, Product, Statement, bodies, expressions


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
                condition = [access for value in expressions(statement) for access in value.find(Access)]
                late |= written and any(access.tensor.name == old for access in condition)
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
