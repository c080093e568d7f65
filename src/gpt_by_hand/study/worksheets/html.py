"""Worksheets as a web page that prints well: MathML, no script, one sheet after the other on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from gpt_by_hand.notation import Constant
from gpt_by_hand.printers.mathml import PAPER, element, formula, math, mathml
from gpt_by_hand.study.worksheets.page import Booklet, Cell, Copy, FromAbove, Grid, Help, Line, Question, Sheet
from gpt_by_hand.study.worksheets.words import ABOUT_KEY, HELP, given_value, minus

BESIDE = 4  # boxes: so many have room beside their formula
SIZES = {"a4": "A4", "us-letter": "letter"}
STYLE = """
@page { size: SIZE; margin: 14mm 15mm 16mm;
  @bottom-right { content: "page " counter(page) " of " counter(pages); font: 7pt serif } }
body { font: 9.5pt serif; color: black; background: white; max-width: 186mm; margin: auto }
section { break-after: page; margin-bottom: 3em }
section:last-child { break-after: auto }
header { display: flex; gap: 2em; align-items: end; border-bottom: 1px solid black; padding-bottom: .3em }
header > div { flex: 1 }
h1 { font-size: 1.25em; margin: 0 } h2 { font-size: 1em; margin: 1em 0 .5em } p { margin: .3em 0 }
article { break-inside: avoid; margin: .9em 0; padding-left: 1.5em }
article > .n { float: left; margin-left: -1.5em; font-weight: bold }
.long { break-inside: auto }
.words { font-weight: bold }
.small, footer { font-size: .85em } footer { font-size: 7pt; margin-top: 1.5em }
.row { display: flex; flex-wrap: wrap; gap: .6em 1.5em; align-items: end }
.beside { display: flex; flex-wrap: wrap; gap: .2em 1em; align-items: end }
.beside > :first-child { flex: 1 1 auto; max-width: 100% } .beside > .boxes { margin-left: auto }
.boxes.row { flex-wrap: nowrap }
@media print { body { max-width: none } .key { font-size: 8.5pt } }
@media print { .one { font-size: 8pt } .one article { margin: .45em 0 } .one .boxes td { height: 5.5mm } }
.line { display: inline-block; border-bottom: 1px solid black; width: 10em } .date { width: 6em }
table { border-collapse: collapse; font-variant-numeric: tabular-nums }
td, th { border: 1px solid black; padding: .1em .35em; text-align: center; font-weight: normal }
th { background: #e8e8e8; print-color-adjust: exact; -webkit-print-color-adjust: exact }
.boxes td { border: 2px solid black; min-width: 14mm; height: 6.5mm }
.help { font-size: .8em }
.key article { margin: .5em 0 } .key p { overflow-wrap: anywhere }
code { overflow-wrap: anywhere }
"""


def html(booklet: Booklet) -> str:
    """The booklet as one page: all sheets, and then all keys."""
    sections = [_sheet(copy, sheet) for copy in booklet.copies for sheet in copy.sheets]
    sections += [_key(booklet, copy) for copy in booklet.copies] if booklet.answers else []
    style = STYLE.replace("SIZE", SIZES[booklet.paper])
    head = f'<meta charset="utf-8" /><title>{escape(booklet.title)}</title><style>{style}</style>'
    body = "\n".join(sections)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _sheet(copy: Copy, sheet: Sheet) -> str:
    kind = ' class="one"' if sheet.one_page else ""
    trace = f"<br />the same numbers: <code>{escape(sheet.trace)}</code>" if sheet.trace else ""
    return (
        f"<section{kind}><header><div><h1>{escape(sheet.title)}</h1></div>"
        '<span>Name <span class="line"></span></span><span>Date <span class="line date"></span></span></header>\n'
        f'<p class="small">{escape(sheet.about)}</p>\n'
        f"{_joined(map(_question, sheet.questions))}"
        f"<footer>seed {copy.seed} <code>{escape(sheet.command)}</code>{trace}</footer></section>"
    )


def _question(question: Question) -> str:
    tables = [_grid(grid, "given") for grid in question.given]
    tables += [_help(question.help)] if question.help else []
    boxes = [_grid(grid, "boxes") for grid in question.boxes]
    said = f"<div>{math(formula(question.formula)) if question.formula else ''}{_said(question)}</div>"
    if sum(len(grid.columns) for grid in question.boxes) <= BESIDE:
        body = f'<div class="beside"><div>{said}{_row(tables)}</div>{"".join(boxes)}</div>'
    else:
        body = said + _row([*tables, *boxes])
    words = f'<span class="n">{question.number}</span><p class="words">{escape(question.words)}</p>'
    return f"<article>{words}{body}</article>\n"


def _row(parts: list[str]) -> str:
    return f'<div class="row">{"".join(parts)}</div>'


def _said(question: Question) -> str:
    said = [f"for {escape(question.where)}"] if question.where else []
    said += [_named(constant) for constant in question.constants]
    if question.from_above:
        said.append(f"you have: {', '.join(map(_above, question.from_above))}")
    said += [escape(question.note)] if question.note else []
    return f'<div class="small">{"; ".join(said)}</div>' if said else ""


def _named(constant: Constant) -> str:
    return math(PAPER.infix(mathml(constant), "=", mathml(Constant(given_value(constant)))))


def _above(above: FromAbove) -> str:
    return f"{math(element(above.tensor.name, above.subscripts))} ({above.question})"


def _grid(grid: Grid, kind: str) -> str:
    name = element(grid.tensor.name, grid.subscripts)
    corner = f"<th><i>{grid.down.name} ↓ {grid.across.name} →</i></th>" if grid.down and grid.across else ""
    table = f"<table>{_joined(_block(corner, grid.rows, *block) for block in grid.blocks)}</table>"
    if not grid.columns:
        return f'<div class="{kind} row">{math(PAPER.infix(name, "=", ""))}{table}</div>'
    return f'<div class="{kind}">{math(name)}{table}</div>'


def _block(corner: str, labels: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[Cell]]) -> str:
    head = f"<tr>{corner}{_joined(f'<th>{escape(c)}</th>' for c in columns)}</tr>" if columns else ""
    named = [f"<th>{escape(label)}</th>" for label in labels] or [""] * len(cells)
    return head + _joined(
        f"<tr>{label}{_joined(map(_cell, row))}</tr>" for label, row in zip(named, cells, strict=True)
    )


def _cell(cell: Cell) -> str:
    return f"<td><i>→ {cell.question}</i></td>" if cell.question else f"<td>{escape(minus(cell.text))}</td>"


def _help(found: Help) -> str:
    head = _joined(f"<th>{column}</th>" for column in found.columns)
    rows = _joined(
        f"<tr><th>{minus(row)}</th>{_joined(f'<td>{cell}</td>' for cell in cells)}</tr>"
        for row, cells in zip(found.rows, found.cells, strict=True)
    )
    name = math(element(found.operand.tensor.name, found.operand.subscripts))
    return f'<div class="help">{HELP[0]} {name}{HELP[1]}<table><tr><th></th>{head}</tr>{rows}</table></div>'


def _key(booklet: Booklet, copy: Copy) -> str:
    sheets = _joined(f"<h2>{escape(s.title)}</h2>{_joined(map(_answers, s.questions))}" for s in copy.sheets)
    title = f"Key: {escape(booklet.title)}, seed {copy.seed}"
    about = f'<header><div><h1>{title}</h1><span class="small">{ABOUT_KEY}</span></div></header>'
    commands = _joined(f"<br /><code>{escape(command)}</code>" for command in copy.commands)
    return f'<section class="key">{about}{sheets}<footer>seed {copy.seed}{commands}</footer></section>'


def _answers(question: Question) -> str:
    lines = _joined(map(_line, question.key))
    words = f'<span class="n">{question.number}</span><p><i>{escape(question.words)}</i></p>'
    return f'<article class="long">{words}{lines}</article>\n'


def _line(line: Line) -> str:
    """Each stage is a piece of mathematics of its own, so that the line can end behind any of them."""
    stages = [math(element(line.element.tensor.name, line.element.subscripts))]
    stages += [math(PAPER.infix("", "=", mathml(stage))) for stage in line.stages]
    note = f" <i>({escape(minus(line.note))})</i>" if line.note else ""
    return f"<p>{' '.join(stages)}{note}</p>"


def _joined(parts: Iterable[str]) -> str:
    return "".join(parts)
