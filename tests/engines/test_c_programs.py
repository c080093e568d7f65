"""Whatever formula one writes: C computes what the definition says, within what rounding explains, in every way."""

from __future__ import annotations

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Program, check
from gpt_by_hand.printers.text import formula
from tests.engines import forms
from tests.engines.bounds import Near, assert_within, bounds
from tests.engines.joined import examples, joined, numbered
from tests.engines.printed import FAST, PLAIN, Way, outcome, printed
from tests.engines.products import products, scatters, values
from tests.notation.strategies import numbers, programs
from tests.support.compilers import needs_compiler

pytestmark = needs_compiler
WAYS = {"plain": PLAIN, "4 lanes": Way(lanes=4), "8 lanes": FAST, "16 lanes": Way(lanes=16)}


def in_float32(given: dict[str, object]) -> dict[str, object]:
    """The same inputs as float32 holds them; scalars stay in double precision."""
    return {k: v.astype(np.float32).astype(float) if np.ndim(v) and v.dtype == float else v for k, v in given.items()}


def agrees(program: Program, given: dict[str, object], way: Way, want: dict[str, Near]) -> None:
    """Every tensor of the program, computed by C, is within its bounds."""
    got = outcome(printed(check(program), way), given)
    worst = {}
    for name in program.definitions:
        try:
            worst[name] = assert_within(got[name], want[name], name)
        except AssertionError as error:
            own = [a for a in program.assignments if a.target.name.split(".")[0] == name.split(".")[0]]
            raise AssertionError(f"{error}\n" + "\n".join(map(formula, own))) from None
    assert max(worst.values()) <= 1


@pytest.mark.parametrize("way", WAYS)
def test_every_form_of_formula(way: str) -> None:
    parts = [forms.program(name) for name in forms.FORMS]
    program, given = joined(parts), numbered([forms.numbers()] * len(parts))
    want = {f"{n}.result": reference.run(part, forms.numbers())["result"] for n, part in enumerate(parts)}
    near = bounds(program, given)
    for name, value in want.items():  # the bounds are those of the definition
        np.testing.assert_allclose(near[name].value, value, rtol=1e-12)
    agrees(program, given, WAYS[way], near)


@pytest.mark.parametrize("way", WAYS)
def test_random_programs(way: str) -> None:
    parts = examples(programs(maxima=True), 40)
    given = [in_float32(numbers((*part.inputs, *part.parameters), seed)) for seed, part in enumerate(parts)]
    program = joined(parts)
    near = bounds(program, numbered(given))
    for number, part in enumerate(parts):
        for name, value in reference.run(part, given[number]).items():
            np.testing.assert_allclose(near[f"{number}.{name}"].value, value, rtol=1e-9, atol=1e-9)
    agrees(program, numbered(given), WAYS[way], near)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", [products, scatters])
def test_random_products_and_scatters(kind, way: str) -> None:
    parts = examples(kind(), 40)
    given = numbered(values(part, seed) for seed, part in enumerate(parts))
    program = joined(parts)
    agrees(program, given, WAYS[way], bounds(program, given))
