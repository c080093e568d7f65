"""Neighbours that are the same formula may be computed in one go; the numbers of each are its own."""

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.notation import Assignment, Index, Program, Sum, Tensor, Where, Writer, check, exp, sqrt, tanh
from gpt_by_hand.printers.numpy import print_numpy
from tests.engines.closeness import assert_close

i, j, k = Index("i", 2), Index("j", 3), Index("k", 4)
large = Index("large", 2**16)
T = [Tensor("a", (i,)), Tensor("b", (i, j)), Tensor("c", (k,)), Tensor("e", (j, i)), Tensor("f", (i, j))]
a, b, c, e, f = T
s, t = Tensor("s"), Tensor("t")


def program(*formulas) -> Program:
    """Each formula is a name, its indices and its right-hand side, which may read what came before by name."""
    write = Writer()
    write.inputs, write.parameters = [s, t], list(T)
    known = {}
    for name, left, right in formulas:
        known[name] = write.define(name, "")
        known[name][left] = right(known)
    return check(write.program())


def alike(function, *tensors, prefix="y"):
    return [(f"{prefix}.{x.name}", x.indices, lambda known, x=x: function(x[x.indices])) for x in tensors]


def update(known, x, step):
    return x[x.indices] * s() - step() * known[f"m.{x.name}"][x.indices]


PROGRAMS = {
    "three shapes": program(*alike(lambda x: exp(x) * s() - x, a, b, c)),
    "with a scalar from an array": program(
        ("n", (), lambda y: Sum(i, a[i])), *alike(lambda x: x / sqrt(4 + s()), a, b)
    ),
    "one after the other": program(
        *alike(lambda x: x * 0.9 + x**2, a, b, c, prefix="m"),
        *((f"new.{x.name}", x.indices, lambda known, x=x: update(known, x, t)) for x in (a, b, c)),
    ),
    "in another order": program(
        *alike(lambda x: x * 0.9, a, b, c, prefix="m"),
        *((f"new.{x.name}", x.indices, lambda known, x=x: update(known, x, t)) for x in (c, a, b)),
    ),
    "some of them": program(
        *alike(lambda x: x * 0.9, a, b, c, e, prefix="m"),
        *((f"new.{x.name}", x.indices, lambda known, x=x: update(known, x, t)) for x in (b, c)),
    ),
    "two runs that end alike": program(
        *alike(tanh, a, b, prefix="m"),
        *alike(lambda x: -x, a, b, prefix="n"),
        ("y", (i, j), lambda known: known["m.b"][i, j] + known["n.b"][i, j]),
        ("z", (i, j), lambda known: known["n.b"][i, j] + known["m.b"][i, j]),
    ),
    "the same tensor twice": program(*alike(exp, b, prefix="y"), *alike(exp, b, f, b, prefix="z")[:2]),
    "the same tensor in both": program(
        ("y", (i, j), lambda _: b[i, j] - f[i, j]),
        ("z", (i, j), lambda _: f[i, j] - b[i, j]),
        ("x", (i,), lambda _: a[i] - a[i]),
    ),
    "reads its neighbour": program(
        ("y", (i, j), lambda _: b[i, j] * 2), ("z", (i, j), lambda y: y["y"][i, j] * 2), ("x", (i,), lambda _: a[i] * 2)
    ),
    "different scalars": program(("y", (i,), lambda _: a[i] * s()), ("z", (k,), lambda _: c[k] * t())),
    "different numbers": program(("y", (i,), lambda _: a[i] * 2), ("z", (k,), lambda _: c[k] * 3)),
    "turned": program(("y", (i, j), lambda _: b[i, j] * 2), ("z", (i, j), lambda _: e[j, i] * 2)),
    "left turned": program(("y", (j, i), lambda _: e[j, i] * b[i, j]), ("z", (j, i), lambda _: e[j, i] * f[i, j])),
    "broadcast": program(("y", (i, j), lambda _: b[i, j] + a[i]), ("z", (i, j), lambda _: f[i, j] + a[i])),
    "positions": program(("y", (i,), lambda _: a[i] * i), ("z", (k,), lambda _: c[k] * k)),
    "decisions": program(*alike(lambda x: Where(x < s(), x, Where(t() < s(), x * 2, 0)), a, b, c)),
    "copies": program(*alike(lambda x: x, a, b, c), *alike(lambda x: x, a, b, c, prefix="z")),
    "constants": program(("y", (i,), lambda _: 2), ("z", (k,), lambda _: 2)),
}


def numbers(formulas: Program, dtype: type) -> dict[str, object]:
    rng = np.random.default_rng(0)
    drawn = {x.name: rng.normal(size=x.shape).astype(np.float32).astype(dtype) for x in formulas.parameters}
    return {"s": 0.5, "t": -1.25, **drawn}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_numbers_are_their_own(name, dtype):
    formulas = PROGRAMS[name]
    want = reference.run(formulas, numbers(formulas, dtype))
    got = compile_numpy(formulas, dtype=dtype)(numbers(formulas, dtype))
    for key, value in got.items():
        assert_close(value, want[key], 8 * np.finfo(dtype).eps, key)  # at most 8 roundings on the way
        if np.ndim(value):
            assert value.dtype == dtype and value.shape == formulas.tensors[key].shape


@pytest.mark.parametrize("name", PROGRAMS)
def test_each_alone_is_the_same(name):
    """What else is asked for changes nothing."""
    formulas = PROGRAMS[name]
    together = compile_numpy(formulas)(numbers(formulas, np.float32))
    for key, value in together.items():
        alone = compile_numpy(formulas, [key])(numbers(formulas, np.float32))[key]
        np.testing.assert_array_equal(alone, value)


@pytest.mark.parametrize("name", ["three shapes", "one after the other", "copies", "decisions"])
def test_writing_into_one_result_changes_no_other(name):
    formulas = PROGRAMS[name]
    given = numbers(formulas, np.float32)
    run = compile_numpy(formulas)
    fresh = run(given)
    for key in fresh:
        used = run(given)
        used[key][...] = 99
        assert all(np.array_equal(used[other], fresh[other]) for other in fresh if other != key)
    assert all(np.array_equal(given[x.name], numbers(formulas, np.float32)[x.name]) for x in T)


def test_large_tensors_stay_apart():
    x = Tensor("x", (large,))
    y, z = Tensor("y", (large,)), Tensor("z", (i,))
    formulas = Program((), (x, a), (Assignment(y, (large,), x[large] * 2), Assignment(z, (i,), a[i] * 2)))
    assert "concatenate" not in print_numpy(check(formulas), ["y", "z"])
    got = compile_numpy(formulas)({"x": np.ones(2**16, np.float32), "a": np.ones(2, np.float32)})
    assert (got["y"] == 2).all() and (got["z"] == 2).all()
