"""Worksheets as a web page that prints well: MathML, no script, one sheet after the other on paper."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from gpt_by_hand.notation import Constant
from gpt_by_hand.practice.booklet.page import Booklet, Cell, Copy, FromAbove, Grid, Help, Line, Question, Sheet
from gpt_by_hand.practice.booklet.words import ABOUT_KEY, HELP, given_value, minus
from gpt_by_hand.printers.mathml import PAPER, element, equals, formula, math, mathml, style

BESIDE = 4  # boxes: so many have room beside their formula
WIDEST = 92  # characters: a formula and boxes that are wider stand above each other, and a wider formula is set smaller
BOX = 9  # characters: as wide as a box
FEW = 8  # questions: with more of them, a sheet that is to be one page is set in small type
SIZES = {"a4": "A4", "us-letter": "letter"}
SERIF = '"Times New Roman", "Liberation Serif", "Nimbus Roman", serif'  # about as wide everywhere
STYLE = f"""
@page {{ size: SIZE; margin: 10mm 15mm 12mm;
  @bottom-right {{ content: "page " counter(page) " of " counter(pages); font: 7pt {SERIF} }} }}
:root {{ color-scheme: light }}
body {{ font: 12pt/1.25 {SERIF}; color: black; background: white; margin: 0 }}
h1 {{ font-size: 1.25em; margin: 0 }} h2 {{ font-size: 1em; margin: 1em 0 .5em }} p {{ margin: .2em 0 }}
header, .who {{ display: flex; flex-wrap: wrap; gap: .5em 2em; align-items: end }}
header {{ border-bottom: 1px solid black; padding-bottom: .3em }}
header > :first-child {{ flex: 1 1 12em }}
article {{ margin: .9em 0; padding-left: 1.5em }}
article > .n {{ float: left; margin-left: -1.5em; font-weight: bold }}
.words {{ font-weight: bold }}
.small, .help {{ font-size: .9em }} footer {{ font-size: 9pt; margin-top: 1.5em }}
.formula, .beside, .given, .boxes, .help {{ max-width: 100% }}
.formula {{ padding: .15em 0 }} .formula:not(.wide) {{ white-space: nowrap }}
.row {{ display: flex; flex-wrap: wrap; gap: .3em 1.5em; align-items: end }}
.beside {{ display: flex; flex-wrap: wrap; gap: .2em 1em }}
.beside > :first-child {{ flex: 1 1 0; min-width: min-content; max-width: 100% }}
.beside > .boxes, .row > .one.boxes {{ margin-left: auto; align-self: end }}
.one.row {{ flex-wrap: nowrap }}
.line {{ display: inline-block; border-bottom: 1px solid black; width: 10em }} .date {{ width: 6em }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums }}
td, th {{ border: 1px solid black; padding: .05em .35em; text-align: center; font-weight: normal; white-space: nowrap }}
th {{ background: #e8e8e8; print-color-adjust: exact; -webkit-print-color-adjust: exact }}
.boxes td {{ border: 2px solid black; min-width: 14mm; height: 6.5mm }}
.key article {{ margin: .5em 0 }} .key .words {{ font-weight: normal; font-style: italic }}
.key p {{ overflow-wrap: anywhere }} .stage {{ display: inline-block }}
.stage:has(mfrac) {{ padding: .15em 0 }} .key {{ font-size: 10.7pt }}
code {{ overflow-wrap: anywhere }}
@media screen {{
  body {{ background: #f6f5f1; padding: 24px 16px }}
  section {{ background: white; box-sizing: border-box; max-width: 256mm; margin: 0 auto 24px; padding: 12mm 15mm;
    border: 1px solid #d8d6cf }}
  /* Formulas reach a little out of their lines: room for it, which takes none, or there would be a second bar. */
  .formula, .beside, .given, .boxes, .help, .key p {{
    overflow: auto hidden; padding-block: .4em; margin-block: -.25em -.15em }}
}}
@media screen and (max-width: 40em) {{
  .beside > :first-child {{ min-width: 0; flex-basis: 100% }}
  .formula:not(.wide) {{ white-space: normal }}
  body {{ padding: 0 }} section {{ padding: 16px; margin: 0 0 16px; border-width: 1px 0 }}
}}
@media print {{
  body {{ font-size: 9.5pt }} .key {{ font-size: 8.2pt }} .small, .help {{ font-size: .85em }}
  footer {{ font-size: 7pt }}
  section:not(.page) .wide {{ font-size: .85em }}
  .page {{ font-size: 9pt }} .dense {{ font-size: 7.1pt }}
  .page article {{ margin: .4em 0 }} .page footer {{ margin-top: .8em }}
  .page .asked {{ display: flex; flex-wrap: wrap; gap: 0 1.5em; align-items: center }}
  .page td, .page th {{ line-height: 1.1 }} .page .help td {{ line-height: 1.25 }} .dense .boxes td {{ height: 5.4mm }}
  section {{ break-after: page }} section:last-child {{ break-after: auto }}
  article {{ break-inside: avoid }} .long {{ break-inside: auto }} h2, .words {{ break-after: avoid }}
}}
{style("body")}
.given > math, .boxes > math, .help > math {{ margin-bottom: .15em }}
math {{ font-size-adjust: .46 }}
"""


def html(booklet: Booklet) -> str:
    """The booklet as one page: all sheets, and then all keys."""
    sections = [_sheet(copy, sheet) for copy in booklet.copies for sheet in copy.sheets]
    sections += [_key(booklet, copy) for copy in booklet.copies] if booklet.answers else []
    sized = STYLE.replace("SIZE", SIZES[booklet.paper])
    viewport = '<meta name="viewport" content="width=device-width, initial-scale=1" />'
    head = f'<meta charset="utf-8" />{viewport}<title>{escape(booklet.title)}</title><style>{sized}</style>'
    body = "\n".join(sections)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _sheet(copy: Copy, sheet: Sheet) -> str:
    kind = f' class="page{" dense" if len(sheet.questions) > FEW else ""}"' if sheet.one_page else ""
    trace = f"<br />the same numbers: <code>{escape(sheet.trace)}</code>" if sheet.trace else ""
    return (
        f"<section{kind}><header><div><h1>{escape(sheet.title)}</h1></div>"
        '<div class="who"><span>Name <span class="line"></span></span>'
        '<span>Date <span class="line date"></span></span></div></header>\n'
        f'<p class="small">{escape(sheet.about)}</p>\n'
        f"{_joined(map(_question, sheet.questions))}"
        f"<footer>seed {copy.seed} <code>{escape(sheet.command)}</code>{trace}</footer></section>"
    )


def _question(question: Question) -> str:
    tables = [_grid(grid, "given") for grid in question.given]
    tables += [_help(question.help)] if question.help else []
    boxes = [_grid(grid, "boxes") for grid in question.boxes]
    asked = f'<div class="asked">{_formula(question)}{_said(question)}</div>'
    several = sum(bool(grid.columns) for grid in question.given) > 1
    if several or sum(len(grid.columns) for grid in question.boxes) > BESIDE:
        body = asked + _row([*tables, *boxes])
    elif PAPER.width(_formula(question)) + sum(map(_width, question.boxes)) > WIDEST:
        body = asked + _beside(_row(tables), boxes)
    else:
        body = _beside(asked + _row(tables), boxes)
    words = f'<span class="n">{question.number}</span><p class="words">{escape(question.words)}</p>'
    return f"<article>{words}{body}</article>\n"


def _width(boxes: Grid) -> int:
    """About how many characters wide they are."""
    name = element(boxes.tensor, boxes.subscripts)
    return BOX * len(boxes.columns) or BOX + PAPER.width(name)


def _beside(left: str, boxes: list[str]) -> str:
    return f'<div class="beside"><div>{left}</div>{_joined(boxes)}</div>'


def _formula(question: Question) -> str:
    """Its two sides are pieces of their own, so that a narrow page can set the second below the first."""
    if question.formula is None:
        return ""
    target = question.formula.target
    wide = " wide" if PAPER.width(formula(question.formula)) > WIDEST else ""
    sides = element(target, question.formula.subscripts), equals(mathml(question.formula.expression))
    return f'<div class="formula{wide}">{" ".join(map(_stage, sides))}</div>'


def _row(parts: list[str]) -> str:
    return f'<div class="row">{"".join(parts)}</div>'


def _said(question: Question) -> str:
    said = [f"for {escape(question.where)}"] if question.where else []
    said += [_named(constant) for constant in question.constants]
    if question.from_above:
        said.append(f"you have: {', '.join(map(_above, question.from_above))}")
    said += [escape(question.note)] if question.note else []
    return f'<div class="small wraps">{"; ".join(said)}</div>' if said else ""


def _named(constant: Constant) -> str:
    return math(PAPER.infix(mathml(constant), "=", mathml(Constant(given_value(constant)))))


def _above(above: FromAbove) -> str:
    return f"{math(element(above.tensor, above.subscripts))} ({above.question})"


def _grid(grid: Grid, kind: str) -> str:
    name = element(grid.tensor, grid.subscripts)
    corner = f"<th><i>{grid.down.name} ↓ {grid.across.name} →</i></th>" if grid.down and grid.across else ""
    table = f"<table>{_joined(_block(corner, grid.rows, *block) for block in grid.blocks)}</table>"
    if not grid.columns:
        return f'<div class="{kind} one row">{math(PAPER.infix(name, "=", ""))}{table}</div>'
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
    name = math(element(found.operand.tensor, found.operand.subscripts))
    said = f"{HELP[0]} {name}{HELP[1]}"
    return f'<div class="help">{said}<table><tr><th></th>{head}</tr>{rows}</table></div>'


def _key(booklet: Booklet, copy: Copy) -> str:
    sheets = _joined(f"<h2>{escape(s.title)}</h2>{_joined(map(_answers, s.questions))}" for s in copy.sheets)
    title = f"Key: {escape(booklet.title)}, seed {copy.seed}"
    about = f'<header><div><h1>{title}</h1><span class="small">{ABOUT_KEY}</span></div></header>'
    commands = _joined(f"<br /><code>{escape(command)}</code>" for command in copy.commands)
    return f'<section class="key">{about}{sheets}<footer>seed {copy.seed}{commands}</footer></section>'


def _answers(question: Question) -> str:
    lines = _joined(map(_line, question.key))
    words = f'<span class="n">{question.number}</span><p class="words">{escape(question.words)}</p>'
    return f'<article class="long">{words}{lines}</article>\n'


def _line(line: Line) -> str:
    """Each stage is a piece of mathematics of its own, so that the line can end behind any of them."""
    stages = [element(line.element.tensor, line.element.subscripts)]
    stages += [equals(mathml(stage)) for stage in line.stages]
    note = f" <i>({escape(minus(line.note))})</i>" if line.note else ""
    return f"<p>{' '.join(map(_stage, stages))}{note}</p>"


def _stage(stage: str) -> str:
    return f'<span class="stage">{math(stage)}</span>'


def _joined(parts: Iterable[str]) -> str:
    return "".join(parts)
