"""An explanation for browsers and notebooks: MathML, without a script."""

from __future__ import annotations

from html import escape

from gpt_by_hand.printers import mathml
from gpt_by_hand.study.explain.explanation import Explanation, Operand
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.text_page import number_of, percent

HEAD = '<meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />'
LINE = "var(--line, #8886)"
# Colours are the reader's own (a notebook may be dark on a light desktop); greys are half transparent, so fit both.
STYLE = f"""\
.explanation {{ font: 16px/1.45 system-ui, sans-serif; text-align: left; }}
.explanation .explanation {{ margin-top: 1.5em; padding-top: 1em; border-top: 1px solid {LINE}; }}
.explanation h3 {{ font: 600 1.15em/1.3 ui-monospace, monospace; margin: 0; overflow-wrap: anywhere; }}
.explanation p {{ margin: 0.5em 0; max-width: 60em; overflow-wrap: anywhere; }}
.explanation .meaning {{ color: var(--soft, inherit); }}
.explanation .note {{ border-left: 3px solid {LINE}; padding-left: 0.6em; }}
.explanation .working {{ overflow: auto hidden; margin: 0.8em 0; }}
.explanation table {{ border-collapse: collapse; margin: 0.8em 0; font-size: 0.875em; }}
.explanation .working table {{ margin: 0; font-size: inherit; }}
.explanation .working tr {{ background: none !important; }}
.explanation table th, .explanation table td {{ text-align: left; vertical-align: baseline; border: 0;
  padding: 0.25em 1.2em 0.25em 0; white-space: normal; max-width: none; }}
.explanation table th {{ font-weight: 600; color: var(--soft, inherit); }}
.explanation table .number {{ text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }}
.explanation .working table td {{ padding: 0.4em 0; white-space: nowrap; }}
.explanation code {{ font: 1em ui-monospace, monospace; background: none; color: inherit;
  padding: 0; white-space: nowrap; }}
@media (max-width: 40em) {{
  .explanation code {{ white-space: normal; overflow-wrap: anywhere; }}
  .explanation .working td {{ display: block; }}
  .explanation .working td + td {{ padding: 0 0 0.6em 1em; }}
  .explanation .operands tr {{ display: grid; grid-template-columns: 1fr auto; }}
  .explanation .operands tr > :nth-child(2) {{ padding-right: 0; }}
  .explanation .operands th:nth-child(3) {{ display: none; }}
  .explanation .operands td:nth-child(3) {{ grid-column: 1 / -1; padding: 0 0 0.5em; }}
}}
@media print {{ .explanation .working {{ overflow: visible; }} }}
{mathml.style(".explanation")}"""
PAGE_STYLE = """\
:root { color-scheme: light dark;
  --ground: #f6f5f1; --paper: #fff; --ink: #1a1c20; --soft: #565d68; --line: #d8d6cf; }
@media screen and (prefers-color-scheme: dark) { :root {
  --ground: #131417; --paper: #1c1e22; --ink: #eceae4; --soft: #a5abb5; --line: #363a41; } }
body { margin: 0; padding: 24px 16px; background: var(--ground); color: var(--ink); }
body > .explanation { max-width: 76em; margin: 0 auto; padding: 20px 24px; box-sizing: border-box;
  background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
@media (max-width: 40em) { body { padding: 0; } body > .explanation { padding: 16px; border-width: 0; } }
@media print { body { padding: 0; background: none; } body > .explanation { padding: 0; border: 0; } }
"""


def html_document(explanation: Explanation, shown: Shown) -> str:
    """A whole page."""
    head = f"{HEAD}<title>{escape(explanation.address)}</title><style>{PAGE_STYLE}</style>"
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
    """A row for the formula and one for each stage, with their equals signs below each other."""
    if explanation.assignment is None or explanation.instance is None:
        return []
    general, found = explanation.assignment, explanation.instance
    formula = mathml.element(general.target, general.subscripts), mathml.mathml(general.expression)
    own = mathml.element(general.target, found.place), mathml.mathml(shown.expression(found.expression))
    stages = [("", mathml.mathml(stage)) for stage in shown.stages(explanation)]
    rows = dict.fromkeys([formula, own, *(stage for stage in stages if stage[1] != own[1])])
    return ['<div class="working"><table role="presentation">', *(_equation(*row) for row in rows), "</table></div>"]


def _equation(left: str, right: str) -> str:
    """A row of two cells, of which the second begins with the sign."""
    return f"<tr><td>{mathml.math(left) if left else ''}</td><td>{mathml.math(mathml.equals(right))}</td></tr>"


def _uses(explanation: Explanation, shown: Shown) -> list[str]:
    if len(explanation.uses) < 2:
        return []
    rows = [
        f"<tr><td>{_code(use.through)}</td>{_number(shown.number(use.value))}{_number(percent(use.share))}</tr>"
        for use in explanation.uses
    ]
    head = f"<th>used in {len(explanation.uses)} places</th>{_number('contributes', 'th')}{_number('share', 'th')}"
    return [f'<table class="uses"><tr>{head}</tr>', *rows, "</table>"]


def _operands(operands: tuple[Operand, ...], shown: Shown) -> list[str]:
    if not operands:
        return []
    rows = [
        f"<tr><td>{_code(operand.address)}</td>{_number(shown.number(operand.value))}"
        f"<td>{escape(operand.meaning)}</td></tr>"
        for operand in operands
    ]
    head = f"<th>from</th>{_number('value', 'th')}<th>meaning</th>"
    return [f'<table class="operands"><tr>{head}</tr>', *rows, "</table>"]


def _code(address: str) -> str:
    return f"<code>{escape(address)}</code>"


def _number(shown: str, cell: str = "td") -> str:
    return f'<{cell} class="number">{escape(shown)}</{cell}>'
