"""Programs and their numbers, as the page's JavaScript reads them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from gpt_by_hand import Trace
from gpt_by_hand.notation import Tensor
from gpt_by_hand.page.program import data
from tests.explain.traces import trace
from tests.support.node import node

Asked = list[tuple[Tensor, tuple[int, ...]]]
NUMBERS = """
import { decode } from "app/notation/decode.js";
const program = decode(given.data);
const at = (tensor, place) => given.x[tensor.at + place.reduce((sum, n, axis) => sum * tensor.shape[axis] + n, 0)];
const numbers = { at, constant: (node) => node.value };
const element = ([name, ...place]) => [program.named.get(name), place];
const formula = (found) => instance(defining(program, ...found), found[1], numbers);
"""


def given(trace: Trace, **more: Any) -> dict[str, Any]:
    """A trace's program and numbers, and what else a script is given."""
    numbers = [np.asarray(trace.arrays[name], np.float64).ravel() for name in trace.program.tensors]
    return {"data": data(trace.program), "x": np.concatenate(numbers).tolist(), **more}


def of_program(code: str, trace: Trace, **more: Any) -> Any:
    """What the code sends of a trace: it has `program`, `numbers`, `element(asked)` and `formula(element)`."""
    return node(NUMBERS + code, given(trace, **more))


def asked(model: str, more: int = 0) -> Asked:
    """An element of each formula, and more."""
    program, rng = trace(model).program, random.Random(model)
    formulas = [*program.assignments, *rng.choices(program.assignments, k=more)]
    return [
        (a.target, tuple(s if isinstance(s, int) else rng.randrange(s.extent) for s in a.subscripts)) for a in formulas
    ]


def said(found: Asked) -> list[Any]:
    """The elements, for JavaScript."""
    return [[tensor.name, *place] for tensor, place in found]
