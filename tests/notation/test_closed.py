"""The kinds of nodes and of statements are closed sets: who walks a formula and forgets a kind is found by mypy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from gpt_by_hand.engines import reference
from gpt_by_hand.notation import Expression
from gpt_by_hand.notation.algebra import rebuild
from gpt_by_hand.notation.expressions import Node
from gpt_by_hand.notation.precedence import precedence
from gpt_by_hand.printers.latex import latex
from gpt_by_hand.printers.mathml import mathml
from gpt_by_hand.printers.python import python
from gpt_by_hand.printers.text import text
from gpt_by_hand.printers.typst import typst
from gpt_by_hand.schedule.nests import Statement

SOURCE = Path(__file__).parents[2] / "src"
KINDS = {kind.__name__ for kind in (*get_args(Expression), *get_args(Statement))}

# A walk with a case for each kind, and a language with a method for each: complete, and then short of one.
PLANTED = """
from gpt_by_hand.notation.expressions import *
from gpt_by_hand.notation.expressions import Expression, assert_never
from gpt_by_hand.printers.printer import Printer
from gpt_by_hand.schedule.nests import If, Loop, Product, Statement, Store

def size(node: Expression) -> int:
    match node:
        case Index() | Constant() | Access() | Binary() | Compare() | Where() | Call() | Reduction() | Terms():
            return 1
        case Negate():
            return 2
        case _:
            assert_never(node)

def writes(statement: Statement) -> bool:
    match statement:
        case Store() | Product():
            return True
        case If() | Loop():
            return False
        case _:
            assert_never(statement)

class Language(Printer[str]):
    language = "a language"
    def index(self, node: Expression) -> str:
        return ""
    literal = access = binary = compare = negate = where = call = index
    reduction = Printer.no_form
    terms = Printer.no_form

Language()
"""
FORGOTTEN = {
    "a walk": (
        "        case Negate():\n            return 2\n",
        "",
        'has incompatible type "Negate"; expected "Never"',
    ),
    "one of many": (" | Reduction() | ", " | ", 'has incompatible type "Reduction"; expected "Never"'),
    "a statement": ("If() | Loop()", "Loop()", 'has incompatible type "If"; expected "Never"'),
    "a language": ("    terms = Printer.no_form\n", "", 'abstract class "Language" with abstract attribute "terms"'),
}


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What mypy says of each planted module."""
    folder = tmp_path_factory.mktemp("planted")
    changed = {name.replace(" ", "_"): PLANTED.replace(*change[:2]) for name, change in FORGOTTEN.items()}
    for name, source in {"complete": PLANTED, **changed}.items():
        (folder / f"{name}.py").write_text(source, encoding="utf-8")
    (folder / "mypy.ini").write_text("[mypy]\nfollow_imports = silent\n", encoding="utf-8")
    line = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--python-version", "3.10", "."]
    done = subprocess.run(
        line, cwd=folder, env={"MYPYPATH": str(SOURCE)}, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    found: dict[str, list[str]] = {name: [] for name in ("complete", *changed)}
    for said in done.stdout.splitlines()[:-1]:
        found[said.partition(".py:")[0]].append(said)
    return found


@pytest.mark.parametrize("name", FORGOTTEN)
def test_mypy_finds_who_forgot_a_kind(complaints, name):
    (said,) = complaints[name.replace(" ", "_")]
    assert FORGOTTEN[name][2] in said


def test_mypy_has_nothing_to_say_where_all_kinds_are_there(complaints):
    assert complaints["complete"] == []


def test_every_kind_of_node_is_in_the_union():
    ours = {kind.__name__ for kind in Node.__subclasses__() if kind.__module__ == Node.__module__}
    assert ours == {kind.__name__ for kind in get_args(Expression)}


class Unknown(Node):
    pass


@pytest.mark.parametrize(
    "walk",
    [text, python, latex, mathml, typst, precedence, lambda x: rebuild(x, ()), lambda x: reference.value(x, {}, {})],
)
def test_what_is_no_kind_of_node_is_nowhere_taken_for_one(walk):
    with pytest.raises(AssertionError, match="Unknown is none of the kinds"):
        walk(Unknown())


def asked(source: str) -> Iterator[str]:
    """The functions that ask one thing three times in a row or more of which kind it is, or look it up by its type."""
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            branches = [node.test for node in ast.walk(function) if isinstance(node, ast.If)]
            tests = [node for branch in branches for node in ast.walk(branch) if isinstance(node, ast.Call)]
            of = [ast.unparse(t.args[0]) for t in tests if ast.unparse(t.func) == "isinstance" and _kinds(t.args[1])]
            yield from [function.name] if any(of.count(one) >= 3 for one in of) else []
        elif isinstance(function, ast.AnnAssign) and ast.unparse(function.annotation).startswith("dict[type"):
            yield ast.unparse(function.target)


def _kinds(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id in KINDS for part in ast.walk(node))


def test_kinds_are_told_apart_in_one_way():
    files = sorted(SOURCE.rglob("*.py"))
    assert [(file.name, name) for file in files for name in asked(file.read_text(encoding="utf-8"))] == []


def test_another_way_is_found():
    chain = "\n".join(
        f"    if isinstance(node, {kind}):\n        return 1" for kind in ("Index", "(Access, Call)", "Loop")
    )
    assert list(asked(f"def walk(node):\n{chain}")) == ["walk"]
    assert list(asked(f"def walk(node):\n{chain}".replace("Loop", "str"))) == []
    assert list(asked("PRINTERS: dict[type, Callable[[Any], str]] = {}")) == ["PRINTERS"]
