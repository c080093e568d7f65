"""Tables as notebooks show them. Colours and fonts are the notebook's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from html import escape
from typing import Any

from gpt_by_hand.meanings import meanings

# Notebooks set tables to the right, in narrow columns; a long or wide one scrolls in its own box.
STYLE = """\
.by-hand { overflow: auto; max-height: 32em; }
.by-hand table { border-collapse: collapse; margin: 0; font-size: 13px; }
.by-hand table tr > * { text-align: left; white-space: nowrap; max-width: none; padding: 0.25em 1.2em 0.25em 0;
  vertical-align: baseline; border: 0; border-bottom: 1px solid #8884; }
.by-hand table tr > td:first-child { font-family: ui-monospace, monospace; }
.by-hand.wraps table td:last-child { white-space: normal; min-width: 20em; }
@media print { .by-hand { overflow: visible; max-height: none; } }
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "", above: str = "") -> str:
    """A table of texts under a line of headings, each in one line; of the kind "wraps", the last one may take more.

    `above` is what is to be said of all of it.
    """
    lines = [_line("th", head), *(_line("td", row) for row in rows)]
    said = f"<p>{escape(above)}</p>" if above else ""
    return f'<div class="by-hand {kind}"><style>{STYLE}</style>{said}<table>{"".join(lines)}</table></div>'


def settings(configuration: Any) -> str:
    """The fields of a dataclass: name, value, and the text below each in its source."""
    kind: type = type(configuration)
    said = meanings(kind)
    names = [field.name for field in fields(configuration)]
    rows = [(name, str(getattr(configuration, name)), said.get(name, "")) for name in names]
    return table(("setting", "value", "meaning"), rows, "wraps")


def _line(cell: str, texts: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{cell}>{escape(text)}</{cell}>" for text in texts) + "</tr>"
