"""A trace: a mapping from addresses to numbers, with what each of them means."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from gpt_by_hand import Trace, UserError, trace_iteration
from gpt_by_hand.notation import Program
from gpt_by_hand.trace.address import AddressError

SCORES = "h.0.attn.scores"


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Trace:
    return trace_iteration(0, "pencil", data_dir=str(tmp_path_factory.mktemp("data")))


def test_mapping(trace: Trace) -> None:
    assert isinstance(trace, Mapping)
    assert len(trace) == len(list(trace)) == len(set(trace)) == len(trace.items())
    assert SCORES in trace
    assert list(trace) == list(trace.program.tensors)
    assert all(isinstance(value, np.ndarray) for value in trace.values())


@pytest.mark.parametrize("where", ["nope", "h.0.attn.scores[9,9,9,9]", "h.0.attn.scores[", "", 5, None])
def test_what_is_not_there(trace: Trace, where: Any) -> None:
    assert where not in trace
    assert trace.get(where, "nothing") == "nothing"
    with pytest.raises(AddressError):
        trace[where]


def test_elements(trace: Trace) -> None:
    value = trace[SCORES][1, 0, 3, 2]
    for where in (f"{SCORES}[1,0,3,2]", f"{SCORES}[b=1,h=0,i=3,j=2]"):
        assert where in trace
        assert trace[where] == value
        assert type(trace[where]) is float
    assert trace["loss[]"] == trace["loss"].item()
    assert type(trace["tokens[0,0]"]) is int


def test_shapes_are_the_programs(trace: Trace) -> None:
    assert {name: array.shape for name, array in trace.items()} == {n: trace.tensor(n).shape for n in trace}


def test_only(trace: Trace) -> None:
    part = trace.only("h.0.attn.*")
    assert set(part) == {name for name in trace if name.startswith("h.0.attn.")}
    assert "loss" not in part
    assert part[SCORES] is not None
    with pytest.raises(UserError, match=r"no tensor 'H.\*' here"):
        trace.only("H.*")


@pytest.mark.parametrize("where", [f"{SCORES}[1,0,3,2]", f"{SCORES}[b=1,h=0,i=3,j=2]"])
def test_only_one_number(trace: Trace, where: str) -> None:
    one = trace.only(where)
    assert list(one) == [where]
    assert one[where] == trace[where]
    described = one.describe(where)
    assert (described["indices"], described["shape"]) == ([], [])
    assert described["formula"] == trace.describe(SCORES)["formula"]
    assert json.loads(one.to_json())[where]["values"] == pytest.approx(trace[where], rel=1e-7)
    assert where in repr(one)
    assert where in one._repr_html_()


def test_describe(trace: Trace) -> None:
    assert trace.describe(SCORES)["title"] == "How well does each query match each key?"
    assert trace.describe(SCORES)["indices"] == ["b", "h", "i", "j"]
    assert trace.describe("transformer.wte.weight")["phase"] == "parameter"
    assert trace.describe("tokens")["phase"] == "input"
    assert {trace.describe(name)["phase"] for name in trace} == {
        *("parameter", "input", "forward", "loss", "backward", "clip", "update")
    }


def test_every_tensor_says_what_it_is(trace: Trace) -> None:
    assert not [name for name in trace if not trace.describe(name)["title"]]


def test_json_gives_every_bit_back(trace: Trace) -> None:
    data = json.loads(trace.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    for name, array in trace.items():
        np.testing.assert_array_equal(np.array(data[name]["values"]).astype(array.dtype), array, err_msg=name)


def test_infinite_numbers_in_json(trace: Trace) -> None:
    arrays = {**trace.arrays, "loss": np.float32("nan"), "clip.norm": np.float32("inf")}
    data = json.loads(Trace(trace.program, arrays, trace.tokenizer, ("loss", "clip.norm")).to_json())
    assert data["loss"]["values"] == "nan"
    assert data["clip.norm"]["values"] == "inf"


def test_npz(trace: Trace) -> None:
    with np.load(io.BytesIO(trace.to_npz()), allow_pickle=False) as arrays:
        assert list(arrays) == list(trace)
        assert all(np.array_equal(arrays[name], trace[name]) for name in trace)


def test_in_a_notebook(trace: Trace) -> None:
    """A well-formed table, in which the formulas' own `<` and `&` do no harm."""
    page = ElementTree.fromstring(trace._repr_html_())
    rows = [[cell.text or "" for cell in row] for row in page.iter("tr")]
    assert [said.text for said in page.iter("p")] == [trace.whose.line()]
    assert rows[0] == ["address", "shape", "question", "first numbers"]
    assert [row[0].partition("[")[0] for row in rows[1:]] == list(trace)
    assert rows[1 + list(trace).index(SCORES)][:2] == [f"{SCORES}[b,h,i,j]", "2 x 1 x 4 x 4"]


def test_markup_is_escaped(trace: Trace) -> None:
    bad = replace(trace.program.tensors["loss"], title="<script>alert(1)</script> & more")
    program = Program((bad,), (), ())
    page = Trace(program, {"loss": np.float32(1)}, trace.tokenizer, ("loss",))._repr_html_()
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more" in page


def test_repr(trace: Trace) -> None:
    lines = repr(trace).splitlines()
    whose = "Model: untrained, seed 1337; iteration 0, by hand: 2 micro-steps of 1 sequence; computed in float64"
    assert lines[0] == f"Trace of {len(trace)} tensors. {whose}"
    found = [line.split("  ", 1) for line in trace.listing("h.0.attn.s*")]
    assert [name for name, _ in found] == [f"{SCORES}[b,h,i,j]", "h.0.attn.sum[b,h,i]"]
    shown = [re.split("  +", line.strip()) for line in lines]
    assert [f"{SCORES}[b,h,i,j]", "2 x 1 x 4 x 4", "How well does each query match each key?"] in shown
    assert all([name, *re.split("  +", rest.strip())] in shown for name, rest in found)


@pytest.mark.parametrize("where", ["nope", "nope[0]"])
def test_a_part_of_nothing(trace: Trace, where: str) -> None:
    with pytest.raises(AddressError, match="there is no tensor 'nope' here"):
        trace.part(where)
