"""The report of `--gpt_by_hand`: every number of an iteration, in the order in which it is computed.

Nothing here knows what attention is: the report follows the program's formulas, their places and their titles.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

import numpy as np

from gpt_by_hand.layout.document import (
    Block,
    Emphasis,
    Formula,
    Heading,
    Label,
    Matrix,
    Number,
    Paragraph,
    Reference,
    Row,
    Table,
)
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.places import PLACES, place_title
from gpt_by_hand.model.size import batch_line, size_line
from gpt_by_hand.notation import Assignment, Tensor
from gpt_by_hand.study.digits import MOST, probability, scalar, written
from gpt_by_hand.study.tables import Names, sheets
from gpt_by_hand.study.trace import Trace

TOP = 5


class Report:
    """The traces of iterations as documents, a block at a time.

    `full` shows every row and column. `digits` says how many significant ones single numbers have: 0 that they have
    all, which is what `full` means if nothing is said, and None the usual ones.
    """

    def __init__(self, model: ModelConfig, full: bool = False, digits: int | None = None) -> None:
        self.model, self.full = model, full
        self.digits = 0 if full and digits is None else digits
        self._batch_size = 0  # sequences that a micro-step sees, where there are micro-steps

    def iteration(self, trace: Trace, iteration: int, batch_size: int) -> Iterator[Block]:
        """The whole of one iteration: each micro-step forward and backward, then the update."""
        rows, self._batch_size = trace["tokens"].shape[0], batch_size
        for step, first in enumerate(range(0, rows, batch_size)):
            which = range(first, min(first + batch_size, rows))
            b = f"b = {first}" + (f" to {which[-1]}" if len(which) > 1 else "")
            yield _heading(f"Iteration {iteration}, micro-step {step + 1} of {-(-rows // batch_size)}: {b}", 1)
            for row in which:
                yield from self.sequence(trace, row)
            yield self._micro_step_loss(trace, which)
        yield _heading(f"Iteration {iteration}, update", 1)
        yield from self._tensor(trace, "loss", None)
        shared = [a for a in trace.program.assignments if self._is_shared_gradient(a)]
        yield from self._section(trace, shared, None, "Gradients")
        for place in ("clip", "schedule"):
            yield from self._section(trace, self._of(trace, place=place), None, PLACES[place])
        adamw = [a for a in self._of(trace, place="adamw") if not a.name.startswith("new.")]
        yield from self._section(trace, adamw, None, PLACES["adamw"])
        yield from self._changes(trace)

    def sequence(self, trace: Trace, row: int) -> Iterator[Block]:
        """One sequence: input and target, the forward pass, the loss, and the gradients of its activations."""
        yield from self.words(trace, row)
        yield _line(f"Sizes: {batch_line(self.model, *trace['tokens'].shape)}")
        yield _line(size_line(self.model))
        yield from self.forward(trace, row)
        if "loss" in trace:
            yield from self._section(trace, self._of(trace, phase="loss", of_rows=True), row, PLACES["loss"])
            yield self._loss_table(trace, row)
        yield self._likeliest(trace, row)
        gradients = self._of(trace, phase="backward", of_rows=True)
        for place in dict.fromkeys(a.place for a in gradients):
            title = f"Gradients, backward through: {place_title(place)}"
            yield from self._section(trace, [a for a in gradients if a.place == place], row, title)

    def tensors(self, trace: Trace) -> Iterator[Block]:
        """Every tensor of the trace, in order, all sequences of the batch."""
        if trace.whose is not None:
            yield Paragraph((trace.whose.line(),), "model")
            self._batch_size = trace.whose.rows[1] if trace.whose.rows else 0
        rows = range(trace.arrays["tokens"].shape[0])
        for name in trace.names:
            if name not in trace.program.tensors:
                yield from self._element(trace, name)
                continue
            tensor = trace.tensor(name)
            by_row = tensor.indices and tensor.indices[0].name == "b"
            for row in rows if by_row else (None,):
                yield from self._tensor(trace, name, row)

    def _element(self, trace: Trace, address: str) -> Iterator[Block]:
        """One number, or those that an address with `:` means, with the formulas of the tensor that they belong to."""
        described, row = trace.describe(address), trace.chosen(address).get("b")
        yield from _title(address, "", described["title"], trace.definitions(address))
        row = row if isinstance(row, int) else None
        yield from self._values(trace, trace.arrays[address], described["indices"], row, asked=True)

    def words(self, trace: Trace, row: int) -> Iterator[Block]:
        """The words that go in, beside their numbers, and the ones that should come out."""
        tokens, label = trace["tokens"][row], trace.tokenizer.label
        yield _line(f"Input:  {[int(t) for t in tokens]}  {trace.tokenizer.decode(tokens)!r}")
        heads, columns = ["position", "token", "word"], [tokens]
        if "targets" in trace:
            targets = trace["targets"][row]
            yield _line(f"Target: {[int(t) for t in targets]}  {trace.tokenizer.decode(targets)!r}")
            heads, columns = [*heads, "→ token", "→ word"], [tokens, targets]
        rows = (
            [str(position), *(text for token in both for text in (str(token), label(int(token))))]
            for position, both in enumerate(zip(*columns, strict=True))
        )
        yield _table(heads, rows)

    def forward(self, trace: Trace, row: int) -> Iterator[Block]:
        """The forward pass, place by place."""
        assignments = self._of(trace, phase="forward")
        for place in dict.fromkeys(a.place for a in assignments):
            yield from self._section(trace, [a for a in assignments if a.place == place], row, place_title(place))

    def _section(
        self, trace: Trace, assignments: Sequence[Assignment], row: int | None, title: str
    ) -> Iterator[Block]:
        if assignments:
            yield _heading(title, 2)
        shown: set[str] = set()
        for assignment in assignments:
            masks = [access.tensor.name for access in assignment.reads() if access.tensor.name.endswith(".mask")]
            for name in (*masks, assignment.target.name):
                if name in trace.names and name not in shown:
                    shown.add(name)
                    yield from self._tensor(trace, name, row)

    def _tensor(self, trace: Trace, name: str, row: int | None) -> Iterator[Block]:
        """The address, the question, the formula, and the numbers."""
        tensor, values = trace.tensor(name), trace[name]
        indices = [i.name for i in tensor.indices]
        by_row = row is not None and indices[:1] == ["b"]
        yield from self._head(trace, name, row if by_row else None)
        if by_row:
            values, indices = values[row], indices[1:]
        yield from self._values(trace, values, indices, row)

    def _head(self, trace: Trace, name: str, row: int | None = None) -> Iterator[Block]:
        """The address, the question and the formula."""
        tensor = trace.tensor(name)
        where = f"[{', '.join(i.name for i in tensor.indices)}]  {list(tensor.shape)}" if tensor.indices else ""
        sequence = "" if row is None or len(trace.arrays["tokens"]) == 1 else f"  {self._sequence(row)}"
        yield from _title(name, where + sequence, trace.describe(name)["title"], trace.definitions(name))

    def _sequence(self, row: int) -> str:
        """What the index b means: `b = 1: micro-step 2`."""
        if not self._batch_size:
            return f"b = {row}"
        step, at = divmod(row, self._batch_size)
        return f"b = {row}: " + (f"sequence {at + 1} of " if self._batch_size > 1 else "") + f"micro-step {step + 1}"

    def _values(
        self, trace: Trace, values: np.ndarray, indices: list[str], row: int | None, asked: bool = False
    ) -> Iterator[Block]:
        """The numbers; those that were `asked` for one by one, with `:`, are not folded."""
        if not indices:
            yield Paragraph((self._number(values),), "number")
            return
        label = trace.tokenizer.label
        tokens = trace.arrays["tokens"]
        several = row is None and len(tokens) > 1  # no words of its own: it belongs to all sequences
        words = [""] * tokens.shape[1] if several else [label(int(t)) for t in tokens[row or 0]]
        yield from sheets(values, indices, Names(words, label), self.full or asked)

    def _number(self, value: np.ndarray) -> Number:
        return Number(value.item(), scalar(value, MOST if self.digits is None else self.digits))

    def _loss_table(self, trace: Trace, row: int) -> Table:
        """The loss per position: what was expected, how likely it was, how surprising."""
        label, targets = trace.tokenizer.label, trace["targets"][row]
        columns = [trace["probs"][row][np.arange(len(targets)), targets], trace["nll"][row]]
        digits = MOST if self.digits is None else self.digits
        numbers = zip(*(written(column, digits) for column in columns), strict=True)
        before = (label(int(token)) for token in trace["tokens"][row])
        rows = (
            [str(position), *words, *cells]
            for position, (words, cells) in enumerate(
                zip(zip(before, (label(int(target)) for target in targets), strict=True), numbers, strict=True)
            )
        )
        return _table(["position", "after", "comes", "probability", "nll"], rows)

    def _likeliest(self, trace: Trace, row: int) -> Paragraph:
        """The most likely next tokens at the last position."""
        probabilities = trace["probs"][row, -1]
        label = trace.tokenizer.label
        best = [int(token) for token in np.argsort(-probabilities, kind="stable")[:TOP]]
        words = ", ".join(f"{label(token)} {probability(probabilities[token])}" for token in best)
        return _line(f"Most likely next tokens at the last position: {words}")

    def _micro_step_loss(self, trace: Trace, rows: range) -> Heading:
        losses = [float(trace["sequence_loss"][row]) for row in rows]
        return Heading(("Loss of this micro-step: ", self._number(np.float32(np.mean(losses)))), 4)

    def _changes(self, trace: Trace) -> Iterator[Block]:
        """Each weight before, its change, and after."""
        yield _heading("Weights before, change, after", 2)
        for parameter in trace.program.parameters:
            before, after = trace[parameter.name], trace[f"new.{parameter.name}"]
            before, after = before.reshape(parameter.stored_shape), after.reshape(parameter.stored_shape)
            yield from self._head(trace, f"new.{parameter.name}")
            row = self._row_names(trace, parameter)
            for what, values in (("before", before), ("change", after - before), ("after", after)):
                yield Heading((Reference(parameter.name), f" {list(parameter.stored_shape)}  {what}"), 4)
                yield Matrix("", np.atleast_2d(values), row, str, self.full)

    def _row_names(self, trace: Trace, parameter: Tensor) -> Label | None:
        """The names of a weight's rows as it is stored: words for the word table, numbers else."""
        if len(parameter.stored_shape) < 2:
            return None
        return Names([], trace.tokenizer.label).label("v") if parameter.indices[0].name == "v" else str

    def _of(self, trace: Trace, *, phase: str = "", place: str = "", of_rows: bool = False) -> list[Assignment]:
        """The assignments of a phase or place; with `of_rows`, those with a number for each sequence."""
        return [
            a
            for a in trace.program.assignments
            if (not phase or a.phase == phase)
            and (not place or a.place == place)
            and (not of_rows or (a.target.indices and a.target.indices[0].name == "b"))
        ]

    def _is_shared_gradient(self, assignment: Assignment) -> bool:
        """Is this a gradient that all sequences together make, such as a weight's?"""
        indices = assignment.target.indices
        return assignment.phase == "backward" and not (indices and indices[0].name == "b")


def _heading(title: str, level: Literal[1, 2]) -> Heading:
    return Heading((title,), level)


def _line(text: str) -> Paragraph:
    return Paragraph((text,))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table("numbers", tuple((head,) for head in heads), tuple(Row(tuple((cell,) for cell in row)) for row in rows))


def _title(name: str, behind: str, title: str, definitions: Sequence[Assignment]) -> Iterator[Block]:
    """The name, the question and the formulas."""
    yield Heading((Reference(name), f"{behind}  ", Emphasis(title)), 3)
    for definition in definitions:
        yield Paragraph((Formula(definition),), "formula")
