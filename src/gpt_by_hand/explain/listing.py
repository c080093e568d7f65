"""What a number adds up from, as a table and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from decimal import Decimal
from functools import cached_property
from math import floor, isfinite, log10
from typing import Any

from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.explain.why import Part, Parts
from gpt_by_hand.language import spoken
from gpt_by_hand.layout.digits import finite, percent
from gpt_by_hand.layout.document import Bar, Block, Heading, Line, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import said, told
from gpt_by_hand.layout.tables import called
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import POSITION, SEQUENCE
from gpt_by_hand.notation import Role, Tensor
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.changed import is_setting
from gpt_by_hand.trace.meaning import meaning
from gpt_by_hand.trace.trace import Trace

MOST = 24  # parts in a table; of more, the largest, and the others together
FIXED = 6  # digits before or behind the point that are still written out


@dataclass(frozen=True)
class Listing:
    """The parts of a number as a table: the largest first where they are `sorted`, all of them where it is `full`."""

    parts: Parts
    shown: Shown = field(default_factory=Shown)
    sorted: bool = False
    full: bool = False

    @property
    def trace(self) -> Trace:
        """Where the numbers are."""
        return self.parts.trace

    def table(self) -> Table:
        """A row for each part, the smallest together if they are many, and the sum."""
        head = ((said("why.head"),), (said("why.adds"),), (said("why.share"),), (), (said("why.address"),))
        total = Row(((said("why.sum"),), self._number(self.parts.value), (), (), ()), "total")
        rows = [self._row(*row) for row in self._listed]
        kept = head if self.sorted else (*head[:2], *head[3:])
        return Table("ledger", kept, (*(row if self.sorted else _without_share(row) for row in (*rows, total)),))

    @cached_property
    def _listed(self) -> list[tuple[str, float, str]]:
        """What each row is called, how much it adds, and where it is."""
        rows = [(self.named(part), part.value, part.address) for part in self.listed]
        if rest := [part for part in self._nonzero if part not in self.listed]:
            rows.append((said("why.others", count=len(rest)), sum(part.value for part in rest), ""))
        return rows

    @property
    def _nonzero(self) -> list[Part]:
        return [part for part in self.parts.parts if part.value or len(self.parts.parts) == 1]

    @cached_property
    def listed(self) -> list[Part]:
        """The parts that have a row of their own."""
        by_size = sorted(self._nonzero, key=lambda part: -abs(part.value))
        largest = by_size if self.full or len(by_size) <= MOST else by_size[: MOST - 1]
        return largest if self.sorted else [part for part in self._nonzero if part in largest]

    def _row(self, name: str, value: float, where: str) -> Row:
        largest = max((abs(part.value) for part in self._nonzero if isfinite(part.value)), default=0) or 1
        part = self._share(value)
        share: Line = () if part is None else (Number(part, percent(part)),)
        bar: Line = (Bar(value / max(largest, abs(value))),) if isfinite(value) else ()
        reference: Line = (Reference(where),) if where else ()
        return Row(((name,), self._number(value), share, bar, reference))

    def _share(self, value: float) -> float | None:
        """Which part of the number it is; None where that is nothing, or no number."""
        share = value / self.parts.value if self.parts.value else None
        return share if share is not None and isfinite(share) else None

    def _number(self, value: float) -> Line:
        return (Number(value, self._written(value)),)

    def _written(self, value: float) -> str:
        """A number with as many decimals as all others, so that they can be added up as they stand."""
        decimals = self._decimals
        return self.shown.number(value) if decimals is None else f"{value + 0.0:.{decimals}f}"

    @cached_property
    def _decimals(self) -> int | None:
        largest = max(abs(self.parts.value), *(abs(part.value) for part in self.parts.parts))
        if not isfinite(largest) or not 10**-FIXED < largest < 10**FIXED:
            return None
        return max(0, self.shown.digits - 1 - floor(log10(largest)))

    def named(self, part: Part) -> str:
        """What a part is called: `attention 0, head 1`."""
        name = self._owner(part.of)
        if part.rest:
            return said("why.part.several", of=name, count=part.rest)
        for index, at in part.apart:
            spoken = told(index.axis.spoken).format(at) if index.axis else called(index, at)
            name = said("why.part.at", of=name, at=spoken)
        return name

    def _owner(self, tensor: Tensor) -> str:
        program = self.trace.program
        if is_setting(self.trace, tensor):
            assert tensor.of is not None
            return said("why.part.set", of=tensor.of.name)
        definitions = program.definitions.get(tensor.name, ())
        if tensor.concept in (concepts.TOKEN_VECTOR, concepts.POSITION_VECTOR):
            return self._read(tensor)
        layer = definitions[0].scope.layer if definitions else None
        if tensor.concept == concepts.PROJECTION and layer is not None:
            return said("why.part.attention", layer=layer)
        if tensor.concept == concepts.FEED_FORWARD and layer is not None:
            return said("why.part.feed-forward", layer=layer)
        if tensor.role is Role.BIAS:
            adding = next(a for a in program.assignments if any(r.tensor.name == tensor.name for r in a.reads()))
            return said("why.part.bias", of=self._owner(adding.target))
        if tensor.role is Role.GRADIENT and tensor.subject and tensor.subject.concept in concepts.RETURNS:
            return said("why.part.back", of=tensor.subject.name)
        if tensor == self.parts.tensor and len(self.parts.parts) > 1:
            return said("why.part.own")
        return tensor.name

    def _read(self, tensor: Tensor) -> str:
        """The word, or the position, whose vector it is; of several, that."""
        at = dict(zip((index.axis for index in tensor.indices), self.parts.read_at[tensor.name], strict=True))
        row, position, words = at.get(SEQUENCE), at[POSITION], self.trace.words
        if tensor.concept == concepts.POSITION_VECTOR:
            return said("why.part.places") if position is None else said("why.part.place", position=position)
        sequence = words.sequence(row)
        if sequence is None or position is None:
            return said("why.part.tokens")
        return said("why.part.token", word=words.quoted(int(sequence[position])))

    def notes(self) -> Iterator[Block]:
        """How its digits add up, what was held, and where it stopped."""
        for note in (self._rounding(), *self._held_notes(), *self._stopped_notes()):
            if note:
                yield Paragraph((note,), "note")

    def _rounding(self) -> str:
        """What the parts add up to as they are rounded in the table, where that is not the number as it is rounded."""
        if self._decimals is None:
            return ""
        found = str(sum(Decimal(self._written(value)) for _, value, _ in self._listed))
        true = self._written(self.parts.value)
        return said("why.rounded", found=found, true=true) if Decimal(found) != Decimal(true) else ""

    def _held_notes(self) -> Iterator[str]:
        if self.parts.held:
            held = map(self._held, self.parts.held)
            numbers = (at if value is None else f"{at} = {self.shown.number(value)}" for at, value in held)
            yield said("why.held", held=spoken().between.join(numbers))
        if self.trace.held:
            yield said("why.same", held=" ".join(f"--hold {name}" for name in self.trace.held))

    def _stopped_notes(self) -> Iterator[str]:
        for name, reason in self.parts.stopped.items():
            whole = name == self.parts.tensor.name
            because = told(reason)
            yield said("why.whole", reason=because) if whole else said("why.stopped", address=name, reason=because)

    def blocks(self) -> Iterator[Block]:
        """The number, what it means, its parts, and what is to be said of them."""
        parts = self.parts
        yield Heading((Reference(parts.address, parts.tensor.role), " = ", *self._number(parts.value)))
        yield Paragraph((meaning(self.trace, parts.tensor.name, parts.position),), "meaning")
        if [part.of for part in parts.parts] != [parts.tensor]:
            yield self.table()
        elif not parts.stopped:
            yield Paragraph((said("why.alone"),), "note")
        yield from self.notes()

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        parts = self.parts
        listed = sorted(parts.parts, key=lambda part: -abs(part.value)) if self.sorted else parts.parts
        return {
            "target": parts.address,
            "value": finite(parts.value),
            "parts": [
                {
                    "address": part.address,
                    "value": finite(part.value),
                    "share": self._share(part.value),
                    "meaning": self.named(part),
                    "of": part.of.name,
                }
                for part in listed
            ],
            "held": [self._held_data(tensor) for tensor in parts.held],
            "stopped": dict(parts.stopped),
        }

    def _held(self, tensor: Tensor) -> tuple[str, float | None]:
        """The address of what is held, and its number, if it is one."""
        read_at = self.parts.read_at[tensor.name]
        inside = ",".join(":" if at is None else str(at) for at in read_at)
        where = f"{tensor.name}[{inside}]" if any(at is not None for at in read_at) else tensor.name
        array = self.trace.array(where)
        return where, None if array.ndim else float(array)

    def _held_data(self, tensor: Tensor) -> dict[str, Any]:
        where, value = self._held(tensor)
        return {"address": where, "value": None if value is None else finite(value), "meaning": told(tensor.title)}


def _without_share(row: Row) -> Row:
    return replace(row, cells=(*row.cells[:2], *row.cells[3:]))
