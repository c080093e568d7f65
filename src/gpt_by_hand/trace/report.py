"""The report of `--gpt_by_hand`: every number of an iteration, in the order in which it is computed.

Nothing here knows what attention is: the report follows the program's formulas, their places and their titles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from gpt_by_hand.language import decimal
from gpt_by_hand.layout.digits import MOST, probability, scalar, written
from gpt_by_hand.layout.document import (
    Block,
    Emphasis,
    Formula,
    Heading,
    Matrix,
    Number,
    Paragraph,
    Reference,
    Row,
    Table,
)
from gpt_by_hand.layout.sentences import many, said, told
from gpt_by_hand.layout.tables import sheets
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import by_sequence
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.notation import Assignment, Index, Role
from gpt_by_hand.trace.address import as_stored, stored_text
from gpt_by_hand.trace.sizes import batch_line, size_line
from gpt_by_hand.trace.trace import Trace

TOP = 5


class Report:
    """The traces of iterations as documents, a block at a time.

    `full` shows every row and column. `digits` says how many significant ones numbers have: 0 that they have
    all, which is what `full` means if nothing is said, and None the usual ones.
    """

    def __init__(self, model: ModelConfig, full: bool = False, digits: int | None = None) -> None:
        self.model, self.full = model, full
        self.digits = 0 if full and digits is None else digits
        self._batch_size = 0  # sequences that a micro-step sees, where there are micro-steps

    def iteration(self, trace: Trace, iteration: int, batch_size: int) -> Iterator[Block]:
        """The whole of one iteration: each micro-step forward and backward, then the update."""
        rows, self._batch_size = trace.sequences, batch_size
        for step, first in enumerate(range(0, rows, batch_size)):
            which = range(first, min(first + batch_size, rows))
            b = many("report.rows", len(which), first=first, last=which[-1])
            steps = -(-rows // batch_size)
            yield Heading((said("report.micro-step", iteration=iteration, step=step + 1, steps=steps, rows=b),), 1)
            for row in which:
                yield from self.sequence(trace, row)
            yield self._micro_step_loss(trace, which)
        yield Heading((said("report.update", iteration=iteration),), 1)
        loss = trace.program.about(concepts.LOSS)
        assert loss is not None
        yield from self._tensor(trace, loss.name, None)
        shared = self._of(trace, "backward", of_rows=False)  # such as a weight's
        yield from self._section(trace, shared, None, said("report.gradients"))
        update = [*self._of(trace, "clip"), *self._of(trace, "update")]
        yield from self._sections(trace, [a for a in update if a.target.role is not Role.UPDATE], None)
        yield from self._changes(trace)

    def sequence(self, trace: Trace, row: int) -> Iterator[Block]:
        """One sequence: input and target, the forward pass, the loss, and the gradients of its activations."""
        yield from words(trace, row)
        yield Paragraph((said("report.sizes", sizes=batch_line(self.model, *trace.tokens.shape)),))
        yield Paragraph((size_line(self.model),))
        yield from self._sections(trace, self._of(trace, "forward"), row)
        if trace.program.about(concepts.LOSS) is not None:
            yield from self._sections(trace, self._of(trace, "loss", of_rows=True), row)
            yield self._loss_table(trace, row)
        yield self._likeliest(trace, row)
        gradients = self._of(trace, "backward", of_rows=True)
        yield from self._sections(trace, gradients, row, backward=True)

    def tensors(self, trace: Trace) -> Iterator[Block]:
        """Every tensor of the trace, in order, all sequences of the batch."""
        if trace.whose is not None:
            yield Paragraph((trace.whose.line(),), "model")
            self._batch_size = trace.whose.rows[1] if trace.whose.rows else 0
        rows = range(trace.sequences)
        for name in trace.names:
            if name not in trace.program.tensors:
                yield from self._element(trace, name)
                continue
            for row in rows if by_sequence(trace.tensor(name)) else (None,):
                yield from self._tensor(trace, name, row)

    def _element(self, trace: Trace, asked: str) -> Iterator[Block]:
        """One number, or those that an address with `:` means, with the formulas of the tensor that they belong to."""
        part, found = trace.part(asked), trace.describe(asked)
        name = asked if part.stored is None else found["address"]
        yield from _title(name, stored_text(found["stored"]), found["title"], trace.definitions(asked))
        row = part.chosen[0] if by_sequence(part.tensor) else None
        row = row if isinstance(row, int) else None
        yield from self._values(trace, trace.array(asked), part.left, row, asked=True)

    def _sections(
        self, trace: Trace, assignments: Sequence[Assignment], row: int | None, backward: bool = False
    ) -> Iterator[Block]:
        """A section for each part of the model, passed on the way there or back."""
        for scope in dict.fromkeys(a.scope for a in assignments):
            title = told(scope.title) or scope.name
            title = said("report.backward", title=title) if backward else title
            yield from self._section(trace, [a for a in assignments if a.scope == scope], row, title)

    def _section(self, trace: Trace, assignments: Sequence[Assignment], row: int | None, title: str) -> Iterator[Block]:
        if assignments:
            yield Heading((title,), 2)
        shown: set[str] = set()
        for assignment in assignments:
            masks = [access.tensor.name for access in assignment.reads() if access.tensor.role is Role.MASK]
            for name in (*masks, assignment.target.name):
                if name in trace.names and name not in shown:
                    shown.add(name)
                    yield from self._tensor(trace, name, row)

    def _tensor(self, trace: Trace, name: str, row: int | None) -> Iterator[Block]:
        """The address, the question, the formula, and the numbers."""
        tensor, values = trace.tensor(name), trace[name]
        indices = tensor.indices
        by_row = row is not None and by_sequence(tensor)
        yield from self._head(trace, name, row if by_row else None)
        if by_row:
            values, indices = values[row], indices[1:]
        yield from self._values(trace, values, indices, row)

    def _head(self, trace: Trace, name: str, row: int | None = None) -> Iterator[Block]:
        """The address, the question and the formula."""
        tensor = trace.tensor(name)
        where = f"[{', '.join(i.name for i in tensor.indices)}]  {list(tensor.shape)}" if tensor.indices else ""
        sequence = "" if row is None or trace.sequences == 1 else f"  {self._sequence(row)}"
        yield from _title(name, where + sequence, trace.describe(name)["title"], trace.definitions(name))

    def _sequence(self, row: int) -> str:
        """What the index b means: `b = 1: micro-step 2`."""
        if not self._batch_size:
            return said("report.row", row=row)
        step, at = divmod(row, self._batch_size)
        if self._batch_size == 1:
            return said("report.row.step", row=row, step=step + 1)
        return said("report.row.sequence", row=row, sequence=at + 1, step=step + 1)

    def _values(
        self, trace: Trace, values: np.ndarray, indices: Sequence[Index], row: int | None, asked: bool = False
    ) -> Iterator[Block]:
        """The numbers; those that were `asked` for one by one, with `:`, are not folded."""
        if not indices:
            yield Paragraph((self._number(values),), "number")
            return
        yield from sheets(values, indices, lambda i: trace.words.labels(i, row), self.full or asked, self.digits)

    def _number(self, value: np.ndarray) -> Number:
        return Number(value.item(), scalar(value, MOST if self.digits is None else self.digits))

    def _loss_table(self, trace: Trace, row: int) -> Table:
        """The loss per position: what was expected, how likely it was, how surprising."""
        targets = trace.about(concepts.TARGETS)[row]
        chances, surprise = (trace.about(one)[row] for one in (concepts.PROBABILITIES, concepts.SURPRISE))
        digits = MOST if self.digits is None else self.digits
        expected = chances[np.arange(len(targets)), targets]
        numbers = (map(decimal, written(column, digits)) for column in (expected, surprise))
        words = map(trace.tokenizer.label, map(int, targets))
        columns = (map(str, range(len(targets))), trace.words.of(row), words, *numbers)
        heads = (said("head.position"), said("head.after"), said("head.comes"), said("head.probability"), "nll")
        return _table(heads, zip(*columns, strict=True))

    def _likeliest(self, trace: Trace, row: int) -> Paragraph:
        """The most likely next tokens at the last position."""
        probabilities = trace.about(concepts.PROBABILITIES)[row, -1]
        label = trace.tokenizer.label
        best = [int(token) for token in np.argsort(-probabilities, kind="stable")[:TOP]]
        words = ", ".join(f"{label(token)} {decimal(probability(probabilities[token]))}" for token in best)
        return Paragraph((said("report.likeliest", words=words),))

    def _micro_step_loss(self, trace: Trace, rows: range) -> Heading:
        found = trace.about(concepts.SEQUENCE_LOSS)
        mean = found.dtype.type(np.mean([float(found[row]) for row in rows]))
        return Heading((said("report.loss"), self._number(mean)), 4)

    def _changes(self, trace: Trace) -> Iterator[Block]:
        """Each weight before, its change, and after."""
        yield Heading((said("report.changes"),), 2)
        for parameter in trace.program.parameters:
            updated = trace.program.wrapping(Role.UPDATE, parameter)
            assert updated is not None
            before, after = (trace[t.name].reshape(parameter.stored_shape) for t in (parameter, updated))
            yield from self._head(trace, updated.name)
            *rows, columns = map(trace.words.labels, as_stored(parameter).indices)
            pieces = (
                (said("report.before"), before),
                (said("report.change"), after - before),
                (said("report.after"), after),
            )
            for what, values in pieces:
                yield Heading((Reference(parameter.name), f" {list(parameter.stored_shape)}  {what}"), 4)
                yield Matrix("", np.atleast_2d(values), rows[0] if rows else None, columns, self.full, self.digits)

    def _of(self, trace: Trace, phase: str, of_rows: bool | None = None) -> list[Assignment]:
        """The assignments of a phase: those with numbers for each sequence, those of all of them together, or both."""
        found = (a for a in trace.program.assignments if a.phase == phase)
        return [a for a in found if of_rows is None or by_sequence(a.target) == of_rows]


def words(trace: Trace, row: int) -> Iterator[Block]:
    """The words that go in, beside their numbers, and the ones that should come out."""
    tokens, label = trace.tokens[row], trace.tokenizer.label
    yield Paragraph((said("report.input", tokens=[int(t) for t in tokens], text=repr(trace.tokenizer.decode(tokens))),))
    heads, columns = [said("head.position"), said("head.token"), said("head.word")], [tokens]
    if (targets := trace.about(concepts.TARGETS)) is not None:
        targets = targets[row]
        yield Paragraph(
            (said("report.target", tokens=[int(t) for t in targets], text=repr(trace.tokenizer.decode(targets))),)
        )
        heads, columns = [*heads, said("head.next-token"), said("head.next-word")], [tokens, targets]
    rows = (
        [str(position), *(text for token in both for text in (str(token), label(int(token))))]
        for position, both in enumerate(zip(*columns, strict=True))
    )
    yield _table(heads, rows)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table(
        "numbers", tuple((head,) for head in heads), tuple(Row(tuple((cell,) for cell in row)) for row in rows)
    )


def _title(name: str, behind: str, title: str, definitions: Sequence[Assignment]) -> Iterator[Block]:
    """The name, the question and the formulas."""
    yield Heading((Reference(name), f"{behind}  ", Emphasis(title)), 3)
    for definition in definitions:
        yield Paragraph((Formula(definition),), "formula")
