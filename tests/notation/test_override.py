"""What follows from numbers that are set: all behind them, nothing before them, and gradients that stop there."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Index, Sum, Writer, check, differentiate
from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.override import override
from gpt_by_hand.printers.text import formula
from tests.model.differences import slopes
from tests.notation.strategies import numbers, programs

i = Index("i", 3)


def small():
    write = Writer()
    w = write.parameter("w", i)
    a, b, loss = write.define("a", ""), write.define("b", ""), write.define("loss", "")
    a[i] = w[i] * 2
    b[i] = a[i] * a[i]
    loss[()] = Sum(i, b[i])
    return check(differentiate(write.program(), "loss"))


def test_the_formulas():
    program, [made] = override(small(), ["a"])
    assert [formula(a) for a in check(program).assignments] == [
        "a[i] = where(set.a.here[i] == 1, set.a[i], w[i] * 2)",
        "b[i] = a[i] * a[i]",
        "loss = sum(i, b[i])",
        "d.loss = 1",
        "d.b[i] = d.loss",
        "d.a[i] = d.b[i] * a[i] + d.b[i] * a[i]",
        "set.d.a.passed[i] = where(set.a.here[i] == 1, 0, d.a[i])",
        "d.w[i] = set.d.a.passed[i] * 2",
    ]
    assert [tensor.name for tensor in program.inputs] == [made.value.name, made.here.name]


def test_what_is_not_computed():
    with pytest.raises(DefinitionError, match="does not compute w"):
        override(small(), ["w"])


@given(programs(), st.data(), st.integers(0, 999))
def test_any_program(program, data, seed):
    """As if the numbers had been given: with nothing set nothing changes, and gradients are slopes."""
    derived = differentiate(program, "loss")
    names = data.draw(st.sets(st.sampled_from([n for n in program.definitions if n != "loss"]), min_size=1, max_size=2))
    changed, overrides = override(derived, names)
    check(changed)
    values = numbers((*program.inputs, *program.parameters), seed)
    rng = np.random.default_rng(seed)
    for made in overrides:
        values[made.here.name] = np.zeros(made.tensor.shape)
        values[made.value.name] = rng.normal(size=made.tensor.shape)
    plain, same = reference.run(derived, values), reference.run(changed, values)
    for name in derived.definitions:
        np.testing.assert_array_equal(same[name], plain[name])
    for made in overrides:
        values[made.here.name] = (rng.random(made.tensor.shape) < 0.5).astype(float)
    after = reference.run(changed, values)
    for made in overrides:
        here = np.asarray(values[made.here.name]) == 1
        np.testing.assert_array_equal(after[made.tensor.name][here], np.asarray(values[made.value.name])[here])
    for parameter in program.parameters:
        if f"d.{parameter.name}" in after:
            want, noise = slopes(changed, parameter.name, {**values, **after})
            size = np.abs(want).max(initial=1)
            np.testing.assert_allclose(after[f"d.{parameter.name}"], want, rtol=1e-6, atol=1e-7 * size + noise)
