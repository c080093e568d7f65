"""`gpt-by-hand plot`."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gpt_by_hand.advice import install
from gpt_by_hand.cli.plot import curve
from gpt_by_hand.training.metrics import Metrics
from tests.support.commands import Command, refused

pytestmark = pytest.mark.usefixtures("trained")


def metrics(*losses: tuple[float, float]) -> list[Metrics]:
    return [Metrics(100 * at, train, val, 0.0, 0, 0.0) for at, (train, val) in enumerate(losses)]


def test_in_the_terminal(command: Command) -> None:
    lines = command("plot").out.splitlines()
    assert "loss in nats per token" in lines[0]
    assert lines[-1].strip().startswith("0")
    assert lines[-1].endswith("iteration 20")
    assert max(map(len, lines)) <= 100
    assert {mark for line in lines[1:-1] for mark in line.split("│")[1]} <= set("tvx ")


def test_width(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    assert max(map(len, command("plot").out.splitlines()[1:])) <= 40


def test_points() -> None:
    """The highest loss stands in the first row, the lowest in the last, each at its iteration."""
    _, *rows, foot = curve(metrics((4.0, 4.0), (3.0, 3.2), (1.0, 2.0)), width=50)
    assert rows[0] == " 4.0000 │x"
    assert rows[-1].startswith(" 1.0000 │")
    assert rows[-1].index("t") == 9 + 39
    assert foot == " " * 9 + "0" + f"{'iteration 200':>39}"
    assert sum(row.count("t") + row.count("v") + 2 * row.count("x") for row in rows) == 6


@pytest.mark.parametrize("losses", [[(3.0, 3.0)], [(2.0, 2.0), (2.0, 2.0)]])
def test_a_flat_curve(losses: list[tuple[float, float]]) -> None:
    assert any("x" in line for line in curve(metrics(*losses), width=30)[1:])


def test_svg(command: Command, trained: Path) -> None:
    pytest.importorskip("matplotlib")
    assert command("plot", "-o", "curve.svg").err == "written to curve.svg\n"
    assert ElementTree.parse(trained / "curve.svg").getroot().tag.endswith("svg")


def test_png(command: Command, trained: Path) -> None:
    pytest.importorskip("matplotlib")
    command("plot", "--output", "pictures/curve.PNG")
    assert (trained / "pictures/curve.PNG").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib(command: Command, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    refused(command("plot", "-o", "curve.svg"), install("plot"), "without -o the curve is text")
    assert not (trained / "curve.svg").exists()
