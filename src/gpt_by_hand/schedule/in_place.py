"""Which new tensors may be written over the old ones that they replace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gpt_by_hand.notation.expressions import Access
from gpt_by_hand.schedule.nests import Loop, Nest, Product, Statement, When, read, walk, written


def in_place(nests: Sequence[Nest], carried: Mapping[str, str]) -> dict[str, str]:
    """Those carried tensors (new name to old) whose old value nobody reads once the new one is there.

    In the loops that write the new element, the old one may be read before it, at the very same place.
    """
    over: set[str] = set()
    found = dict(carried)
    for nest in nests:
        names = {access.tensor.name for access in (*written(nest.statements), *read(nest.statements))}
        for new, old in carried.items():
            if old in names and (old in over or (new in names and not _in_turn(nest, new, old))):
                found.pop(new, None)
            if new in names:
                over.add(old)
    return found


def _in_turn(nest: Nest, new: str, old: str) -> bool:
    """Is each old element read at no other place than the new one's, and only up to the statement that writes that?"""
    done = False
    places: set[tuple[object, ...]] = set()
    for statement in walk(nest.statements):
        reads = _of(old, read([_alone(statement)]))
        writes = _of(new, written([_alone(statement)]))
        if isinstance(statement, Product) and (reads or writes):
            return False
        if reads and done:
            return False
        done = done or bool(writes)
        places |= {access.subscripts for access in (*reads, *writes)}
    return len(places) == 1


def _of(name: str, accesses: Sequence[Access]) -> list[Access]:
    return [access for access in accesses if access.tensor.name == name]


def _alone(statement: Statement) -> Statement:
    """The statement without what is inside of it, which `walk` visits by itself."""
    return replace(statement, body=()) if isinstance(statement, (Loop, When)) else statement
