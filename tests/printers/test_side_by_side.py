"""Alike formulas are found, computed on flat arrays, and give what each of them gives alone."""

import numpy as np
import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.engines.numpy import compile_numpy
from gpt_by_hand.notation import Index, Program, Sum, Writer, check, exp
from gpt_by_hand.printers import side_by_side
from gpt_by_hand.printers.numpy import print_numpy
from gpt_by_hand.printers.side_by_side import runs

A, B, C = Index("a", 2), Index("b", 3), Index("c", 4)


def updates(*shapes: tuple[Index, ...]) -> Program:
    """m = 0.9 x + 0.1 s, then y = exp(m) * m, for an x of each shape."""
    write = Writer()
    scale = write.input("scale")
    given = [write.input(f"x{k}", *shape) for k, shape in enumerate(shapes)]
    means = [write.define(f"m{k}", "") for k in range(len(shapes))]
    for mean, x in zip(means, given, strict=True):
        mean[x.indices] = 0.9 * x[x.indices] + 0.1 * scale()
    for k, (mean, x) in enumerate(zip(means, given, strict=True)):
        write.define(f"y{k}", "")[x.indices] = exp(mean[x.indices]) * mean[x.indices]
    return check(write.program())


def lengths(program: Program) -> list[int]:
    return [len(run.assignments) for run in runs(program.assignments)]


def agree(program: Program) -> None:
    """NumPy and the reference engine compute the same from the same random numbers."""
    random = np.random.default_rng(3)
    given = {t.name: random.normal(size=t.shape) if t.indices else 2.5 for t in program.inputs}
    want, got = reference.run(program, given), compile_numpy(program, dtype=np.float64)(given)
    for assignment in program.assignments:
        name = assignment.target.name
        np.testing.assert_allclose(got[name], want[name], rtol=1e-14)
        assert got[name].shape == assignment.target.shape


def test_one_formula_for_several_tensors_is_one_run():
    program = updates((A, B), (C,), (A, B, C))
    assert lengths(program) == [3, 3]
    agree(program)


def test_what_a_run_has_made_is_used_where_it_lies():
    source = print_numpy(updates((A, B), (C,)), ["y0", "y1"])
    assert source.count("np.concatenate") == 1  # of the inputs; m goes into y as it is
    assert "side_1[0:10]" in source


def test_a_run_can_use_a_part_of_another():
    program = updates((A, B), (C,), (A, C))
    write = Writer()
    for k in (1, 2):
        m = program.tensors[f"m{k}"]
        write.define(f"z{k}", "")[m.indices] = m[m.indices] * m[m.indices]
    longer = check(program.then(write.program().assignments))
    assert lengths(longer) == [3, 3, 2]
    assert "side_1[6:18]" in print_numpy(longer, ["z1", "z2"])
    agree(longer)


def test_the_parts_can_be_asked_for_in_another_order():
    program = updates((A, B), (C,))
    write = Writer()
    for k in (1, 0):
        m = program.tensors[f"m{k}"]
        write.define(f"z{k}", "")[m.indices] = m[m.indices] + 1
    agree(check(program.then(write.program().assignments)))


def test_what_needs_its_neighbour_is_computed_after_it():
    write = Writer()
    x = write.input("x", A)
    before = x
    for k in range(3):
        after = write.define(f"y{k}", "")
        after[A] = before[A] + 1
        before = after
    program = check(write.program())
    assert lengths(program) == [1, 1, 1]
    agree(program)


def test_sums_and_turned_axes_stay_alone():
    write = Writer()
    x, y = write.input("x", A, B), write.input("y", A, B)
    for k, tensor in enumerate((x, y)):
        write.define(f"sum{k}", "")[A] = Sum(B, tensor[A, B])
    for k, tensor in enumerate((x, y)):
        write.define(f"turned{k}", "")[B, A] = tensor[A, B] * 2
    program = check(write.program())
    assert lengths(program) == [1, 1, 1, 1]
    agree(program)


def test_large_tensors_stay_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(side_by_side, "SMALL", 9)
    program = updates((A, B), (C,))
    assert lengths(program) == [1, 1, 1, 1]
    agree(program)


def test_an_input_is_not_changed_and_outputs_share_no_memory():
    program = updates((A, B), (C,))
    given = {"x0": np.ones((2, 3)), "x1": np.ones(4), "scale": 2.0}
    found = compile_numpy(program, dtype=np.float64)(given)
    assert (given["x0"] == 1).all() and (given["x1"] == 1).all()
    found["m0"][:] = 7
    assert (found["m1"] != 7).all() and (found["y0"] != 7).all()
