"""An explanation of one number: what there is to say about it, as a document, as text, as data, in a notebook."""

from __future__ import annotations

from collections.abc import Iterator
from math import isnan
from typing import Any

from gpt_by_hand.explain import changes
from gpt_by_hand.explain.finite_difference import Nudge
from gpt_by_hand.explain.ledgers import Ledger, Operand
from gpt_by_hand.explain.shown import DIGITS, Shown
from gpt_by_hand.explain.steps import all_rounded, exactly, rounded
from gpt_by_hand.explain.uses import Use
from gpt_by_hand.layout.digits import finite, number
from gpt_by_hand.layout.document import Block, Display, Heading, Number, Paragraph, Reference, Section, Working
from gpt_by_hand.layout.sentences import many, said
from gpt_by_hand.notation import Access, Assignment, Constant, Expression, Role
from gpt_by_hand.notation.instance import Instance
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.address import stored_text
from gpt_by_hand.trace.compared import Change
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.trace.whose import Whose

BINARY_DIGITS = {"float32": 24, "float64": 53}


@dataclass(frozen=True, repr=False)
class Explanation:
    """One number: what it means, its formula, its working, and what it is computed from.

    `instance` is its formula. `stages` begins with that with its numbers put in and ends with the value; there is
    neither for a number that is simply given. `ledgers` are its long sums, and `short` the formula with a name in
    place of each, worked out in `working`. `notes` say what is special about it. `uses` is there for gradients, `below`
    holds the explanations of operands, as many levels as were asked for, `check` the finite difference. `whose` says
    which model the number is of; those below leave that to the one above them. `precision` is that of the value: a
    start weight is drawn in float32. `stored` is the position that it is stored at, where that is another one than in
    its address; `role` is what its tensor is for. Where numbers of the trace are set, `changes` has it and all that it
    is explained by, before and after, and `loss` the loss of both, if there is one.
    """

    address: str
    value: float
    title: str
    meaning: str
    phase: str
    role: Role = Role.ACTIVATION
    stored: tuple[int, ...] | None = None
    precision: Precision = "float64"
    notes: tuple[str, ...] = ()
    instance: Instance | None = None
    stages: tuple[Expression, ...] = ()
    short: Expression | None = None
    working: tuple[Expression, ...] = ()
    ledgers: tuple[Ledger, ...] = ()
    operands: tuple[Operand, ...] = ()
    uses: tuple[Use, ...] = ()
    below: tuple[Explanation, ...] = ()
    whose: Whose | None = None
    check: Nudge | None = None
    changes: tuple[Change, ...] | None = None
    loss: tuple[float, float] | None = None

    @property
    def assignment(self) -> Assignment | None:
        """The formula of its whole tensor, or of this part of it."""
        return None if self.instance is None else self.instance.assignment

    @property
    def substituted(self) -> str | None:
        """The formula with its numbers, in Python (with `math`); None for a number that is given."""
        from gpt_by_hand.printers.python import python

        return python(self.stages[0]) if self.stages else None

    def document(self, shown: Shown) -> list[Block]:
        """The explanation, its check, and the explanations below it, as every view prints them."""
        check = self.check.blocks() if self.check else ()
        below = (Section(one.address, tuple(one.document(shown))) for one in self.below)
        return [*self._blocks(shown), *check, *below]

    def _blocks(self, shown: Shown) -> Iterator[Block]:
        told = [use for ledger in self.ledgers for use in ledger.uses]
        if self.whose is not None:
            yield Paragraph((self.whose.line(),), "model")
        value = Number(self.value, str(self.value) if isinstance(self.value, int) else number(self.value))
        yield Heading((Reference(self.address, self.role), f"{stored_text(self.stored)} = ", value))
        yield Paragraph((self.meaning,), "meaning")
        if self.assignment and (self.assignment.indices or self.short != self.assignment.expression):
            yield Display(self.assignment)
        if told:
            yield Paragraph((said("uses", count=len(self.uses)),), "caption")
        yield from self.derivation(shown)
        yield from (Paragraph((note,), "note") for note in (*self.rounding(shown), *self.notes))
        yield from shown.uses(self.uses, told)
        yield from shown.sources(self.operands, self.ledgers)

    def derivation(self, shown: Shown) -> Iterator[Block]:
        """The long sums of its formula as ledgers, and the working: nothing for a number that is given."""
        yield from map(shown.ledger, self.ledgers)
        if self.instance and self.short:
            stages = dict.fromkeys(shown.expression(stage) for stage in (self.short, *self.working))
            yield Working(Access(self.instance.assignment.target, self.instance.place), tuple(stages))

    def rounding(self, shown: Shown) -> list[str]:
        """Where the numbers put in, rounded as the first stage shows them, give another last digit; or the trace has.

        Rounding at each stage may lead to yet another one, as 1.344 / 2 = 0.672 below numbers that give 0.6719.
        """
        if not self.stages:
            return []
        first, last, digits = self.stages[0], self.stages[-1], shown.digits
        assert isinstance(last, Constant)
        true, found = rounded(last.value, digits), rounded(exactly(all_rounded(first, digits)), digits)
        notes = []
        if found != true and not (isnan(found) and isnan(true)):
            notes.append(many("rounding.by-hand", digits, found=shown.number(found), true=shown.number(true)))
        if rounded(self.value, digits) != true:
            value, drawn, precision = shown.number(self.value), self.phase == "start", self.precision
            seen = {"value": value, "digits": BINARY_DIGITS[precision], "precision": precision}
            notes.append(said("rounding.drawn" if drawn else "rounding.computed", **seen))
        return notes

    def text(self, digits: int = DIGITS) -> str:
        """The explanation as `gpt-by-hand explain` prints it, with so many significant digits."""
        from gpt_by_hand.views.text import plain

        return plain(self.document(Shown(digits)))

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand.views.html import fragment

        return fragment(self.document(Shown()))

    def to_dict(self) -> dict[str, Any]:
        """The explanation as dictionaries, lists, strings and numbers, at full precision: what `--format json` prints.

        `substituted` is a Python expression (with `math`) that evaluates to the value, up to rounding in `precision`; a
        number that is not finite is a string ("-inf"), since JSON has no such numbers.
        """
        from gpt_by_hand.printers import latex, text

        found = self.assignment
        return {
            "address": self.address,
            "stored": None if self.stored is None else list(self.stored),
            "value": finite(self.value),
            "precision": self.precision,
            "title": self.title,
            "meaning": self.meaning,
            "phase": self.phase,
            "role": _role(self.role),
            "formula": None if found is None else {"text": text.formula(found), "latex": latex.formula(found)},
            "substituted": self.substituted,
            "steps": [text.text(stage) for stage in self.stages],
            "operands": [
                {"address": o.address, "value": finite(o.value), "meaning": o.meaning, "role": _role(o.role)}
                for o in self.operands
            ],
            "notes": list(self.notes),
            "uses": [_use(use) for use in self.uses],
            "sums": [_sum(ledger) for ledger in self.ledgers],
            "below": [below.to_dict() for below in self.below],
            **({} if self.whose is None else {"model": self.whose.facts()}),
            **({} if self.check is None else {"check": self.check.lines(), "checks": [self.check.facts()]}),
            **self._changed,
        }

    def addresses(self) -> Iterator[str]:
        """Of the number, of what it is computed from, and of all below."""
        yield self.address
        yield from (operand.address for operand in self.operands)
        for one in self.below:
            yield from one.addresses()

    @property
    def _changed(self) -> dict[str, Any]:
        """What a setting has changed, as plain data."""
        if self.changes is None:
            return {}
        return {"changed": changes.data(self.changes), "loss": self.loss and changes.both(*self.loss)}


def _role(role: Role) -> str:
    return role.name.lower()


def _use(use: Use) -> dict[str, Any]:
    from gpt_by_hand.printers.text import text

    share, value = finite(use.share), finite(use.value)
    return {"through": use.through, "term": text(use.term), "value": value, "share": share, "role": _role(use.role)}


def _sum(ledger: Ledger) -> dict[str, Any]:
    from gpt_by_hand.printers.text import text

    return {
        "name": ledger.name,
        "running": list(ledger.running),
        "columns": [text(column.element) for column in ledger.columns],
        "terms": [
            {
                "labels": list(entry.labels),
                "operands": [operand.address for operand in entry.operands],
                "value": finite(entry.value),
            }
            for entry in ledger.entries
        ],
        "total": finite(ledger.total),
    }
