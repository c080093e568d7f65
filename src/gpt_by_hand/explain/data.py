"""An explanation as plain data, for tools: JSON in, JSON out."""

from __future__ import annotations

from typing import Any

from gpt_by_hand.explain.parts import Explained
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.printers import latex, text
from gpt_by_hand.printers.python import python


def as_data(explanation: Explained) -> dict[str, Any]:
    """The explanation as dictionaries, lists, strings and numbers, at full precision.

    `substituted` is a Python expression (with `math`) that evaluates to the value, up to rounding in `precision`; a
    number that is not finite is a string ("-inf"), since JSON has no such numbers.
    """
    found = explanation.assignment
    stages = explanation.stages
    return {
        "address": explanation.address,
        "stored": None if explanation.stored is None else list(explanation.stored),
        "value": finite(explanation.value),
        "precision": explanation.precision,
        "title": explanation.title,
        "meaning": explanation.meaning,
        "phase": explanation.phase,
        "formula": None if found is None else {"text": text.formula(found), "latex": latex.formula(found)},
        "substituted": python(stages[0]) if stages else None,
        "steps": [text.text(stage) for stage in stages],
        "operands": [
            {"address": operand.address, "value": finite(operand.value), "meaning": operand.meaning}
            for operand in explanation.operands
        ],
        "notes": list(explanation.notes),
        "uses": [
            {
                "through": use.through,
                "term": text.text(use.term),
                "value": finite(use.value),
                "share": finite(use.share),
            }
            for use in explanation.uses
        ],
        "sums": [
            {
                "name": ledger.name,
                "columns": [text.text(column.element) for column in ledger.columns],
                "terms": [
                    {"operands": [operand.address for operand in entry.operands], "value": finite(entry.value)}
                    for entry in ledger.entries
                ],
                "total": finite(ledger.total),
            }
            for ledger in explanation.ledgers
        ],
        "below": [as_data(below) for below in explanation.below],
        **({} if explanation.whose is None else {"model": explanation.whose.facts()}),
    }
