"""An explanation as a picture: its sum as a ledger, with a bar for each number. Text stays text; no script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from math import fsum, isfinite
from typing import TypeVar

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Access, Constant, Expression, Terms
from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.printers.text import formula, text
from gpt_by_hand.study import address
from gpt_by_hand.study.explain.explanation import Explanation
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.text_page import number_of
from gpt_by_hand.study.steps import with_numbers
from gpt_by_hand.study.wrapping import wrapped

MOST = 40  # rows, before the middle is folded
EDGE, LINE, ROW = 24, 18, 20  # pixels: around everything, a line of text, a row of the ledger
LETTER = 7.25  # pixels: how wide a letter of the addresses and numbers is
BAR, GAP = 40, 24  # pixels: the longest bar, to either side of its zero, and between columns
NARROWEST = 760
T = TypeVar("T")
STYLE = """\
svg { --paper: #fff; --ink: #1a1c20; --soft: #565d68; --line: #d8d6cf; --below: #1f6fb2; --above: #d9730d; }
@media (prefers-color-scheme: dark) { svg {
  --paper: #1c1e22; --ink: #eceae4; --soft: #a5abb5; --line: #363a41; --below: #58aef0; --above: #f59a3f; } }
text { font: 12px ui-monospace, 'DejaVu Sans Mono', monospace; fill: var(--ink); white-space: pre; }
.meaning { font: 600 18px system-ui, sans-serif; }
.soft { fill: var(--soft); }
.result { font-weight: 700; }
.end { text-anchor: end; }
.paper { fill: var(--paper); stroke: var(--line); }
.rule { stroke: var(--line); }
.below { fill: var(--below); }
.above { fill: var(--above); }"""


@dataclass(frozen=True)
class Column:
    """Numbers below each other, each with a bar; all bars of a column have one scale."""

    head: str
    values: Sequence[float | None]

    @property
    def largest(self) -> float:
        return max((abs(v) for v in self.values if v is not None and isfinite(v)), default=0.0)


@dataclass(frozen=True)
class Ledger:
    """A row for each term of a sum, or for each operand where there is no sum; `total` is what the terms add up to."""

    labels: Sequence[str]
    columns: Sequence[Column]
    total: float | None


def svg_page(explanation: Explanation, shown: Shown) -> str:
    """The picture of one explanation, without those below it."""
    found = ledger(explanation, None if shown.terms is None else MOST)
    label = max((len(one) for one in (*found.labels, "sum")), default=0) * LETTER
    cell = max((len(shown.number(v)) for c in found.columns for v in c.values if v is not None), default=1) * LETTER
    width = max(NARROWEST, 2 * EDGE + label + len(found.columns) * (GAP + 2 * BAR + GAP / 2 + cell))
    letters = int((width - 2 * EDGE) / LETTER)
    drawing = _Drawing(width)
    drawing.lines(map(str.strip, wrapped(explanation.meaning, int(letters * 0.66))), "meaning", height=22)
    drawing.at += 4
    drawing.lines([f"{explanation.address} = {number_of(explanation.value)}"], "result")
    if explanation.assignment is not None:
        drawing.at += 4
        drawing.lines(wrapped(formula(explanation.assignment), letters), "soft")
    if found.labels:
        _draw(drawing, found, shown, label, cell)
    working = _working(explanation, shown, found.total)
    for n, line in enumerate(working):
        drawing.lines(wrapped(f"= {line}", letters), "result" if n == len(working) - 1 else "")
    said = [*shown.rounding(explanation), *explanation.notes]
    said += ["each column has a scale of its own for its bars"] if len(found.columns) > 1 else []
    said += [] if explanation.whose is None else [explanation.whose.line()]
    drawing.at += 6
    drawing.lines((part for line in said for part in wrapped(line, letters)), "soft")
    return drawing.svg(f"{explanation.address} = {number_of(explanation.value)}")


def ledger(explanation: Explanation, most: int | None = None) -> Ledger:
    """The first sum of the formula with its numbers; of more than `most` rows, the first ones and the last."""
    values = {operand.address: operand.value for operand in explanation.operands}
    expression = None if explanation.instance is None else explanation.instance.expression
    found = _sum_in(expression) if expression else None
    if found is None:
        some = _folded(list(values), most)
        return Ledger([one or "…" for one in some], [Column("value", [values.get(o or "") for o in some])], None)
    terms = [_Term(term, values) for term in found.terms]
    some_terms = _folded(terms, most)
    accesses = [term.accesses for term in terms]
    columns = [
        Column(
            _head([row[n] for row in accesses]), [values[_address(t.accesses[n])] if t else None for t in some_terms]
        )
        for n in range(len(accesses[0]))
        if _alike(accesses)
    ]
    if any(not isinstance(term.expression, Access) for term in terms) or not columns:
        columns.append(Column("term", [term.value if term else None for term in some_terms]))
    labels = [_label(term.accesses, accesses) if term else "…" for term in some_terms]
    return Ledger(labels, columns, fsum(term.value for term in terms))


def _working(explanation: Explanation, shown: Shown, total: float | None) -> list[str]:
    """The stages of the working; below a ledger, those behind it: the formula with the sum's total in it, and so on."""
    stages = shown.stages(explanation)
    if total is None:
        return [text(stage) for stage in stages]
    first = _summed(explanation.stages[0], total)
    behind = [stage for stage in stages if not _sum_in(stage)]
    if not _sum_in(first) and not isinstance(first, Constant):
        behind.insert(0, shown.expression(first))
    return list(dict.fromkeys(map(text, behind)))


def _summed(node: Expression, total: float) -> Expression:
    """The expression with its first sum's total in the sum's place."""
    found = _sum_in(node)
    if node is found:
        return Constant(total)
    return rebuild(node, tuple(_summed(c, total) if found and _sum_in(c) is found else c for c in node.children()))


@dataclass(frozen=True)
class _Term:
    expression: Expression
    values: dict[str, float]

    @property
    def accesses(self) -> list[Access]:
        return [node for node in self.expression.walk() if isinstance(node, Access)]

    @property
    def value(self) -> float:
        numbers = with_numbers(self.expression, lambda node: self.values[_address(node)])
        return float(reference.value(numbers, {}, {}))


def _address(node: Expression) -> str:
    assert isinstance(node, Access)
    return address.of(node.tensor.name, node.subscripts)  # type: ignore[arg-type]


def _sum_in(expression: Expression) -> Terms | None:
    sums = (node for node in expression.walk() if isinstance(node, Terms) and node.kind == "sum")
    return next((node for node in sums if len(node.terms) > 1), None)


def _alike(rows: list[list[Access]]) -> bool:
    """Do all terms read the same tensors, one after the other?"""
    return len({tuple(access.tensor.name for access in row) for row in rows}) == 1


def _head(column: Sequence[Access]) -> str:
    """The address of a column: letters where positions differ from row to row."""
    positions = zip(*(access.subscripts for access in column), strict=True)
    pairs = zip(column[0].tensor.indices, positions, strict=True)
    inside = ",".join(index.name if len(set(at)) > 1 else str(at[0]) for index, at in pairs)
    return column[0].tensor.name + (f"[{inside}]" if inside else "")


def _label(term: list[Access], rows: list[list[Access]]) -> str:
    """Which term it is: the positions that differ from row to row, or its whole addresses."""
    if not _alike(rows) or not term:
        return " ".join(map(_address, term))
    found: dict[tuple[int, ...], str] = {}
    for n, column in enumerate(zip(*rows, strict=True)):
        positions = zip(*(access.subscripts for access in column), strict=True)
        for index, at, own in zip(column[0].tensor.indices, positions, term[n].subscripts, strict=True):
            if len(set(at)) > 1:
                found.setdefault(at, f"{index.name} = {own}")
    return ", ".join(found.values())


def _folded(rows: Sequence[T], most: int | None) -> list[T | None]:
    return [*rows] if most is None or len(rows) <= most else [*rows[: most - 3], None, *rows[-2:]]


class _Drawing:
    """Lines of text, and rows of a ledger, each below the one before."""

    def __init__(self, width: float) -> None:
        self.width, self.at = width, float(EDGE)
        self.parts: list[str] = []

    def text(self, line: str, look: str = "", x: float = EDGE) -> None:
        kind = f' class="{look}"' if look else ""
        self.parts.append(f'<text x="{x:.1f}" y="{self.at:.1f}"{kind}>{escape(line, quote=False)}</text>')

    def lines(self, lines: Iterable[str], look: str = "", height: float = LINE) -> None:
        for line in lines:
            self.at += height
            self.text(line, look)

    def rule(self) -> None:
        y = self.at + 6
        self.parts.append(f'<path class="rule" d="M{EDGE} {y:.1f}H{self.width - EDGE:.1f}" />')

    def bar(self, x: float, value: float, largest: float) -> None:
        """A bar from its zero at `x`, to the left below zero and to the right above."""
        long = BAR * abs(value) / largest if largest and isfinite(value) else 0.0
        left, side = (x - long, "below") if value < 0 else (x, "above")
        self.parts.append(
            f'<path class="rule" d="M{x:.1f} {self.at - 13:.1f}v{ROW}" />'
            f'<rect class="{side}" x="{left:.1f}" y="{self.at - 9:.1f}" width="{long:.1f}" height="10" />'
        )

    def svg(self, title: str) -> str:
        height = self.at + EDGE
        body = "\n".join(self.parts)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {self.width:.0f} {height:.0f}" role="img">\n<title>{escape(title)}</title>\n'
            f"<style>\n{STYLE}\n</style>\n"
            f'<rect class="paper" x="0.5" y="0.5" width="{self.width - 1:.0f}" height="{height - 1:.0f}" rx="8" />\n'
            f"{body}\n</svg>\n"
        )


def _draw(drawing: _Drawing, found: Ledger, shown: Shown, label: float, cell: float) -> None:
    """The ledger: heads above their columns, a row for each term, and below a line what they add up to."""
    heads = [_broken(column.head, int((2 * BAR + GAP + cell) / LETTER)) for column in found.columns]
    deepest = max((len(head) for head in heads), default=0)
    ends = [EDGE + label + (n + 1) * (GAP + 2 * BAR + GAP / 2 + cell) for n in range(len(heads))]
    drawing.at += GAP / 2
    for n in range(deepest):
        drawing.at += LINE
        for head, end in zip(heads, ends, strict=True):
            line = n - deepest + len(head)
            if line >= 0:
                drawing.text(head[line], "soft end", end)
    drawing.rule()
    drawing.at += 6
    rows = [(name, [column.values[n] for column in found.columns]) for n, name in enumerate(found.labels)]
    largest = [max(column.largest, abs(found.total or 0) * (column is found.columns[-1])) for column in found.columns]
    if found.total is not None:
        rows.append(("sum", [*[None] * (len(ends) - 1), found.total]))
    for n, (name, values) in enumerate(rows):
        if found.total is not None and n == len(rows) - 1:
            drawing.rule()
            drawing.at += 8
        drawing.at += ROW
        drawing.text(name, "result" if name == "sum" else "soft")
        for value, end, most in zip(values, ends, largest, strict=True):
            if value is not None:
                drawing.bar(end - cell - GAP / 2 - BAR, value, most)
                drawing.text(shown.number(value), "end", end)
    drawing.at += 8


def _broken(head: str, letters: int) -> list[str]:
    """A long address in pieces that end at its points."""
    lines = [""]
    for piece in re.findall(r"[^.]+\.?", head):
        if lines[-1] and len(lines[-1] + piece) > letters:
            lines.append("")
        lines[-1] += piece
    return lines
