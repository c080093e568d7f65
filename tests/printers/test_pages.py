"""Whole programs as text and as LaTeX: every formula once, in order, under its question, shape, phase and place."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest

from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.model.scopes import scope
from gpt_by_hand.notation import Assignment, Call, Constant, Index, Program, Scope, Sum, Tensor, Writer, check, sqrt
from gpt_by_hand.printers import latex, text
from gpt_by_hand.printers.latex_page import print_latex
from gpt_by_hand.printers.outline import Outline, place_name, print_text
from gpt_by_hand.printers.printer import CannotPrintError
from tests.model.cases import CASES, NAMES
from tests.notation.reader import Reader

t, c = Index("t", 2), Index("c", 3)


def small() -> Program:
    write = Writer()
    tokens = write.input("tokens", t, kind="integer", title="the words & all")
    wte = write.parameter("wte", c, c)
    with write.at(scope("embedding")):
        x, y = (write.define(name, "How?") for name in "xy")
        x[t, c] = wte[tokens[t], c] + Constant(1e-5, "eps")
        y[t, c] = x[t, c] * 2
        z = write.define("z_1", "How?")
        z[t] = Sum(c, x[t, c] * y[t, c])
    with write.at(scope("attn", 0)):
        write.define("w", "What <is> it?")[t] = sqrt(z[t] + Constant(1e-5, "eps"))
    with write.at(scope("clip"), phase="clip"):
        write.define("total", "")[()] = Sum(t, z[t])
    return check(write.program())


OUTLINE = Outline(small(), "A small_program", ("of 5 formulas",))


def test_text():
    assert (
        print_text(OUTLINE)
        == """\
A small_program

of 5 formulas

# Numbers

  eps = 1e-05

# Inputs

  tokens  [t] = 2, integer: the words & all

# Parameters

  wte  [c, c] = 3 x 3

# Forward

## Embeddings: words and positions become vectors (embedding)

How?  [t, c] = 2 x 3
  x[t, c] = wte[tokens[t], c] + eps
  y[t, c] = x[t, c] * 2

How?  [t] = 2
  z_1[t] = sum(c, x[t, c] * y[t, c])

## Block 0, Attention (h.0.attn)

What <is> it?  [t] = 2
  w[t] = sqrt(z_1[t] + eps)

# Clipping

## Clipping: the gradient's length (clip)

one number
  total = sum(t, z_1[t])
"""
    )


def test_latex():
    document = print_latex(OUTLINE)
    body = document[document.index(r"\begin{document}") :].splitlines()
    assert body == [
        r"\begin{document}",
        r"\section*{A small\_program}",
        "of 5 formulas",
        "",
        r"\section*{Numbers}",
        r"$\epsilon = 10^{-5}$",
        r"\section*{Inputs}",
        r"\given{\mathrm{tokens}_{t}}{$[t] = 2$, integer}{the words \& all}",
        r"\section*{Parameters}",
        r"\given{\mathrm{wte}_{c,c}}{$[c, c] = 3 \times 3$}{}",
        r"\section*{Forward}",
        r"\subsection*{Embeddings: words and positions become vectors (embedding)}",
        r"\question{How?}{$[t, c] = 2 \times 3$}",
        rf"\formula{{{latex.formula(small().assignments[0])}}}",
        rf"\formula{{{latex.formula(small().assignments[1])}}}",
        r"\question{How?}{$[t] = 2$}",
        rf"\formula{{{latex.formula(small().assignments[2])}}}",
        r"\subsection*{Block 0, Attention (h.0.attn)}",
        r"\question{What \textless{}is\textgreater{} it?}{$[t] = 2$}",
        rf"\formula{{{latex.formula(small().assignments[3])}}}",
        r"\section*{Clipping}",
        r"\subsection*{Clipping: the gradient's length (clip)}",
        r"\question{}{one number}",
        rf"\formula{{{latex.formula(small().assignments[4])}}}",
        r"\end{document}",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_a_page_of_text_reads_back_in_order(name):
    program = CASES[name].program
    page = print_text(Outline(program, ""))
    lines = [line.strip() for line in page[page.index("# Forward") :].splitlines() if line.startswith("  ")]
    assert lines == [text.formula(assignment) for assignment in program.assignments]
    for line, assignment in zip(lines, program.assignments, strict=True):
        left, _, right = line.partition(" = ")
        assert left == text.element(assignment.target.name, assignment.subscripts)
        assert Reader.of(program, assignment).read(right) == assignment.expression


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_of_a_document_is_there_in_order(name):
    program = CASES[name].program
    document = print_latex(Outline(program, ""))
    formulas = re.findall(r"^\\formula\{(.*)\}$", document, re.MULTILINE)
    assert formulas == [latex.formula(assignment) for assignment in program.assignments]
    for titled in (*program.inputs, *program.parameters, *program.assignments):
        assert latex.escaped(titled.title) in document
    assert document.isascii()
    assert document.count("{") - document.count(r"\{") == document.count("}") - document.count(r"\}")


def test_every_place_of_a_model_has_a_title():
    for case in CASES.values():
        for assignment in case.program.assignments:
            assert assignment.scope.title, assignment.scope.name
    assert scope("mlp", 11).title == "Block 11, Feed-forward"
    assert place_name(Scope("x")) == "x"


def test_a_gradient_is_explained_where_there_is_one():
    backward = [replace(assignment, phase="backward") for assignment in small().assignments]
    for program, there in [(small(), False), (replace(small(), assignments=tuple(backward)), True)]:
        assert (r"$\mathcal{L}$ is the loss" in print_latex(replace(OUTLINE, program=program))) is there


def test_what_a_page_cannot_show_is_named():
    broken = Program((), (), (Assignment(Tensor("y"), (), 1 + Call("sinh", Constant(1)), written_at="a.py:7"),))
    with pytest.raises(CannotPrintError, match=r"'sinh' in y\n  written at a\.py:7"):
        print_latex(Outline(broken, ""))


def compiled(document: str, folder) -> str:
    """What pdflatex says to the document. Raises: CalledProcessError if it stops at an error."""
    (folder / "page.tex").write_text(document, encoding="utf-8")
    line = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "page.tex"]
    subprocess.run(line, cwd=folder, capture_output=True, timeout=120, check=True)
    assert (folder / "page.pdf").read_bytes().startswith(b"%PDF")
    return (folder / "page.log").read_text(encoding="latin-1")


needs_latex = pytest.mark.skipif(shutil.which("pdflatex") is None, reason="pdflatex is not installed here")
LARGE = ModelConfig(50257, 1024, 12, 12, 768, dropout_rate=0.1, use_bias=True, gelu="tanh")
PROGRAMS = {**{name: case.program for name, case in CASES.items()}, "GPT-2": iteration(LARGE, UpdateRule(), 512)}


@needs_latex
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_document_compiles_and_nothing_runs_off_the_page(name, tmp_path):
    log = compiled(print_latex(Outline(PROGRAMS[name], name, ("a_b {c} $ & # % ~ ^ \\ < > |",))), tmp_path)
    assert "Overfull" not in log


@needs_latex
def test_a_document_that_is_wrong_or_too_wide_is_found(tmp_path):
    document = print_latex(OUTLINE)
    assert "Overfull" in compiled(document.replace(r"\formula{", rf"\formula{{\mathrm{{{'wide' * 99}}}", 1), tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        compiled(document.replace(r"\formula{", r"\formula{\frac{"), tmp_path)
