"""Whole numbers, such as the 32 bits that a start weight comes from, are shown with all their digits."""

from __future__ import annotations

import random

import pytest

from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.printers.text import text
from tests.page.cases import trace
from tests.page.explained import explainer, of_case
from tests.support.node import needs_node

pytestmark = needs_node
SHOWN = """
import { steps } from "app/explain/steps.js";
import { text } from "app/printers/text.js";
import { markedNumbers } from "app/view/marked.js";
import { numberText } from "app/view/names.js";
const shown = (where) => {
  const { short, operands, tensor, value } = explainer.explain(where);
  const known = new Map(operands.map((one) => [one.address, one]));
  const numbers = operands.map((one) => numberText(one.value, one.whole));
  return [numberText(value, tensor.integer), short && text(markedNumbers(short, known, explainer.numbers)), numbers];
};
send(given.asked.map(shown));
"""


@pytest.mark.parametrize("case", ["demo", "pencil at 1", "biases"])
def test_numbers_of_a_formula_down_to_random_ones(case: str) -> None:
    rng = random.Random(case)
    asked = ["random[0]", "random[1000]", "uniform[7]", "uniform53[123456]", "starts[0]", "data[3]", "targets[0,3]"]
    for name, tensor in trace(case).program.tensors.items():
        asked.append(f"{name}[{','.join(str(rng.randrange(n)) for n in tensor.shape)}]" if tensor.shape else name)
    for where, seen in zip(asked, of_case(case, SHOWN, asked=asked), strict=True):
        found, shown = explainer(case).explain(where), Shown(6)
        stage = found.working and text(shown.expression(found.working[0]))
        want = [shown.number(found.value), stage or None, [shown.number(one.value) for one in found.operands]]
        assert plain([seen[0], *seen[2]]) == [want[0], *want[2]], where
        assert seen[1] == want[1], where


def plain(typeset: list[str]) -> list[str]:
    """Numbers as they are typed: 2.39824·10⁻⁵ is 2.39824e-05."""
    powers = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
    pieces = [text.translate(powers).replace("\u221e", "inf").partition("·10") for text in typeset]
    return [f"{digits}e{int(power):+03d}" if power else digits for digits, _, power in pieces]
