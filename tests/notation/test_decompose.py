"""Contributions: formulas as one would write them, and for any program, parts that add up to the number."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Axis, Constant, Index, Layout, Max, Role, Sum, Tensor, Where, Writer, check, exp
from gpt_by_hand.notation.decompose import Decomposition, decompose
from gpt_by_hand.notation.errors import DefinitionError
from gpt_by_hand.notation.replay import replay
from gpt_by_hand.printers.text import formula
from tests.notation.strategies import numbers, programs

i, j = Index("i", 2), Index("j", 3)
h = Index("h", 2, Axis("head", "head", "head {}", Layout.APART))


def written(**formulas):
    """A program with x[i], w[j, i], u[h, j], bias[j] given: `name=(indices, formula)`, a formula of what is there."""
    write = Writer()
    given = {"x": write.input("x", i), "w": write.parameter("w", j, i), "u": write.parameter("u", h, j)}
    given["bias"] = write.parameter("bias", j, role=Role.BIAS)
    for name, (indices, made) in formulas.items():
        defined = write.define(name, "")
        defined[indices] = made(given)
        given[name] = defined
    return check(write.program())


def shares(found: Decomposition) -> list[str]:
    return [formula(a) for a in found.program.assignments if a.phase == "why"]


def total(found: Decomposition, values) -> np.ndarray:
    """The shares added up, over what is apart too."""
    parts = 0
    for share in found.shares:
        axes = tuple(n for n, index in enumerate(share.tensor.indices) if index in share.apart)
        parts = parts + np.asarray(values[share.tensor.name]).sum(axis=axes)
    return np.asarray(parts)


def test_a_linear_formula_goes_back_and_a_bias_is_a_part():
    program = written(
        a=((i,), lambda t: exp(t["x"][i])),
        b=((i,), lambda t: t["x"][i] ** 2),
        sum=((i,), lambda t: t["a"][i] - t["b"][i]),
        y=((j,), lambda t: Sum(i, t["sum"][i] * t["w"][j, i]) / 2 + t["bias"][j]),
    )
    found = decompose(program, "y")
    assert shares(found) == [
        "why.a[j] = sum(i, a[i] * w[j, i]) / 2",
        "why.b.sum[i] = -b[i]",
        "why.b[j] = sum(i, why.b.sum[i] * w[j, i]) / 2",
        "why.bias[j] = bias[j]",
    ]
    assert [share.part.name for share in found.shares] == ["a", "b", "bias"]
    check(found.program)


def test_each_position_of_what_is_apart_has_a_share():
    program = written(
        a=((h, j), lambda t: exp(t["u"][h, j])),
        part=((j,), lambda t: Sum(h, t["a"][h, j] * t["u"][h, j]) + t["bias"][j]),
        y=((h,), lambda t: Sum(j, t["part"][j] * t["u"][h, j])),
    )
    found = decompose(program, "y", ["part"])
    assert shares(found) == [
        "why.part.term[h2, j] = a[h2, j] * u[h2, j]",
        "why.part[h, h2] = sum(j, why.part.term[h2, j] * u[h, j])",
        "why.bias[h] = sum(j, bias[j] * u[h, j])",
    ]
    assert decompose(program, "y", ["part"], apart=lambda index: False).shares[0].apart == ()


STOPS = {
    "exp": (lambda t: exp(t["a"][i]), "exp"),
    "a product": (lambda t: t["a"][i] * t["b"][i], "a product of two numbers that both vary"),
    "a quotient": (lambda t: t["a"][i] / t["b"][i], "a division by a number that varies"),
    "a power": (lambda t: t["a"][i] ** 2, "a power"),
    "a maximum": (lambda t: Max(j, t["a"][i] * t["w"][j, i]), "a maximum"),
    "a condition": (lambda t: Where(t["a"][i] <= 0, t["b"][i], 0), "a condition on a number that varies"),
}


@pytest.mark.parametrize("name", STOPS)
def test_it_says_where_it_stops(name):
    made, reason = STOPS[name]
    program = written(
        a=((i,), lambda t: t["x"][i] * t["w"][0, i]),
        b=((i,), lambda t: t["x"][i] * t["w"][1, i]),
        stop=((i,), made),
        y=((i,), lambda t: t["stop"][i] + t["a"][i]),
    )
    found = decompose(program, "y")
    assert found.stopped == {"stop": reason}
    assert [share.part.name for share in found.shares] == ["a", "stop"]


def test_what_is_held_is_a_factor():
    program = written(
        a=((i,), lambda t: exp(t["x"][i])),
        b=((i,), lambda t: exp(-t["x"][i])),
        y=((i,), lambda t: t["a"][i] * t["b"][i]),
    )
    assert decompose(program, "y").stopped
    for one, other in ("ab", "ba"):
        found = decompose(program, "y", held=[other])
        assert [share.part.name for share in found.shares] == [one]
        assert [tensor.name for tensor in found.held] == [other] and not found.stopped


def test_depth():
    program = written(
        a=((i,), lambda t: exp(t["x"][i])),
        b=((i,), lambda t: exp(-t["x"][i])),
        c=((i,), lambda t: t["a"][i] + t["b"][i]),
        d=((i,), lambda t: t["c"][i] + t["b"][i]),
        y=((i,), lambda t: t["d"][i] * 2),
    )
    names = [[s.part.name for s in decompose(program, "y", depth=depth).shares] for depth in (0, 1, 2, 3)]
    assert names == [["y"], ["d"], ["b", "c"], ["a", "b"]]


def test_what_is_not_there():
    program = written(y=((i,), lambda t: t["x"][i] * 2))
    with pytest.raises(DefinitionError, match="does not define z"):
        decompose(program, "y", ["z"])
    with pytest.raises(DefinitionError, match="x is given, not computed"):
        decompose(program, "x")


def test_a_constant_is_the_share_of_its_formula():
    program = written(
        a=((i,), lambda t: exp(t["x"][i])),
        b=((i,), lambda t: t["a"][i] + t["x"][i] * Constant(3)),
        y=((i,), lambda t: t["b"][i] * 2 + 1),
    )
    found = decompose(program, "y")
    assert shares(found) == [
        "why.a[i] = a[i] * 2",
        "why.b.constant.b[i] = x[i] * 3",
        "why.b.constant[i] = why.b.constant.b[i] * 2",
        "why.y.constant[i] = 1",
    ]


@settings(max_examples=3 * settings().max_examples // 2)
@given(programs(), st.data(), st.integers(0, 999))
def test_parts_add_up(program, data, seed):
    """Whatever the program, the target, the parts and what is held: the formulas make sense and add up."""
    names = list(program.definitions)
    target = data.draw(st.sampled_from(names))
    parts, held = (data.draw(st.sets(st.sampled_from(names), max_size=3)) for _ in range(2))
    depth = data.draw(st.none() | st.integers(0, 4))
    letters = data.draw(st.sets(st.sampled_from("ijkl")))
    found = decompose(program, target, parts, held, lambda index: index.name in letters, depth)
    check(found.program)
    values = reference.run(found.program, numbers((*program.inputs, *program.parameters), seed))
    sizes = [np.abs(values[share.tensor.name]).max(initial=0) for share in found.shares]
    np.testing.assert_allclose(total(found, values), values[target], rtol=1e-12, atol=1e-12 * max(sizes, default=1))


def test_replay():
    program = written(
        a=((i,), lambda t: exp(t["x"][i])),
        b=((i,), lambda t: t["a"][i] * 2),
        y=((i,), lambda t: t["b"][i] + t["b"][i] * t["x"][i]),
        z=((j,), lambda t: Sum(i, t["y"][i] * t["w"][j, i])),
    )
    again = replay(program, "a", "b", "z", "early.")
    assert [formula(a) for a in again.assignments[4:]] == [
        "early.y[i] = a[i] + a[i] * x[i]",
        "early.z[j] = sum(i, early.y[i] * w[j, i])",
    ]
    assert again.tensors["early.z"].of == Tensor("z", (j,))
    with pytest.raises(DefinitionError, match="a does not follow from y"):
        replay(program, "y", "y", "a", "")
    with pytest.raises(DefinitionError, match="its indices differ"):
        replay(program, "z", "b", "z", "")
