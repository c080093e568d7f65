"""What an iteration hands to the next in C; when it may be written over the old one; and names, numbers and threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Index, Max, Program, Sum, Tensor, Where, Writer, check, equal, exp
from gpt_by_hand.schedule import finish
from tests.engines.printed import FAST, PLAIN, Way, printed
from tests.support.compilers import needs_compiler

pytestmark = needs_compiler
A, A2, J, C = Index("i", 5), Index("i2", 5), Index("j", 40), Index("c", 40)
K, L = Index("k", 40), Index("l", 40)


@dataclass(frozen=True)
class Step:
    """A program that hands tensors on, and those that may be written over the old ones."""

    write: Callable[[Writer], dict[str, str]]
    safe: tuple[str, ...] = ()


def simple(w: Writer) -> dict[str, str]:
    a = w.parameter("a", A)
    w.define("y", "")[A] = a[A] + 1
    w.define("new.a", "")[A] = a[A] * 2
    return {"new.a": "a"}


def read_later(w: Writer) -> dict[str, str]:
    a = w.parameter("a", A)
    w.define("new.a", "")[A] = a[A] * 2
    w.define("y", "")[A] = a[A] + 1
    return {"new.a": "a"}


def read_elsewhere(w: Writer) -> dict[str, str]:
    a = w.parameter("a", A)
    w.define("new.a", "")[A] = a[A] * 2 - a[0]
    return {"new.a": "a"}


def swapped(w: Writer) -> dict[str, str]:
    a, b = w.parameter("a", A), w.parameter("b", A)
    w.define("new.a", "")[A] = b[A] * 2
    w.define("new.b", "")[A] = a[A] + 1
    return {"new.a": "a", "new.b": "b"}


def summed(w: Writer) -> dict[str, str]:
    a = w.parameter("a", A)
    w.define("new.a", "")[A] = a[A] * 2 + Sum(A2, a[A2])
    return {"new.a": "a"}


def multiplied(w: Writer) -> dict[str, str]:
    a, x = w.parameter("a", A, K), w.input("x", K, L)
    w.define("new.a", "")[A, L] = Sum(K, a[A, K] * x[K, L]) / 8
    return {"new.a": "a"}


def added_by_rows(w: Writer) -> dict[str, str]:
    a, x = w.parameter("a", A, C), w.input("x", A, J, C)
    w.define("new.a", "")[A, C] = Sum(J, x[A, J, C] * a[A, C]) / 8
    return {"new.a": "a"}


def turned(w: Writer) -> dict[str, str]:
    a = w.parameter("a", K, L)
    w.define("new.a", "")[K, L] = a[L, K] / 2
    return {"new.a": "a"}


def looked_up(w: Writer) -> dict[str, str]:
    a, n = w.parameter("a", A), w.input("n", A, kind="integer")
    w.define("new.a", "")[A] = a[n[A]] + 1
    return {"new.a": "a"}


def maximum(w: Writer) -> dict[str, str]:
    a = w.parameter("a", A, C)
    w.define("new.a", "")[A, C] = exp(a[A, C] - Max(J, a[A, J]))
    return {"new.a": "a"}


def condition(w: Writer) -> dict[str, str]:
    a = w.parameter("a", A)
    w.define("new.a", "")[A] = a[A] + 1
    w.define("y", "")[A] = Where(a[A] > 0.5, 1, 2)
    return {"new.a": "a"}


def chained(w: Writer) -> dict[str, str]:
    a, m = w.parameter("a", A), w.parameter("m", A)
    new = w.define("new.m", "")
    new[A] = m[A] * 0.9 + a[A] * 0.1
    w.define("new.a", "")[A] = a[A] - new[A]
    return {"new.m": "m", "new.a": "a"}


def number(w: Writer) -> dict[str, str]:
    s, x = w.input("s"), w.input("x", A)
    w.define("new.s", "")[()] = s() * 0.5 + Sum(A, x[A])  # a float, carried into a double
    w.define("y", "")[A] = x[A] * s()
    return {"new.s": "s"}


STEPS = {
    "simple": Step(simple, ("new.a",)),
    "chained": Step(chained, ("new.m", "new.a")),
    "read later": Step(read_later),
    "read elsewhere": Step(read_elsewhere),
    "swapped": Step(swapped, ("new.b",)),
    "summed": Step(summed),
    "multiplied": Step(multiplied),
    "added by rows": Step(added_by_rows),
    "turned": Step(turned),
    "looked up": Step(looked_up),
    "maximum": Step(maximum),
    "condition": Step(condition),
    "a number": Step(number),
}


def made(step: Step) -> tuple[Program, dict[str, str], dict[str, object]]:
    writer = Writer()
    carried = step.write(writer)
    program, rng = check(writer.program()), np.random.default_rng(1)
    given: dict[str, object] = {}
    for tensor in (*program.inputs, *program.parameters):
        given[tensor.name] = (
            rng.integers(0, 5, tensor.shape) if tensor.kind == "integer" else rng.normal(size=tensor.shape)
        )
    return program, carried, given


@pytest.mark.parametrize("times", [0, 1, 3])
@pytest.mark.parametrize("way", [FAST, PLAIN], ids=["fast", "plain"])
@pytest.mark.parametrize("name", STEPS)
def test_what_is_handed_on(name: str, way: Way, times: int) -> None:
    program, carried, given = made(STEPS[name])
    got = printed(program, way, carried)(given, times)
    want = given
    for _ in range(times):
        values = reference.run(program, want)
        want = {**want, **values, **{old: values[new] for new, old in carried.items()}}
    for new, old in carried.items():
        np.testing.assert_allclose(got[new], want[old], rtol=1e-5, atol=1e-6)
    for other in ("y",) if times and "y" in program.definitions else ():
        np.testing.assert_allclose(got[other], want[other], rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", STEPS)
def test_nothing_is_written_over_what_is_still_read(name: str) -> None:
    program, carried, _ = made(STEPS[name])
    over = set(FAST.schedule(program, carried).in_place)
    assert over <= set(STEPS[name].safe)
    if set(STEPS[name].safe) == set(carried):  # and where nothing speaks against it, it is done
        assert over == set(carried)


def values(*made: tuple[str, tuple[Index, ...], object], given: dict[str, object], inputs: tuple[Tensor, ...]) -> None:
    """Assert that plain and fast C compute the formulas as the definition does."""
    writer = Writer()
    writer.inputs += inputs
    for name, left, right in made:
        writer.define(name, "")[left] = right
    program = check(writer.program())
    want = reference.run(program, given)
    for way in (FAST, PLAIN):
        got = printed(program, way)(given)
        for name in program.definitions:
            np.testing.assert_allclose(got[name].reshape(want[name].shape), want[name], rtol=1e-5, atol=1e-6)


def test_scatter_with_other_conditions() -> None:
    n, x = Tensor("n", (A,), "integer"), Tensor("x", (A, C))
    v = Index("v", 4)
    given = {"n": np.array([0, 3, 4, -1, 0]), "x": np.random.default_rng(0).normal(size=(5, 40))}
    values(
        ("y", (v, C), Sum(A, Where(equal(n[A], v), Where(v <= A, x[A, C], 0), 0))),
        ("z", (v, C), Sum(A, Where(v <= A, Where(equal(n[A], v), x[A, C] * v, 0), 0))),
        given=given,
        inputs=(n, x),
    )
    values(("y", (C,), Sum(A, Where(equal(n[A], A), x[A, C], 0))), given=given, inputs=(n, x))


def test_integers_that_are_scalars() -> None:
    one, two, x = Tensor("one", (), "integer"), Tensor("two", (), "integer"), Tensor("x", (A, C))
    values(
        ("y", (), one() / two()),
        ("z", (A,), Where(one() / two() < 0.4, 1, 2) * x[one(), two()]),
        given={"one": 1, "two": 2, "x": np.random.default_rng(0).normal(size=(5, 40))},
        inputs=(one, two, x),
    )


@pytest.mark.parametrize(
    "names",
    [
        ("a.b", "a_b", "a.b_"),
        ("int", "main", "run"),
        ("compute", "square", "vector_exp"),
        ("sum_1", "larger", "panel"),
        ("i", "n", "A"),
        ("row", "EOF", "errno"),
        ("0.x", "1", "x²"),
        ("memcpy", "arrays", "times"),
        ("tile_8", "product_1", "y0"),
        ("forward_", "HEAD", "INFINITY"),
    ],
)
def test_any_name_will_do(names: tuple[str, str, str]) -> None:
    row = Index("row", 5)
    first, second = (Tensor(name, (row,)) for name in names[:2])
    given = {name: np.random.default_rng(0).normal(size=5) for name in names[:2]}
    values((names[2], (row,), first[row] - 2 * exp(second[row]) + row), given=given, inputs=(first, second))


@pytest.mark.parametrize("name", ["sum", "max", "rows", "product"])
def test_threads_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the outermost loop gathers one number: that is no work for several threads."""
    x, y = Tensor("x", (A, C)), Tensor("y", (C, J))
    right = {
        "sum": ((), Sum(A, C, x[A, C] ** 2)),
        "max": ((), Max(A, C, x[A, C])),
        "rows": ((C,), Sum(A, x[A, C])),
        "product": ((A, J), Sum(C, x[A, C] * y[C, J]) + 1),
    }[name]
    writer = Writer()
    writer.inputs += [x, y]
    writer.define("z", "")[right[0]] = right[1]
    program, rng = check(writer.program()), np.random.default_rng(0)
    given = {"x": rng.normal(size=(5, 40)), "y": rng.normal(size=(40, 40))}
    alone = printed(program)(given)["z"]
    monkeypatch.setattr(finish, "WORTH_THREADS", 1)
    shared = printed(program)
    for _ in range(20):
        assert shared(given)["z"].tobytes() == alone.tobytes()
