"""Sums of three terms or more as ledgers: a row for each term, its operands side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from gpt_by_hand.explain.steps import Value, with_numbers
from gpt_by_hand.explain.uses import Use
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Access, Binary, Constant, Expression, Index, Reduction, Role, Terms
from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.records import dataclass

FEWEST = 3  # terms: two are as easily read in a line


@dataclass(frozen=True)
class Operand:
    """A number that another one is computed from, ready to be asked in turn; `choice` is its place among them."""

    address: str
    value: float
    asked: Callable[[], str] = field(compare=False, repr=False)
    role: Role = Role.ACTIVATION
    choice: int = 0

    @property
    def meaning(self) -> str:
        """What the number means; found out when it is asked for, since a long sum has tens of thousands of operands."""
        return self.asked()


@dataclass(frozen=True)
class Entry:
    """One term of a sum: the words for its position, its operands, its numbers, and what it comes to.

    `use` is the place that the term stands for, in a gradient's sum.
    """

    labels: tuple[str, ...]
    operands: tuple[Operand, ...]
    term: Expression
    value: float
    use: Use | None = None


@dataclass(frozen=True)
class Column:
    """The operands that stand at the same place in all terms: their address with letters for what runs, and the
    meaning that they have in common."""

    element: Access
    asked: Callable[[], str] = field(compare=False, repr=False)

    @property
    def meaning(self) -> str:
        """The question of all of them."""
        return self.asked()


@dataclass(frozen=True)
class Ledger:
    """A sum (or a maximum) of three terms or more: a row for each, and the total.

    `name` is what the working calls it. `running` are the letters that tell the rows apart, `columns` the operands;
    both are empty where the terms are not alike, as each of them says then what it is. `product` says that a term is
    the product of its operands, and nothing else.
    """

    name: str
    kind: str
    running: tuple[str, ...]
    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    total: float
    product: bool

    @property
    def uses(self) -> list[Use]:
        """The places that its terms stand for."""
        return [entry.use for entry in self.entries if entry.use is not None]


@dataclass
class Bookkeeper:
    """Takes the long sums out of a `general` formula's instance and writes a ledger for each.

    `operands` are those of the formula, by element, `label` says what a position is called, and `asked` what an element
    of a column means whatever its letters are. `uses` are the places that a gradient's terms stand for, by the element
    through which each of them goes.
    """

    general: Expression
    value: Value
    operands: Mapping[Access, Operand]
    label: Callable[[Access, int], str]
    asked: Callable[[Access, Access], str]
    uses: Mapping[Access, Use]
    ledgers: list[Ledger] = field(default_factory=list)
    many: Counter[str] = field(default_factory=Counter)

    def without_sums(self, formula: Expression) -> Expression:
        """The formula of one element with a name in place of each long sum, whose ledger is then in `ledgers`."""
        self.many = Counter(node.kind for node in formula.find(Terms) if _is_long(node))
        return self._short(formula)

    def _short(self, node: Expression) -> Expression:
        node = rebuild(node, tuple(map(self._short, node.children())))
        if not isinstance(node, Terms) or not _is_long(node):
            return node
        ledger = self._ledger(node)
        self.ledgers.append(ledger)
        return Constant(ledger.total, ledger.name)

    def _ledger(self, node: Terms) -> Ledger:
        number = sum(ledger.kind == node.kind for ledger in self.ledgers) + 1
        what = said("ledger.sum") if node.kind == "sum" else said("ledger.max")
        name = f"{what} {number}" if self.many[node.kind] > 1 else what
        elements = [_elements(term) for term in node.terms]
        columns, labels = _columns(elements, self._spoken(elements[0]))
        taken = {slot: column for slot, column in enumerate(columns) if column is not None}
        running = tuple(index.name for index in labels)
        entries = tuple(
            Entry(
                tuple(self.label(row[slot], axis) for slot, axis in labels.values()),
                tuple(self.operands[row[slot]] for slot in taken),
                with_numbers(term, self.value),
                self.value(term),
                next((self.uses[element] for element in row if element in self.uses), None),
            )
            for term, row in zip(node.terms, elements, strict=True)
        )
        found = tuple(self._column(column, elements[0][slot]) for slot, column in taken.items())
        product = all(_is_product(term) and len(term.find(Access)) == len(taken) for term in node.terms)
        return Ledger(name, node.kind, running, found, entries, self.value(node), product)

    def _spoken(self, elements: Sequence[Access]) -> list[tuple[Subscript, ...]]:
        """The subscripts of a term's elements as the general formula has them; none where its sums do not tell."""
        tensors = [element.tensor for element in elements]
        for node in self.general.find(Reduction):
            found = [access for access in _elements(node.body) if access.tensor in tensors]
            if [access.tensor for access in found] == tensors:
                return [access.subscripts for access in found]
        return [()] * len(tensors)

    def _column(self, element: Access, first: Access) -> Column:
        return Column(element, lambda: self.asked(element, first))


def _is_long(node: Expression) -> bool:
    return isinstance(node, Terms) and len(node.terms) >= FEWEST


def _is_product(term: Expression) -> bool:
    """Is it a product of elements?"""
    if isinstance(term, Binary):
        return term.operator == "*" and _is_product(term.left) and _is_product(term.right)
    return isinstance(term, Access)


def _elements(term: Expression) -> list[Access]:
    """The elements that a term reads, each once."""
    return list(dict.fromkeys(node for node in term.walk() if isinstance(node, Access)))


Labels = dict[Index, tuple[int, int]]  # what runs: a slot and an axis from which to read where it is


def _columns(
    rows: Sequence[Sequence[Access]], spoken: Sequence[Sequence[Subscript]]
) -> tuple[list[Access | None], Labels]:
    """For each slot the element with letters in place of what runs, None where it is the same in all rows.

    The letters are those of the formula above, which are `spoken` of in its sum; where that has none, they are the
    tensor's own, one for all that run alike. Nothing where the terms are not alike: other tensors, or as many letters
    that nobody could tell them apart.
    """
    if len({tuple(element.tensor for element in row) for row in rows}) > 1:
        return [], {}
    letters: dict[Index | tuple[int, ...], Index] = {}
    labels: Labels = {}
    columns: list[Access | None] = []
    for slot, elements in enumerate(zip(*rows, strict=True)):
        subscripts: list[int | Index] = []
        for axis, index in enumerate(elements[0].tensor.indices):
            positions = tuple(int(element.subscripts[axis]) for element in elements)
            if len(set(positions)) == 1:
                subscripts.append(positions[0])
                continue
            said = spoken[slot][axis] if spoken[slot] else None
            runs = said if isinstance(said, Index) else positions
            if runs not in letters:
                letters[runs] = said if isinstance(said, Index) else index
                labels[letters[runs]] = slot, axis
            subscripts.append(letters[runs])
        columns.append(
            None if all(isinstance(s, int) for s in subscripts) else Access(elements[0].tensor, tuple(subscripts))
        )
    return (columns, labels) if len({index.name for index in labels}) == len(letters) else ([], {})
