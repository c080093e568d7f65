"""The formulas of the smallest model, and the NumPy of a small program, as texts that one can read and review."""

from itertools import groupby

import pytest

from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.notation import Index, Max, Program, Sum, Tensor, Where, Writer, check, differentiate, exp, inf, log
from gpt_by_hand.printers.numpy import print_numpy
from gpt_by_hand.printers.text import element, formula
from tests.golden.golden import assert_golden


def described(program: Program) -> str:
    """The inputs, the parameters and the formulas, each under its question, by phase and place."""
    lines = ["inputs", *map(declared, program.inputs), "", "parameters", *map(declared, program.parameters)]
    for (phase, place), formulas in groupby(program.assignments, key=lambda a: (a.phase, a.place)):
        lines += ["", f"{phase}: {place}"]
        for title, group in groupby(formulas, key=lambda a: a.title):
            lines += [f"  {title}", *(f"    {formula(assignment)}" for assignment in group)]
    return "\n".join([*lines, ""])


def declared(tensor: Tensor) -> str:
    extents = " x ".join(map(str, tensor.shape)) or "one number"
    return f"  {element(tensor.name, tensor.indices)}: {extents}, {tensor.kind}. {tensor.title}"


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


def test_formulas_of_the_pencil_model():
    assert_golden("pencil_formulas.txt", described(iteration(MODEL_PRESETS["pencil"], UpdateRule(), 2)))


def test_numpy_of_a_small_program():
    assert_golden("small_program.py.txt", print_numpy(small_program(), ["loss", "d.table", "d.gain"]))


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
