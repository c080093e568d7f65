"""Pages without a browser: an `Explorer` in Node, with the contents of a case, driven from Python."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.notation import Program
from gpt_by_hand.page.contents import programs
from gpt_by_hand.printers.javascript import javascript_forms
from tests.page.cases import contents, trace
from tests.support.node import node

EXPLORER = """
import { Explorer } from "app/explorer.js";
const explorer = new Explorer(given.contents, makeForms);
const { engine, program, training, contents } = explorer;
const bits = () => Array.from(new Uint32Array(engine.x.buffer)).join();
"""


@cache
def functions(case: str) -> str:
    """The functions of a page's formulas."""
    return javascript_forms(*programs(trace(case)))[0]


def with_page(code: str, case: str, **more: Any) -> Any:
    """What the code sends, with the `explorer` of a page, its `engine`, `program` and `contents`, and what is given."""
    return node(EXPLORER + functions(case) + code, {"contents": contents(case) | {"sentences": SENTENCES}, **more})


def by_name(program: Program, numbers: list[float]) -> dict[str, np.ndarray]:
    """The tensors of a program, from its numbers as they lie in a page."""
    found, at = {}, 0
    for name, tensor in program.tensors.items():
        size = int(np.prod(tensor.shape, dtype=int))
        found[name] = np.reshape(numbers[at : at + size], tensor.shape)
        at += size
    return found
