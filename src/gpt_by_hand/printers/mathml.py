"""Formulas in a browser, without a script: MathML Core, `<msub><mi>q</mi><mi>i</mi></msub>`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape, unescape
from typing import ClassVar

from gpt_by_hand.notation.expressions import Expression
from gpt_by_hand.printers.paper import Paper
from gpt_by_hand.printers.paper_rules import DOT, SPACE

GAP = '<mspace width="0.28em"></mspace>'
FULL = '<mrow displaystyle="true">'  # a fraction inside of a fraction stays as large as it is
APPLY = "<mo>&#x2061;</mo>"  # between a function and its argument; not to be seen
LEFT = 'style="text-align: left"'
# Invisible, of no width: a sign at the beginning of a line stays one between two terms.
NOTHING = "<mrow></mrow>"

# A browser without the font it looks for (Linux mostly) takes one for text, whose braces do not grow; so it is told
# of others. Without any, there is no room around the lines of fractions and below sums: the padding is for that.
# Firefox would break a line at a sign. An index of an index is no smaller than an index, to be readable.
# On a phone, a case stands above its condition; Chromium needs to be told that it is still mathematics.
FONTS = '"STIX Two Math", "Cambria Math", "Latin Modern Math", "TeX Gyre Termes Math", "DejaVu Math TeX Gyre"'
STYLE = f"""\
SCOPE math {{ font-family: {FONTS}, "Libertinus Math", "Noto Sans Math", math; white-space: nowrap; }}
SCOPE mfrac > :first-child {{ padding-bottom: 0.1em; }}
SCOPE mfrac > :last-child, SCOPE munder > :last-child {{ padding-top: 0.1em; }}
@media screen and (max-width: 40em) {{
  SCOPE .cases > mtr {{ display: block; }}
  SCOPE .cases > mtr > mtd {{ display: block; display: block math; }}
  SCOPE .cases > mtr > mtd + mtd {{ padding-left: 1em; }}
}}
SCOPE :is(msub, munder, msup) > :last-child :is(msub, msup) > :last-child {{ math-depth: 1; }}
"""


class Mathml(Paper):
    """What stands between `<math>` and `</math>`."""

    language = "MathML"
    widest = 90  # on paper, an upright page
    known_function = other_function = "%s"
    reductions: ClassVar = {"sum": "<mo>∑</mo>", "max": '<mo lspace="0" rspace="0" movablelimits="true">max</mo>'}
    greek: ClassVar = {"eps": "<mi>ϵ</mi>", "pi": "<mi>π</mi>", "beta": "<mi>β</mi>"}
    operators: ClassVar = {"-": "−", "<=": "≤", ">=": "≥", "==": "=", "%": "mod", DOT: "⋅"}
    infinity = "<mi>∞</mi>"
    comma, separator = "<mo>,</mo>", "<mo>%s</mo>"

    letter, digits = "<mi>%s</mi>", "<mn>%s</mn>"
    numbered = "<msub>%s%s</msub>"
    subscripted = "<msub>%s<mrow>%s</mrow></msub>"
    gradient = f"<mfrac>{FULL}<mo>∂</mo><mi>ℒ</mi></mrow>{FULL}<mo>∂</mo>%s</mrow></mfrac>"
    minus = '<mo form="prefix">−</mo>%s'
    fraction = f"<mfrac>{FULL}%s</mrow>{FULL}%s</mrow></mfrac>"
    raised = "<msup><mrow>%s</mrow><mrow>%s</mrow></msup>"
    root = "<msqrt>%s</msqrt>"
    called = f"<mi>%s</mi>{APPLY}%s"
    parentheses = "<mrow><mo>(</mo>%s<mo>)</mo></mrow>"
    reduced = f"<munder>%s<mrow>%s</mrow></munder>{GAP}%s"
    largest = called % ("max", parentheses)
    times = "%s<mo>×</mo>%s"

    def upright(self, name: str) -> str:
        variant = ' mathvariant="normal"' if len(name) == 1 else ""  # a single letter would be slanted
        return f"<mi{variant}>{escape(name)}</mi>"

    def infix(self, left: str, operator: str, right: str) -> str:
        between = GAP if operator == SPACE else f"<mo>{escape(self.operators.get(operator, operator))}</mo>"
        return f"{left}{between}{right}"

    def power(self, base: str, exponent: str) -> str:
        if base.startswith("<msub>"):  # the exponent goes above the subscripts, not behind them
            both = base.removeprefix("<msub>").removesuffix("</msub>")
            return f"<msubsup>{both}<mrow>{exponent}</mrow></msubsup>"
        return super().power(base, exponent)

    def cases(self, rows: Sequence[tuple[str, str, str]]) -> str:
        lines = "".join(
            f"<mtr><mtd {LEFT}>{value}</mtd><mtd {LEFT}><mtext>{word}&#xa0;</mtext>{condition}</mtd></mtr>"
            for value, word, condition in rows
        )
        brace = '<mo form="prefix" stretchy="true">{</mo>'
        return f'<mrow>{brace}<mtable class="cases" displaystyle="true">{lines}</mtable></mrow>'

    def signed(self, sign: str, term: str) -> str:
        return self.infix("", sign, term)

    def lines(self, rows: Sequence[str]) -> str:
        lines = "".join(f"<mtr><mtd {LEFT}>{NOTHING}{row}</mtd></mtr>" for row in rows)
        return f'<mtable displaystyle="true">{lines}</mtable>'

    def width(self, printed: str) -> int:
        return len(unescape(re.sub(r"<[^>]*>", "", printed)))

    def outermost(self, node: Expression) -> str:
        return self.whole(node)  # a browser breaks no formula


PAPER = Mathml()
mathml, formula, element = PAPER.outermost, PAPER.formula, PAPER.element


def math(content: str) -> str:
    """The `<math>` element around what the printer gives; it is a part of a line, with sums as large as on their own.

    >>> math("<mi>x</mi>")
    '<math displaystyle="true"><mi>x</mi></math>'
    """
    return f'<math displaystyle="true">{content}</math>'


def equals(content: str) -> str:
    """The sign and what stands behind it, for a line that goes on from another one."""
    return PAPER.infix("", "=", content)


def style(scope: str) -> str:
    """How the formulas inside of what a CSS selector chooses are set."""
    return STYLE.replace("SCOPE", scope)
