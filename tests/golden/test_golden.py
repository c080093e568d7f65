"""The formulas of the smallest model as text and as LaTeX; a small program as NumPy, MathML and Typst: for review."""

import pytest

from gpt_by_hand.cli import main
from gpt_by_hand.notation import Index, Max, Program, Sum, Where, Writer, check, differentiate, exp, inf, log
from gpt_by_hand.printers import mathml, typst
from gpt_by_hand.printers.numpy import print_numpy
from tests.golden.golden import assert_golden


def small_program() -> Program:
    """Words look at the words before them and are scored by what they see; the gradient of the table of words."""
    i, j, j2, c, v = Index("i", 3), Index("j", 3), Index("j2", 3), Index("c", 2), Index("v", 5)
    write = Writer()
    tokens, target = write.input("tokens", i, kind="integer"), write.input("target", kind="integer")
    table, gain = write.parameter("table", v, c), write.parameter("gain", c)
    x = write.define("x", "Which vector stands for each word?")
    x[i, c] = table[tokens[i], c] * gain[c]
    scores = write.define("scores", "How much does each word look like each word before it?")
    scores[i, j] = Where(j <= i, Sum(c, x[i, c] * x[j, c]), -inf)
    power = write.define("power", "How large is e to the power of the score, less the largest?")
    power[i, j] = exp(scores[i, j] - Max(j2, scores[i, j2]))
    mix = write.define("mix", "What does each word see?")
    mix[i, c] = Sum(j, power[i, j] * x[j, c]) / Sum(j, power[i, j])
    loss = write.define("loss", "How large is the loss?")
    loss[()] = log(Sum(v, exp(Sum(c, mix[2, c] * table[v, c])))) - Sum(c, mix[2, c] * table[target(), c])
    return check(differentiate(write.program(), "loss"))


@pytest.mark.parametrize(("language", "ending"), [("text", "txt"), ("latex", "tex")])
def test_formulas_of_the_pencil_model(capsys, language, ending):
    assert main(["print", language, "--preset", "pencil"]) == 0
    assert_golden(f"pencil_formulas.{ending}", capsys.readouterr().out)


def test_numpy_of_a_small_program():
    assert_golden("small_program.py.txt", print_numpy(small_program(), ["loss", "d.table", "d.gain"]))


def test_mathml_of_a_small_program():
    lines = [f"<p>{mathml.math(mathml.formula(assignment))}</p>\n" for assignment in small_program().assignments]
    assert_golden("small_program.html", "".join(lines))


def test_typst_of_a_small_program():
    lines = [f"$ {typst.formula(assignment)} $\n" for assignment in small_program().assignments]
    assert_golden("small_program.typ", "".join(lines))


def test_a_changed_text_is_found(tmp_path, monkeypatch):
    monkeypatch.delenv("UPDATE_GOLDEN", raising=False)
    (tmp_path / "a.txt").write_text("y[i] = x[i]\n", encoding="utf-8")
    assert_golden("a.txt", "y[i] = x[i]\n", tmp_path)
    with pytest.raises(AssertionError, match="UPDATE_GOLDEN=1"):
        assert_golden("a.txt", "y[i] = -x[i]\n", tmp_path)


def test_updating_writes_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("UPDATE_GOLDEN", "1")
    assert_golden("new.txt", "1\n", tmp_path)
    assert (tmp_path / "new.txt").read_text(encoding="utf-8") == "1\n"
