"""Numbers and names as the panel writes them: no digit is lost, and no two tensors of a formula are called alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.explain.steps import rounded
from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.notation import Access
from gpt_by_hand.page.program import data
from tests.model.cases import CASES, NAMES
from tests.support.node import needs_node, node

pytestmark = needs_node
COLUMNS = """
import { useSentences } from "app/explain/sentences.js";
import { writtenColumn } from "app/view/numbers.js";
useSentences(given.sentences);
send(given.columns.map(writtenColumn));
"""
FORMULAS = """
import { useSentences } from "app/explain/sentences.js";
import { decode } from "app/notation/decode.js";
import { find } from "app/notation/nodes.js";
import { SpokenPrinter } from "app/printers/spoken.js";
import { shortNames } from "app/view/names.js";
useSentences(given.sentences);
const named = (one) => [one.target, ...find(one.expression, "access").map((access) => access.tensor)];
send(decode(given.data).assignments.map((one) => {
  const short = shortNames(new Set(named(one)));
  const spoken = new SpokenPrinter((tensor) => tensor.name).say(one.expression);
  return [named(one).map((tensor) => [tensor.name, short(tensor)]), spoken];
}));
"""
DIGITS = 6
finite = st.floats(allow_nan=False, allow_infinity=False)
like_the_model_s = st.floats(-10, 10).map(lambda value: rounded(value, DIGITS))
columns = st.lists(st.one_of(finite, like_the_model_s, st.floats(-1e-4, 1e-4)), min_size=1, max_size=9)


def written(found: list[list[float]]) -> Any:
    return node(COLUMNS, {"columns": found, "sentences": SENTENCES})


def read(text: str, caption: str = "") -> Decimal:
    """The number that is meant."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    digits, _, power = text.strip().replace("−", "-").partition("·10")
    unit = caption.partition("10")[2].translate(raised)
    return Decimal(digits).scaleb(int(power.translate(raised) or 0) + int(unit or 0))


@settings(max_examples=6, deadline=None)
@given(st.lists(columns, min_size=60, max_size=60))
def test_a_column_has_the_digits_of_its_numbers(found: list[list[float]]) -> None:
    for values, column in zip(found, written(found), strict=True):
        shown = [read(text, column["caption"]) for text in column["texts"]]
        assert shown == [Decimal(repr(rounded(value, DIGITS))) for value in values]


def test_points_stand_below_each_other() -> None:
    [column] = written([[-0.0678123, 300.0, 0.5, float("-inf"), 0.0]])
    assert column == {"caption": "", "texts": ["−0.0678123", "300\u2008" + 7 * "\u2007", "0.5" + 6 * "\u2007", "−∞",
                                               "0\u2008" + 7 * "\u2007"]}  # fmt: skip


def test_what_is_small_has_one_caption() -> None:
    [column] = written([[2.39824e-05, -1e-07]])
    assert column == {"caption": "times 10⁻⁵", "texts": ["2.39824", "−0.01\u2007\u2007\u2007"]}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_short_and_tell_tensors_apart(name: str) -> None:
    program = CASES[name].program
    for (pairs, spoken), assignment in zip(
        node(FORMULAS, {"data": data(program), "sentences": SENTENCES}), program.assignments, strict=True
    ):
        names = dict(map(tuple, pairs))
        assert len(set(names.values())) == len(names)
        assert all(len(short) <= len(full) for full, short in names.items())
        heard = {access.tensor.name for access in assignment.expression.find(Access)}
        assert all(one.removeprefix("d.") in spoken for one in heard)
        assert ",," not in spoken


def test_what_is_heard() -> None:
    found = node(FORMULAS, {"data": data(CASES["demo"].program), "sentences": SENTENCES})
    scores = next(
        spoken
        for (_, spoken), one in zip(found, CASES["demo"].program.assignments, strict=True)
        if one.name == "h.0.attn.scores"
    )
    assert scores == (
        "the sum over d of h.0.attn.q b h i d times h.0.attn.k b h j d divided by the square root of D, end of root, "
        "if j is at most i, otherwise minus infinity"
    )


def test_short_names_of_an_update() -> None:
    program = CASES["demo"].program
    found = node(FORMULAS, {"data": data(program), "sentences": SENTENCES})
    weight = "transformer.h.0.attn.c_attn.weight"
    [names] = [dict(pairs) for (pairs, _), one in zip(found, program.assignments, strict=True)
               if one.target.name == f"new.{weight}"]  # fmt: skip
    assert names[f"new.{weight}"] == "new c_attn.weight"
    assert names[f"adamw.m.{weight}"] == "m"
    assert names[weight] == "c_attn.weight"
