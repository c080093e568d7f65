"""The report of `--gpt_by_hand`: every number of an iteration, in the order in which it is computed.

Nothing here knows what attention is: the report follows the program's formulas, their places and their titles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from gpt_by_hand.folding import folds
from gpt_by_hand.model import concepts
from gpt_by_hand.model.axes import by_sequence
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.size import batch_line, size_line
from gpt_by_hand.notation import Assignment, Index, Role, Tensor
from gpt_by_hand.study.digits import MOST, probability, scalar, written
from gpt_by_hand.study.tables import Label, Names, Sheet, sheets, show
from gpt_by_hand.study.trace import Trace

TOP = 5
HEADINGS = ("bold", "green")  # how they look, by their depth


class Report:
    """Prints the traces of iterations to a console.

    `full` prints every row and column. `digits` says how many significant ones numbers have: 0 that they have all,
    which is what `full` means if nothing is said, and None as many as fit. `heading` is told of each heading, and how
    deep it is, before it is printed.
    """

    def __init__(
        self,
        console: Console,
        model: ModelConfig,
        full: bool = False,
        digits: int | None = None,
        heading: Callable[[int, str], object] = lambda depth, title: None,
    ) -> None:
        self.console, self.model, self.full, self.heading = console, model, full, heading
        self.digits = 0 if full and digits is None else digits
        self._batch_size = 0  # sequences that a micro-step sees, where there are micro-steps
        self._apart = False  # does a blank line come before the next tensor?

    def iteration(self, trace: Trace, iteration: int, batch_size: int) -> None:
        """The whole of one iteration: each micro-step forward and backward, then the update."""
        rows, self._batch_size = trace.sequences, batch_size
        for step, first in enumerate(range(0, rows, batch_size)):
            which = range(first, min(first + batch_size, rows))
            b = f"b = {first}" + (f" to {which[-1]}" if len(which) > 1 else "")
            self._rule(f"Iteration {iteration}, micro-step {step + 1} of {-(-rows // batch_size)}: {b}", 0)
            for row in which:
                self.sequence(trace, row)
            self._micro_step_loss(trace, which)
        self._rule(f"Iteration {iteration}, update", 0)
        loss = trace.program.about(concepts.LOSS)
        assert loss is not None
        self._tensor(trace, loss.name, None)
        self._section(trace, [a for a in trace.program.assignments if self._is_shared_gradient(a)], None, "Gradients")
        update = [*self._of(trace, "clip"), *self._of(trace, "update")]
        self._sections(trace, [a for a in update if a.target.role is not Role.UPDATE], None)
        self._changes(trace)

    def sequence(self, trace: Trace, row: int) -> None:
        """One sequence: input and target, the forward pass, the loss, and the gradients of its activations."""
        self.words(trace, row)
        self._line(f"Sizes: {self._sizes(trace)}")
        self._line(size_line(self.model))
        self.forward(trace, row)
        if trace.program.about(concepts.LOSS) is not None:
            self._sections(trace, self._of(trace, "loss", of_rows=True), row)
            self._loss_table(trace, row)
        self._likeliest(trace, row)
        self._sections(trace, self._of(trace, "backward", of_rows=True), row, "Gradients, backward through: ")

    def tensors(self, trace: Trace) -> None:
        """Every tensor of the trace, in order, all sequences of the batch."""
        if trace.whose is not None:
            self._line(f"[dim]{escape(trace.whose.line())}[/dim]")
            self._batch_size = trace.whose.rows[1] if trace.whose.rows else 0
        rows = range(trace.sequences)
        for name in trace.names:
            if name not in trace.program.tensors:
                self._element(trace, name)
                continue
            for row in rows if by_sequence(trace.tensor(name)) else (None,):
                self._tensor(trace, name, row)

    def _element(self, trace: Trace, address: str) -> None:
        """One number, or those that an address with `:` means, with the formulas of the tensor that they belong to."""
        tensor, chosen = trace.tensor(address), trace.chosen(address)
        self._title(escape(address), trace.describe(address))
        row = chosen[tensor.indices[0].name] if by_sequence(tensor) else None
        indices = [index for index in tensor.indices if isinstance(chosen[index.name], slice)]
        self._values(trace, trace.arrays[address], indices, row if isinstance(row, int) else None, asked=True)

    def words(self, trace: Trace, row: int) -> None:
        """The words that go in, beside their numbers, and the ones that should come out."""
        tokens, label = trace.tokens[row], trace.tokenizer.label
        self._line(f"Input:  {[int(t) for t in tokens]}  {escape(repr(trace.tokenizer.decode(tokens)))}")
        table = Table("position", "token", "word", box=None, header_style="bold", pad_edge=False)
        targets = trace.about(concepts.TARGETS)
        targets = None if targets is None else targets[row]
        if targets is not None:
            self._line(f"Target: {[int(t) for t in targets]}  {escape(repr(trace.tokenizer.decode(targets)))}")
            table.add_column("→ token")
            table.add_column("→ word")
        for position, token in enumerate(tokens):
            after = [] if targets is None else [targets[position]]
            cells = [x for t in (token, *after) for x in (str(t), escape(label(int(t))))]
            table.add_row(str(position), *cells)
        self.console.print(table)

    def forward(self, trace: Trace, row: int) -> None:
        """The forward pass, place by place."""
        self._sections(trace, self._of(trace, "forward"), row)

    def _sections(self, trace: Trace, assignments: list[Assignment], row: int | None, before: str = "") -> None:
        """A section for each part of the model, with what stands `before` its title."""
        for scope in dict.fromkeys(a.scope for a in assignments):
            title = f"{before}{scope.title or scope.name}"
            self._section(trace, [a for a in assignments if a.scope == scope], row, title)

    def _section(self, trace: Trace, assignments: Iterable[Assignment], row: int | None, title: str) -> None:
        shown: set[str] = set()
        for assignment in assignments:
            if not shown:
                self._rule(title, 1)
            masks = [access.tensor.name for access in assignment.reads() if access.tensor.role is Role.MASK]
            for name in (*masks, assignment.target.name):
                if name in trace.names and name not in shown:
                    shown.add(name)
                    self._tensor(trace, name, row)

    def _tensor(self, trace: Trace, name: str, row: int | None) -> None:
        """The address, the question, the formula, and the numbers."""
        tensor, values = trace.tensor(name), trace[name]
        indices = tensor.indices
        by_row = row is not None and by_sequence(tensor)
        self._head(trace, name, row if by_row else None)
        if by_row:
            values, indices = values[row], indices[1:]
        self._values(trace, values, indices, row)

    def _head(self, trace: Trace, name: str, row: int | None = None) -> None:
        """The address, the question and the formula."""
        tensor = trace.tensor(name)
        where = f"[{', '.join(i.name for i in tensor.indices)}]  {list(tensor.shape)}" if tensor.indices else ""
        sequence = "" if row is None or trace.sequences == 1 else f"  {self._sequence(row)}"
        self._title(tensor.name, trace.describe(name), escape(where + sequence))

    def _sequence(self, row: int) -> str:
        """What the index b means: `b = 1: micro-step 2`."""
        if not self._batch_size:
            return f"b = {row}"
        step, at = divmod(row, self._batch_size)
        return f"b = {row}: " + (f"sequence {at + 1} of " if self._batch_size > 1 else "") + f"micro-step {step + 1}"

    def _title(self, name: str, described: dict[str, Any], behind: str = "") -> None:
        """The name, the question and the formula, and a blank line between them and what came before."""
        if self._apart:
            self._line("")
        self._apart = True
        self._line(f"[bold cyan]{name}[/]{behind}  [italic]{escape(described['title'])}[/italic]")
        for line in described["formula"]:
            self._line(f"[dim]{escape(line)}[/dim]")

    def _values(
        self, trace: Trace, values: np.ndarray, indices: Sequence[Index], row: int | None, asked: bool = False
    ) -> None:
        """The numbers; those that were `asked` for one by one, with `:`, are not folded."""
        if not indices:
            self._line(f"  {scalar(values, MOST if self.digits is None else self.digits)}")
        label = trace.tokenizer.label
        tokens = trace.tokens
        several = row is None and len(tokens) > 1  # no words of its own: it belongs to all sequences
        words = [""] * tokens.shape[1] if several else [label(int(t)) for t in tokens[row or 0]]
        for sheet in sheets(values, indices, Names(words, label)) if indices else ():
            show(self.console, sheet, self.full or asked, self.digits)

    def _loss_table(self, trace: Trace, row: int) -> None:
        """The loss per position: what was expected, how likely it was, how surprising."""
        table = Table("position", "after", "comes", "probability", "nll", box=None, header_style="bold", pad_edge=False)
        label, targets = trace.tokenizer.label, trace.about(concepts.TARGETS)[row]
        chances, surprise = (trace.about(one)[row] for one in (concepts.PROBABILITIES, concepts.SURPRISE))
        columns = [chances[np.arange(len(targets)), targets], surprise]
        numbers = zip(
            *(written(column, MOST if self.digits is None else self.digits) for column in columns), strict=True
        )
        for position, (target, cells) in enumerate(zip(targets, numbers, strict=True)):
            after = label(int(trace.tokens[row, position]))
            table.add_row(str(position), escape(after), escape(label(int(target))), *cells)
        self.console.print(table)

    def _likeliest(self, trace: Trace, row: int) -> None:
        """The most likely next tokens at the last position."""
        probabilities = trace.about(concepts.PROBABILITIES)[row, -1]
        label = trace.tokenizer.label
        best = [int(token) for token in np.argsort(-probabilities, kind="stable")[:TOP]]
        words = ", ".join(f"{escape(label(token))} {probability(probabilities[token])}" for token in best)
        self._line(f"Most likely next tokens at the last position: {words}")

    def _micro_step_loss(self, trace: Trace, rows: range) -> None:
        found = trace.about(concepts.SEQUENCE_LOSS)
        losses = [float(found[row]) for row in rows]
        mean = scalar(found.dtype.type(np.mean(losses)), MOST if self.digits is None else self.digits)
        self._line(f"[bold]Loss of this micro-step: {mean}[/bold]")

    def _changes(self, trace: Trace) -> None:
        """Each weight before, its change, and after."""
        self._rule("Weights before, change, after", 1)
        for parameter in trace.program.parameters:
            updated = trace.program.wrapping(Role.UPDATE, parameter)
            assert updated is not None
            before, after = (trace[t.name].reshape(parameter.stored_shape) for t in (parameter, updated))
            self._head(trace, updated.name)
            row = self._row_names(trace, parameter)
            for what, values in (("before", before), ("change", after - before), ("after", after)):
                self._line(f"[bold]{parameter.name}[/bold] {list(parameter.stored_shape)}  {what}")
                show(self.console, Sheet("", np.atleast_2d(values), row, str), self.full, self.digits)

    def _row_names(self, trace: Trace, parameter: Tensor) -> Label | None:
        """The names of a weight's rows as it is stored: words for the word table, numbers else."""
        if len(parameter.stored_shape) < 2:
            return None
        return Names([], trace.tokenizer.label).label(parameter.indices[0])

    def _of(self, trace: Trace, phase: str, *, of_rows: bool = False) -> list[Assignment]:
        """The assignments of a phase; with `of_rows`, those with a number for each sequence."""
        found = (a for a in trace.program.assignments if a.phase == phase)
        return [a for a in found if not of_rows or by_sequence(a.target)]

    def _is_shared_gradient(self, assignment: Assignment) -> bool:
        """Is this a gradient that all sequences together make, such as a weight's?"""
        return assignment.phase == "backward" and not by_sequence(assignment.target)

    def _sizes(self, trace: Trace) -> str:
        rows, positions = trace.tokens.shape
        return batch_line(self.model, rows, positions)

    def _rule(self, title: str, depth: int) -> None:
        self._apart = False
        self.console.print()
        self.heading(depth, title)
        self.console.print(Rule(title, style=HEADINGS[depth], align="left"))

    def line(self, text: str) -> None:
        """A line of plain text."""
        self._line(escape(text))

    def _line(self, markup: str) -> None:
        """One line; on a terminal, broken at words."""
        text = Text.from_markup(markup, emoji=False)
        whole = [(0, 0, len(text))]
        for indent, start, end in folds(text.plain, self.console.width) if self.console.is_terminal else whole:
            self.console.print(Text(" " * indent) + text[start:end], soft_wrap=True)
