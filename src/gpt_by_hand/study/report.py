"""The report of `--gpt_by_hand`: every number of an iteration, in the order in which it is computed.

Nothing here knows what attention is: the report follows the program's formulas, their places and their titles.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.places import PLACES, place_title
from gpt_by_hand.model.size import batch_line, size_line
from gpt_by_hand.notation import Assignment, Tensor
from gpt_by_hand.study.digits import number, scalar
from gpt_by_hand.study.tables import Label, Names, Sheet, sheets, show
from gpt_by_hand.study.trace import Trace

TOP = 5


class Report:
    """Prints the traces of iterations to a console; `full` prints every row and column."""

    def __init__(self, console: Console, model: ModelConfig, full: bool = False) -> None:
        self.console, self.model, self.full = console, model, full

    def iteration(self, trace: Trace, iteration: int, batch_size: int) -> None:
        """The whole of one iteration: each micro-step forward and backward, then the update."""
        rows = trace["tokens"].shape[0]
        for step, first in enumerate(range(0, rows, batch_size)):
            which = range(first, min(first + batch_size, rows))
            self._rule(f"Iteration {iteration}, micro-step {step + 1} of {-(-rows // batch_size)}", "bold")
            for row in which:
                self.sequence(trace, row)
            self._micro_step_loss(trace, which)
        self._rule(f"Iteration {iteration}, update", "bold")
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
        rows = range(trace.arrays["tokens"].shape[0])
        for name in trace.names:
            if name not in trace.program.tensors:
                self._element(trace, name)
                continue
            tensor = trace.tensor(name)
            by_row = tensor.indices and tensor.indices[0].name == "b"
            for row in rows if by_row else (None,):
                if by_row and len(rows) > 1:
                    self._line(f"sequence {row}")
                self._tensor(trace, name, row)

    def _element(self, trace: Trace, address: str) -> None:
        """One number, with the formulas of the tensor that it belongs to."""
        described = trace.describe(address)
        self._line(f"[bold]{escape(address)}[/bold]  [italic]{escape(described['title'])}[/italic]")
        for line in described["formula"]:
            self._line(f"[dim]{escape(line)}[/dim]")
        self._line(f"  {scalar(trace.arrays[address])}")

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
                self._rule(title, "green")
            masks = [access.tensor.name for access in assignment.reads() if access.tensor.name.endswith(".mask")]
            for name in (*masks, assignment.target.name):
                if name in trace.names and name not in shown:
                    shown.add(name)
                    self._tensor(trace, name, row)

    def _tensor(self, trace: Trace, name: str, row: int | None) -> None:
        """The address, the question, the formula, and the numbers."""
        tensor, values = trace.tensor(name), trace[name]
        self._head(trace, name)
        indices = [i.name for i in tensor.indices]
        if row is not None and indices[:1] == ["b"]:
            values, indices = values[row], indices[1:]
        self._values(trace, values, indices, row)

    def _head(self, trace: Trace, name: str) -> None:
        """The address, the question and the formula."""
        tensor, described = trace.tensor(name), trace.describe(name)
        where = escape(f"[{', '.join(i.name for i in tensor.indices)}]  {list(tensor.shape)}") if tensor.indices else ""
        self._line(f"[bold]{tensor.name}[/bold]{where}  [italic]{escape(described['title'])}[/italic]")
        for line in described["formula"]:
            self._line(f"[dim]{escape(line)}[/dim]")

    def _values(self, trace: Trace, values: np.ndarray, indices: list[str], row: int | None) -> None:
        if not indices:
            self._line(f"  {scalar(values)}")
        label = trace.tokenizer.label
        tokens = trace.arrays["tokens"]
        several = row is None and len(tokens) > 1  # no words of its own: it belongs to all sequences
        words = [""] * tokens.shape[1] if several else [label(int(t)) for t in tokens[row or 0]]
        for sheet in sheets(values, indices, Names(words, label)) if indices else ():
            show(self.console, sheet, self.full)

    def _loss_table(self, trace: Trace, row: int) -> None:
        """The loss per position: what was expected, how likely it was, how surprising."""
        table = Table("position", "after", "comes", "probability", "nll", box=None, header_style="bold", pad_edge=False)
        label = trace.tokenizer.label
        for position, target in enumerate(trace["targets"][row]):
            probability, nll = trace["probs"][row, position, target], trace["nll"][row, position]
            after = label(int(trace["tokens"][row, position]))
            cells = [str(position), escape(after), escape(label(int(target))), number(probability), number(nll)]
            table.add_row(*cells)
        self.console.print(table)

    def _likeliest(self, trace: Trace, row: int) -> None:
        """The most likely next tokens at the last position."""
        probabilities = trace["probs"][row, -1]
        label = trace.tokenizer.label
        best = [int(token) for token in np.argsort(-probabilities, kind="stable")[:TOP]]
        words = ", ".join(f"{escape(label(token))} {probabilities[token]:.4f}" for token in best)
        self._line(f"Most likely next tokens at the last position: {words}")

    def _micro_step_loss(self, trace: Trace, rows: range) -> None:
        losses = [float(trace["sequence_loss"][row]) for row in rows]
        self._line(f"[bold]Loss of this micro-step: {number(float(np.mean(losses)))}[/bold]")

    def _changes(self, trace: Trace) -> None:
        """Each weight before, its change, and after."""
        self._rule("Weights before, change, after", "green")
        for parameter in trace.program.parameters:
            before, after = trace[parameter.name], trace[f"new.{parameter.name}"]
            before, after = before.reshape(parameter.stored_shape), after.reshape(parameter.stored_shape)
            self._head(trace, f"new.{parameter.name}")
            row = self._row_names(trace, parameter)
            for what, values in (("before", before), ("change", after - before), ("after", after)):
                self._line(f"[bold]{parameter.name}[/bold] {list(parameter.stored_shape)}  {what}")
                show(self.console, Sheet("", np.atleast_2d(values), row, str), self.full)

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

    def _rule(self, title: str, style: str) -> None:
        self.console.print()
        self.console.print(Rule(title, style=style, align="left"))

    def _line(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)
