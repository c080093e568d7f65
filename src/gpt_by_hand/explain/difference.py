"""How two traces differ: which numbers, by how much, and what came of it; as a document, as text, as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from gpt_by_hand.data.tokenizers import same_entries
from gpt_by_hand.explain import changes
from gpt_by_hand.explain.changes import both, number
from gpt_by_hand.language import whole
from gpt_by_hand.layout.document import Block, Heading, Line, Number, Paragraph, Reference, Row, Table
from gpt_by_hand.layout.sentences import many, said, told
from gpt_by_hand.layout.tables import has_layout, short
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Index, Layout, Tensor
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.compared import Change, Compared, compare, losses, settings_that_differ
from gpt_by_hand.trace.meaning import WORDS
from gpt_by_hand.trace.trace import Trace

LARGEST = 20  # changes that are shown, unless all are
LIKELIEST = 3  # next words of each of the two
NAME = 11  # letters of what each of the two is called, above its numbers
NAMED = 6  # parts that are equal: of more, the number


@dataclass(frozen=True, repr=False, eq=False)
class Difference:
    """Two traces, number by number; `called` is what to call them where both stand beside each other.

    >>> from gpt_by_hand import GPT
    >>> trace = GPT.from_preset("demo").trace("gpt by hand")
    >>> difference = trace.diff(trace.set({"h.0.attn.mix[:,:,1,:]": 0}))
    >>> [(change.address, f"{change.before:.4f}", f"{change.after:.4f}") for change in difference.largest(1)]
    [('ln_f.rstd[0,0]', '35.3851', '34.9221')]
    """

    before: Trace
    after: Trace
    called: tuple[str, str] = ("", "")

    def tensors(self, most: int | None = LARGEST) -> list[Compared]:
        """Each tensor of `after` that `before` has too, with its largest changes: so many, or all."""
        return self._few if most == LARGEST else list(compare(self.before, self.after, most))

    @cached_property
    def _few(self) -> list[Compared]:
        return list(compare(self.before, self.after, LARGEST))

    def largest(self, most: int | None = LARGEST) -> list[Change]:
        """The largest changes: so many, or all. First settings and words, which are no sizes."""
        return self._largest_of(self.tensors(most))[:most]

    def _largest_of(self, tensors: Sequence[Compared]) -> list[Change]:
        """Settings first, then words, then the largest changes of these tensors."""
        found = [change for tensor in tensors for change in tensor.largest]
        ordered = sorted(found, key=lambda change: (change.counts, -change.size))
        return [*self._settings, *ordered]

    @cached_property
    def _settings(self) -> list[Change]:
        return list(settings_that_differ(self.before, self.after))

    @property
    def loss(self) -> tuple[float, float] | None:
        """The loss of both, in nats per token, if both have one."""
        return losses(self.before, self.after)

    @cached_property
    def next_words(self) -> list[tuple[int, float, float]]:
        """The words that are likeliest to come next, with their probability in both; nothing for an iteration."""
        both = [trace.about(concepts.PROBABILITIES) for trace in (self.before, self.after)]
        if any(found is None or len(found) > 1 for found in both) or not self._same_words:
            return []
        before, after = (found[0, -1] for found in both)
        likeliest = {word for one in (before, after) for word in _likeliest(one)}
        return [(w, float(before[w]), float(after[w])) for w in sorted(likeliest, key=lambda w: -after[w])]

    @property
    def _same_words(self) -> bool:
        return same_entries(self.before.tokenizer, self.after.tokenizer)

    def document(self, full: bool = False) -> Iterator[Block]:
        """Whose numbers they are, the loss or the next words, the largest changes, or all, and where they are."""
        yield from self._whose()
        most = None if full else LARGEST
        tensors = self.tensors(most)
        count, total = (sum(getattr(tensor, name) for tensor in tensors) for name in ("changed", "total"))
        largest = self._largest_of(tensors)[:most]
        if largest:
            yield Paragraph((many("difference.count", count, total=whole(total)),))
        elif not total:
            yield Paragraph((said("difference.nothing"),))
        else:
            equal = total - sum(tensor.rounded for tensor in tensors)
            yield Paragraph((said("difference.none", count=whole(equal)),))
        yield from self._outcome()
        yield from self._largest(largest, count + len(self._settings))
        yield from self._where(tensors)
        yield from _not_compared(tensors)

    def _whose(self) -> Iterator[Block]:
        lines = [trace.whose.line() for trace in (self.before, self.after) if trace.whose]
        if any(self.called) and len(lines) > 1:
            same = lines[0] == lines[1]
            called = zip(self.called, lines, strict=True)
            lines = lines[:1] if same else [said("difference.of", called=name, whose=whose) for name, whose in called]
        yield from (Paragraph((line,), "model") for line in (lines if any(self.called) else lines[-1:]))

    def _outcome(self) -> Iterator[Block]:
        """What came of it: the loss, or what the model says comes next."""
        if self.loss is not None:
            loss = self.after.program.about(concepts.LOSS)
            assert loss is not None
            yield self._table(said("difference.address"), [((Reference(loss.name),), *self.loss)])
        elif words := self.next_words:
            yield Heading((said("difference.next"),), 3)
            quoted = self.after.words.quoted
            yield self._table(said("difference.word"), [((quoted(word),), *chances) for word, *chances in words])

    def _largest(self, largest: Sequence[Change], count: int) -> Iterator[Block]:
        if not largest:
            return
        yield Heading((said("difference.largest"),), 3)
        yield Table("uses", self._head(said("difference.address")), tuple(map(self._row, largest)))
        if (others := count - len(largest)) > 0:
            yield Paragraph((many("difference.others", others),))

    def _head(self, first: str) -> tuple[Line, ...]:
        before, after = (short(name, NAME) for name in self.called)
        return changes.head(first, *(("", "") if before == after else (before, after)))

    def _table(self, first: str, rows: Sequence[tuple[Any, ...]]) -> Table:
        return Table("uses", self._head(first), tuple(changes.row(*cells) for cells in rows))

    def _row(self, change: Change) -> Row:
        where: Line = (Reference(self._readable(change.address)),)
        tensor = self.after.program.tensors.get(change.address.partition("[")[0])
        if tensor is not None and tensor.concept in WORDS:
            before, after = (
                (trace.words.quoted(int(token)),)
                for trace, token in ((self.before, change.before), (self.after, change.after))
            )
            return Row((where, before, after, ()))
        if change.counts:
            return changes.row(where, change.before, change.after)
        return Row((where, number(change.before), number(change.after), ()))

    def _readable(self, where: str) -> str:
        """The same address, with a word for its number in the vocabulary, which can be asked for just so."""
        name, inside = address.split(where)
        tensor = self.after.program.tensors.get(name)
        if tensor is None or inside is None or not self._same_words:
            return where
        part = self.after.part(where)
        return f"{name}[{','.join(map(self._word, part.indices, part.chosen))}]"

    def _word(self, index: Index, at: int | slice) -> str:
        if isinstance(at, slice) or not has_layout(index, Layout.VOCABULARY):
            return str(at)
        word = self.after.tokenizer.label(at)
        return word if word.isalpha() and word.isascii() else str(at)

    def _where(self, tensors: Sequence[Compared]) -> Iterator[Block]:
        """For each part of the model how many numbers differ; the parts that are equal together."""
        parts: dict[tuple[str, str], list[Compared]] = {}
        phases = {self._part(tensor.tensor)[0] for tensor in tensors if tensor.changed}
        for tensor in tensors:
            if tensor.total:
                parts.setdefault(self._part(tensor.tensor), []).append(tensor)
        rows, equal = [], list[str]()
        for (phase, part), found in parts.items():
            count, total = (sum(getattr(tensor, name) for tensor in found) for name in ("changed", "total"))
            if count:
                most = max((tensor.largest[0] for tensor in found if tensor.changed), key=lambda c: c.size)
                cells: tuple[Line, ...] = (
                    (told(phase),),
                    (part,),
                    _whole(count),
                    _whole(total),
                    (Reference(self._readable(most.address)),),
                )
                rows.append(Row(cells))
            else:
                equal.append(f"{told(phase)} {part}".rstrip() if phase in phases else told(phase))
        if rows:
            head: tuple[Line, ...] = (
                (said("difference.phase"),),
                (said("difference.part"),),
                (said("difference.differ"),),
                (said("difference.in-all"),),
                (said("difference.most"),),
            )
            yield Heading((said("difference.where"),), 3)
            yield Table("uses", head, tuple(rows))
        if equal and rows:
            yield Paragraph((said("difference.equal", parts=_listed(list(dict.fromkeys(equal)))),), "note")

    @cached_property
    def _whole(self) -> Trace:
        """What comes after, with all of its tensors."""
        return replace(self.after, names=tuple(self.after.program.tensors))

    def _part(self, tensor: Tensor) -> tuple[str, str]:
        """The phase that a tensor is computed in, and the part of the model that it belongs to."""
        found = self._whole.describe(tensor.name)
        return found["phase"], found["place"] or tensor.part

    def text(self, full: bool = False) -> str:
        """The same as `gpt-by-hand diff` prints it."""
        from gpt_by_hand.views.text import plain

        return plain(self.document(full))

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from gpt_by_hand.views.html import fragment

        return fragment(list(self.document()))

    def to_dict(self) -> dict[str, Any]:
        """All numbers that differ, the largest change first, as plain data at full precision.

        A number that is not finite is a string, since JSON has no such numbers.
        """
        label, tensors = self.after.tokenizer.label, self.tensors(None)
        return {
            "changed": [
                {"address": change.address, **both(change.before, change.after)} for change in self._largest_of(tensors)
            ],
            "loss": None if self.loss is None else both(*self.loss),
            "next": [{"word": label(word), **both(before, after)} for word, before, after in self.next_words],
            "equal": [tensor.tensor.name for tensor in tensors if tensor.total and not tensor.changed],
            "rounded": sum(tensor.rounded for tensor in tensors),
            "not_compared": [tensor.tensor.name for tensor in tensors if not tensor.total or tensor.alone],
            "models": [trace.whose and trace.whose.facts() for trace in (self.before, self.after)],
        }


def _likeliest(probabilities: np.ndarray) -> list[int]:
    """The words with the highest of these probabilities [v]; none where they are no numbers."""
    ordered = np.argsort(-probabilities, kind="stable")[:LIKELIEST]
    return [int(word) for word in ordered if not np.isnan(probabilities[word])]


def _whole(count: int) -> Line:
    return (Number(count, whole(count)),)


def _listed(names: Sequence[str]) -> str:
    parts, rest = ", ".join(names[:NAMED]), len(names) - NAMED
    return many("difference.and", rest, parts=parts) if rest > 0 else parts


def _not_compared(tensors: Sequence[Compared]) -> Iterator[Block]:
    """What only one of the two has, and what has other indices or other words."""
    if rounded := sum(tensor.rounded for tensor in tensors):
        yield Paragraph((many("difference.rounded", rounded),), "note")
    if alone := sum(tensor.alone for tensor in tensors):
        example = next(tensor.example for tensor in tensors if tensor.alone)
        yield Paragraph((many("difference.alone", alone, example=example),), "note")
    if unlike := [tensor.tensor.name for tensor in tensors if not (tensor.total or tensor.alone)]:
        yield Paragraph((many("difference.unlike", len(unlike), names=_listed(unlike)),), "note")
