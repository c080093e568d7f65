"""One attention score worked on paper, from two words to the score, as Markdown with every number in between.

What is here is the order of the steps, as names of tensors; what each one computes is read off the program's formulas.
The numbers are those of the reference engine: one scalar at a time, in float64, so that they are the
same on every machine.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import floor, inf, log10

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.errors import UserError
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Assignment, Constant, Expression, Index, Reduction, Role
from gpt_by_hand.notation.algebra import rebuild, substitute
from gpt_by_hand.printers.text import element, formula, text
from gpt_by_hand.trace import address
from gpt_by_hand.trace.trace import Trace

ADDRESS = "h.0.attn.scores[0,1,3,1]"
DIGITS = 6  # significant digits of a number that stands alone
COLUMN_DIGITS = 7  # significant digits of the largest number in a column; the others have the same decimals

Positions = Mapping[str, int]


@dataclass(frozen=True)
class Column:
    """The numbers under a heading of a table."""

    heading: str
    values: np.ndarray

    def cells(self) -> list[str]:
        """The numbers, all with the decimals that the largest of them needs."""
        places = decimals(float(np.abs(self.values).max()), COLUMN_DIGITS)
        return [f"{value:.{places}f}" for value in self.values]


def worked_example(trace: Trace, where: str = ADDRESS) -> str:
    """A score of the first block, such as `h.0.attn.scores[0,1,3,1]`, step by step, as Markdown.

    Raises: UserError when there is no such score, or when it is masked.
    """
    page = _Page(trace, where)
    return "\n".join(page.lines()).rstrip() + "\n"


def decimals(largest: float, significant: int = DIGITS) -> int:
    """How many decimals give `largest` so many significant digits."""
    return max(0, significant - 1 - floor(log10(largest))) if largest else 0


def digits(value: float) -> str:
    """A number with DIGITS significant digits, never with an exponent."""
    return f"{value:.{decimals(abs(value))}f}"


class _Page:
    """Writes the steps that lead to one score."""

    def __init__(self, trace: Trace, where: str) -> None:
        self.name, inside = address.split(where)
        self.trace, self.program = trace, trace.program
        asked = self.program.tensors.get(self.name)
        if asked is None or asked != self.program.about(concepts.SCORES) or inside is None:
            raise UserError(f"{where} is no score of the first block: give one such as {ADDRESS}")
        self.at = dict(zip("bhij", address.position(inside, trace.tensor(self.name)), strict=True))
        self.values = reference.run(self.program.only([self.name]), trace.arrays)
        if trace[where] == -inf:
            raise UserError(f"{where} is masked: position {self.at['i']} does not look ahead to {self.at['j']}")

    def lines(self) -> list[str]:
        """The whole page, as lines of Markdown."""
        query, key = {"b": self.at["b"], "t": self.at["i"]}, {"b": self.at["b"], "t": self.at["j"]}
        head = {"h": self.at["h"]}
        return [
            *self.start(),
            *self.embedding(query, key),
            *self.layer_norm("h.0.ln_1", query, key),
            *self.projection("h.0.attn.q", {**query, **head}, by_terms=True),
            *self.projection("h.0.attn.k", {**key, **head}),
            *self.step([self.name]),
            *self.terms_table(self.name, self.at),
            *_block(self.calculated(self.name, self.at)),
            *self.calculator(),
        ]

    def start(self) -> list[str]:
        """Which words meet, and where they stand."""
        b, h, i, j = self.at.values()
        tokens, label = [int(token) for token in self.values["tokens"][b]], self.trace.tokenizer.label
        table = [
            ["position", *map(str, range(len(tokens)))],
            ["token", *map(str, tokens)],
            ["word", *(f"`{label(token)}`" for token in tokens)],
        ]
        return [
            *_rows(table),
            "",
            f"The number to find is `{element(self.name, (b, h, i, j))}`: in sequence {b}, head {h}, how well does the "
            f"query of position {i}, `{label(tokens[i])}`, match the key of position {j}, `{label(tokens[j])}`?",
            "",
        ]

    def embedding(self, query: Positions, key: Positions) -> list[str]:
        """The two lookups and their sum."""
        names = ("tok_emb", "pos_emb", "embed")
        looked = [self.looked_up(name, at) for name in names[:2] for at in (query, key)]
        columns = [self.column(name, at) for at in (query, key) for name in names]
        return [*self.step(names, looked, question="embed"), *self.table("c", columns)]

    def layer_norm(self, name: str, query: Positions, key: Positions) -> list[str]:
        """The steps of a LayerNorm, for both words."""
        both = (query, key)
        squares = [column for at in both for column in self.terms(f"{name}.var", at)]
        gain = self.program.tensors[f"transformer.{name}.weight"]
        plain = f"`{element(gain.name, gain.indices)}` is 1 everywhere: nothing has been trained yet."
        return [
            *self.step([f"{name}.mean"], *(self.calculated(f"{name}.mean", at) for at in both)),
            *self.step([f"{name}.centred"]),
            *self.table("c", squares),
            *self.step([f"{name}.var"], *(self.calculated(f"{name}.var", at) for at in both)),
            *self.step([f"{name}.rstd"], *(self.calculated(f"{name}.rstd", at) for at in both)),
            *self.step([name]),
            *([plain, ""] if (self.values[gain.name] == 1).all() else []),
            *self.table("c", [self.column(name, at) for at in both]),
        ]

    def projection(self, name: str, at: Positions, by_terms: bool = False) -> list[str]:
        """A query or a key: one element term by term, if wanted, then all; the weights folded away."""
        page = self.step([name])
        if by_terms:
            first = {**at, "d": 0}
            page += [*self.terms_table(name, first), *_block(self.calculated(name, first))]
        weight = next(a for a in self.assignment(name).reads() if a.tensor.role is Role.WEIGHT)
        free = [s for s in weight.subscripts if isinstance(s, Index) and s.name not in at]
        columns = [Column(f"d = {d}", row) for d, row in enumerate(self.along(weight, at, free))]
        return [
            *page,
            *self.table("d", [self.column(name, at)]),
            f"<details><summary>The weights <code>{text(substitute(weight, at))}</code></summary>",
            "",
            *self.table("c", columns),
            "</details>",
            "",
        ]

    def step(self, names: Sequence[str], *calculations: Sequence[str], question: str = "") -> list[str]:
        """The question that a step answers, its formulas, and calculations below them."""
        title = self.assignment(question or names[0]).title
        formulas = [formula(self.assignment(name)) for name in names]
        return [f"**{title}**", "", *_block(formulas, *calculations)]

    def looked_up(self, name: str, at: Positions) -> str:
        """Which row of a table a lookup finds."""
        tensor, expression = self.program.tensors[name], self.assignment(name).expression
        left = text(substitute(Access(tensor, tensor.indices), at))
        assert isinstance(expression, Access)
        found = tuple(
            int(reference.value(s, at, self.values)) if isinstance(s, Access) else s for s in expression.subscripts
        )
        return f"{left} = {element(expression.tensor.name, found)}"

    def calculated(self, name: str, at: Positions) -> list[str]:
        """A formula for one element, then with its numbers put in, then the result."""
        assignment = self.assignment(name)
        here = substitute(assignment.expression, at)
        left = element(name, tuple(at[index.name] for index in assignment.indices))
        result = digits(reference.value(assignment.expression, at, self.values))
        numbers = text(self.numbers(here))
        lines = [text(here), *([numbers] if numbers.strip("()") != result else []), result]
        return [f"{left if n == 0 else ' ' * len(left)} = {line}" for n, line in enumerate(lines)]

    def numbers(self, node: Expression) -> Expression:
        """The expression with digits in place of sums, elements and named constants."""
        if isinstance(node, (Reduction, Access)):
            value = reference.value(node, {}, self.values)
            return Constant(value, digits(value) if value >= 0 else f"({digits(value)})")
        if isinstance(node, Constant) and node.name:
            return Constant(node.value, np.format_float_positional(node.value, trim="-"))
        return rebuild(node, tuple(self.numbers(child) for child in node.children()))

    def calculator(self) -> list[str]:
        """What a calculator makes of the last table's rounded digits."""
        assignment, rounded = self.assignment(self.name), dict(self.values)
        for access in assignment.reads():
            name, place = access.tensor.name, _place(access, self.at)
            rounded[name] = self.values[name].copy()
            rounded[name][place] = [float(cell) for cell in Column("", self.values[name][place]).cells()]
        found, true = (
            digits(reference.value(assignment.expression, self.at, values)) for values in (rounded, self.values)
        )
        verdict = "the same" if found == true else f"not {true}, because the table is rounded"
        return [f"From the rounded numbers in the last table a calculator gets {found}: {verdict}.", ""]

    def terms_table(self, name: str, at: Positions) -> list[str]:
        """A sum, term by term."""
        return self.table(self.reduction(name).indices[0].name, self.terms(name, at))

    def terms(self, name: str, at: Positions) -> list[Column]:
        """A column for each element that a sum reads, and one for what is added up."""
        found = self.reduction(name)
        elements = list(dict.fromkeys(found.body.find(Access)))
        added = "term" if len(elements) > 1 else f"`{text(substitute(found.body, at))}`"
        parts = [*((part, f"`{text(substitute(part, at))}`") for part in elements), (found.body, added)]
        return [Column(heading, self.along(part, at, found.indices)) for part, heading in parts]

    def along(self, node: Expression, at: Positions, free: Sequence[Index]) -> np.ndarray:
        """The values of an expression along the free indices."""
        found = np.empty([index.extent for index in free])
        for where in np.ndindex(found.shape):
            inside = {**at, **{index.name: n for index, n in zip(free, where, strict=True)}}
            found[where] = reference.value(node, inside, self.values)
        return found

    def column(self, name: str, at: Positions) -> Column:
        """A tensor along the one index that has no position."""
        tensor = self.program.tensors[name]
        access = Access(tensor, tensor.indices)
        return Column(f"`{text(substitute(access, at))}`", self.values[name][_place(access, at)])

    def table(self, along: str, columns: Sequence[Column]) -> list[str]:
        """A Markdown table with the positions along an index on the left."""
        cells = zip(*(column.cells() for column in columns), strict=True)
        head = [f"`{along}`", *(column.heading for column in columns)]
        return [*_rows([head, *([str(n), *row] for n, row in enumerate(cells))]), ""]

    def reduction(self, name: str) -> Reduction:
        """The sum in a formula."""
        return self.assignment(name).expression.find(Reduction)[0]

    def assignment(self, name: str) -> Assignment:
        """The formula that defines a tensor."""
        (found,) = self.program.definitions[name]
        return found


def _place(access: Access, at: Positions) -> tuple[int | slice, ...]:
    """Which part of its tensor an access reads, along the indices without a position."""
    return tuple(s if isinstance(s, int) else at.get(getattr(s, "name", ""), slice(None)) for s in access.subscripts)


def _block(*groups: Sequence[str]) -> list[str]:
    """Lines as they are, a blank line between groups."""
    inside = [line for group in groups for line in ("", *group)][1:]
    return ["```text", *inside, "```", ""]


def _rows(table: Sequence[Sequence[str]]) -> list[str]:
    """Rows of cells as a Markdown table, its first row the head, numbers to the right."""
    rule = ["--:"] * len(table[0])
    return [f"| {' | '.join(cells)} |" for cells in (table[0], rule, *table[1:])]
