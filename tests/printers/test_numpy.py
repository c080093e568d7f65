"""What printed NumPy looks like; what it computes is tested with the engines."""

import ast

import pytest

from gpt_by_hand.notation import Assignment, Call, Index, Program, Sum, Tensor, Writer, check, exp
from gpt_by_hand.printers.numpy import print_numpy
from gpt_by_hand.printers.printer import CannotPrintError
from tests.model.cases import CASES, NAMES

i, j, k = Index("i", 2), Index("j", 3), Index("k", 4)


def two_formulas() -> Program:
    write = Writer()
    x, w = write.input("x", i, j), write.parameter("w.weight", k, j)
    y, z = write.define("a.y", ""), write.define("z", "")
    y[i, k] = Sum(j, x[i, j] * w[k, j])
    z[i] = Sum(k, exp(y[i, k]))
    return check(write.program())


def test_a_sum_of_products_is_a_matrix_product_under_its_formula():
    assert print_numpy(two_formulas(), ["z"]).splitlines()[1:] == [
        "def run(given):",
        '    x = given["x"]',
        '    w_weight = given["w.weight"]',
        "    # a.y[i, k] = sum(j, x[i, j] * w.weight[k, j])",
        "    a_y = np.matmul(x, w_weight.T)",
        "    del x, w_weight",
        "    # z[i] = sum(k, exp(a.y[i, k]))",
        "    z = np.add.reduce(np.exp(a_y), axis=1)",
        "    del a_y",
        '    return {"z": z}',
    ]


def test_outputs_are_kept_in_the_order_asked_for():
    text = print_numpy(two_formulas(), ["z", "a.y"])
    assert 'return {"z": z, "a.y": a_y}' in text
    assert "del a_y" not in text


@pytest.mark.parametrize("name", NAMES)
def test_comments_are_all_that_comments_change(name):
    program = CASES[name].program
    bare, told = print_numpy(program, ["loss"], comments=lambda assignment: ()), print_numpy(program, ["loss"])
    assert ast.dump(ast.parse(bare)) == ast.dump(ast.parse(told))
    assert told.count("# ") == len(program.assignments)
    assert "#" not in bare


@pytest.mark.parametrize("name", NAMES)
def test_every_array_is_deleted_after_its_last_use(name):
    """So a model needs memory for what is still to be used only; what lies side by side is small, and stays."""
    program = CASES[name].program
    function = ast.parse(print_numpy(program, ["loss"])).body[-1]
    made, deleted = set(), set()
    for statement in function.body:
        names = {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}
        assert not names & deleted
        if isinstance(statement, ast.Delete):
            deleted |= names
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            made.add(statement.targets[0].id)
    assert {name for name in made - deleted if not name.startswith("side_")} == {"loss"}


@pytest.mark.parametrize(
    ("expression", "named"),
    [
        (Call("sin", Tensor("x", (i,))[i]), "'sin'"),
    ],
)
def test_what_numpy_has_no_form_for_is_named_with_its_formula_and_place(expression, named):
    program = Program((Tensor("x", (i,)),), (), (Assignment(Tensor("y", (i,)), (i,), expression, written_at="a.py:7"),))
    with pytest.raises(CannotPrintError, match=rf"NumPy printer .* {named} in y\n  written at a\.py:7"):
        print_numpy(program, ["y"])
