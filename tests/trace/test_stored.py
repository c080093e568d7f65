"""Weights, and what is of them, as they are stored: a number by its position in the report and in the formula."""

from __future__ import annotations

import json
import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.explain.walk import Walk
from gpt_by_hand.layout.document import Heading, Matrix
from gpt_by_hand.notation import Index, Tensor
from gpt_by_hand.trace import address
from gpt_by_hand.trace.address import AddressError, as_stored, in_formulas, stored_at
from gpt_by_hand.trace.report import Report
from tests.explain.traces import explainer, trace
from tests.support.commands import Command

C_ATTN, C_PROJ = "transformer.h.0.attn.c_attn.weight", "transformer.h.0.attn.c_proj.weight"
BOTH = f"{C_ATTN}[1,0,1,3], stored at [17,3]"
BEHIND = ("", "d.", "clip.grad.", "adamw.m.", "adamw.v.", "new.", "previous.m.")
A, B, C = Index("a", 2), Index("b", 3), Index("c", 4)


def test_names_and_full_positions_are_the_formulas() -> None:
    explains = explainer("demo")
    for inside in ("s=1,h=0,d=1,c=3", "1,0,1,3", "17,3", " 17 , 3 ", "c=3,d=1,h=0,s=1"):
        assert explains.explain(f"{C_ATTN}[{inside}]").address == f"{C_ATTN}[1,0,1,3]"


def test_as_many_axes_as_indices_are_the_formulas() -> None:
    """Nothing is guessed where the number of positions does not say what they are of."""
    tensor = Tensor("w", (A, B, C), stored=((A, B), (C,), ()))
    assert tensor.stored_shape == (6, 4, 1)
    assert address.position("1,2,0", tensor) == (1, 2, 0)
    part = address.part("1,2,0", tensor)
    assert (part.in_formulas, part.stored) == ((1, 2, 0), (5, 0, 0))
    with pytest.raises(AddressError, match=r"w has the indices a 0…1, b 0…2, c 0…3$"):
        address.position("5,0,0", tensor)


RANGES = r"has the indices s 0…2, h 0…1, d 0…7, c 0…15, or as it is stored 0…47, 0…15$"


@pytest.mark.parametrize("inside", ["[48,0]", "[17,16]", "[0,2,0,0]", "[1]", "[1,0,3]", "[s=1,3]", "[17,x]", "[-1,0]"])
@pytest.mark.parametrize("behind", BEHIND)
def test_errors_name_both(behind: str, inside: str) -> None:
    with pytest.raises(AddressError, match=RANGES):
        explainer("demo", 1).find(f"{behind}{C_ATTN}{inside}")
    with pytest.raises(AddressError, match=RANGES):
        trace("demo", 1)[f"{behind}{C_ATTN}{inside}"]


def test_a_whole_tensor_and_several_numbers() -> None:
    with pytest.raises(AddressError, match=RANGES.replace("has", "say which number, with")):
        explainer("demo").find(C_ATTN)
    with pytest.raises(AddressError, match=r"ask for one of them, such as .*c_attn.weight\[17,0\]; "):
        explainer("demo").find(f"{C_ATTN}[17,:]")


@pytest.mark.parametrize(
    ("inside", "where", "stored", "indices"),
    [
        ("17,:", "1,0,1,:", [17, ":"], ["c"]),
        ("1,0,1,:", "1,0,1,:", [17, ":"], ["c"]),
        (":,3", ":,:,:,3", [":", 3], ["(s h d)"]),
        (":,:", ":,:,:,:", [":", ":"], ["(s h d)", "c"]),
        ("1,0,:,3", "1,0,:,3", None, ["d"]),
        ("17,3", "1,0,1,3", [17, 3], []),
    ],
)
def test_several_numbers(inside: str, where: str, stored: list[int | str] | None, indices: list[str]) -> None:
    """As NumPy gives them, of the array with that shape; as JSON with both positions."""
    found, asked = trace("demo"), f"{C_ATTN}[{inside}]"
    picked = tuple(slice(None) if at == ":" else int(at) for at in inside.split(","))
    array = found[C_ATTN].reshape((48, 16) if len(picked) == 2 else (3, 2, 8, 16))
    np.testing.assert_array_equal(found[asked], array[picked])
    data = json.loads(found.only(asked).to_json())[asked]
    assert (data["address"], data["stored"], data["indices"]) == (f"{C_ATTN}[{where}]", stored, indices)
    assert np.shape(data["values"]) == np.shape(array[picked])


def test_the_tables_of_a_report_say_which_head() -> None:
    blocks = [*Report(trace("biases").origin.model).iteration(trace("biases"), 0, 1)]  # type: ignore[union-attr]
    found = {}
    for before, block in pairwise(blocks):
        if isinstance(before, Heading) and isinstance(block, Matrix) and before.line[-1].endswith("after"):  # type: ignore[union-attr]
            found[before.line[0].address] = block  # type: ignore[union-attr]
    heads, size = trace("biases").program.tensors[C_ATTN].shape[1:3]
    part, head, channel = 1, heads - 1, size - 1
    row = (part * heads + head) * size + channel
    assert found[C_ATTN].row(row) == f"{row} key, head {head}, {channel}"  # type: ignore[misc]
    assert found[C_ATTN].column(3) == "3"
    bias = found[C_ATTN.replace("weight", "bias")]
    assert (bias.row, bias.column(row)) == (None, f"{row} key, head {head}, {channel}")
    assert (found[C_PROJ].row(1), found[C_PROJ].column(size)) == ("1", f"{size} head 1, 0")  # type: ignore[misc]
    tables = found["transformer.wte.weight"], found["transformer.ln_f.weight"]
    assert [table.column(1) for table in tables] == ["1", "1"]


def test_commands(command: Command) -> None:
    """Both positions lead to the same page, but for what was asked; each of them names both."""
    for asked in ("[17,3]", "[1,0,1,3]"):
        assert command("explain", f"{C_ATTN}{asked}").out.splitlines()[1].startswith(f"{BOTH} = ")
        assert command("trace", "--only", f"{C_ATTN}{asked}").out.splitlines()[1] == f"{BOTH}  makes q, k and v"
        for form in ("html", "markdown", "latex", "svg"):
            assert ", stored at [17,3" in command("explain", f"{C_ATTN}{asked}", "--format", form).out.replace(
                "\\[", "["
            )
    assert json.loads(command("explain", f"{C_ATTN}[17,3]", "--format", "json").out)["stored"] == [17, 3]
    whole = command("trace", "--only", f"{C_ATTN}[:,:]").out.splitlines()
    assert whole[1] == f"{C_ATTN}[:,:,:,:], stored at [:,:]  makes q, k and v"
    assert [line.split("  ")[1] for line in whole[3:6]] == [f"{n} query, head 0, {n}" for n in range(3)]


def test_walk() -> None:
    walk = Walk(explainer("demo"), "loss")
    walk.command(f"{C_ATTN}[17,3]")
    assert walk.here.address == f"{C_ATTN}[1,0,1,3]"
    walk.command("d+")
    assert walk.here.stored == (18, 3)


@st.composite
def tensors(draw: st.DrawFn) -> Tensor:
    """A tensor with up to four indices, some of which share an axis."""
    extents = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    indices = [Index(letter, extent) for letter, extent in zip("abcd", extents, strict=False)]
    axes: list[tuple[Index, ...]] = []
    for index in indices:
        if axes and draw(st.booleans()):
            axes[-1] += (index,)
        else:
            axes.append((index,))
    return Tensor("w", tuple(indices), stored=tuple(axes))


@given(tensors(), st.data())
@settings(deadline=None)
def test_there_and_back(tensor: Tensor, data: st.DataObject) -> None:
    """Every text of an address is that of one number, the same in memory by both positions, with each view's own."""
    size = math.prod(tensor.shape)
    flat = data.draw(st.integers(0, size - 1))
    numbers = np.arange(size)
    stored = tuple(int(at) for at in np.unravel_index(flat, tensor.stored_shape))
    formulas = tuple(int(at) for at in np.unravel_index(flat, tensor.shape))
    space = data.draw(st.sampled_from(["", " "]))
    assert numbers.reshape(tensor.stored_shape)[stored] == numbers.reshape(tensor.shape)[formulas] == flat
    assert as_stored(tensor).shape == tensor.stored_shape
    assert in_formulas(tensor, stored) == formulas
    assert stored_at(tensor, formulas) in (stored, None)
    assert address.position(f",{space}".join(map(str, stored)), tensor) == formulas
    assert address.position(f",{space}".join(map(str, formulas)), tensor) == formulas
    named = [f"{index.name}{space}={space}{at}" for index, at in zip(tensor.indices, formulas, strict=True)]
    assert address.position(",".join(data.draw(st.permutations(named))), tensor) == formulas


@given(tensors(), st.text("0123456789,:=abcd -", max_size=12))
@settings(deadline=None)
def test_any_text_is_a_position_or_an_error(tensor: Tensor, inside: str) -> None:
    try:
        part = address.part(inside, tensor)
    except AddressError as error:
        assert "w has the indices a 0…" in str(error)
        return
    numbers = np.arange(math.prod(tensor.shape))
    want = part.of(numbers).ravel().tolist()
    assert want == numbers.reshape(tensor.shape)[part.in_formulas].ravel().tolist()
    if part.stored is not None:
        assert want == numbers.reshape(tensor.stored_shape)[part.stored].ravel().tolist()
