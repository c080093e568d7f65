"""Numbers that need no array, and arrays that several tensors can have one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from gpt_by_hand.notation.algebra import replaced
from gpt_by_hand.notation.expressions import Access, Index, Tensor
from gpt_by_hand.schedule.nests import (
    LOCAL,
    Declare,
    If,
    Loop,
    Nest,
    Product,
    Statement,
    Store,
    over,
    read,
    rewritten,
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


def without_arrays(nest: Nest, names: set[str]) -> tuple[Nest, set[str]]:
    """The nest with local numbers for those of the named tensors that are written and read in the same turn of a loop.

    Returns their names as well. No other nest may use the named tensors.
    """
    uses = Counter(a.tensor.name for a in (*written(nest.statements), *read(nest.statements)))
    names = names - {name for s in walk(nest.statements) if isinstance(s, Product) for name in _of(s)}
    localised = _Localised({name: uses[name] for name in names})
    statements = tuple(localised.statement(statement, ()) for statement in nest.statements)
    return replace(nest, statements=statements), localised.gone


class _Localised:
    """Puts local numbers in the place of elements; `uses` counts how often each of the tensors in question is used."""

    def __init__(self, uses: dict[str, int]) -> None:
        self.uses = uses
        self.gone: set[str] = set()

    def statement(self, statement: Statement, around: tuple[Index, ...]) -> Statement:
        """The statement, inside of loops over `around`."""
        if isinstance(statement, If):
            return over(statement, lambda inner: self.statement(inner, around))
        if not isinstance(statement, Loop):
            return statement
        bound = (*around, statement.index)
        body = list(statement.body)
        for at, part in enumerate(statement.body):
            if isinstance(part, Store) and part.how == "=" and self.ends_here(part.place, body[at:], bound):
                self.gone.add(part.place.tensor.name)
                body[at:] = _renamed(body[at:], part.place)
        return replace(statement, body=tuple(self.statement(s, bound) for s in body))

    def ends_here(self, place: Access, after: Sequence[Statement], bound: tuple[Index, ...]) -> bool:
        """Are all uses of the tensor here, in one turn of the innermost loop, of this element, and is it set once?"""
        name, own = place.tensor.name, set(place.subscripts)
        if name not in self.uses or bound[-1] not in own or not own <= set(bound) or len(own) < len(place.subscripts):
            return False
        found = [a for a in (*written(after), *read(after)) if a.tensor.name == name]
        once = sum(a.tensor.name == name for a in written(after)) == 1
        return once and len(found) == self.uses[name] and all(a.subscripts == place.subscripts for a in found)


def _of(product: Product) -> set[str]:
    return {access.tensor.name for access in (product.target, product.left, product.right)}


def _renamed(statements: Iterable[Statement], place: Access) -> list[Statement]:
    """The statements with a local number for the element; the first, which sets it, is where it comes into being."""
    number = Access(Tensor(place.tensor.name, (), LOCAL), ())
    first, *others = (rewritten(s, lambda node: replaced(node, place, number)) for s in statements)
    assert isinstance(first, Store)
    return [Declare(number, first.value), *others]
