"""The definition: one scalar at a time, in float64, by plain loops. Slow and obvious."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Iterator, Mapping
from itertools import product

import numpy as np

from gpt_by_hand.notation import (
    Access,
    Assignment,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Program,
    Reduction,
    Terms,
    Where,
    assert_never,
)

Values = dict[str, np.ndarray]
OPERATORS = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "%": operator.mod}
OPERATORS |= {"**": operator.pow, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
OPERATORS |= {"==": operator.eq}
FUNCTIONS = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "erf", "tanh", "cos", "sin")}
FUNCTIONS |= {"round": round}


def run(program: Program, given: Mapping[str, object]) -> Values:
    """Every tensor of the program by name, in float64; `given` holds inputs and parameters (shapes as declared).

    Raises: KeyError when an input is missing.
    """
    values: Values = {}
    for tensor in (*program.inputs, *program.parameters):
        array = np.asarray(given[tensor.name])
        values[tensor.name] = array if tensor.kind == "integer" else array.astype(np.float64)
    for assignment in program.assignments:
        target = values.setdefault(assignment.target.name, np.empty(assignment.target.shape))
        for where, indices in positions(assignment):
            target[where] = value(assignment.expression, indices, values)
    return values


def positions(assignment: Assignment) -> list[tuple[tuple[int, ...], dict[str, int]]]:
    """Each element that the assignment defines: where it is, and what its indices are there."""
    found = []
    for chosen in product(*(range(index.extent) for index in assignment.indices)):
        indices = {index.name: position for index, position in zip(assignment.indices, chosen, strict=True)}
        found.append((tuple(s if isinstance(s, int) else indices[s.name] for s in assignment.subscripts), indices))
    return found


def value(node: Expression, indices: Mapping[str, int], values: Mapping[str, np.ndarray]) -> float:
    """The number that an expression stands for, where its free indices have the given positions."""
    match node:
        case Constant():
            return node.value
        case Index():
            return indices[node.name]
        case Access():
            return values[node.tensor.name][place(node, indices, values)].item()
        case Binary() | Compare():
            return OPERATORS[node.operator](value(node.left, indices, values), value(node.right, indices, values))
        case Negate():
            return -value(node.operand, indices, values)
        case Where():
            holds = value(node.condition, indices, values)
            return value(node.then if holds else node.otherwise, indices, values)
        case Call():
            return float(FUNCTIONS[node.function](value(node.argument, indices, values)))
        case Terms():
            return _reduced(node.kind, (value(term, indices, values) for term in node.terms))
        case Reduction():
            return _reduced(node.kind, _terms(node, indices, values))
        case _:
            assert_never(node)


def place(node: Access, indices: Mapping[str, int], values: Mapping[str, np.ndarray]) -> tuple[int, ...]:
    """Which element of its tensor an access reads."""
    return tuple(s if isinstance(s, int) else int(value(s, indices, values)) for s in node.subscripts)


def _terms(node: Reduction, indices: Mapping[str, int], values: Mapping[str, np.ndarray]) -> Iterator[float]:
    names = [index.name for index in node.indices]
    for chosen in product(*(range(index.extent) for index in node.indices)):
        yield value(node.body, {**indices, **dict(zip(names, chosen, strict=True))}, values)


def _reduced(kind: str, terms: Iterable[float]) -> float:
    total = 0.0 if kind == "sum" else -math.inf
    for term in terms:
        total = total + term if kind == "sum" else term if term > total or math.isnan(term) else total
    return total
