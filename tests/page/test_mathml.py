"""Formulas in the page's JavaScript are set as Python sets them, to the letter: formulas, and each stage of working."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.model.sampling import sampling
from gpt_by_hand.notation import Access, Assignment, Constant, Expression, Program, Tensor
from gpt_by_hand.page.program import Writer, table
from gpt_by_hand.printers.mathml import PAPER, equals, formula, math
from tests.explain.traces import explainer, sample, trace
from tests.model.cases import CASES, NAMES
from tests.notation.strategies import any_expression
from tests.support.node import needs_node, node

pytestmark = needs_node
INVISIBLE = {"\u2061": "&#x2061;", "\xa0": "&#xa0;"}
PRINTED = """
import { decode } from "app/notation/decode.js";
import { MathmlPrinter } from "app/printers/mathml.js";
import { equalsMarkup, mathMarkup } from "app/printers/markup.js";
const { assignments } = decode(given);
const printer = new MathmlPrinter();
send(assignments.map((one) => [printer.formula(one), printer.print(one.expression)]));
"""


def markup(pieces: Iterable[Any]) -> str:
    """The text of elements, as Python writes it."""
    return "".join(map(_element, pieces))


def _element(piece: Any) -> str:
    if isinstance(piece, str):
        return re.sub("[\u2061\xa0]", lambda found: INVISIBLE[found[0]], escape(piece))
    tag, attributes, *children = piece
    said = "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items())
    return f"<{tag}{said}>{markup(children)}</{tag}>"


def _attribute(value: Any) -> str:
    return "; ".join(f"{name}: {said}" for name, said in value.items()) if isinstance(value, dict) else str(value)


def printed(assignments: Sequence[Assignment]) -> list[tuple[str, str]]:
    """What JavaScript makes of formulas: each as a whole, and its expression."""
    known = {access.tensor.name: access.tensor for one in assignments for access in one.expression.find(Access)}
    known |= {one.target.name: one.target for one in assignments}
    known = {tensor.of.name: tensor.of for tensor in known.values() if tensor.of is not None} | known
    writer = Writer(Program((), (), ()), known.values())
    said = [writer.assignment(one) for one in assignments]
    return [
        (markup(whole), markup(part)) for whole, part in node(PRINTED, {**writer.data(), "assignments": table(said)})
    ]


def expected(assignments: Sequence[Assignment]) -> list[tuple[str, str]]:
    return [(formula(one), PAPER.print(one.expression)) for one in assignments]


def check(assignments: Sequence[Assignment]) -> None:
    for is_there, want in zip(printed(assignments), expected(assignments), strict=True):
        assert is_there == want


def stages(nodes: Sequence[Expression]) -> list[Assignment]:
    """Expressions as formulas of a number."""
    return [Assignment(Tensor("number"), (), node) for node in nodes]


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_a_model(name: str) -> None:
    check([*CASES[name].program.assignments])


def test_sampling_and_parts_of_numbers() -> None:
    check(sampling(32).assignments)
    check(trace("demo").extended("why.tok_emb").program.assignments)


@pytest.mark.parametrize("model", ["demo", "pencil", "pocket", "biases"])
def test_every_stage_of_working(model: str) -> None:
    """Of an element of each tensor, and of 300 more; down to random numbers."""
    found = [explainer(model).explain(address) for address in sample(trace(model), 0, 300)]
    found += [explainer(model).explain(address) for address in ("starts[0]", "uniform[7]")]
    nodes = [node for one in found if one.short for node in (*one.stages, one.short, *one.working)]
    assert len(nodes) > 500
    check(stages(list(dict.fromkeys(nodes))))


@settings(max_examples=10, deadline=None)
@given(st.lists(any_expression, min_size=30, max_size=30))
def test_any_expression(nodes: list[Expression]) -> None:
    check(stages(nodes))


@pytest.mark.parametrize("value", [0.0, -0.0, 5, 1e-05, -2.5e-17, 1e22, 12345678.9, float("inf"), -float("inf"), 1e-06])
def test_numbers(value: float) -> None:
    check(stages([Constant(value), Constant(value) ** 2, 2 ** Constant(value), 3 - Constant(value)]))


def test_names_that_hold_markup() -> None:
    assert printed(stages([Tensor("<b>&\"'")()]))[0][1] == "<mi>&lt;b&gt;&amp;&quot;&#x27;</mi>"


def test_a_line_and_its_sign() -> None:
    code = PRINTED.rpartition("send(")[0] + "send([mathMarkup([]), ...equalsMarkup([])]);"
    assert markup(node(code, Writer(Program((), (), ())).data())) == math("") + equals("")


def test_another_formula_is_found() -> None:
    x = Tensor("x")
    with pytest.raises(AssertionError):
        assert printed(stages([x() - (x() - 1)])) == expected(stages([x() - x() - 1]))
