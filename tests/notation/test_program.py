"""Programs: written, cut down to what is needed, and asked what would follow from other values."""

import pytest

from gpt_by_hand.notation import Assignment, Index, Program, Scope, Sum, Tensor, Writer, check, exp
from gpt_by_hand.notation.errors import DefinitionError

i, j = Index("i", 2), Index("j", 3)


def written() -> Program:
    """x, w -> y -> z, and aside from x."""
    write = Writer()
    x, w = write.input("x", i, j, title="what is given"), write.parameter("w", j, stored=((j,), ()))
    y, z, aside = (write.define(name, f"What is {name}?") for name in ("y", "z", "aside"))
    with write.at(Scope("middle")):
        y[i] = Sum(j, x[i, j] * w[j])
        with write.at(phase="loss"):
            z[()] = Sum(i, exp(y[i]))
    aside[i] = x[i, 0]
    return check(write.program())


def names(tensors) -> list[str]:
    return [tensor.name for tensor in tensors]


def defined(program) -> list[str]:
    return [assignment.name for assignment in program.assignments]


def test_what_the_writer_notes():
    program = written()
    assert names(program.tensors.values()) == ["x", "w", "y", "z", "aside"]
    assert [(a.name, a.title, a.phase, a.scope.name) for a in program.assignments] == [
        ("y", "What is y?", "forward", "middle"),
        ("z", "What is z?", "loss", "middle"),
        ("aside", "What is aside?", "forward", ""),
    ]
    assert program.tensors["w"].stored_shape == (3, 1)
    assert all(a.written_at.startswith("notation/test_program.py:") for a in program.assignments)


def test_phase_and_place_end_where_their_block_ends_even_in_an_error():
    write = Writer()
    with pytest.raises(ZeroDivisionError), write.at(Scope("a"), phase="b"):
        1 / 0  # noqa: B018
    write.define("y", "")[()] = 1
    assert (write.assignments[0].scope.name, write.assignments[0].phase) == ("", "forward")


def test_a_definition_is_written_once_and_read_afterwards():
    write = Writer()
    y = write.define("y", "")
    with pytest.raises(DefinitionError, match="y is used before it is defined"):
        y[i]
    with pytest.raises(DefinitionError, match="y is used before it is defined"):
        y()
    with pytest.raises(DefinitionError, match="y: the left-hand side takes indices only"):
        y[0, i] = 1
    y[i] = 1
    with pytest.raises(DefinitionError, match="y is defined twice"):
        y[i] = 2
    assert y[0] == Tensor("y", (i,))[0]


def test_names_of_parts():
    tensor = Tensor("d.w", (Index("s", 3), i, j))
    assert Assignment(tensor, (2, i, j), exp(1)).name == "d.w[2]"
    assert Assignment(tensor, (2, i, 0), exp(1)).name == "d.w[2, 0]"
    assert Assignment(tensor, tensor.indices, exp(1)).indices == tensor.indices


def test_reads_left_to_right_lookups_after_what_looks_up():
    n, x = Tensor("n", (i,), "integer"), Tensor("x", (i,))
    assert [a.tensor.name for a in Assignment(x, (i,), x[n[i]] + n[0] * x[i]).reads()] == ["x", "n", "n", "x"]


def test_definitions_hold_all_parts():
    y, x = Tensor("y", (i, j)), Tensor("x", (j,))
    first, second = Assignment(y, (0, j), x[j]), Assignment(y, (1, j), -x[j])
    program = Program((x,), (), (first, second))
    assert program.definitions == {"y": (first, second)}
    assert program.only(["y"]) == program


def test_then_appends():
    program, more = written(), Assignment(Tensor("more"), (), Tensor("s")() + 1)
    longer = program.then([more], [Tensor("s")])
    assert defined(longer) == [*defined(program), "more"]
    assert names(longer.inputs) == ["x", "s"]
    assert check(longer).definitions["more"] == (more,)
    assert defined(program) == ["y", "z", "aside"]


@pytest.mark.parametrize(
    ("wanted", "inputs", "parameters", "kept"),
    [
        (["z"], ["x"], ["w"], ["y", "z"]),
        (["aside"], ["x"], [], ["aside"]),
        (["aside", "y"], ["x"], ["w"], ["y", "aside"]),
        (["w"], [], ["w"], []),
        ([], [], [], []),
    ],
)
def test_only_what_is_needed(wanted, inputs, parameters, kept):
    part = check(written().only(wanted))
    assert (names(part.inputs), names(part.parameters), defined(part)) == (inputs, parameters, kept)


def test_only_keeps_what_a_lookup_needs():
    write = Writer()
    tokens, table = write.input("tokens", i, kind="integer"), write.parameter("table", j)
    write.define("y", "")[i] = table[tokens[i]]
    assert names(write.program().only(["y"]).inputs) == ["tokens"]


def test_given_turns_what_is_computed_into_an_input():
    program = check(written().given("y"))
    assert names(program.inputs) == ["x", "y"] and defined(program) == ["z", "aside"]
    assert names(program.only(["z"]).inputs) == ["y"]
    assert program.only(["z"]).parameters == ()


def test_given_what_is_given_already_changes_nothing():
    program = written()
    assert check(program.given("x", "w")) == program
    assert check(program.given("y").given("y")) == program.given("y")
    assert check(program.given("y", "y")) == program.given("y")


@pytest.mark.parametrize("ask", [lambda p: p.only(["y", "loss"]), lambda p: p.given("y", "loss")])
def test_a_name_that_does_not_exist_is_named(ask):
    with pytest.raises(DefinitionError, match="does not define loss"):
        ask(written())
