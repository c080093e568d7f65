"""What explains a number in the page's JavaScript is what explains it in Python: stages, ledgers, uses, Python text."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest

from gpt_by_hand.explain.explanation import Explanation, _sum, _use
from gpt_by_hand.explain.steps import all_rounded, exactly, readable, rounded
from gpt_by_hand.explain.uses import followers
from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.notation import Binary, Call
from gpt_by_hand.printers.text import text
from gpt_by_hand.trace import address
from tests.explain.traces import explainer, trace
from tests.page.programs import asked, of_program, said
from tests.support.node import needs_node

pytestmark = needs_node
NUMBER = re.compile(r"-?\d+\.\d+(?:e[-+]\d+)?|-?\d+e[-+]\d+")

EXPLAINED = """
import { Bookkeeper } from "app/explain/ledgers.js";
import { allRounded, exactly, readable, steps } from "app/explain/steps.js";
import { useSentences } from "app/explain/sentences.js";
import { usesOf } from "app/explain/uses.js";
import { defining, instance } from "app/notation/instance.js";
import { key } from "app/notation/nodes.js";
import { value } from "app/notation/evaluate.js";
import { rounded } from "app/numbers/exact.js";
import { addressOf, text } from "app/printers/text.js";
import { python } from "app/printers/python.js";

useSentences(given.sentences);
const operand = (element, choice) => ({
  address: addressOf(element.tensor.name, element.subscripts), value: value(element, numbers), choice,
});
const placesOf = (uses) => {
  const through = uses.map((use) => key(use.arriving));
  const alone = (use) => uses.length > 1 && through.filter((other) => other === key(use.arriving)).length === 1;
  return new Map(uses.filter(alone).map((use) => [key(use.arriving), use]));
};
const term = (entry) => ({
  labels: entry.labels, operands: entry.operands.map((one) => one.address), value: entry.value,
});
const sum = (ledger) => ({
  name: ledger.name, running: ledger.running, columns: ledger.columns.map((column) => text(column.element)),
  terms: ledger.entries.map(term), total: ledger.total,
  product: ledger.product, uses: ledger.entries.map((entry) => entry.use?.through ?? null),
});
const use = (one) => ({
  through: one.through, term: text(one.term), value: one.value, share: one.share, role: one.role,
});
const explained = (found) => {
  const isGradient = found.assignment.target.role === "gradient";
  const uses = isGradient ? usesOf(found.expression, numbers) : [];
  const books = new Bookkeeper({
    general: found.assignment.expression, numbers, uses: placesOf(uses), asked: () => "",
    operands: new Map(found.operands.map((element, n) => [key(element), operand(element, n)])),
    label: (element, axis) => `${element.tensor.indices[axis].name} ${element.subscripts[axis]}`,
  });
  const short = books.withoutSums(found.expression);
  const stages = steps(found.expression, numbers);
  return {
    instance: text(found.expression), conditions: found.conditions.map(([condition]) => text(condition)),
    stages: stages.map(text), substituted: python(stages[0]), short: text(short),
    read: stages.map((stage) => text(readable(stage, 6))), working: steps(short, numbers).map(text),
    rounded: [3, 6].map((digits) => rounded(exactly(allRounded(stages[0], digits)), digits)),
    sums: books.ledgers.map(sum), uses: uses.map(use),
  };
};
send(given.asked.map(element).map(formula).map(explained));
"""


@pytest.mark.parametrize("model", ["demo", "pencil", "pocket", "biases", "dropout"])
def test_an_element_of_every_formula_and_more_are_explained_alike(model: str) -> None:
    found = asked(model, 500 if model == "demo" else 50)
    sent = of_program(EXPLAINED, trace(model), asked=said(found), sentences=SENTENCES)
    for (tensor, place), seen in zip(found, sent, strict=True):
        want = explainer(model).explain(address.of(tensor.name, place))
        assert alike(facts(want), seen, 1e-12 * rounds_otherwise(want)), want.address


def rounds_otherwise(found: Explanation) -> bool:
    """Does its formula have functions or powers? Their last digits are not the same in C and in JavaScript."""
    assert found.instance
    return any(
        isinstance(node, Call) or (isinstance(node, Binary) and node.operator == "**")
        for node in found.instance.expression.walk()
    )


FOLLOWERS = """
import { followers } from "app/explain/uses.js";
import { addressOf } from "app/printers/text.js";
const addresses = (found) => found.map(([tensor, place]) => addressOf(tensor.name, place));
send(given.asked.map(element).map((found) => addresses(followers(program, ...found, numbers))));
"""


@pytest.mark.parametrize("model", ["pencil", "biases", "dropout"])
def test_a_number_is_used_by_the_same_numbers(model: str) -> None:
    found, rng = trace(model), random.Random(model)
    some = [(t, tuple(rng.randrange(n) for n in t.shape)) for t in found.program.tensors.values()]
    sent = of_program(FOLLOWERS, found, asked=said(some))
    for (tensor, place), seen in zip(some, sent, strict=True):
        want = followers(found.program, tensor, place, explainer(model).value)
        assert seen == [address.of(by.name, at) for by, at in want], (tensor.name, place)


def facts(found: Explanation) -> dict[str, Any]:
    """What the script sends of an explanation, from Python's."""
    assert found.instance and found.short
    sums = [
        _sum(ledger)
        | {"product": ledger.product, "uses": [entry.use and entry.use.through for entry in ledger.entries]}
        for ledger in found.ledgers
    ]
    for told in (term for one in sums for term in one["terms"]):
        del told["labels"]
    return {
        "instance": text(found.instance.expression),
        "conditions": [text(condition) for condition, _ in found.instance.conditions],
        "stages": [text(stage) for stage in found.stages],
        "substituted": found.substituted,
        "short": text(found.short),
        "read": [text(readable(stage, 6)) for stage in found.stages],
        "rounded": [rounded(exactly(all_rounded(found.stages[0], digits)), digits) for digits in (3, 6)],
        "working": [text(stage) for stage in found.working],
        "sums": sums,
        "uses": [_use(use) for use in found.uses],
    }


def alike(want: Any, seen: Any, tolerance: float) -> bool:
    """Are they the same, and numbers up to a part of them? Those in texts, too."""
    if isinstance(want, dict):
        return all(alike(one, seen[key], tolerance) for key, one in want.items())
    if isinstance(want, list):
        return len(want) == len(seen) and all(alike(*pair, tolerance) for pair in zip(want, seen, strict=True))
    if isinstance(want, float):
        return bool(seen == pytest.approx(want, rel=tolerance, abs=0))
    if isinstance(want, str) and want != str(seen):
        numbers = [[float(number) for number in NUMBER.findall(told)] for told in (want, seen)]
        return NUMBER.sub("#", want) == NUMBER.sub("#", seen) and alike(*numbers, tolerance)
    return isinstance(want, str) or bool(want == seen)
