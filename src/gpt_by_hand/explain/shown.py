"""How an explanation's numbers are shown: with so many digits, long sums folded, and in which tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isfinite
from typing import TypeVar

from gpt_by_hand.explain.ledgers import Entry, Ledger, Operand
from gpt_by_hand.explain.steps import folded, readable
from gpt_by_hand.explain.uses import Use
from gpt_by_hand.layout.digits import percent
from gpt_by_hand.layout.document import Bar, Formula, Line, Number, Reference, Row, Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Access, Constant, Expression
from gpt_by_hand.printers.text import text
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address

DIGITS = 6  # significant ones, unless the user says otherwise
LISTED = 12  # shown of a longer list, when sums are folded
T = TypeVar("T")


@dataclass(frozen=True)
class Shown:
    """Digits: how many significant ones. Terms: how many of a sum, before it is folded in its middle; None is all."""

    digits: int = DIGITS
    terms: int | None = None

    def expression(self, node: Expression) -> Expression:
        """The expression as it is printed."""
        return readable(node if self.terms is None else folded(node, self.terms), self.digits)

    def rows(self, listed: Sequence[T], row: Callable[[T], Row]) -> list[Row]:
        """A row for each; when long things are folded, for the first and the last ones, around a gap."""
        left_out = len(listed) - (LISTED - 1)
        if self.terms is None or left_out < 2:
            return [*map(row, listed)]
        gap = Row(((said("gap", count=left_out),),), "gap")
        return [*map(row, listed[: LISTED - 3]), gap, *map(row, listed[-2:])]

    def number(self, value: float) -> str:
        """A number as it is printed."""
        return text(readable(Constant(value), self.digits))

    def ledger(self, ledger: Ledger) -> Table:
        """A row for each term: where it is, its operands side by side, what it comes to, and how much that is."""
        columns = [*self._places(ledger), *self._terms(ledger), *self._uses(ledger), _bars(ledger)]
        rows = self.rows(ledger.entries, lambda entry: Row(tuple(column.cell(entry) for column in columns)))
        total = Row(((ledger.name,), *(column.total for column in columns[1:])), "total")
        return Table("ledger", tuple(column.head for column in columns), (*rows, total))

    def _places(self, ledger: Ledger) -> Iterator[_Column]:
        """What tells the rows apart."""
        for n, letter in enumerate(ledger.running):
            yield _Column((letter,), lambda entry, n=n: (entry.labels[n],))  # type: ignore[misc]
        if not ledger.columns:
            yield _Column((said("head.term"),), lambda entry: (Formula(self.expression(entry.term)),))

    def _terms(self, ledger: Ledger) -> Iterator[_Column]:
        """The operands, and what a term comes to where that is not the operand itself."""
        alone = len(ledger.columns) == 1 and all(entry.value == entry.operands[0].value for entry in ledger.entries)
        for n, column in enumerate(ledger.columns):
            head: Line = (Formula(column.element),)
            total = self._number(ledger.total) if alone else ()
            yield _Column(head, lambda entry, n=n: self._operand(entry.operands[n]), total)  # type: ignore[misc]
        if not alone:
            head = (said("head.product" if ledger.product else "head.value"),)
            yield _Column(head, lambda entry: self._number(entry.value), self._number(ledger.total))

    def _uses(self, ledger: Ledger) -> Iterator[_Column]:
        """What each term contributes to the gradient, and which part of it that is."""
        uses = ledger.uses
        if len(uses) < len(ledger.entries):
            return
        if any(use.value != entry.value for use, entry in zip(uses, ledger.entries, strict=True)):
            total = self._number(sum(use.value for use in uses))
            yield _Column((said("head.contributes"),), lambda entry: self._number(_use(entry).value), total)
        total = _share(sum(use.share for use in uses), uses)
        yield _Column((said("head.share"),), lambda entry: _share(_use(entry).share, uses), total)

    def uses(self, uses: Sequence[Use], told: Sequence[Use]) -> Iterator[Table]:
        """The places where a number is used, but for those that ledgers have `told`, with what each contributes."""
        rest = [use for use in uses if use not in told]
        if len(uses) > 1 and rest:
            heads = (said("uses.head"), said("head.term"), said("head.contributes"), said("head.share"))
            caption = () if told else (said("uses", count=len(uses)),)
            yield Table("uses", tuple((head,) for head in heads), tuple(self.rows(rest, self._place(uses))), caption)

    def _place(self, uses: Sequence[Use]) -> Callable[[Use], Row]:
        """A row for one of the uses."""

        def row(use: Use) -> Row:
            term, part = self.expression(use.term), self._number(use.value)
            return Row(((Reference(use.through, use.role),), (Formula(term),), part, _share(use.share, uses)))

        return row

    def sources(self, operands: Sequence[Operand], ledgers: Sequence[Ledger]) -> Iterator[Table]:
        """The numbers that it is computed from; those in ledgers have one meaning for each column."""
        listed = {operand.address for ledger in ledgers for entry in ledger.entries for operand in entry.operands}
        columns = {column.element: column for ledger in ledgers for column in ledger.columns}.values()
        rows = [Row(((_reference(column.element),), (), (column.meaning,))) for column in columns]
        rows += self.rows([one for one in operands if one.address not in listed], self._source)
        if rows:
            heads = (said("head.from"), said("head.value"), said("head.meaning"))
            yield Table("operands", tuple((head,) for head in heads), tuple(rows))

    def _source(self, operand: Operand) -> Row:
        return Row(((Reference(operand.address, operand.role),), self._operand(operand), (operand.meaning,)))

    def _operand(self, operand: Operand) -> Line:
        """Its number, with what to type to get there."""
        return (Number(operand.value, self.number(operand.value), operand.choice),)

    def _number(self, value: float) -> Line:
        return (Number(value, self.number(value)),)


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


def _share(share: float, uses: Sequence[Use]) -> Line:
    """A part of what uses contribute, left out where they come to nothing."""
    return (Number(share, percent(share)),) if any(use.share for use in uses) else ()
