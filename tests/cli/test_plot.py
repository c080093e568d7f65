"""`gpt-by-hand plot`."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gpt_by_hand.advice import install
from gpt_by_hand.cli.plot import curve
from gpt_by_hand.model.config import MODEL_PRESETS
from gpt_by_hand.trace.sizes import batch_line, shape_line
from tests.support.commands import NUMPY, TINY, Command, refused
from tests.support.terminal import Terminal

pytestmark = pytest.mark.usefixtures("trained")


def test_in_the_terminal(command: Command) -> None:
    first, guess, perfect, *lines = command("plot").out.splitlines()
    assert first == "loss in nats per token: t on the training data, v on the validation data, x both"
    assert guess == "--- 3.4657: a guess, ln 32"
    assert perfect == "--- 0.4443: on average, a perfect predictor of tiny_demo_words seeing 8 tokens"
    assert lines[-1].strip().startswith("0")
    assert lines[-1].endswith("iteration 20")
    assert max(map(len, lines)) <= 100
    assert {mark for line in lines[:-1] for mark in line.split("│")[1]} <= set("tvx -")
    lined = [line.split("│")[0].strip() for line in lines[:-1] if "--" in line]
    assert lined == ["3.4657", "0.4443"]


def test_thousands_are_set_apart(command: Command) -> None:
    """In what training and its curve say of a large vocabulary, as in the speed."""
    model = replace(MODEL_PRESETS["demo"], vocab_size=2820, dim_embedding=1024)
    assert shape_line(model).endswith("width 1,024, 8 positions, vocabulary 2,820")
    assert batch_line(model, 1, 8).endswith("width 1,024, vocabulary 2,820")
    large = ("train", "--preset", "pencil", "--vocab_size", 2820, "--max_iters", 1, "--out_dir", "large", *NUMPY)
    assert "a guess scores ln 2,820 = 7.9445 nats per token\n" in command(*large).out
    assert "--- 7.9445: a guess, ln 2,820\n" in command("plot", "large").out


def test_several_runs(command: Command, trained: Path) -> None:
    """Each has a letter, and the lines are drawn once."""
    command("train", *TINY, "--max_iters", 40, "--eval_interval", 10, "--out_dir", "out/double")
    first, *rest = command("plot", "out", "out/double").out.splitlines()
    assert first == "loss in nats per token on the validation data: a out, b out/double, x several"
    assert [line[:10] for line in rest[:3]] == ["--- 3.4657", "--- 0.4443", rest[2][:10]]
    marks = "".join(line.split("│")[1] for line in rest[2:-1])
    assert (marks.count("a"), marks.count("b"), marks.count("x")) == (0, 2, 3)  # the same run, and longer
    assert rest[-1].endswith("iteration 40")
    assert command("plot", "out", "out").out == command("plot").out == command("plot", "--out_dir", "out").out
    refused(command("plot", "out", "nowhere"), "nowhere/metrics.jsonl")
    refused(command("plot", *(f"run{n}" for n in range(26))), "at most 25")


def test_lines_of_another_language(command: Command, trained: Path) -> None:
    """Its words are not the demo's, whatever its name: nobody knows how well they can be predicted."""
    (trained / "tiny_demo_words.txt").write_text("the cat sat on the mat . " * 40)
    command("prepare", "text", "tiny_demo_words.txt", "--data_dir", "mine")
    command("train", *TINY, "--data_dir", "mine", "--max_iters", 1, "--out_dir", "other")
    out = command("plot", "other").out
    assert "a guess, ln 7\n" in out
    assert "perfect" not in out
    (trained / "other/checkpoint.json").write_text("{}")
    damaged = command("plot", "other")
    assert damaged.code == 0
    assert "a guess" not in damaged.out
    assert "note: other/checkpoint.json is damaged" in damaged.err
    (trained / "other/checkpoint.json").unlink()
    assert command("plot", "other").err == ""


def test_on_a_terminal(trained: Path) -> None:
    terminal = Terminal(trained, "plot")
    assert terminal.wait() == 0
    assert terminal.shown.replace("\r", "") == "".join(f"{line}\n" for line in terminal.lines)
    assert max(map(len, terminal.lines)) == 80


def test_width(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, command("plot").out.splitlines())) <= 40


def test_points() -> None:
    """The highest loss stands in the first row, the lowest in the last, each at its iteration."""
    drawn = {"t": [(0, 4.0), (100, 3.0), (200, 1.0)], "v": [(0, 4.0), (100, 3.2), (200, 2.0)]}
    *rows, foot = curve(drawn, {}, width=50)
    assert rows[0] == " 4.0000 │x"
    assert rows[-1].startswith(" 1.0000 │")
    assert rows[-1].index("t") == 9 + 39
    assert foot == " " * 9 + "0" + f"{'iteration 200':>39}"
    assert sum(row.count("t") + row.count("v") + 2 * row.count("x") for row in rows) == 6


def test_a_row_of_a_line() -> None:
    """It is labelled with the line's own value, and marks stand on it."""
    *rows, _ = curve({"t": [(0, 4.0), (10, 1.4)]}, {"high": 5.0, "low": 1.31}, width=30)
    assert rows[0] == " 5.0000 │" + "-" * 20
    assert rows[-1] == " 1.3100 │" + "-" * 19 + "t"


@pytest.mark.parametrize("points", [[(0, 3.0)], [(0, 2.0), (100, 2.0)]])
def test_a_flat_curve(points: list[tuple[int, float]]) -> None:
    drawn = curve({"t": points, "v": points}, {}, width=30)
    assert any("x" in line for line in drawn) and drawn[-1].endswith(f"iteration {points[-1][0]}")


def test_svg(command: Command, trained: Path) -> None:
    pytest.importorskip("matplotlib")
    assert command("plot", "-o", "curve.svg").err == "written to curve.svg\n"
    assert ElementTree.parse(trained / "curve.svg").getroot().tag.endswith("svg")


def test_what_a_picture_shows(command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = pytest.importorskip("matplotlib.figure")
    shown: list[str] = []
    save = figures.Figure.savefig
    monkeypatch.setattr(
        figures.Figure,
        "savefig",
        lambda self, *args, **how: (
            shown.extend(text.get_text() for text in self.legends[0].get_texts()) or save(self, *args, **how)
        ),
    )
    shutil.copytree(trained / "out", trained / "again")
    command("plot", "out", "again", "-o", "curve.svg")
    perfect = "on average, a perfect predictor of tiny_demo_words seeing 8 tokens: 0.4443"
    assert shown == ["out train", "out val", "again train", "again val", "a guess, ln 32: 3.4657", perfect]


def test_png(command: Command, trained: Path) -> None:
    pytest.importorskip("matplotlib")
    command("plot", "--output", "pictures/curve.PNG")
    assert (trained / "pictures/curve.PNG").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib(command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused(command("plot", "-o", "curve.svg"), install("plot"), "without -o the curve is text")
    assert not (trained / "curve.svg").exists()
