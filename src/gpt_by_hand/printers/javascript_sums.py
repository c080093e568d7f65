"""Sums in JavaScript, written out so far that a processor has enough to do at once.

Several terms are added up before they are added to the sum, so that fewer additions wait for the one before. Sums that
lie beside each other are computed together, and what all of them read is read once: most of the time goes into reading
from the array. Each sum still adds up in its own order.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import NamedTuple

from gpt_by_hand.notation import Access, Index
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.printers.loops import Loops, block, indented
from gpt_by_hand.schedule.nests import LOCAL, Loop, Store, expressions, walk

TOGETHER = 4  # terms of a sum
BESIDE = 2  # sums


class Beside(NamedTuple):
    """Sums for each position of an index: where each begins, the loops that add to it, and what is made of it."""

    along: Index
    start: Store
    loop: Loop
    end: Store


class Sums(Loops[str]):
    """Loops, those of sums written out."""

    def __init__(self) -> None:
        self.ahead: dict[Index, int] = {}  # how far behind the loop's own position an index is read
        self.beside: Beside | None = None
        self.held: dict[str, str] = {}  # elements that are held in constants, and the names of these

    @abstractmethod
    def index(self, node: Index) -> str: ...
    @abstractmethod
    def access(self, node: Access) -> str: ...
    @abstractmethod
    def store(self, statement: Store) -> str: ...

    def loop(self, loop: Loop) -> list[str]:
        name, extent, step = self.index(loop.index), loop.index.extent, 1
        if self.beside is None and (found := beside(loop)):
            step, body = BESIDE, self._beside(found)
        elif total := total_of(loop):
            step = TOGETHER if extent % TOGETHER == 0 else 1
            body = self._total(loop.index, total, step)
        else:
            body = self.statements(loop.body)
        by = f"{name}++" if step == 1 else f"{name} += {step}"
        return block(f"for (let {name} = 0; {name} < {extent}; {by})", body)

    def local(self, name: str) -> str:
        """The name of a local number: each of the sums that are computed together has its own."""
        number = self.ahead.get(self.beside.along, 0) if self.beside else 0
        return f"{name}_{number + 1}" if number else name

    def _at_each(self, index: Index, count: int, lines: Callable[[], list[str]]) -> list[str]:
        """The lines for so many positions that follow each other."""
        found = []
        for n in range(count):
            self.ahead[index] = n
            found += lines()
        del self.ahead[index]
        return found

    def _beside(self, found: Beside) -> list[str]:
        self.beside = found
        before = self._at_each(found.along, BESIDE, lambda: self.statement(found.start))
        inside = self.statement(found.loop)
        behind = self._at_each(found.along, BESIDE, lambda: self.statement(found.end))
        self.beside = None
        return [*before, *inside, *behind]

    def _total(self, index: Index, total: Store, count: int) -> list[str]:
        """So many terms of a sum, or of each of those that are computed together."""
        if self.beside is None:
            return self._terms(index, total, count)
        along = self.beside.along
        held = [access for access in reversed(total.value.find(Access)) if not moves(access, along)]
        before = self._at_each(index, count, lambda: [line for access in held for line in self._hold(access)])
        terms = self._at_each(along, BESIDE, lambda: self._terms(index, total, count))
        self.held = {}
        return [*before, *terms]

    def _hold(self, access: Access) -> list[str]:
        text = self.access(access)
        if access.tensor.kind == LOCAL or text in self.held.values():
            return []
        self.held[text] = f"r{len(self.held)}"
        return [f"const {self.held[text]} = {text};"]

    def _terms(self, index: Index, total: Store, count: int) -> list[str]:
        if count == 1:
            return [self.store(total)]
        *others, last = indented(self._at_each(index, count, lambda: [self.print(total.value)]))
        return [f"{self.access(total.place)} +=", *(f"{term} +" for term in others), f"{last};"]


def total_of(loop: Loop) -> Store | None:
    """The sum that a loop does nothing but add to, unless its terms ask for the position itself."""
    store = loop.body[0]
    if len(loop.body) > 1 or not isinstance(store, Store) or store.how != "sum" or store.place.tensor.kind != LOCAL:
        return None
    return None if loop.index in store.value.find(Index) else store


def beside(loop: Loop) -> Beside | None:
    """The sums of a loop that can be computed together: they read something that is the same for all of them."""
    match loop.body:
        case (Store(how="new") as start, Loop() as inside, Store(how="=") as end) if loop.index.extent % BESIDE == 0:
            asked = (index for s in walk(loop.body) for node in expressions(s) for index in node.find(Index))
            total = innermost(inside)
            if total and loop.index not in asked:
                reads = [moves(access, loop.index) for access in total.value.find(Access)]
                return Beside(loop.index, start, inside, end) if any(reads) and not all(reads) else None
    return None


def innermost(loop: Loop) -> Store | None:
    """The sum that loops inside of each other do nothing but add to."""
    while not total_of(loop):
        if len(loop.body) > 1 or not isinstance(loop.body[0], Loop):
            return None
        loop = loop.body[0]
    return total_of(loop)


def moves(at: Subscript, index: Index) -> bool:
    """Is another element read at another position of the index?"""
    return any(moves(one, index) for one in at.subscripts) if isinstance(at, Access) else at == index
