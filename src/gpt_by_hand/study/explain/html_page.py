"""An explanation for browsers and notebooks: MathML, without a script."""

from __future__ import annotations

from html import escape

from gpt_by_hand.printers import mathml
from gpt_by_hand.study.explain.explanation import Explanation, Operand
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.text_page import number_of, percent

STYLE = """\
.explanation { font-family: system-ui, sans-serif; max-width: 60em; margin: 1em 0; }
.explanation h3 { font-family: ui-monospace, monospace; margin: 0.5em 0; }
.explanation .meaning { font-style: italic; }
.explanation .working { overflow-x: auto; margin: 0.7em 0; }
.explanation .working math { display: block; text-align: left; margin: 0.5em 0; }
.explanation .note { border-left: 3px solid #888; padding-left: 0.6em; }
.explanation table { border-collapse: collapse; }
.explanation td, .explanation th { text-align: left; padding: 0.15em 0.8em 0.15em 0; vertical-align: top; }
.explanation td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def html_document(explanation: Explanation, shown: Shown) -> str:
    """A whole page."""
    head = f'<meta charset="utf-8"><title>{escape(explanation.address)}</title>'
    body = html_fragment(explanation, shown)
    return f'<!DOCTYPE html>\n<html lang="en">\n<head>{head}</head>\n<body>\n{body}\n</body>\n</html>\n'


def html_fragment(explanation: Explanation, shown: Shown) -> str:
    """What a notebook shows: the explanation and those below it."""
    return f"<style>{STYLE}</style>\n{_section(explanation, shown)}"


def _section(explanation: Explanation, shown: Shown) -> str:
    notes = (*shown.rounding(explanation), *explanation.notes)
    parts = [
        *([] if explanation.whose is None else [f'<p class="whose">{escape(explanation.whose.line())}</p>']),
        f"<h3>{escape(explanation.address)} = {escape(number_of(explanation.value))}</h3>",
        f'<p class="meaning">{escape(explanation.meaning)}</p>',
        *_working(explanation, shown),
        *(f'<p class="note">{escape(note)}</p>' for note in notes),
        *_uses(explanation, shown),
        *_operands(explanation.operands, shown),
    ]
    below = "\n".join(_section(one, shown) for one in explanation.below)
    return '<section class="explanation">\n' + "\n".join(parts) + f"\n{below}</section>"


def _working(explanation: Explanation, shown: Shown) -> list[str]:
    if explanation.assignment is None or explanation.instance is None:
        return []
    found = explanation.instance
    left = mathml.element(explanation.assignment.target.name, found.place)
    lines = [mathml.mathml(shown.expression(found.expression)), *map(mathml.mathml, shown.stages(explanation))]
    equals = [f"{left if n == 0 else ''}<mo>=</mo>{line}" for n, line in enumerate(dict.fromkeys(lines))]
    maths = [mathml.formula(explanation.assignment), *equals]
    return ['<div class="working">', *(mathml.math(line) for line in maths), "</div>"]


def _uses(explanation: Explanation, shown: Shown) -> list[str]:
    if len(explanation.uses) < 2:
        return []
    rows = [
        f'<tr><td><code>{escape(use.through)}</code></td><td class="number">{escape(shown.number(use.value))}</td>'
        f'<td class="number">{percent(use.share)}</td></tr>'
        for use in explanation.uses
    ]
    head = f"<tr><th>used in {len(explanation.uses)} places</th><th>contributes</th><th>share</th></tr>"
    return ["<table>", head, *rows, "</table>"]


def _operands(operands: tuple[Operand, ...], shown: Shown) -> list[str]:
    if not operands:
        return []
    rows = [
        f'<tr><td><code>{escape(operand.address)}</code></td><td class="number">{escape(shown.number(operand.value))}'
        f"</td><td>{escape(operand.meaning)}</td></tr>"
        for operand in operands
    ]
    return ["<table>", "<tr><th>from</th><th>value</th><th>meaning</th></tr>", *rows, "</table>"]
