"""The report of `--gpt_by_hand`: every number of an iteration, in the order in which it is computed.

Nothing here knows what attention is: the report follows the program's formulas, their places and their titles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from gpt_by_hand.folding import folds
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.places import PLACES, place_title
from gpt_by_hand.model.size import batch_line, size_line
from gpt_by_hand.notation import Assignment, Tensor
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
        rows, self._batch_size = trace["tokens"].shape[0], batch_size
        for step, first in enumerate(range(0, rows, batch_size)):
            which = range(first, min(first + batch_size, rows))
            b = f"b = {first}" + (f" to {which[-1]}" if len(which) > 1 else "")
            self._rule(f"Iteration {iteration}, micro-step {step + 1} of {-(-rows // batch_size)}: {b}", 0)
            for row in which:
                self.sequence(trace, row)
            self._micro_step_loss(trace, which)
        self._rule(f"Iteration {iteration}, update", 0)
        self._tensor(trace, "loss", None)
        self._section(trace, [a for a in trace.program.assignments if self._is_shared_gradient(a)], None, "Gradients")
        for place in ("clip", "schedule"):
            self._section(trace, self._of(trace, place=place), None, PLACES[place])
        adamw = [a for a in self._of(trace, place="adamw") if not a.name.startswith("new.")]
        self._section(trace, adamw, None, PLACES["adamw"])
        self._changes(trace)

    def sequence(self, trace: Trace, row: int) -> None:
        """One sequence: input and target, the forward pass, the loss, and the gradients of its activations."""
        self.words(trace, row)
        self._line(f"Sizes: {self._sizes(trace)}")
        self._line(size_line(self.model))
        self.forward(trace, row)
        if "loss" in trace:
            self._section(trace, self._of(trace, phase="loss", of_rows=True), row, PLACES["loss"])
            self._loss_table(trace, row)
        self._likeliest(trace, row)
        gradients = self._of(trace, phase="backward", of_rows=True)
        for place in dict.fromkeys(a.place for a in gradients):
            title = f"Gradients, backward through: {place_title(place)}"
            self._section(trace, [a for a in gradients if a.place == place], row, title)

    def tensors(self, trace: Trace) -> None:
        """Every tensor of the trace, in order, all sequences of the batch."""
        if trace.whose is not None:
            self._line(f"[dim]{escape(trace.whose.line())}[/dim]")
            self._batch_size = trace.whose.rows[1] if trace.whose.rows else 0
        rows = range(trace.arrays["tokens"].shape[0])
        for name in trace.names:
            if name not in trace.program.tensors:
                self._element(trace, name)
                continue
            tensor = trace.tensor(name)
            by_row = tensor.indices and tensor.indices[0].name == "b"
            for row in rows if by_row else (None,):
                self._tensor(trace, name, row)

    def _element(self, trace: Trace, address: str) -> None:
        """One number, or those that an address with `:` means, with the formulas of the tensor that they belong to."""
        described, row = trace.describe(address), trace.chosen(address).get("b")
        self._title(escape(address), described)
        row = row if isinstance(row, int) else None
        self._values(trace, trace.arrays[address], described["indices"], row, asked=True)

    def words(self, trace: Trace, row: int) -> None:
        """The words that go in, beside their numbers, and the ones that should come out."""
        tokens, label = trace["tokens"][row], trace.tokenizer.label
        self._line(f"Input:  {[int(t) for t in tokens]}  {escape(repr(trace.tokenizer.decode(tokens)))}")
        table = Table("position", "token", "word", box=None, header_style="bold", pad_edge=False)
        targets = trace["targets"][row] if "targets" in trace else None
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
        assignments = self._of(trace, phase="forward")
        for place in dict.fromkeys(a.place for a in assignments):
            self._section(trace, [a for a in assignments if a.place == place], row, place_title(place))

    def _section(self, trace: Trace, assignments: Iterable[Assignment], row: int | None, title: str) -> None:
        shown: set[str] = set()
        for assignment in assignments:
            if not shown:
                self._rule(title, 1)
            masks = [access.tensor.name for access in assignment.reads() if access.tensor.name.endswith(".mask")]
            for name in (*masks, assignment.target.name):
                if name in trace.names and name not in shown:
                    shown.add(name)
                    self._tensor(trace, name, row)

    def _tensor(self, trace: Trace, name: str, row: int | None) -> None:
        """The address, the question, the formula, and the numbers."""
        tensor, values = trace.tensor(name), trace[name]
        indices = [i.name for i in tensor.indices]
        by_row = row is not None and indices[:1] == ["b"]
        self._head(trace, name, row if by_row else None)
        if by_row:
            values, indices = values[row], indices[1:]
        self._values(trace, values, indices, row)

    def _head(self, trace: Trace, name: str, row: int | None = None) -> None:
        """The address, the question and the formula."""
        tensor = trace.tensor(name)
        where = f"[{', '.join(i.name for i in tensor.indices)}]  {list(tensor.shape)}" if tensor.indices else ""
        sequence = "" if row is None or len(trace.arrays["tokens"]) == 1 else f"  {self._sequence(row)}"
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
        self, trace: Trace, values: np.ndarray, indices: list[str], row: int | None, asked: bool = False
    ) -> None:
        """The numbers; those that were `asked` for one by one, with `:`, are not folded."""
        if not indices:
            self._line(f"  {scalar(values, MOST if self.digits is None else self.digits)}")
        label = trace.tokenizer.label
        tokens = trace.arrays["tokens"]
        several = row is None and len(tokens) > 1  # no words of its own: it belongs to all sequences
        words = [""] * tokens.shape[1] if several else [label(int(t)) for t in tokens[row or 0]]
        for sheet in sheets(values, indices, Names(words, label)) if indices else ():
            show(self.console, sheet, self.full or asked, self.digits)

    def _loss_table(self, trace: Trace, row: int) -> None:
        """The loss per position: what was expected, how likely it was, how surprising."""
        table = Table("position", "after", "comes", "probability", "nll", box=None, header_style="bold", pad_edge=False)
        label, targets = trace.tokenizer.label, trace["targets"][row]
        columns = [trace["probs"][row][np.arange(len(targets)), targets], trace["nll"][row]]
        numbers = zip(
            *(written(column, MOST if self.digits is None else self.digits) for column in columns), strict=True
        )
        for position, (target, cells) in enumerate(zip(targets, numbers, strict=True)):
            after = label(int(trace["tokens"][row, position]))
            table.add_row(str(position), escape(after), escape(label(int(target))), *cells)
        self.console.print(table)

    def _likeliest(self, trace: Trace, row: int) -> None:
        """The most likely next tokens at the last position."""
        probabilities = trace["probs"][row, -1]
        label = trace.tokenizer.label
        best = [int(token) for token in np.argsort(-probabilities, kind="stable")[:TOP]]
        words = ", ".join(f"{escape(label(token))} {probability(probabilities[token])}" for token in best)
        self._line(f"Most likely next tokens at the last position: {words}")

    def _micro_step_loss(self, trace: Trace, rows: range) -> None:
        losses = [float(trace["sequence_loss"][row]) for row in rows]
        mean = scalar(trace["sequence_loss"].dtype.type(np.mean(losses)), MOST if self.digits is None else self.digits)
        self._line(f"[bold]Loss of this micro-step: {mean}[/bold]")

    def _changes(self, trace: Trace) -> None:
        """Each weight before, its change, and after."""
        self._rule("Weights before, change, after", 1)
        for parameter in trace.program.parameters:
            before, after = trace[parameter.name], trace[f"new.{parameter.name}"]
            before, after = before.reshape(parameter.stored_shape), after.reshape(parameter.stored_shape)
            self._head(trace, f"new.{parameter.name}")
            row = self._row_names(trace, parameter)
            for what, values in (("before", before), ("change", after - before), ("after", after)):
                self._line(f"[bold]{parameter.name}[/bold] {list(parameter.stored_shape)}  {what}")
                show(self.console, Sheet("", np.atleast_2d(values), row, str), self.full, self.digits)

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

    def _sizes(self, trace: Trace) -> str:
        rows, positions = trace["tokens"].shape
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
