"""A program as a module of its own: what it says of itself, and that it needs nothing of this package."""

import ast
import re

import pytest

from gpt_by_hand.notation import Program, Scope, Tensor, Writer, check, erf
from gpt_by_hand.printers.numpy import print_module, print_numpy
from gpt_by_hand.printers.outline import Outline, declared, question
from gpt_by_hand.printers.text import formula
from tests.model.cases import CASES, NAMES

ERF = "def erf(x):\n    return np.vectorize(math.erf)(x)\n"


MODULE = r'''"""One formula

to try

    results = run(given)

`given` holds these arrays, each under its address, the real ones as float32. What is one number is a Python number.

    x  one number: a "quoted" \\ \"\"\" title

`results` holds every array that the formulas below compute, each under its address, such as results["y"].
"""


import math

import numpy as np

dtype = np.float32


def erf(x):
    return np.vectorize(math.erf)(x)


def run(given):
    x = given["x"]
    # here: How much?  one number
    # y = erf(x)
    y = math.erf(x)
    del x
    return {"y": y}
'''


def one_formula(name: str = "y") -> Program:
    write = Writer()
    x = write.input("x", title='a "quoted" \\ """ title')
    with write.at(Scope("here")):
        write.define(name, "How much?")[()] = erf(x())
    return check(write.program())


def test_a_module_as_a_whole():
    assert print_module(Outline(one_formula(), "One formula", ("to try",)), ERF) == MODULE


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_stands_in_order_below_its_place_question_and_shape(name):
    program = CASES[name].program
    source = print_module(Outline(program, name), ERF)
    said = [line.removeprefix("    # ") for line in source.splitlines() if line.startswith("    # ")]
    assert said == [line for a in program.assignments for line in (f"{a.scope.name}: {question(a)}", formula(a))]
    docstring = ast.get_docstring(ast.parse(source), clean=False)
    for tensor in (*program.inputs, *program.parameters):
        assert f"\n  {declared(tensor)}\n" in docstring
    assert re.search(r'such as results\["(.+)"\]', docstring)[1] == program.assignments[-1].target.name


@pytest.mark.parametrize(("name", "there"), [("demo", True), ("biases", False)])
def test_the_error_function_is_there_where_it_is_called(name, there):
    """The `biases` case has the GELU with tanh."""
    source = print_module(Outline(CASES[name].program, ""), ERF)
    assert (ERF in source) is there
    assert ("erf(" in source) is there


def test_many_results_have_a_line_each():
    program = one_formula("y" * 60)
    extra = Program((Tensor("x"),), (), program.assignments)
    few, many = print_numpy(one_formula(), ["y"]), print_numpy(extra, ["y" * 60])
    assert few.endswith('    return {"y": y}\n')
    assert many.endswith(f'    return {{\n        "{"y" * 60}": {"y" * 60},\n    }}\n')
    assert ast.parse(many)
