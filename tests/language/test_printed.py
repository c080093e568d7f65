"""Formulas and pages with the decimal marks of the language; programs as they are."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from pathlib import Path

import pytest

from gpt_by_hand.cli import main
from gpt_by_hand.language import speaking
from gpt_by_hand.layout.document import Heading, Number, Paragraph, Row, Table
from gpt_by_hand.notation import Assignment, Constant, Index, Sum, Tensor, Where, exp
from gpt_by_hand.notation.expressions import Terms
from gpt_by_hand.practice.arithmetic import read
from gpt_by_hand.practice.choosing import choose
from gpt_by_hand.practice.diagnosis import hints, is_right
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.practice.topics import KEYS
from gpt_by_hand.printers import latex, mathml, text, typst
from gpt_by_hand.printers.python import python
from gpt_by_hand.views import page
from gpt_by_hand.views.text import plain

i, j = Index("i", 3), Index("j", 2)
X, Y = Tensor("x", (i, j)), Tensor("y", (i,))
LARGEST = Terms("max", (Constant(0.3), Constant(0.5)))
FORMULA = Assignment(Y, (i,), Where(j <= i, Sum(j, X[i, j] * 0.31), exp(X[i, 0] - 1.5e-05)))


@pytest.fixture(autouse=True)
def german() -> Iterator[None]:
    with speaking("de"):
        yield


def test_text() -> None:
    assert text.text(LARGEST) == "max(0,3; 0,5)"
    assert text.formula(FORMULA) == "y[i] = where(j <= i; sum(j; x[i, j] * 0,31); exp(x[i, 0] - 1,5e-05))"
    assert text.address("x", (0, 1)) == "x[0,1]"
    assert text.code(FORMULA) == "y[i] = where(j <= i, sum(j, x[i, j] * 0.31), exp(x[i, 0] - 1.5e-05))"
    assert python(LARGEST) == "max([0.3, 0.5])"


def test_paper() -> None:
    assert latex.latex(LARGEST) == r"\max\!\left(0{,}3;0{,}5\right)"
    assert latex.latex(Constant(1.5e-05)) == r"1{,}5 \times 10^{-5}"
    assert latex.latex(X[0, 1]) == r"\mathrm{x}_{0,1}" or latex.latex(X[0, 1]) == "x_{0,1}"
    assert mathml.mathml(Constant(0.31)) == "<mn>0,31</mn>"
    assert "<mn>0,3</mn><mo>;</mo><mn>0,5</mn>" in mathml.mathml(LARGEST)
    assert typst.typst(LARGEST) == 'max ("0,3";"0,5")'
    assert typst.typst(Constant(2.0)) == '"2,0"'
    assert typst.typst(Constant(3)) == "3"


ROWS = (Row((("x",), (Number(1.25, "1.25"),))), Row((("y",), (Number(12.0, "12"),))))
DOCUMENT = [
    Heading(("Zahlen",), 1),
    Paragraph(("Es sind ", Number(-0.5, "-0.5"))),
    Table("numbers", (("",), ("a",)), ROWS),
]


@pytest.mark.parametrize(
    ("form", "parts"),
    [
        ("html", ['<html lang="de">', "−0,5", "1,25"]),
        ("typst", ['#set text(lang: "de")', '"-0,5"', '"1,25"']),
        ("latex", ["-0,5", "1,25"]),
        ("markdown", ["-0,5", "1,25"]),
    ],
)
def test_pages(form: str, parts: list[str]) -> None:
    found = page(DOCUMENT, form, "")
    assert isinstance(found, str)
    assert [part for part in parts if part not in found] == []


def test_points_stand_below_each_other() -> None:
    assert plain(DOCUMENT).split("\n")[-2:] == ["x   1,25", "y  12"]


@pytest.mark.parametrize("key", KEYS)
def test_what_is_shown_can_be_typed(key: str) -> None:
    """The way to an answer is an answer, with its commas."""
    source = Source("pencil", 6)
    for number in range(3):
        question = choose(KEYS[key], source, number)
        computed = question.result.tensor.kind == "real" and not isinstance(question.expression, Constant)
        if computed and isfinite(question.answer):
            assert all(is_right(question, read(hint).value) for hint in hints(question)), hints(question)


@pytest.mark.parametrize("name", ["sheet.html", "sheet.md"])
def test_a_worksheet_says_its_language(name: str, tmp_path: Path) -> None:
    assert main(["worksheet", "score", "--language", "de", "-o", str(tmp_path / name)]) == 0
    found = (tmp_path / name).read_text(encoding="utf-8")
    assert "Wie gut passt" in found
    assert ('<html lang="de">' in found) == name.endswith("html")


def test_what_is_printed_as_a_program_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    printed = []
    for code in ("en", "de"):
        with speaking(code):
            for language in ("c", "numpy", "javascript"):
                assert main(["print", language, "--preset", "pencil"]) == 0
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
