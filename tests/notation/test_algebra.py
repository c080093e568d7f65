"""Building formulas that are fit to read, without changing what they come to."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.engines.reference import value
from gpt_by_hand.notation import Access, Compare, Constant, Index, Max, Reduction, Sum, Tensor, Where, equal, exp, log
from gpt_by_hand.notation.algebra import (
    ONE,
    ZERO,
    add,
    add_all,
    bound,
    divide,
    factors,
    fraction,
    free,
    fresh,
    multiply,
    negate,
    rebuild,
    rename_bound,
    substitute,
    sum_over,
    where,
)
from gpt_by_hand.printers.text import text
from tests.notation.strategies import LOOKUP, SCALAR, any_expression, numbers, pairs, scenes, tensors_over

i, j, k, i2 = Index("i", 2), Index("j", 3), Index("k", 3), Index("i2", 2)
A, u, n = Tensor("A", (i, i)), Tensor("u", (i,)), Tensor("n", (j,), "integer")
a, b, c = Tensor("a")(), Tensor("b")(), Tensor("c")()
some = settings(max_examples=3 * settings().max_examples // 2)
one_named = Constant(1, "one")


@pytest.mark.parametrize(
    ("built", "want"),
    [
        (negate(a), "-a"),
        (negate(negate(a)), "a"),
        (negate(ZERO), "0"),
        (add(a, b), "a + b"),
        (add(a, -b), "a - b"),
        (add(-a, b), "b - a"),
        (add(-a, -b), "-a - b"),
        (add(ZERO, a), "a"),
        (add(a, ZERO), "a"),
        (add_all([]), "0"),
        (add_all([-a, b, -c]), "b - a - c"),
        (multiply(a, b), "a * b"),
        (multiply(ONE, a), "a"),
        (multiply(a, ONE), "a"),
        (multiply(a, ZERO), "0"),
        (multiply(ZERO, a), "0"),
        (multiply(-a, b), "-(a * b)"),
        (multiply(a, -b), "-(a * b)"),
        (multiply(-a, -b), "a * b"),
        (multiply(a, 1 / b), "a / b"),
        (multiply(a, one_named), "a * one"),
        (divide(a, ONE), "a"),
        (divide(ZERO, a), "0"),
        (divide(-a, b), "-(a / b)"),
        (divide(a, b / c), "a / (b / c)"),
        (where(i < 1, ZERO), "0"),
        (where(i < 1, -a), "-where(i < 1, a, 0)"),
        (where(i < 1, a), "where(i < 1, a, 0)"),
        (fraction([], []), "1"),
        (fraction([a, ONE, b], [c, ONE]), "a * b / c"),
        (fraction([], [a]), "1 / a"),
    ],
)
def test_small_steps(built, want):
    assert text(built) == want


@pytest.mark.parametrize(
    ("node", "above", "below"),
    [
        (a * b / c, [a, b], [c]),
        (a / (b / c), [a, c], [b]),
        (a / (b * c), [a], [b, c]),
        (a * (b / (c / a)), [a, b, a], [c]),
        (a + b, [a + b], []),
        ((a * b) ** 2, [(a * b) ** 2], []),
    ],
)
def test_factors(node, above, below):
    assert factors(node) == (above, below)


@pytest.mark.parametrize(
    ("indices", "body", "want"),
    [
        ((), u[i], "u[i]"),
        ((i,), u[i], "sum(i, u[i])"),
        ((i,), -u[i], "-sum(i, u[i])"),
        ((i,), u[i] * a, "sum(i, u[i]) * a"),
        ((i,), a * u[i] / b, "sum(i, u[i]) * a / b"),
        ((i,), u[i] * -(u[i] * a), "-(sum(i, u[i] * u[i]) * a)"),
        ((i,), u[i] * -u[i] * -(u[i] * a), "sum(i, u[i] * u[i] * u[i]) * a"),
        ((i,), a / u[i], "sum(i, 1 / u[i]) * a"),
        ((i, j), u[i] * u[j], "sum(i, j, u[i] * u[j])"),
        ((i, j), u[i], "sum(i, u[i]) * 3"),
        ((i, j), a, "a * 6"),
        ((i, j), a / b, "a * 6 / b"),
        ((i,), ONE, "2"),
        ((i,), ZERO, "0"),
        ((i,), u[i] + a, "sum(i, u[i] + a)"),
        ((i,), u[i] * Sum(j, u[j] * i), "sum(i, u[i] * sum(j, u[j] * i))"),
        ((i,), u[i] * Sum(j, u[j]), "sum(i, u[i]) * sum(j, u[j])"),
        ((i,), u[n[i]], "sum(i, u[n[i]])"),
    ],
)
def test_sums_take_what_does_not_vary_outside(indices, body, want):
    assert text(sum_over(indices, body)) == want


def test_free_indices():
    node = Sum(j, u[j] * Where(equal(n[k], i), 1, exp(j))) + u[n[j]] + 0 * A[i, 0]
    assert list(free(node)) == ["k", "i", "j"]
    assert list(free(Sum(i, j, u[i]))) == []
    assert list(free(Sum(i, u[i]) * u[i])) == ["i"]


@pytest.mark.parametrize(
    ("node", "values", "want"),
    [
        (u[i], {"i": j}, "u[j]"),
        (u[i] * i, {"i": 1}, "u[1] * 1"),
        (A[i, i], {"i": n[j]}, "A[n[j], n[j]]"),
        (A[i, j], {"i": j, "j": i}, "A[j, i]"),
        (u[n[i]], {"i": k}, "u[n[k]]"),
        (u[i] + i, {"j": k}, "u[i] + i"),
        (Sum(i, u[i]), {"i": k}, "sum(i, u[i])"),
        (Sum(i, A[i, j]), {"j": i}, "sum(i2, A[i2, i])"),
        (Sum(i, A[i, j]), {"j": n[i]}, "sum(i2, A[i2, n[i]])"),
        (Sum(i, A[i, j] * i2), {"j": i}, "sum(i3, A[i3, i] * i2)"),
        (Sum(i, i2, A[i, j]), {"j": i}, "sum(i3, i2, A[i3, i])"),
        (Sum(i, i2, A[i, i2] * j), {"j": i}, "sum(i3, i2, A[i3, i2] * i)"),
        (Sum(i, Sum(i2, A[i, j] * u[i2])), {"j": i}, "sum(i2, sum(i22, A[i2, i] * u[i22]))"),
        (Max(i, A[i, j]) - u[i], {"i": k, "j": i}, "max(i2, A[i2, i]) - u[k]"),
        (Where(i <= j, u[i], -u[j]), {"i": j, "j": 0}, "where(j <= 0, u[j], -u[0])"),
    ],
)
def test_nothing_is_captured(node, values, want):
    assert text(substitute(node, values)) == want


@pytest.mark.parametrize(
    ("node", "taken", "want"),
    [
        (Sum(i, u[i]) * u[j], "i", "sum(i2, u[i2]) * u[j]"),
        (Sum(i, u[i]) * u[j], "j", "sum(i, u[i]) * u[j]"),
        (Sum(i, Max(j, A[i, j])), "ij", "sum(i2, max(j2, A[i2, j2]))"),
        (Sum(i, i2, A[i, i2]), "i", "sum(i3, i2, A[i3, i2])"),
        (Sum(i, A[i, i2]), "i", "sum(i3, A[i3, i2])"),
        (Sum(i, u[i]) + Sum(i, -u[i]), "i", "sum(i2, u[i2]) + sum(i2, -u[i2])"),
        (u[i] + i, "i", "u[i] + i"),
    ],
)
def test_renaming_what_is_bound(node, taken, want):
    assert text(rename_bound(node, taken)) == want


def test_fresh_names():
    assert fresh(i, ["i"]).name == "i2"
    assert fresh(i, ["i", "i2", "i3"]) == Index("i4", 2)
    assert fresh(i, ["i", "k"], siblings=[j, Index("k", 2), Index("t", 2)]) == Index("t", 2)
    assert fresh(i, ["i"], siblings=[j]).name == "i2"


# Whatever the expression: the number stays the same.

seeds = st.integers(0, 999)


def at(node, places, indices, seed) -> float:
    values = numbers([LOOKUP, SCALAR, *tensors_over(indices)], seed)
    return value(node, places, {name: np.asarray(array) for name, array in values.items()})


def places(draw, scope) -> dict[str, int]:
    return {index.name: draw(st.integers(0, index.extent - 1)) for index in scope}


def near(x: float, y: float) -> bool:
    return math.isclose(x, y, rel_tol=1e-9, abs_tol=1e-9)


@some
@given(scenes(), seeds, st.data())
def test_a_sum_comes_to_the_same(scene, seed, data):
    body, scope, indices = scene
    summed = tuple(data.draw(st.lists(st.sampled_from(indices), unique=True, max_size=2)))
    summed = tuple(index for index in summed if index.name not in {x.name for x in bound(body)})
    here = places(data.draw, [index for index in scope if index not in summed])
    plain = Reduction("sum", summed, body) if summed else body
    assert near(at(sum_over(summed, body), here, indices, seed), at(plain, here, indices, seed))


@some
@given(scenes(), seeds, st.data())
def test_what_a_sum_keeps_inside_varies(scene, seed, data):
    body, scope, _ = scene
    total = sum_over(tuple(scope), body)
    for node in total.walk():
        if isinstance(node, Reduction) and node.indices == tuple(scope):
            above, below = factors(node.body)
            assert all({x.name for x in scope} & free(part).keys() for part in (*above, *below) if part != ONE)
    assert not {index.name for index in scope} & free(total).keys()


@some
@given(scenes(), seeds, st.data())
def test_substituting_is_evaluating_elsewhere(scene, seed, data):
    """f with another subscript for each index, here, is f as it was, at the place where the subscripts point."""
    node, scope, indices = scene
    replacements = {}
    for index in scope:
        same = [other for other in indices if other.extent == index.extent]
        lookups = [LOOKUP[other] for other in indices if other.extent == 2]
        replacements[index.name] = data.draw(st.sampled_from([*same, *lookups, 0, index.extent - 1]))
    here = places(data.draw, indices)
    there = {
        name: new if isinstance(new, int) else int(at(new, here, indices, seed)) for name, new in replacements.items()
    }
    assert at(substitute(node, replacements), here, indices, seed) == at(node, there, indices, seed)


@some
@given(scenes(), seeds, st.data())
def test_renaming_changes_no_number_and_takes_no_taken_name(scene, seed, data):
    node, scope, indices = scene
    taken = {index.name for index in (*scope, *data.draw(st.lists(st.sampled_from(indices))))}
    renamed = rename_bound(node, taken)
    here = places(data.draw, scope)
    assert at(renamed, here, indices, seed) == at(node, here, indices, seed)
    assert not taken & {index.name for index in bound(renamed)}
    assert free(renamed) == free(node)


@some
@given(pairs(), seeds)
def test_small_steps_change_no_number(pair, seed):
    x, y, indices = pair
    here = {index.name: index.extent - 1 for index in indices}

    def same(built, want):
        return near(at(built, here, indices, seed), at(want, here, indices, seed))

    below = exp(log(2 + y * y))
    assert same(add(x, y), x + y) and same(add(x, -y), x - y) and same(add(-x, y), y - x)
    assert same(multiply(x, y), x * y) and same(multiply(-x, y), -(x * y)) and same(multiply(x, 1 / below), x / below)
    assert same(divide(x, below), x / below) and same(divide(-x, below), -x / below)
    assert same(negate(x), -x) and same(where(indices[0] < 1, -x), Where(indices[0] < 1, -x, 0))


@some
@given(any_expression)
def test_a_node_is_rebuilt_from_its_children(node):
    for part in node.walk():
        assert rebuild(part, part.children()) == part


@some
@given(any_expression, any_expression)
def test_a_rebuilt_node_has_the_new_children(node, other):
    """All of them; only a lookup must stay an element, and a condition a condition."""
    for part in node.walk():
        new = tuple(
            Tensor("m", (i,), "integer")[0]
            if isinstance(part, Access)
            else child < other
            if isinstance(child, Compare)
            else other
            for child in part.children()
        )
        assert rebuild(part, new).children() == new
        assert type(rebuild(part, new)) is type(part)


def test_a_reduction_keeps_its_new_body_and_its_indices():
    """As when one factor in a sum is replaced: the sum goes over the new body."""
    assert rebuild(Sum(i, j, u[i]), (exp(u[i]),)) == Sum(i, j, exp(u[i]))
    assert rebuild(Max(j, a), (b,)) == Max(j, b)
