"""Formulas in the page's JavaScript are those of Python: read from data, made for one element, and worked out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gpt_by_hand.notation import Constant, Expression
from gpt_by_hand.notation.instance import Instance
from gpt_by_hand.page.program import data
from gpt_by_hand.trace import address
from gpt_by_hand.trace.provenance import BEGINNINGS
from tests.explain.traces import explainer, trace
from tests.page.programs import asked, of_program, said
from tests.support.node import needs_node, node

pytestmark = needs_node


@pytest.mark.parametrize("model", ["demo", "pencil", "pocket", "biases", "dropout"])
def test_an_element_of_every_formula_has_the_same_instance(model: str) -> None:
    found = asked(model)
    sent = of_program(INSTANCES, trace(model), asked=said(found))
    for (tensor, place), is_there in zip(found, sent, strict=True):
        want = explainer(model).instance(tensor, place)
        assert want is not None
        assert is_there == [*_facts(want), pytest.approx(explainer(model).value(want.expression), rel=1e-13)]


INSTANCES = """
import { value } from "app/notation/evaluate.js";
import { defining, instance } from "app/notation/instance.js";
const called = ({ tensor, subscripts }) => subscripts.length ? `${tensor.name}[${subscripts}]` : tensor.name;
send(given.asked.map(element).map(formula).map((found) => [
  found.operands.map(called), found.lookups.map(called), found.conditions.map(([, holds]) => holds), found.leftOut,
  value(found.expression, numbers),
]));
"""


def _facts(found: Instance) -> list[Any]:
    operands, lookups = (
        [address.of(access.tensor.name, access.subscripts) for access in accesses]
        for accesses in (found.operands, found.lookups)
    )
    return [operands, lookups, [holds for _, holds in found.conditions], found.left_out]


def test_tensors_know_the_same() -> None:
    program = trace("demo").program
    sent = of_program(TENSORS, trace("demo"))
    want = {
        tensor.name: [
            [index.name for index in tensor.indices],
            list(tensor.stored_shape),
            tensor.subject and tensor.subject.name,
            tensor.role.name.lower(),
            tensor.title,
        ]
        for tensor in program.tensors.values()
    }
    assert sent["tensors"] == want
    assert sent["titles"] == [[a.title, a.question, a.phase, a.scope.name] for a in program.assignments]
    assert sent["carried"] == [list(pair) for pair in program.carried.items()]


TENSORS = """
import { storedShape, subject } from "app/notation/program.js";
const tensors = Object.fromEntries(program.tensors.map((tensor) => [tensor.name, [
  tensor.indices.map((index) => index.name), storedShape(tensor), subject(tensor)?.name ?? null, tensor.role,
  tensor.title,
]]));
const titles = program.assignments.map((a) => [a.title, a.question, a.phase, a.scope.name]);
send({ tensors, titles, carried: program.carried.map((pair) => pair.map((tensor) => tensor.name)) });
"""


def test_nodes_have_the_same_key_where_they_are_equal() -> None:
    program = trace("biases").program
    nodes = [node for assignment in program.assignments for node in assignment.expression.walk()]
    nodes += [replace(node, value=float(node.value)) for node in nodes if isinstance(node, Constant)]
    first: dict[Expression, int] = {}
    assert of_program(KEYS, trace("biases")) == [first.setdefault(node, n) for n, node in enumerate(nodes)]


KEYS = """
import { constant, key, walk } from "app/notation/nodes.js";
const nodes = program.assignments.flatMap((assignment) => walk(assignment.expression));
nodes.push(...nodes.filter((node) => node.kind === "constant").map((node) => constant(node.value, node.name)));
const first = new Map();
send(nodes.map((node, n) => first.get(key(node)) ?? (first.set(key(node), n), n)));
"""


def test_what_runs_only_when_asked_for_lies_nowhere() -> None:
    program = trace("pocket").program
    code = 'import { decode } from "app/notation/decode.js";\n'
    code += "const p = decode(given.data, { computed: given.computed });"
    code += "send([p.tensors.map((t) => t.at), p.constants.map((c) => c.at), p.size]);"
    count = len(program.assignments)
    at, constants, size = node(code, {"data": data(program, BEGINNINGS.values()), "computed": count - 2})
    assert at[-7:] == [-1] * 7 and min(at[:-7]) == 0
    assert constants == list(range(max(constants) - len(constants) + 1, size))
