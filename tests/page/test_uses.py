"""What each place contributes to a gradient is the same in the page's JavaScript, whatever the formula looks like."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.engines import reference
from gpt_by_hand.explain.steps import Value
from gpt_by_hand.explain.uses import uses_of
from gpt_by_hand.notation import Assignment, Binary, Constant, Expression, Index, Negate, Program, Role, Tensor, Terms
from gpt_by_hand.page.program import data
from gpt_by_hand.printers.text import text
from tests.page.programs import NUMBERS
from tests.support.node import needs_node, node

pytestmark = needs_node
N = Index("n", 4)
WEIGHT = Tensor("weight", (N,), role=Role.WEIGHT)
HIDDEN = Tensor("hidden", (N,))
GRADIENT = Tensor("d.hidden", (N,), role=Role.GRADIENT, of=HIDDEN)
STRAY = Tensor("d.stray", (N,), role=Role.GRADIENT)  # of nothing that is known
ARRAYS = {
    "weight": np.array([0.5, -3.0, 1.25, 1e-3]),
    "hidden": np.zeros(4),
    "d.hidden": np.array([0.1, -0.1, 7.0, 0.0]),
    "d.stray": np.ones(4),
}
plain = st.integers(0, 3).map(lambda n: WEIGHT[n]) | st.sampled_from([0, 1, 2, 0.5, -1.0]).map(Constant)
arriving = st.integers(0, 3).map(lambda n: GRADIENT[n])


def _nodes(inside: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    return st.one_of(
        st.builds(Binary, st.sampled_from(["+", "-", "*"]), inside, inside),
        st.builds(Binary, st.sampled_from(["*", "/"]), inside, plain),
        st.builds(Binary, st.just("*"), plain, inside),
        st.builds(Negate, inside),
        st.builds(Terms, st.just("sum"), st.lists(inside, min_size=1, max_size=4).map(tuple)),
    )


formulas = st.recursive(arriving | arriving | st.integers(0, 3).map(lambda n: STRAY[n]), _nodes, max_leaves=8)
USES = """
import { usesOf } from "app/explain/uses.js";
import { addressOf, text } from "app/printers/text.js";
const said = ({ through, term, value, share, role, arriving }) => (
  [through, text(term), value, share, role, addressOf(arriving.tensor.name, arriving.subscripts)]
);
send(program.assignments.map((one) => usesOf(one.expression, numbers).map(said)));
"""


@settings(max_examples=8)
@given(st.lists(formulas, min_size=20, max_size=60))
def test_uses(asked: list[Expression]) -> None:
    known = [one for one in asked if _said(one) is not None]
    targets = (Assignment(Tensor(f"y{n}"), (), one) for n, one in enumerate(known))
    program = Program((WEIGHT, HIDDEN, GRADIENT, STRAY), (), tuple(targets))
    numbers = np.concatenate([ARRAYS[tensor.name] for tensor in program.inputs]).tolist()
    sent = node(NUMBERS + USES, {"data": data(program), "x": numbers})
    for one, seen in zip(known, sent, strict=True):
        assert seen == _said(one), one


def _value(node: Expression) -> float:
    return reference.value(node, {}, ARRAYS)


def _said(one: Expression, value: Value = _value) -> list[Any] | None:
    """What JavaScript is to say; None where Python divides by zero."""
    try:
        return [
            [use.through, text(use.term), use.value, use.share, use.role.name.lower(), text(use.arriving)]
            for use in uses_of(one, value)
        ]
    except ZeroDivisionError:
        return None
