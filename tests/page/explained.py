"""What the page's JavaScript says of numbers, and what Python says."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.layout.sentences import sentences
from gpt_by_hand.trace import address
from gpt_by_hand.trace.trace import Trace
from tests.page.cases import contents, trace
from tests.support.node import node

# An explainer over the numbers of a trace; those that are only worked out when asked for, by their formulas.
EXPLAINER = """
import { decode } from "app/notation/decode.js";
import { value } from "app/notation/evaluate.js";
import { defining, instance } from "app/notation/instance.js";
import { addressOf } from "app/printers/text.js";
import { Explainer } from "app/explain/explainer.js";
import { roundingNotes } from "app/explain/rounding.js";
import { useSentences } from "app/explain/sentences.js";
import { Words } from "app/explain/words.js";
useSentences(given.sentences, given.contents.language);
const { contents } = given;
const program = decode(contents.program, { computed: contents.computed });
const flat = (tensor, place) => tensor.at + place.reduce((sum, n, axis) => sum * tensor.shape[axis] + n, 0);
const demanded = (tensor, place) =>
  value(instance(defining(program, tensor, place), place, numbers).expression, numbers);
const numbers = {
  at: (tensor, place) => (tensor.at < 0 ? demanded(tensor, place) : given.x[flat(tensor, place)]),
  constant: (node) => node.value,
};
const words = new Words(contents.vocabulary, program, numbers);
const origin = contents.origin && { ...contents.origin, data: given.text };
const explainer = new Explainer(program, numbers, words, origin, { whose: contents.whose, absent: contents.absent });
const failing = (ask) => {
  try {
    return ask();
  } catch (error) {
    if (!error.constructor.name.endsWith("Error") || error instanceof TypeError) throw error;
    return error.message;
  }
};
"""
EXPLAIN = """
const told = (where) => {
  const found = explainer.explain(where);
  const { address, title, meaning, phase, role, stored, precision, notes, substituted, ledgers, uses } = found;
  return {
    words: { address, title, meaning, phase, role, stored, precision, notes, rounding: roundingNotes(found, 6) },
    operands: found.operands.map((one) => [one.address, one.meaning(), one.role, one.choice]),
    ledgers: ledgers.map((ledger) => ({
      head: [ledger.name, ledger.how, ledger.running, ledger.product],
      columns: ledger.columns.map((one) => [addressOf(one.element.tensor.name, one.element.subscripts), one.meaning()]),
      entries: ledger.entries.map((one) => [one.labels, one.operands.map((operand) => operand.address)]),
    })),
    uses: uses.map((use) => [use.through, use.role]),
    values: [found.value, ...found.operands.map((one) => one.value)],
    isWorkedOut: substituted !== null,
  };
};
send(given.asked.map(told));
"""


@cache
def explainer(case: str) -> Explainer:
    """Python's, of a case's trace."""
    return Explainer(trace(case))


def given(found: Trace, made: dict[str, Any], **more: Any) -> dict[str, Any]:
    """What a script with EXPLAINER is given."""
    numbers = [np.asarray(found.arrays[name], np.float64).ravel() for name in found.program.tensors]
    batch = found.origin and found.origin.batch
    text = None if batch is None else batch.data.tolist()
    return {"contents": made, "x": np.concatenate(numbers).tolist(), "text": text, "sentences": sentences(), **more}


def of_case(case: str, code: str, **more: Any) -> Any:
    """What the code sends of a case: it has `explainer`, `words`, `program` and `numbers`."""
    return node(EXPLAINER + code, given(trace(case), contents(case), **more))


def told(found: Explanation) -> dict[str, Any]:
    """What EXPLAIN sends, as Python says it."""
    return {
        "words": {
            **{name: getattr(found, name) for name in ("address", "title", "meaning", "phase", "precision")},
            "role": found.role.name.lower(),
            "stored": None if found.stored is None else list(found.stored),
            "notes": list(found.notes),
            "rounding": found.rounding(Shown(6)),
        },
        "operands": [[one.address, one.meaning, one.role.name.lower(), one.choice] for one in found.operands],
        "ledgers": [
            {
                "head": [ledger.name, ledger.kind, list(ledger.running), ledger.product],
                "columns": [
                    [address.of(one.element.tensor.name, one.element.subscripts), one.meaning] for one in ledger.columns
                ],
                "entries": [
                    [list(one.labels), [operand.address for operand in one.operands]] for one in ledger.entries
                ],
            }
            for ledger in found.ledgers
        ],
        "uses": [[use.through, use.role.name.lower()] for use in found.uses],
        "values": [found.value, *(one.value for one in found.operands)],
        "isWorkedOut": found.substituted is not None,
    }
