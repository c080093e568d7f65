"""Numbers as pictures: the right numbers under the right words, what is masked apart, and no more than can be seen."""

from __future__ import annotations

import json
from math import inf, nan
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from gpt_by_hand import GPT, Trace, trace_iteration
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain import heats
from gpt_by_hand.explain.picture import ENDINGS
from gpt_by_hand.layout.document import Scale
from tests.explain.traces import trace
from tests.views.heats import panel

FUTURE = np.triu(np.ones((8, 8), bool), 1)  # what a word must not look at


@pytest.fixture(scope="module")
def prompt() -> Trace:
    return GPT.from_preset("demo").trace("gpt by hand")


@pytest.mark.parametrize("name", ["h.0.attn.scores", "h.1.attn.exp", "h.0.attn.weights", "d.h.0.attn.scores"])
def test_words_to_come_are_masked(name: str) -> None:
    heat = heats.heat(trace("demo", 0), name)
    assert len(heat.panels) == 4
    for one in heat.panels:
        assert np.array_equal(one.masked, FUTURE)


@pytest.mark.parametrize("name", ["d.h.0.attn.weights", "d.h.0.attn.exp", "h.0.mid", "d.transformer.wte.weight"])
def test_what_is_a_number_is_not_masked(name: str) -> None:
    """Neither a gradient that is there, nor a 0 that nothing hides, such as the gradient of a word that is not read."""
    heat = heats.heat(trace("demo", 0), name)
    assert not any(one.masked.any() for one in heat.panels)


@pytest.mark.parametrize(
    "asked",
    [
        *("h.0.attn.weights", "h.0.attn.weights[1,:,3,:]", "h.0.attn.mix", "h.0.attn.max", "logits[0,2,:]"),
        *("transformer.h.0.attn.c_attn.weight", "transformer.h.0.attn.c_attn.weight[17,:]", "loss", "tokens"),
    ],
)
def test_each_number_stands_at_its_address(asked: str) -> None:
    found = trace("demo", 0)
    panels = heats.heat(found, asked).panels
    assert sum(one.matrix.values.size for one in panels) == found.array(asked).size
    for one in panels:
        for (row, column), value in np.ndenumerate(one.matrix.values):
            assert found[one.address(row, column)] == value


def test_each_sequence_has_its_own_words() -> None:
    found = trace("demo", 0)
    for one, (row, head) in zip(heats.heat(found, "h.0.attn.weights").panels, np.ndindex(2, 2), strict=True):
        assert one.matrix.caption == f"sequence {row}, head {head}"
        words = [f"{at} {word}" for at, word in enumerate(found.words.of(row))]
        assert one.matrix.row is not None
        assert [one.matrix.row(at) for at in range(8)] == words == [one.matrix.column(at) for at in range(8)]


def test_a_place_is_all_that_is_computed_there(prompt: Trace) -> None:
    attention = prompt.show("h.0.attn").names
    assert {"h.0.attn.q", "h.0.attn.scores", "h.0.attn.c_proj"} <= set(attention)
    assert set(attention) < set(prompt.show("h.0").names)
    assert not [name for name in prompt.show("h.0").names if "h.1" in name]
    both = trace_iteration(0, "pencil").show("h.0.attn").names
    assert {"h.0.attn.scores", "d.h.0.attn.scores"} <= set(both)


@pytest.mark.parametrize(
    ("values", "largest", "scale"),
    [
        ([-1, 3], None, (-3, 3)),
        ([-4, 3], None, (-4, 4)),
        ([0.5, 0.25], None, (0, 0.5)),
        ([-1, -2], None, (-2, 0)),
        ([0, 0], None, (0, 0)),
        ([nan, -inf, inf, 1], None, (0, 1)),
        ([], None, (0, 0)),
        ([-1, 3], 10.0, (-10, 10)),
        ([1, 3], 2.0, (0, 2)),
    ],
)
def test_the_scale_has_0_in_its_middle_or_at_an_end(values: list[float], largest: float | None, scale: object) -> None:
    found = Scale.of(np.array(values), largest)
    assert (found.lowest, found.highest) == scale


def test_beyond_the_scale_colours_are_as_strong_as_they_get() -> None:
    assert [Scale(-2, 2).strength(x) for x in (-5, -2, -1, 0, 1, 2, 5)] == [-1, -1, -0.5, 0, 0.5, 1, 1]
    assert Scale(0, 0).strength(0) == 0


def test_what_is_no_number_has_no_colour() -> None:
    found = panel([[1.0, nan, inf]], masked=[[False, False, False]])
    assert [found.strength(0, at, Scale(0, 1)) for at in range(3)] == [1.0, None, None]


def test_what_is_too_large_says_how_large_and_what_to_ask_for(prompt: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heats, "MOST", 500)
    with pytest.raises(UserError) as error:
        prompt.show("transformer.wte.weight")
    assert "512 numbers (32 x 16), and 500 can be shown" in str(error.value)
    smaller = str(error.value).split("'")[1]
    assert prompt[smaller].shape == (16,)
    assert prompt.show(smaller).names == (smaller,)
    with pytest.raises(UserError, match=r"\d numbers \(\d+ tensors\)"):
        prompt.show("h.0")


@pytest.mark.parametrize("scale", [0, -1, nan, inf])
def test_what_is_no_scale(prompt: Trace, scale: float) -> None:
    with pytest.raises(UserError, match="scale is"):
        prompt.show("logits", scale)


def test_it_is_saved_as_its_name_says(prompt: Trace, tmp_path: Path) -> None:
    found = prompt.show("h.0.attn.weights")
    for ending in ENDINGS:
        found.save(tmp_path / f"picture{ending}")
    assert (tmp_path / "picture.png").read_bytes().startswith(b"\x89PNG")
    assert ElementTree.parse(tmp_path / "picture.svg").getroot().tag.endswith("svg")
    data = json.loads((tmp_path / "picture.json").read_text("utf-8"))[0]
    values = np.array(data["panels"][1]["values"], float)
    assert np.array_equal(values[np.tril_indices(5)], prompt["h.0.attn.weights"][0, 1][np.tril_indices(5)])
    assert np.isnan(values[np.triu_indices(5, 1)]).all()
    assert repr(found) == found.text() == (tmp_path / "picture.txt").read_text("utf-8").removesuffix("\n")
    with pytest.raises(UserError, match=r"\.gif"):
        found.save(tmp_path / "picture.gif")


def test_a_notebook_shows_a_single_tensor_as_a_picture(prompt: Trace, monkeypatch: pytest.MonkeyPatch) -> None:
    one = prompt.only("h.0.attn.weights")
    assert "data-value" in one._repr_html_() == prompt.show("h.0.attn.weights")._repr_html_()
    assert "data-value" not in prompt._repr_html_()
    monkeypatch.setattr(heats, "MOST", 10)
    assert "<table>" in one._repr_html_()


def test_weights_are_stored_with_other_axes(prompt: Trace) -> None:
    heat = heats.heat(prompt, "transformer.h.0.attn.c_attn.weight")
    assert [one.matrix.caption for one in heat.panels][:2] == ["query, head 0", "query, head 1"]


@pytest.mark.parametrize("pattern", ["*", "h.*", "*.attn.weights"])
def test_a_pattern_means_what_it_means_everywhere(pattern: str) -> None:
    assert heats.show(trace("pencil"), pattern).names == trace("pencil").only(pattern).names
