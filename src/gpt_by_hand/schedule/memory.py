"""Numbers that need no array, arrays that several tensors can have one after the other, and what is written over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gpt_by_hand.notation.algebra import replaced
from gpt_by_hand.notation.expressions import Access, Index, Subscript, Tensor
from gpt_by_hand.schedule.fuse import Uses
from gpt_by_hand.schedule.nests import (
    LOCAL,
    If,
    Loop,
    Nest,
    Product,
    Statement,
    Store,
    expressions,
    read,
    rewritten,
    targets,
    walk,
    written,
)

Lives = dict[str, tuple[int, int]]


def lives(nests: Sequence[Nest]) -> Lives:
    """The first and the last nest that uses each tensor."""
    found: Lives = {}
    for at, nest in enumerate(nests):
        for access in (*written(nest.statements), *read(nest.statements)):
            first, _ = found.get(access.tensor.name, (at, at))
            found[access.tensor.name] = (first, at)
    return found


def shared(nests: Sequence[Nest], free: Iterable[Tensor]) -> dict[str, str]:
    """Which of the `free` tensors can lie in the array of another one, of the same shape and not needed any more."""
    when = lives(nests)
    owners: dict[tuple[int, ...], list[tuple[int, str]]] = {}
    found: dict[str, str] = {}
    for tensor in sorted((t for t in free if t.indices and t.name in when), key=lambda t: when[t.name]):
        first, last = when[tensor.name]
        arrays = owners.setdefault(tensor.shape, [])
        done = [array for array in arrays if array[0] < first]
        if done:
            array = max(done)  # the one used most recently: it is in the cache
            arrays.remove(array)
            found[tensor.name] = array[1]
        arrays.append((last, found.get(tensor.name, tensor.name)))
    return found


def without_arrays(nests: Sequence[Nest], names: set[str]) -> tuple[list[Nest], set[str]]:
    """The nests with local numbers for those of the named tensors that one turn of a loop alone writes and reads.

    Returns their names as well.
    """
    uses = Counter(a.tensor.name for nest in nests for a in (*written(nest.statements), *read(nest.statements)))
    products = [s for nest in nests for s in walk(nest.statements) if isinstance(s, Product)]
    names = names.difference(a.tensor.name for s in products for a in (s.target, s.left, s.right))
    localised = _Localised({name: uses[name] for name in names})
    return [replace(n, statements=localised.statements(n.statements, ())) for n in nests], localised.gone


class _Localised:
    """Puts local numbers in the place of elements; `uses` counts how often each of the tensors in question is used."""

    def __init__(self, uses: dict[str, int]) -> None:
        self.uses = uses
        self.gone: set[str] = set()

    def statements(self, body: Sequence[Statement], around: tuple[Index, ...]) -> tuple[Statement, ...]:
        """The statements, inside of loops over `around`."""
        found = list(body)
        for at, part in enumerate(body):
            if isinstance(part, Store) and part.how == "=" and self.ends_here(part.place, found[at:], around):
                self.gone.add(part.place.tensor.name)
                found[at:] = _renamed(found[at:], part.place)
        return tuple(self.inside(statement, around) for statement in found)

    def inside(self, statement: Statement, around: tuple[Index, ...]) -> Statement:
        if not isinstance(statement, (Loop, If)):
            return statement
        around = (*around, statement.index) if isinstance(statement, Loop) else around
        return replace(statement, body=self.statements(statement.body, around))

    def ends_here(self, place: Access, after: Sequence[Statement], bound: tuple[Index, ...]) -> bool:
        """Are all uses of the tensor here, in one turn of the innermost loop, of this element, and is it set once?"""
        name, own = place.tensor.name, set(place.subscripts)
        whole = own <= set(bound) and len(own) == len(place.subscripts)
        if name not in self.uses or not whole or not own or bound[-1] not in own:
            return False
        once = sum(a.tensor.name == name for a in written(after)) == 1
        found = [a for a in (*written(after), *read(after)) if a.tensor.name == name]
        return once and len(found) == self.uses[name] and all(a.subscripts == place.subscripts for a in found)


def _renamed(statements: Iterable[Statement], place: Access) -> list[Statement]:
    """The statements with a local number for the element; the first, which sets it, is where it comes into being."""
    number = Access(Tensor(place.tensor.name, (), LOCAL), ())
    first, *others = (rewritten(s, lambda node: replaced(node, place, number)) for s in statements)
    assert isinstance(first, Store)
    return [Store(number, first.value, "new"), *others]


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
    done = False
    for statement in walk(nest.statements):
        before = [a.subscripts for value in expressions(statement) for a in value.find(Access) if a.tensor.name == old]
        after = [a.subscripts for a in targets(statement) if a.tensor.name == new]
        if (before and done) or (after and isinstance(statement, Product)):
            return False
        places.update(before, after)
        done = done or bool(after)
    loops = [s for s in walk(nest.statements) if isinstance(s, Loop) and new in Uses.of(s.body).writes]
    return len(places) == 1 and {loop.index for loop in loops} <= set(*places)
