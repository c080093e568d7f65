"""The documents that say what a number adds up from, and why a word is predicted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field, replace
from functools import cached_property
from math import floor, isfinite, log10
from typing import Any

from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.explain.why import Part, Parts, Said, Why
from gpt_by_hand.layout.digits import percent
from gpt_by_hand.layout.document import Bar, Block, Heading, Line, Matrix, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.layout.tables import called
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Role, Tensor
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.meaning import meaning
from gpt_by_hand.trace.trace import Trace

MOST = 24  # parts in a table; of more, the largest, and the others together
FIXED = 6  # digits before or behind the point that are still written out
LIKELIEST = 3  # words that the model would have said


@dataclass(frozen=True)
class Listing:
    """The parts of a number as a table: the largest first where they are `sorted`, all of them where it is `full`."""

    trace: Trace
    parts: Parts
    shown: Shown = field(default_factory=Shown)
    sorted: bool = False
    full: bool = False

    def table(self) -> Table:
        """A row for each part, the smallest together if they are many, and the sum."""
        rows = [self._row(self.named(part), part.value, part.address) for part in self.listed]
        if rest := [part for part in self._nonzero if part not in self.listed]:
            rows.append(self._row(said("why.others", count=len(rest)), sum(part.value for part in rest), ""))
        head = (
            (said("why.head"),),
            (said("why.adds"),),
            (said("why.share"),),
            (),
            (said("why.address"),),
        )
        total = Row(((said("why.sum"),), self._number(self.parts.value), (), (), ()), "total")
        kept = head if self.sorted else (*head[:2], *head[3:])
        return Table("ledger", kept, (*(row if self.sorted else _without_share(row) for row in (*rows, total)),))

    @property
    def _nonzero(self) -> list[Part]:
        return [part for part in self.parts.parts if part.value or len(self.parts.parts) == 1]

    @property
    def listed(self) -> list[Part]:
        """The parts that have a row of their own."""
        by_size = sorted(self._nonzero, key=lambda part: -abs(part.value))
        largest = by_size if self.full or len(by_size) <= MOST else by_size[: MOST - 1]
        return largest if self.sorted else [part for part in self._nonzero if part in largest]

    def _row(self, name: str, value: float, where: str) -> Row:
        largest = max((abs(part.value) for part in self._nonzero), default=0) or 1
        part = value / self.parts.value if self.parts.value else None
        share: Line = () if part is None else (Number(part, percent(part)),)
        reference: Line = (Reference(where),) if where else ()
        return Row(((name,), self._number(value), share, (Bar(value / max(largest, abs(value))),), reference))

    def _number(self, value: float) -> Line:
        """A number with as many decimals as all others, so that they can be added up as they stand."""
        decimals = self._decimals
        return (Number(value, self.shown.number(value) if decimals is None else f"{value:.{decimals}f}"),)

    @cached_property
    def _decimals(self) -> int | None:
        largest = max(abs(self.parts.value), *(abs(part.value) for part in self.parts.parts))
        if not isfinite(largest) or not 10**-FIXED < largest < 10**FIXED:
            return None
        return max(0, self.shown.digits - 1 - floor(log10(largest)))

    def named(self, part: Part) -> str:
        """What a part is called: `attention 0, head 1`."""
        if part.rest:
            return said("why.part.several", of=self._owner(part.of), count=part.rest)
        name = self._owner(part.of)
        for index, at in part.apart:
            spoken = index.axis.spoken.format(at) if index.axis else called(index, at)
            name = said("why.part.at", of=name, at=spoken)
        return name

    def _owner(self, tensor: Tensor) -> str:
        program = self.trace.program
        definitions = program.definitions.get(tensor.name, ())
        if tensor.concept == concepts.TOKEN_VECTOR and self._word is not None:
            return said("why.part.token", word=self._word)
        if tensor.concept == concepts.POSITION_VECTOR and self._place is not None:
            return said("why.part.place", position=self._place)
        layer = definitions[0].scope.layer if definitions else None
        if tensor.concept == concepts.PROJECTION and layer is not None:
            return said("why.part.attention", layer=layer)
        if tensor.concept == concepts.FEED_FORWARD and layer is not None:
            return said("why.part.feed-forward", layer=layer)
        if tensor.role is Role.BIAS:
            adding = next(a for a in program.assignments if any(r.tensor.name == tensor.name for r in a.reads()))
            return said("why.part.bias", of=self._owner(adding.target))
        return tensor.name

    @property
    def _place(self) -> int | None:
        """The position in the sequence that the number is of, if it is of one."""
        tokens = self.trace.program.about(concepts.TOKENS)
        at = dict(zip(self.parts.tensor.indices, self.parts.position, strict=True))
        return at.get(tokens.indices[1]) if tokens is not None else None

    @property
    def _word(self) -> str | None:
        tokens, place = self.trace.tokens, self._place
        if tokens is None or place is None or len(tokens) > 1:
            return None
        return self.trace.words.quoted(int(tokens[0, place]))

    def notes(self) -> Iterator[Block]:
        """What was held, and where it stopped."""
        for tensor in self.parts.held:
            where = self.held_at(tensor)
            value = f" = {self.shown.number(float(self.trace[where]))}" if where != tensor.name else ""
            yield Paragraph((said("why.held", held=f"{where}{value}"),), "note")
        for name, reason in self.parts.stopped.items():
            whole = name == self.parts.tensor.name
            stopped = said("why.whole", reason=reason) if whole else said("why.stopped", address=name, reason=reason)
            yield Paragraph((stopped,), "note")

    def held_at(self, tensor: Tensor) -> str:
        """The address of what is held, where it is one number; else the name of the tensor."""
        at = dict(zip(self.parts.tensor.indices, self.parts.position, strict=True))
        if all(index in at for index in tensor.indices):
            return address.of(tensor.name, tuple(at[index] for index in tensor.indices))
        return tensor.name

    def blocks(self) -> Iterator[Block]:
        """The number, what it means, its parts, and what is to be said of them."""
        parts = self.parts
        yield Heading((Reference(parts.address, parts.tensor.role), " = ", *self._number(parts.value)))
        yield Paragraph((meaning(self.trace, parts.tensor.name, parts.position),), "meaning")
        yield self.table()
        yield from self.notes()

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        parts = self.parts
        return {
            "target": parts.address,
            "value": parts.value,
            "parts": [
                {
                    "address": part.address,
                    "value": part.value,
                    "share": part.value / parts.value if parts.value else None,
                    "meaning": self.named(part),
                    "of": part.of.name,
                }
                for part in (self._by_size() if self.sorted else parts.parts)
            ],
            "held": [self._held(tensor) for tensor in parts.held],
            "stopped": dict(parts.stopped),
        }

    def _by_size(self) -> list[Part]:
        return sorted(self.parts.parts, key=lambda part: -abs(part.value))

    def _held(self, tensor: Tensor) -> dict[str, Any]:
        where = self.held_at(tensor)
        value = float(self.trace[where]) if where != tensor.name else None
        return {"address": where, "value": value, "meaning": tensor.title}


def _without_share(row: Row) -> Row:
    return replace(row, cells=(*row.cells[:2], *row.cells[3:]))


def document(found: Why, given: str = "", shown: Shown | None = None, full: bool = False) -> Iterator[Block]:
    """Why a word is predicted; `given` is the prompt as it was given, where that is another one."""
    listing = Listing(found.trace, found.parts, shown or Shown(), full=full)
    if found.trace.whose is not None:
        yield Paragraph((found.trace.whose.line(),), "model")
    if given and given != found.prompt:
        yield Paragraph((said("why.space", given=repr(given), prompt=repr(found.prompt)),), "note")
    yield Paragraph((_rank(found, found.word),))
    if found.against is None:
        yield from listing.blocks()
    else:
        yield Paragraph((_rank(found, found.against),))
        yield from _difference(found, listing)
    yield from _looks(found)
    yield from _lens(found)


def _difference(found: Why, listing: Listing) -> Iterator[Block]:
    parts, trace = found.parts, found.trace
    other = address.of(parts.tensor.name, (*parts.position[:-1], found.against))  # type: ignore[arg-type]
    number = Number(parts.value, listing.shown.number(parts.value))
    yield Heading((Reference(parts.address), " - ", Reference(other), " = ", number))
    words = {"word": trace.words.quoted(found.word), "other": trace.words.quoted(found.against or 0)}
    yield Paragraph((said("why.difference", **words),), "meaning")
    yield listing.table()
    yield from listing.notes()


def _rank(found: Why, word: int) -> str:
    """How likely a word is, among all words; with the prompt for the word that is asked for."""
    last, quoted = found.said[-1], found.trace.words.quoted(word)
    rank, count = last.rank(word), f"{len(last.probabilities):,}"
    numbers = {"word": quoted, "count": count, "probability": _percent(last.probabilities[word])}
    if word != found.word:
        return said("why.against", rank=rank, **numbers)
    if rank == 1:
        return said("why.first", prompt=repr(found.prompt), **numbers)
    return said("why.after", prompt=repr(found.prompt), rank=rank, **numbers)


def _percent(value: float) -> str:
    return f"{100 * value:.3g}%"


def _looks(found: Why) -> Iterator[Block]:
    """For each layer how much each head looks at each word."""
    last = found.parts.position[1]
    yield Heading((said("why.looks", word=found.trace.words.quoted(int(found.trace.tokens[0, last]))),), 3)
    for tensor, shares in found.looks:
        caption = f"{tensor.name}[0,:,{last},:]"
        over, heads = tensor.indices[-1], tensor.indices[1]
        subscripts = (0, 0, last, over)

        def column(at: int, tensor: Tensor = tensor, subscripts: Any = subscripts) -> str:
            return found.trace.words.label(tensor, subscripts, len(tensor.indices) - 1, at)

        yield Matrix(caption, shares, lambda at, heads=heads: called(heads, at), column, digits=3)  # type: ignore[misc]


def _lens(found: Why) -> Iterator[Block]:
    """What would have been said after each layer: the word's probability, its rank, and the likeliest words."""
    trace = found.trace
    words = [found.word] if found.against is None else [found.word, found.against]
    heads: list[Line] = [(said("why.lens.head"),)]
    for word in words:
        heads += [(trace.words.quoted(word),), (said("why.lens.rank"),)]
    yield Heading((said("why.lens"),), 3)
    rows = [_lens_row(trace, layer, words) for layer in found.said]
    yield Table("uses", (*heads, (said("why.lens.likeliest"),)), tuple(rows))


def _lens_row(trace: Trace, layer: Said, words: list[int]) -> Row:
    cells: list[Line] = [(Reference(layer.tensor.name),)]
    for word in words:
        probability = float(layer.probabilities[word])
        cells += [(Number(probability, _percent(probability)),), (str(layer.rank(word)),)]
    likeliest = (f"{trace.words.quoted(w)} {_percent(layer.probabilities[w])}" for w in layer.likeliest(LIKELIEST))
    return Row((*cells, (", ".join(likeliest),)))


def as_data(found: Why) -> dict[str, Any]:
    """The same as plain data, at full precision."""
    last, label = found.said[-1], found.trace.tokenizer.label
    return {
        **Listing(found.trace, found.parts).data(),
        "prompt": found.prompt,
        "word": label(found.word),
        "probability": float(last.probabilities[found.word]),
        "rank": last.rank(found.word),
        "against": None if found.against is None else label(found.against),
        "looks": {tensor.name: shares.tolist() for tensor, shares in found.looks},
        "layers": [
            {
                "address": layer.tensor.name,
                "probability": float(layer.probabilities[found.word]),
                "rank": layer.rank(found.word),
                "likeliest": [
                    {"word": label(w), "probability": float(layer.probabilities[w])} for w in layer.likeliest(LIKELIEST)
                ],
            }
            for layer in found.said
        ],
        "model": None if found.trace.whose is None else found.trace.whose.facts(),
    }
