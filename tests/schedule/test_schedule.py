"""The schedule: each formula once, nothing read before it is written, sums covered whole, writers apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import count, product
from math import prod

import pytest

from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.notation import Access, Index, Max, Program, Sum, Tensor, Where, Writer, check, equal, exp
from gpt_by_hand.schedule import finish
from gpt_by_hand.schedule.fuse import fits, fused, independent
from gpt_by_hand.schedule.nests import LOCAL, If, Loop, Nest, Product, Statement, Store, bodies, looped, walk
from gpt_by_hand.schedule.nests import read as reads_of
from gpt_by_hand.schedule.nests import written as writes_of
from gpt_by_hand.schedule.order import ordered
from gpt_by_hand.schedule.program import Schedule, fast_schedule, plain_schedule
from gpt_by_hand.schedule.tiles import REGISTERS, Kernel, Level, best_tile, merged, size
from tests.engines import forms
from tests.engines.joined import examples, joined
from tests.engines.products import products, scatters
from tests.model.cases import CASES, NAMES
from tests.notation.strategies import programs

A, A2, B, C = Index("a", 4), Index("a2", 4), Index("b", 5), Index("c", 16)
LANES = (4, 8, 16)


def program(*made: tuple[str, tuple[Index, ...], object], inputs: tuple[Tensor, ...]) -> Program:
    writer = Writer()
    writer.inputs += inputs
    for name, left, right in made:
        writer.define(name, "")[left] = right
    return check(writer.program())


ALL: dict[str, Callable[[], Program]] = {
    **{name: lambda name=name: CASES[name].program for name in NAMES},
    "odd": lambda: iteration(ModelConfig(65, 7, 2, 3, 12, use_bias=True), UpdateRule(), 3),
    "forms": lambda: joined([forms.program(name) for name in forms.FORMS]),
    "random": lambda: joined(examples(programs(maxima=True), 40)),
    "products": lambda: joined(examples(products(), 40)),
    "scatters": lambda: joined(examples(scatters(), 40)),
}


@lru_cache
def of_kind(name: str) -> Program:
    return ALL[name]()


@lru_cache
def schedules(name: str) -> tuple[Schedule, ...]:
    fast = (
        fast_schedule(of_kind(name), lanes, of_kind(name).carried)
        for lanes in (LANES if name in NAMES[:2] else LANES[1:2])
    )
    return (plain_schedule(of_kind(name)), *fast)


# What holds for every schedule


@pytest.mark.parametrize("name", ALL)
def test_every_formula_is_there_once(name: str) -> None:
    for schedule in schedules(name):
        found = [assignment for nest in schedule.nests for assignment in nest.assignments]
        assert Counter(map(id, found)) == Counter(map(id, of_kind(name).assignments))
        written = {access.tensor.name for nest in schedule.nests for access in writes_of(nest.statements)}
        assert written == {*of_kind(name).definitions, *(tensor.name for tensor in schedule.helpers)}
        assert len({t.name for t in schedule.helpers} | of_kind(name).tensors.keys()) == len(schedule.helpers) + len(
            of_kind(name).tensors
        )


@pytest.mark.parametrize("name", ALL)
def test_nothing_is_read_before_a_nest_that_writes_it(name: str) -> None:
    given = {tensor.name for tensor in (*of_kind(name).inputs, *of_kind(name).parameters)}
    for schedule in schedules(name):
        last = {a.tensor.name: n for n, nest in enumerate(schedule.nests) for a in writes_of(nest.statements)}
        for number, nest in enumerate(schedule.nests):
            own = {access.tensor.name for access in writes_of(nest.statements)}  # what is added to is read as well
            for access in reads_of(nest.statements):
                assert access.tensor.name in given | own or last[access.tensor.name] < number


@pytest.mark.parametrize("name", ALL)
def test_loops_side_by_side_write_to_places_of_their_own(name: str) -> None:
    for schedule in schedules(name):
        for statement in walk(s for nest in schedule.nests for s in nest.statements):
            if isinstance(statement, Loop) and (statement.vector or statement.threads):
                for access in writes_of(statement.body):
                    assert statement.index in access.subscripts
            if isinstance(statement, Loop) and statement.threads:
                assert locals_from_outside(statement) == set()


def locals_from_outside(loop: Loop) -> set[str]:
    own = {s.place.tensor.name for s in walk(loop.body) if isinstance(s, Store) and s.how == "new"}
    gathered = {s.place.tensor.name for s in walk(loop.body) if isinstance(s, Store) and s.place.tensor.kind == LOCAL}
    return gathered - own


@pytest.mark.parametrize("name", ALL)
def test_no_name_is_bound_twice_and_each_is_bound(name: str) -> None:
    """Every index in a statement is that of a loop around it, and no loop has the name of one around it."""

    def look(statements: tuple[Statement, ...], around: dict[str, Index]) -> None:
        for statement in statements:
            own = [statement] if not bodies(statement) else []
            for access in (*reads_of(own), *writes_of(own)):
                assert all(around.get(s.name) == s for s in access.subscripts if isinstance(s, Index))
            if isinstance(statement, Loop):
                assert statement.index.name not in around
                look(statement.body, {**around, statement.index.name: statement.index})
            else:
                look(bodies(statement), around)

    for schedule in schedules(name):
        for nest in schedule.nests:
            look(nest.statements, {})


@pytest.mark.parametrize("low", [1, 50])
def test_threads_are_never_inside_of_threads(low: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finish, "WORTH_THREADS", low)
    for name in ("odd", "products"):
        for nest in fast_schedule(of_kind(name), 8).nests:
            for statement in walk(nest.statements):
                if isinstance(statement, Loop) and statement.threads:
                    inside = list(walk(statement.body))
                    assert not any(isinstance(s, Loop) and s.threads for s in inside)
                    assert not any(isinstance(s, Product) and s.kernel.threads for s in inside)


# Fusion, checked by running: every element is still computed before it is read


def trace(statements: tuple[Statement, ...]) -> list[tuple[str, str, tuple[int, ...]]]:
    """Each reading and writing of an element, in the order of the loops."""
    found: list[tuple[str, str, tuple[int, ...]]] = []

    def place(access: Access, at: dict[str, int]) -> tuple[int, ...]:
        return tuple(s if isinstance(s, int) else at[s.name] for s in access.subscripts)

    def look(body: tuple[Statement, ...], at: dict[str, int]) -> None:
        for statement in body:
            if isinstance(statement, Loop):
                for position in range(statement.index.extent):
                    look(statement.body, {**at, statement.index.name: position})
            elif isinstance(statement, Store):
                found.extend(("read", a.tensor.name, place(a, at)) for a in reads_of([statement]))
                found.append(("write", statement.place.tensor.name, place(statement.place, at)))

    look(statements, {})
    return found


def order_of_uses(nests: list[Nest]) -> dict[tuple[str, tuple[int, ...]], list[str]]:
    """What happens to each element that is written, in order."""
    found: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for nest in nests:
        for what, name, where in trace(nest.statements):
            found.setdefault((name, where), []).append(what)
    return found


X, Y, Z = Tensor("x", (A, B)), Tensor("y", (A, B)), Tensor("z", (A, B))


def nest(target: Access, value: object, *loops: Index) -> Nest:
    return Nest((), looped(loops, (Store(target, value),)))


PAIRS = {  # two nests, and how many nests are left of them
    "the same element": (nest(Y[A, B], X[A, B] + 1, A, B), nest(Z[A, B], Y[A, B] * 2, A, B), 1),
    "nothing in common": (nest(Y[A, B], X[A, B], A, B), nest(Z[A, B], X[A, B], A, B), 1),
    "the row before": (nest(Y[A, B], X[A, B], A, B), nest(Z[A, B], Y[0, B], A, B), 2),
    "a fixed column": (nest(Y[A, B], X[A, B], A, B), nest(Z[A, B], Y[A, 2], A, B), 1),  # rows joined, columns not
    "another order of loops": (nest(Y[A, B], X[A, B], A, B), nest(Z[A, B], Y[A, B], B, A), 2),
    "over the old value": (nest(Y[A, B], X[A, B], A, B), nest(X[A, B], Z[A, B], A, B), 1),
    "over the old row": (nest(Y[A, B], X[0, B], A, B), nest(X[A, B], Z[A, B], A, B), 2),
    "written twice": (nest(Y[A, B], X[A, B], A, B), nest(Y[A, B], Z[A, B], A, B), 1),
    "written elsewhere": (nest(Y[A, B], X[A, B], A, B), nest(Y[0, B], Z[A, B], A, B), 2),
}


@pytest.mark.parametrize("name", PAIRS)
def test_fusion_keeps_the_order_of_uses(name: str) -> None:
    first, second, left = PAIRS[name]
    found = fused([first, second])
    assert len(found) == left
    written = {name for what, name, _ in trace((*first.statements, *second.statements)) if what == "write"}
    before, after = order_of_uses([first, second]), order_of_uses(found)
    assert {k: v for k, v in after.items() if k[0] in written} == {k: v for k, v in before.items() if k[0] in written}


def test_a_nest_does_not_pass_one_that_it_depends_on() -> None:
    """z could join y's loops, but for w, which stands between and needs y, and which z needs."""
    w = Tensor("w", (B, A))
    nests = [
        nest(Y[A, B], X[A, B], A, B),
        nest(w[B, A], Y[A, B] + Y[0, B], B, A),
        nest(Z[A, B], X[A, B] + w[B, A], A, B),
    ]
    assert fused(nests) == nests
    free = nest(Z[A, B], X[A, B] * 3, A, B)
    assert len(fused([*nests[:2], free])) == 2


def test_transposed_rows_do_not_fit() -> None:
    square = Tensor("square", (A, A2))
    first = nest(square[A, A2], A * 2, A, A2).statements[0]
    assert not fits(first, nest(X[A, B], square[1, A], A, B).statements[0])
    assert fits(first, nest(X[A, B], square[A, 1], A, B).statements[0])
    assert not fits(first, If(A <= 2, ()))


def test_independent() -> None:
    assert independent(Loop(A, (Store(Y[A, B], X[A, B]),)))
    assert not independent(Loop(A, (Store(Y[0, B], X[A, B], "sum"),)))
    n = Tensor("n", (A,), "integer")
    assert not independent(Loop(A, (Store(Y[n[A], B], X[A, B], "sum"),)))


# Sums


def test_a_sum_over_rows_has_its_columns_innermost() -> None:
    x = Tensor("x", (B, C))
    (assignment,) = program(("y", (C,), Sum(B, x[B, C])), inputs=(x,)).assignments
    *_, added = ordered(assignment, assignment.expression, count(1))
    (outer,) = added
    assert isinstance(outer, Loop) and outer.index == B
    (inner,) = outer.body
    assert isinstance(inner, Loop) and inner.index == C


def test_a_scatter_needs_no_loop_over_the_table_and_is_guarded() -> None:
    v, x, n = Index("v", 1000), Tensor("x", (B, C)), Tensor("n", (B,), "integer")
    table = program(("y", (v, C), Sum(B, Where(equal(n[B], v), x[B, C], 0))), inputs=(x, n))
    (_, nest) = plain_schedule(table).nests[0], fast_schedule(table, 8).nests[-1]
    assert v not in [s.index for s in walk(nest.statements) if isinstance(s, Loop)]
    conditions = [s.condition for s in walk(nest.statements) if isinstance(s, If)]
    assert {(c.operator, c.right) for c in conditions} >= {("<", (n[B] < 1000).right), (">=", (n[B] >= 0).right)}


# Tiles


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("rows", [1, 2, 3, 5, 7, 12, 13, 64, 100])
@pytest.mark.parametrize("columns", [1, 3, 4, 5, 8, 12, 16, 17, 33, 65, 128])
def test_the_best_tile_fits_into_the_registers(rows: int, columns: int, lanes: int) -> None:
    tile = best_tile(rows, columns, lanes)
    assert 1 <= tile.rows <= rows
    assert tile.lanes <= lanes
    assert tile.vectors >= 1
    assert tile.rows * tile.vectors + tile.vectors + 1 <= REGISTERS[lanes]
    assert (tile.vectors - 1) * tile.lanes < columns  # no vector without a single column


def covered(kernel: Kernel) -> list[tuple[int, int]]:
    """Where the blocks of the sum read left and right."""
    blocks = kernel.blocks
    return [
        (
            block * blocks.outer.extent * blocks.outer.left + i * blocks.outer.left + k * blocks.inner.left,
            block * blocks.outer.extent * blocks.outer.right + i * blocks.outer.right + k * blocks.inner.right,
        )
        for block in range(blocks.count)
        for i in range(blocks.outer.extent)
        for k in range(blocks.inner.extent)
    ]


@pytest.mark.parametrize("depth", [1, 2, 7, 24, 127, 128, 131, 256, 300])
@pytest.mark.parametrize("outer", [None, 1, 2, 3, 12, 131])
def test_the_blocks_cover_the_sum_exactly(depth: int, outer: int | None) -> None:
    inner = Level(depth, 0, 1, 48)
    levels = (inner,) if outer is None else (Level(outer, 0, 5000, 100_000), inner)
    kernel = Kernel((Level(4, 16, 9, 0),), Level(16, 1, 0, 1), levels, best_tile(4, 16, 8))
    steps = product(*(range(level.extent) for level in levels))
    want = [
        (
            sum(n * x.left for n, x in zip(at, levels, strict=True)),
            sum(n * x.right for n, x in zip(at, levels, strict=True)),
        )
        for at in steps
    ]
    assert sorted(covered(kernel)) == sorted(want)


def visited(levels: tuple[Level, ...]) -> list[tuple[int, int, int]]:
    found = []
    for at in product(*(range(level.extent) for level in levels)):
        pairs = list(zip(at, levels, strict=True))
        found.append(tuple(sum(n * getattr(x, part) for n, x in pairs) for part in ("target", "left", "right")))
    return found


@pytest.mark.parametrize(
    ("levels", "left"),
    [
        ((Level(3, 8, 8, 0), Level(8, 1, 1, 0)), 1),
        ((Level(3, 8, 16, 0), Level(8, 1, 1, 0)), 2),
        ((Level(2, 24, 24, 24), Level(3, 8, 8, 8), Level(8, 1, 1, 1)), 1),
        ((Level(2, 99, 24, 24), Level(3, 8, 8, 8), Level(8, 1, 1, 1)), 2),
        ((Level(5, 1, 2, 3),), 1),
        ((Level(1, 7, 7, 7), Level(5, 1, 2, 3)), 2),
    ],
)
def test_merged_loops_visit_the_same_elements_in_the_same_order(levels: tuple[Level, ...], left: int) -> None:
    found = merged(levels)
    assert visited(found) == visited(levels)
    assert len(found) <= max(left, 1)
    assert size(found) == size(levels) == prod(level.extent for level in levels)


@pytest.mark.parametrize("lanes", LANES)
@pytest.mark.parametrize("name", ["odd", "products", "forms"])
def test_a_kernel_covers_its_product(name: str, lanes: int) -> None:
    """As many multiplications as the formula says, and every element of the target."""
    kernels = 0
    for nest in fast_schedule(of_kind(name), lanes).nests:
        for around, statement in places(nest.statements, 1):
            kernels += 1
            kernel, target = statement.kernel, statement.target
            elements = around * size(kernel.rows) * kernel.columns.extent
            assert elements <= prod(target.tensor.shape)
            assert kernel.columns.target == 1
            assert len(covered(kernel)) == size(kernel.depth)
    assert kernels > 5


def places(statements: tuple[Statement, ...], around: int) -> Iterator[tuple[int, Product]]:
    """Each product, and how often it is computed."""
    for statement in statements:
        if isinstance(statement, Product):
            yield around, statement
        times = statement.index.extent if isinstance(statement, Loop) else 1
        yield from places(bodies(statement), around * times)


def test_a_large_model_shares_its_work_among_threads() -> None:
    large = fast_schedule(iteration(MODEL_PRESETS["shakespeare"], UpdateRule(), 12), 8)
    statements = list(walk(s for nest in large.nests for s in nest.statements))
    assert any(isinstance(s, Product) and s.kernel.threads for s in statements) or any(
        isinstance(s, Loop) and s.threads for s in statements
    )
    small = fast_schedule(CASES["pencil"].program, 8)
    assert not any(getattr(s, "threads", False) for nest in small.nests for s in walk(nest.statements))


def test_a_maximum_is_no_product() -> None:
    x, y = Tensor("x", (A, B)), Tensor("y", (B, C))
    nests = fast_schedule(program(("z", (A, C), Max(B, x[A, B] * y[B, C])), inputs=(x, y)), 8).nests
    assert not any(isinstance(s, Product) for nest in nests for s in walk(nest.statements))
    nests = fast_schedule(program(("z", (A, C), exp(Sum(B, x[A, B] * y[B, C]))), inputs=(x, y)), 8).nests
    assert any(isinstance(s, Product) for nest in nests for s in walk(nest.statements))
