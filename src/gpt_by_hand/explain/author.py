"""The document that says what there is to say about one number."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

from gpt_by_hand.explain.parts import Entry, Explained, Ledger, Operand, Use
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.layout.digits import number
from gpt_by_hand.layout.document import (
    Bar,
    Block,
    Display,
    Heading,
    Line,
    Number,
    Paragraph,
    Reference,
    Row,
    Section,
    Table,
    Working,
)
from gpt_by_hand.layout.document import Formula as Inline
from gpt_by_hand.layout.sentences import said as sentence
from gpt_by_hand.notation import Access
from gpt_by_hand.trace import address


def document(said: Explained, shown: Shown) -> list[Block]:
    """The explanation and those below it, as every view prints them."""
    below = (Section(one.address, tuple(document(one, shown))) for one in said.below)
    return [*_Author(said, shown).blocks(), *below]


def derivation(said: Explained, shown: Shown) -> Iterator[Block]:
    """The long sums of its formula as ledgers, and the working: nothing for a number that is given."""
    return _Author(said, shown).derivation()


@dataclass(frozen=True)
class _Author:
    """Writes the blocks of one explanation."""

    said: Explained
    shown: Shown

    def blocks(self) -> Iterator[Block]:
        said = self.said
        if said.whose is not None:
            yield Paragraph((said.whose.line(),), "model")
        stored = address.stored_text(said.stored)
        here = Reference(said.address, said.role)
        yield Heading((here, f"{stored} = ", Number(said.value, number_of(said.value))))
        yield Paragraph((said.meaning,), "meaning")
        yield from self.formula()
        for note in (*self.shown.rounding(said), *said.notes):
            yield Paragraph((note,), "note")
        yield from self.uses([use for use in said.uses if use not in self.told])
        yield from self.operands()

    @property
    def told(self) -> list[Use]:
        """The uses that stand in the ledgers, a term for each."""
        return [entry.use for ledger in self.said.ledgers for entry in ledger.entries if entry.use is not None]

    def formula(self) -> Iterator[Block]:
        said = self.said
        if said.assignment is None or said.instance is None or said.short is None:
            return
        if said.assignment.indices or said.short != said.assignment.expression:
            yield Display(said.assignment)
        if self.told:
            yield Paragraph((sentence("uses", count=len(said.uses)),), "caption")
        yield from self.derivation()

    def derivation(self) -> Iterator[Block]:
        said = self.said
        if said.assignment is None or said.instance is None or said.short is None:
            return
        yield from map(self.ledger, said.ledgers)
        stages = [self.shown.expression(stage) for stage in (said.short, *said.working)]
        yield Working(Access(said.assignment.target, said.instance.place), tuple(dict.fromkeys(stages)))

    def ledger(self, ledger: Ledger) -> Table:
        """A row for each term: where it is, its operands side by side, what it comes to, and how much that is."""
        columns = [*self._places(ledger), *self._terms(ledger), *self._uses(ledger), _bars(ledger)]
        rows = self.shown.rows(ledger.entries, lambda entry: Row(tuple(column.cell(entry) for column in columns)))
        total = Row(((ledger.name,), *(column.total for column in columns[1:])), "total")
        return Table("ledger", tuple(column.head for column in columns), (*rows, total))

    def _places(self, ledger: Ledger) -> Iterator[_Column]:
        """What tells the rows apart."""
        for n, letter in enumerate(ledger.running):
            yield _Column((letter,), lambda entry, n=n: (entry.labels[n],))  # type: ignore[misc]
        if not ledger.columns:
            yield _Column(("term",), lambda entry: (Inline(self.shown.expression(entry.term)),))

    def _terms(self, ledger: Ledger) -> Iterator[_Column]:
        """The operands, and what a term comes to where that is not the operand itself."""
        alone = len(ledger.columns) == 1 and all(entry.value == entry.operands[0].value for entry in ledger.entries)
        for n, column in enumerate(ledger.columns):
            head = (Inline(column.element),)
            total = self.number(ledger.total) if alone else ()
            yield _Column(head, lambda entry, n=n: self.operand(entry.operands[n]), total)  # type: ignore[misc]
        if not alone:
            yield _Column(
                ("product" if ledger.product else "value",),
                lambda entry: self.number(entry.value),
                self.number(ledger.total),
            )

    def _uses(self, ledger: Ledger) -> Iterator[_Column]:
        """What each term contributes to the gradient, and which part of it that is."""
        uses = [entry.use for entry in ledger.entries if entry.use is not None]
        if len(uses) < len(ledger.entries):
            return
        if any(use.value != entry.value for use, entry in zip(uses, ledger.entries, strict=True)):
            total = self.number(sum(use.value for use in uses))
            yield _Column(("contributes",), lambda entry: self.number(_use(entry).value), total)
        yield _Column(
            ("share",), lambda entry: self.share(_use(entry).share), self.share(sum(use.share for use in uses))
        )

    def uses(self, uses: Sequence[Use]) -> Iterator[Block]:
        """The places where a number is used, each with what it contributes to the gradient."""
        if len(self.said.uses) < 2 or not uses:
            return
        head: tuple[Line, ...] = ((sentence("uses.head"),), ("term",), ("contributes",), ("share",))
        caption = (sentence("uses", count=len(self.said.uses)),)
        yield Table("uses", head, tuple(self.shown.rows(uses, self._use)), () if self.told else caption)

    def _use(self, use: Use) -> Row:
        term, part = self.shown.expression(use.term), self.number(use.value)
        return Row(((Reference(use.through, use.role),), (Inline(term),), part, self.share(use.share)))

    def share(self, share: float) -> Line:
        """A part of all uses together; nothing where they come to nothing."""
        return percent(share) if any(use.share for use in self.said.uses) else ()

    def operands(self) -> Iterator[Block]:
        """The numbers that it is computed from; those in ledgers have one meaning for each column."""
        said = self.said
        listed = {operand.address for ledger in said.ledgers for entry in ledger.entries for operand in entry.operands}
        columns = {column.element: column for ledger in said.ledgers for column in ledger.columns}.values()
        rows = [Row(((_reference(column.element),), (), (column.meaning,))) for column in columns]
        alone = [operand for operand in said.operands if operand.address not in listed]
        rows += self.shown.rows(alone, self._operand)
        if rows:
            yield Table("operands", (("from",), ("value",), ("meaning",)), tuple(rows))

    def _operand(self, operand: Operand) -> Row:
        return Row(((Reference(operand.address, operand.role),), self.operand(operand), (operand.meaning,)))

    def operand(self, operand: Operand) -> Line:
        """Its number, with what to type to get there."""
        return (Number(operand.value, self.shown.number(operand.value), self._choices[operand.address]),)

    @cached_property
    def _choices(self) -> dict[str, int]:
        return {operand.address: n for n, operand in enumerate(self.said.operands)}

    def number(self, value: float) -> Line:
        """A number with the digits that are wanted."""
        return (Number(value, self.shown.number(value)),)


@dataclass(frozen=True)
class _Column:
    """A column of a ledger."""

    head: Line
    cell: Callable[[Entry], Line]
    total: Line = ()


def _reference(element: Access) -> Reference:
    return Reference(address.of(element.tensor.name, element.subscripts), element.tensor.role)


def _bars(ledger: Ledger) -> _Column:
    largest = max((abs(entry.value) for entry in ledger.entries if isfinite(entry.value)), default=0) or 1
    return _Column((), lambda entry: (Bar(entry.value / largest),) if isfinite(entry.value) else ())


def _use(entry: Entry) -> Use:
    assert entry.use is not None
    return entry.use


def number_of(value: float) -> str:
    """The number itself: whole ones as they are, others as in all tables."""
    return str(value) if isinstance(value, int) else number(value)


def percent(share: float) -> Line:
    """A share, with no minus in front of nothing."""
    found = f"{share:.1%}"
    return (Number(share, found if found != "-0.0%" else "0.0%"),)
