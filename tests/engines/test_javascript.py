"""JavaScript, run by Node, computes what the reference engine does, in double precision too."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Index, Program, Sum, Tensor, Writer, check, erf
from gpt_by_hand.printers.javascript import javascript_forms, print_javascript
from gpt_by_hand.printers.outline import Outline
from tests.engines.closeness import EPS64, assert_close, error, tolerances
from tests.engines.forms import FORMS, numbers, program
from tests.engines.joined import joined, numbered
from tests.model.cases import CASES, NAMES, definition, inputs_as

NODE = shutil.which("node")
pytestmark = pytest.mark.skipif(NODE is None, reason="no Node here")
RUN = """\
import { readFileSync } from "node:fs";
import * as module from "./module.mjs";
const infinite = (_, value) => (typeof value === "string" ? Number(value.replace("inf", "Infinity")) : value);
const given = JSON.parse(readFileSync("given.json"), infinite);
const said = (_, value) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value);
let results;
for (const some of given) {
  results = module.run(some);
  CARRY
}
const plain = Object.entries(results).map(([name, found]) => [name, Array.from(found)]);
console.log(JSON.stringify(Object.fromEntries(plain), said));
"""

AGAIN = """\
import { makeForms } from "./forms.mjs";
const x = module.x;
const [steps, cells] = JSON.parse(readFileSync("cells.json"));
const again = new Float64Array(x.length + cells.length);
const made = makeForms(again);
const compute = () => steps.forEach(([form, ...offsets]) => made[form](...offsets));
const differing = () => x.filter((number, n) => !Object.is(number, again[n])).length;
again.set([...x, ...cells]);
compute();
const before = differing();
again.set(cells.map((cell) => cell * 1.01), x.length);
compute();
console.log(JSON.stringify([before, differing()]));
"""


def computed(folder: Path, formulas: Program, *given: dict[str, Any], carry: bool = False) -> dict[str, np.ndarray]:
    """What Node makes of the program as a module, for one run or for several that go on from each other."""
    text = print_javascript(Outline(formulas, "To try"))
    (folder / "module.mjs").write_text(text, encoding="utf-8")
    (folder / "run.mjs").write_text(RUN.replace("CARRY", "module.carry();" if carry else ""), encoding="utf-8")
    plain = [{name: said(np.asarray(value, float).ravel()) for name, value in one.items()} for one in given]
    (folder / "given.json").write_text(json.dumps(plain), encoding="utf-8")
    assert NODE
    done = subprocess.run([NODE, "run.mjs"], check=False, cwd=folder, capture_output=True, text=True, timeout=60)
    assert not done.stderr, done.stderr
    return {name: np.array([*map(number, found)]) for name, found in json.loads(done.stdout).items()}


def said(numbers: np.ndarray) -> list[float | str]:
    """Numbers for JSON, which has none that are not finite."""
    return [float(number) if np.isfinite(number) else str(number) for number in numbers]


def number(said: float | str) -> float:
    return float(said.replace("Infinity", "inf")) if isinstance(said, str) else said


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_an_iteration(tmp_path: Path, name: str) -> None:
    formulas, want = CASES[name].program, definition(name)
    got = computed(tmp_path, formulas, inputs_as(name, np.float64))
    assert got.keys() == formulas.definitions.keys()
    worst = max(error(got[tensor].reshape(np.shape(want[tensor])), want[tensor]) for tensor in got)
    assert worst < 1e-12


@pytest.mark.parametrize("name", NAMES)
def test_a_function_for_each_form_computes_the_same_bits(tmp_path: Path, name: str) -> None:
    """Offsets are parameters, and so are the cells of numbers that formulas call by a name, which can be set."""
    formulas = CASES[name].program
    text, (steps,) = javascript_forms(formulas)
    computed(tmp_path, formulas, inputs_as(name, np.float64))
    (tmp_path / "forms.mjs").write_text(f"export {{ makeForms }};\n{text}", encoding="utf-8")
    cells = [constant.value for constant in Outline(formulas, "").numbers]
    (tmp_path / "cells.json").write_text(json.dumps([steps, cells]), encoding="utf-8")
    run = (tmp_path / "run.mjs").read_text(encoding="utf-8").replace("console.log", "void ")
    (tmp_path / "run.mjs").write_text(run + AGAIN, encoding="utf-8")
    assert NODE
    done = subprocess.run([NODE, "run.mjs"], check=False, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    same, other = json.loads(done.stdout)
    assert same == 0 < other
    assert len({form for form, *_ in steps}) < 0.75 * len(formulas.assignments)
    assert len(text) < 42_000


def test_every_form_of_formula(tmp_path: Path) -> None:
    formulas = joined([program(name) for name in FORMS])
    given = {name: value for name, value in numbered([numbers()] * len(FORMS)).items() if name in formulas.tensors}
    got = computed(tmp_path, formulas, given)
    for number, name in enumerate(FORMS):
        want = np.asarray(reference.run(program(name), numbers())["result"])
        tolerance = max(2, tolerances(program(name), 1)["result"]) * EPS64
        assert_close(got[f"{number}.result"].reshape(want.shape), want, tolerance, name)


def test_sums_of_every_size(tmp_path: Path) -> None:
    """Whether terms and sums come in pairs or fours, or not."""
    sizes = [*product(range(1, 10), (1, 2, 3, 4), (1, 2, 4, 5))]
    write, given, want = Writer(), {}, {}
    for n, (terms, rows, columns) in enumerate(sizes):
        i, j, k = Index("i", rows), Index("j", columns), Index("k", terms)
        a, b = write.input(f"a{n}", k, i), write.input(f"b{n}", j, k)
        write.define(f"c{n}", "How much?")[i, j] = Sum(k, a[k, i] * b[j, k]) / 7 + b[j, 0]
        given[f"a{n}"], given[f"b{n}"] = (np.sin(np.arange(terms * size)) for size in (rows, columns))
        left, right = given[f"a{n}"].reshape(terms, rows), given[f"b{n}"].reshape(columns, terms)
        want[f"c{n}"] = left.T @ right.T / 7 + right[:, 0]
    got = computed(tmp_path, check(write.program()), given)
    for name, array in want.items():
        assert np.allclose(got[name].reshape(array.shape), array, rtol=0, atol=1e-14), sizes[int(name[1:])]


def test_iterations_go_on_from_each_other(tmp_path: Path) -> None:
    """Two runs with `carry` between them are two iterations, the weights and moments of the first in the second."""
    formulas, first = CASES["pencil"].program, inputs_as("pencil", np.float64)
    given = {**first, **{old: definition("pencil")[new] for new, old in formulas.carried.items()}}
    want = reference.run(formulas, given)
    later = {name: value for name, value in first.items() if name in ("tokens", "targets", "iteration")}
    got = computed(tmp_path, formulas, first, later, carry=True)
    assert formulas.carried
    assert max(error(got[tensor].reshape(np.shape(want[tensor])), np.asarray(want[tensor])) for tensor in got) < 1e-11
    assert np.abs(want["loss"] - definition("pencil")["loss"]) > 1e-6


def test_the_error_function(tmp_path: Path) -> None:
    places = [*np.linspace(-7, 7, 1401), 0.0, -0.0, 1e-300, -1e-20, 0.5, 30.0, -1e9, 5.999999, 6.000001]
    write, i = Writer(), Index("i", len(places))
    x = write.input("x", i)
    write.define("y", "How much?")[i] = erf(x[i])
    got = computed(tmp_path, check(write.program()), {"x": places})["y"]
    for place, found in zip(places, got, strict=True):
        assert found == pytest.approx(math.erf(place), rel=1e-14, abs=0), place
        assert abs(found) <= 1


def test_names_that_javascript_has_for_itself(tmp_path: Path) -> None:
    names = ["x", "function", "await", "NaN", "erf", "2.new", "sum_1_2", "class.of", "class_of", "r1"]
    write, i = Writer(), Index("in", 3)
    before = write.input("let", i)
    for name in names:
        write.define(name, "How much?")[i] = before[i] + 1
        before = Tensor(name, (i,))
    got = computed(tmp_path, check(write.program()), {"let": [0.0, 1.0, -np.inf]})
    assert got["class_of"].tolist() == [9.0, 10.0, -np.inf]


def test_a_wrong_number_of_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="RangeError: tokens has 8 numbers"):
        computed(tmp_path, CASES["pencil"].program, {"tokens": [1.0, 2.0]})


@pytest.mark.parametrize("name", ["token", "toString"])
def test_an_unknown_tensor_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AssertionError, match=f"RangeError: there is no tensor {name}"):
        computed(tmp_path, CASES["pencil"].program, {name: [1.0, 2.0]})
