"""One attention score worked on paper, from two words to the score: the explanations on the way there, in order.

Which formulas lead there, and which part of each tensor, is followed through what they read. The numbers are those of
the reference engine: one scalar at a time, in float64, so that they are the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import inf

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.explain.steps import exactly, with_numbers
from gpt_by_hand.layout.document import Block, Display, Heading, Matrix, Number, Paragraph, Reference, Table, Working
from gpt_by_hand.layout.sentences import said as sentence
from gpt_by_hand.layout.sentences import told
from gpt_by_hand.layout.tables import as_table, evenly
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Assignment, Index, Reduction
from gpt_by_hand.notation.algebra import substitute
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.notation.instance import Instance
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.report import words
from gpt_by_hand.trace.trace import Trace

COLUMN_DIGITS = 7  # significant digits of the largest number in a column; the others have the same decimals

Parts = dict[Access, None]  # parts of tensors, each once, in order; a letter stands for all positions along it


def worked_example(trace: Trace, where: str) -> list[Block]:
    """A score of the first block, such as `h.0.attn.scores[0,1,3,1]`, step by step, as a document.

    Raises: UserError when there is no such score, or when it is masked.
    """
    scores, (name, inside) = trace.program.about(concepts.SCORES), address.split(where)
    if scores is None or scores.name != name or inside is None:
        such = address.of(scores.name, (0,) * len(scores.indices)) if scores else ""
        raise UserError(f"{where} is no score of the first block" + (f": give one such as {such}" if such else ""))
    program = trace.program.only([name])
    explainer = Explainer(replace(trace, program=program, arrays=reference.run(program, trace.arrays)))
    said = explainer.explain(where)
    if said.value == -inf:
        raise UserError(f"{where} is masked: {said.notes[0]}")
    assert said.instance is not None
    return [*words(explainer.trace, said.instance.place[0]), *_Example(explainer).blocks(said, said.instance)]


@dataclass(frozen=True)
class _Example:
    """Writes the steps that lead to one score."""

    explainer: Explainer

    def blocks(self, said: Explanation, score: Instance) -> Iterator[Block]:
        """What is asked, a step for each formula on the way, and what a calculator makes of the last digits."""
        meaning = sentence("example.meaning", meaning=said.meaning)
        yield Paragraph((sentence("example.asked"), Reference(said.address), meaning))
        needed: dict[str, Parts] = {}
        self.follow(score.assignment.target[score.place], needed)
        for assignment in self.explainer.trace.program.assignments:
            yield from self.step(assignment, needed[assignment.target.name])
        yield from self.calculator(said, score)

    def follow(self, part: Access, needed: dict[str, Parts]) -> None:
        """Add a part of a tensor to those that are needed, if a formula gives it, and what it is computed from."""
        for assignment in self.explainer.trace.program.definitions.get(part.tensor.name, ()):
            needed.setdefault(part.tensor.name, {})[part] = None
            for read in self.reads(assignment, part):
                if read not in needed.get(read.tensor.name, ()):
                    self.follow(read, needed)

    def reads(self, assignment: Assignment, part: Access) -> Parts:
        """What the formula reads for a part of its tensor; lookups are resolved."""
        at = {index.name: s for index, s in zip(assignment.indices, part.subscripts, strict=True) if isinstance(s, int)}
        read = substitute(assignment.expression, at).find(Access)
        return dict.fromkeys(Access(r.tensor, tuple(map(self._position, r.subscripts))) for r in read)

    def _position(self, subscript: Subscript) -> Subscript:
        return int(self.explainer.value(subscript)) if isinstance(subscript, Access) else subscript

    def step(self, assignment: Assignment, parts: Parts) -> Iterator[Block]:
        """The question of a formula, and its numbers: of the sums in a column the first one is worked out."""
        reads = {part: self.reads(assignment, part) for part in parts}
        yield Heading((told(assignment.title),), 3)
        yield Display(assignment)
        if isinstance(assignment.expression, Access):  # the numbers that are looked up stand in the next table
            yield from (Working(part, (next(iter(reads[part])),)) for part in parts)
        elif not assignment.expression.find(Reduction) and any(map(_letters, parts)):
            columns = (column for part in parts for column in (*filter(_letters, reads[part]), part))
            yield self.table([*dict.fromkeys(columns)])
        else:
            for part in parts:
                first = (0 if isinstance(s, Index) else s for s in part.subscripts)
                yield from self.worked_out(self.explainer.explain(address.of(part.tensor.name, tuple(first))))
                if letters := _letters(part):
                    beside = [read for read in reads[part] if _letters(read) == letters]
                    weights = [[read] for read in reads[part] if len(_letters(read)) > 1]
                    yield from map(self.table, ([*beside, part], *weights))

    def worked_out(self, said: Explanation) -> Iterator[Block]:
        """What the explanation of one number shows of its formula."""
        for block in said.derivation(Shown()):
            yield evenly(block, COLUMN_DIGITS) if isinstance(block, Table) else block
        yield from (Paragraph((note,), "note") for note in said.notes)

    def table(self, parts: Sequence[Access]) -> Table:
        """Parts of tensors along their one letter, side by side; or one with two, a column for each of the first."""
        said, (*across, along) = [address.of(part.tensor.name, part.subscripts) for part in parts], _letters(parts[0])
        slices = (tuple(slice(None) if isinstance(s, Index) else s for s in part.subscripts) for part in parts)
        columns = [self.explainer.numbers[part.tensor.name][at] for part, at in zip(parts, slices, strict=True)]
        heads = [f"{across[0].name} = {n}" for n in range(across[0].extent)] if across else said
        caption = said[0] if across else ""
        values = np.stack([*columns[0]] if across else columns, axis=1)
        matrix = Matrix(caption, values, f"{along.name} = {{}}".format, heads.__getitem__, whole=True, digits=0)
        return evenly(as_table(matrix), COLUMN_DIGITS)

    def calculator(self, said: Explanation, score: Instance) -> Iterator[Paragraph]:
        """What a calculator makes of the rounded digits in the ledger, if the sum is long enough for one."""
        for ledger in (block for block in self.worked_out(said) if isinstance(block, Table)):
            numbers = (part for row in ledger.rows for line in row.cells for part in line if isinstance(part, Number))
            seen = {score.operands[n.choice]: float(n.text) for n in numbers if n.choice is not None}
            by_hand = exactly(with_numbers(score.expression, lambda read, seen=seen: seen[read]))  # type: ignore[misc]
            found, true = (Shown().number(float(value)) for value in (by_hand, said.value))
            other = sentence("example.other", found=found, true=true)
            yield Paragraph((sentence("example.same", found=found) if found == true else other,))


def _letters(part: Access) -> list[Index]:
    return [s for s in part.subscripts if isinstance(s, Index)]
