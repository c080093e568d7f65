"""`gpt-by-hand show ADDRESS --2d`: words' vectors as points, against numbers computed elsewhere."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from gpt_by_hand import GPT
from gpt_by_hand.advice import install
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain import plane as planes
from tests.support.commands import Command, refused
from tests.support.terminal import Terminal

WTE = "transformer.wte.weight"


def seen(rows: Any, others: Any) -> tuple[np.ndarray, np.ndarray]:
    """Rows along the two largest eigenvectors of the others' covariance, their largest loading positive; shares."""
    others = np.asarray(others, np.float64)
    variances, directions = np.linalg.eigh(np.cov(others, rowvar=False))
    axes = directions[:, ::-1].T[:2]
    axes = axes * np.sign(np.take_along_axis(axes, np.abs(axes).argmax(axis=1)[:, None], axis=1))
    return (np.asarray(rows, np.float64) - others.mean(axis=0)) @ axes.T, variances[::-1][:2] / variances.sum()


def data(command: Command, *arguments: object) -> Any:
    said = command("show", *arguments, "--2d", "--format", "json")
    assert said.code == 0, said
    return json.loads(said.out)


def test_weights_before_and_after_training(command: Command, trained: Path) -> None:
    found = data(command, WTE, "--checkpoint", "out", "--before", "pocket:1337")
    after, before = GPT.load("out").weights[WTE], GPT.from_preset("pocket").weights[WTE]
    assert not np.array_equal(before, after)
    at, shares = seen(after, after)
    assert np.allclose([point["at"] for point in found["points"]], at, atol=1e-12)
    assert np.allclose([point["before"] for point in found["points"]], seen(before, after)[0], atol=1e-12)
    assert np.allclose([one["share"] for one in found["components"]], shares, atol=1e-12)
    axes = np.array([one["loadings"] for one in found["components"]])
    assert np.allclose((after - np.array(found["mean"])) @ axes.T, at, atol=1e-12)
    assert [point["label"] for point in found["points"]][:3] == [GPT.load("out").tokenizer.label(n) for n in range(3)]
    assert (found["address"], found["before"], found["notes"]) == (WTE, "pocket:1337", [])
    assert "trained for 20 iterations" in found["model"]["said"]


@pytest.mark.parametrize("where", ["h.0.mid", "h.0.mid[0,:,:]", "logits[0,:,:]", "h.0.attn.weights[0,1,:,:]"])
def test_words_of_a_prompt(command: Command, where: str) -> None:
    """Before, they are what the other model makes of the same words."""
    arguments = (where, "--preset", "pocket", "--prompt", "gpt by hand", "--before", "pocket:3")
    if "weights" in where:
        arguments = (*arguments[:1], "--prompt", "gpt by hand", "--before", "demo:3")
    found = data(command, *arguments)
    here, there = (GPT.from_preset("demo" if "weights" in where else "pocket", seed) for seed in (1337, 3))
    after, before = (np.squeeze(model.trace("gpt by hand")[where]) for model in (here, there))
    assert np.allclose([point["at"] for point in found["points"]], seen(after, after)[0], atol=1e-9)
    assert np.allclose([point["before"] for point in found["points"]], seen(before, after)[0], atol=1e-9)
    assert [point["label"] for point in found["points"]] == ["0 gpt", "1 ' '", "2 by", "3 ' '", "4 hand"]


def test_positions(command: Command) -> None:
    found = data(command, "transformer.wpe.weight")
    assert [point["label"] for point in found["points"]] == [str(n) for n in range(8)]


def test_a_gradient_too(command: Command) -> None:
    found = data(command, f"d.{WTE}", "--preset", "pocket")
    assert len(found["points"]) == 32


@pytest.mark.parametrize(
    ("name", "begins"), [("x.svg", b"<svg"), ("x.HTML", b"<!DOCTYPE html>"), ("x.txt", b"Model: ")]
)
def test_files(command: Command, name: str, begins: bytes) -> None:
    first = command("show", WTE, "--2d", "-o", name)
    assert (first.code, first.out) == (0, "")
    assert f"written to {name}" in first.err
    content = Path(name).read_bytes()
    assert content.startswith(begins)
    refused(command("show", WTE, "--2d", "-o", name), f"{name} is there already")
    command("show", WTE, "--2d", "-o", name, "--force")
    assert Path(name).read_bytes() == content  # the same every time


def test_the_svg_draws_what_the_data_say(command: Command) -> None:
    found = data(command, WTE, "--before", "demo:2")
    root = ElementTree.fromstring(command("show", WTE, "--2d", "--before", "demo:2", "--format", "svg").out)
    for kind, key in (("point", "at"), ("earlier", "before")):
        drawn = [g.attrib for g in root.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == kind]
        assert [[float(one["data-x"]), float(one["data-y"])] for one in drawn] == [p[key] for p in found["points"]]
        assert [one["data-label"] for one in drawn] == [point["label"] for point in found["points"]]
    said = " ".join(root.itertext())
    shares = [f"{one['share']:.1%}" for one in found["components"]]
    assert all(f"component {n} ({share} of variance)" in said for n, share in enumerate(shares, 1))
    assert "from where it was in demo:2, along the same axes" in said


def test_png(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    assert command("show", WTE, "--2d", "--before", "demo:2", "-o", "x.png").code == 0
    content = Path("x.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    command("show", WTE, "--2d", "--before", "demo:2", "-o", "x.png", "--force")
    assert Path("x.png").read_bytes() == content
    refused(command("show", WTE, "--2d", "--format", "png"), "-o FILE.png")
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused(command("show", WTE, "--2d", "-o", "y.png"), install("plot"))
    assert not Path("y.png").exists()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (("transformer.wte.wight", "--2d"), "transformer.wte.weight"),
        (("h.0.attn.scores", "--2d", "--prompt", "gpt by"), "4 axes, b (1), h (2), i (3), j (3)"),
        (("h.0.attn.q", "--2d", "--prompt", "gpt by"), "h.0.attn.q[0,0,:,:]"),
        (("h.0.attn.scores[0,0,:,:]", "--2d", "--prompt", "gpt by"), "-inf"),
        ((f"{WTE}[gpt,:]", "--2d"), "is one row:"),
        (("loss", "--2d"), "is one number"),
        ((WTE, "--2d", "--before", "nowhere"), "there is no nowhere"),
        ((WTE, "--2d", "--before", "pencil:1"), "other words"),
        ((WTE, "--2d", "--before", "pocket:1"), "transformer.wte.weight is [32, 8] there, and [32, 16] here"),
        ((f"new.{WTE}", "--2d", "--before", "demo:1"), "is the optimizer's"),
    ],
)
@pytest.mark.usefixtures("trained")
def test_what_makes_no_picture(command: Command, line: tuple[object, ...], says: str) -> None:
    refused(command("show", *line), says)


@pytest.mark.usefixtures("trained")
def test_too_many_points(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planes, "MOST", 31)
    refused(command("show", WTE, "--2d"), f"{WTE} has 32 rows", "at most 31", "--format json")
    assert len(data(command, WTE)["points"]) == 32


def test_rows_that_do_not_differ_are_said_to(command: Command) -> None:
    one = data(command, "h.0.mid", "--prompt", "gpt")
    assert one["points"] == [{"label": "0 gpt", "at": [0.0, 0.0]}]
    assert "there is one row" in one["notes"][0]
    assert "there is one row" in command("show", "h.0.mid", "--2d", "--prompt", "gpt").out
    two = data(command, "h.0.mid", "--prompt", "hello ")
    assert "on a line" in two["notes"][0]
    assert two["components"][1] == {"share": 0.0, "loadings": [0.0] * 16}
    equal = data(command, "transformer.wpe.weight", "--init_std", 0)
    assert "all rows are equal" in equal["notes"][0]


def test_equal_variances_are_said_to_be() -> None:
    trace = GPT.from_preset("pencil").trace("cat")
    rows = np.concatenate([np.eye(4), -np.eye(4)])
    shown = planes.Plane(trace, WTE, tuple("abcdefgh"), rows)
    assert ["components 1 to 4 have the same variance" in note for note in shown.notes] == [True]


def test_in_python() -> None:
    """The picture of a trace, and of two: what a notebook shows."""
    here, there = (GPT.from_preset("demo", seed).trace("gpt by hand") for seed in (1, 2))
    shown = here.show("h.1.mid", two_d=True, before=there)
    assert isinstance(shown, planes.Plane)
    assert np.allclose(shown.points[0], seen(there["h.1.mid"][0], here["h.1.mid"][0])[0], atol=1e-9)
    assert '<g class="scatter"' in shown._repr_html_()
    other = GPT.from_preset("demo").trace("gpt by")
    with pytest.raises(UserError, match="other rows"):
        here.show("h.1.mid", two_d=True, before=other)


def test_on_a_terminal(trained: Path) -> None:
    terminal = Terminal(trained, "show", WTE, "--2d", "--checkpoint", "out", columns=80, rows=24)
    assert terminal.wait() == 0
    assert "\x1b[7m" not in terminal.shown  # no pager: it fits
    assert len(terminal.lines) <= 23
    assert sum("●" in line for line in terminal.lines) > 5


def test_without_colour_and_in_a_pipe(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b" not in command("show", WTE, "--2d").out
    assert command("show", WTE, "--2d").out == command("show", WTE, "--2d").out


def test_the_option_has_two_names(command: Command) -> None:
    assert (
        command("show", WTE, "--two_d").out == command("show", WTE, "--2d").out == command("show", WTE, "--2d=yes").out
    )
    assert command("show", WTE, "--no_2d").out == command("show", WTE).out
    said = command("show", "--help").out
    assert "--2d " in said
    assert "two_d" not in said


def test_what_layers_would_have_said(command: Command) -> None:
    """It is a picture like any other number, though it is there only when it is asked for."""
    where, trace = "lens.embed.ln_f", GPT.from_preset("demo").trace("gpt by hand")
    points = json.loads(command("show", where, "--2d", "--prompt", "gpt by hand", "--format", "json").out)["points"]
    assert np.allclose([one["at"] for one in points], seen(trace[where][0], trace[where][0])[0], atol=1e-9)
    heat = json.loads(command("show", where, "--prompt", "gpt by hand", "--format", "json").out)
    assert heat[0]["panels"][0]["values"] == trace[where][0].tolist()
    earlier = GPT.from_preset("demo", 3).trace("gpt by hand")
    compared = command("show", where, "--2d", "--prompt", "gpt by hand", "--before", "demo:3", "--format", "json")
    befores = [one["before"] for one in json.loads(compared.out)["points"]]
    assert np.allclose(befores, seen(earlier[where][0], trace[where][0])[0], atol=1e-9)
    refused(command("show", "nothing", "--2d", "--before", "demo:3"), "there is no tensor 'nothing'")
