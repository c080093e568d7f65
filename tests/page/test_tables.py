"""Tables of the page are cut as Python cuts them, and a large one is shown in parts of which none is left out."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest

from gpt_by_hand.explain.heats import hidden
from gpt_by_hand.layout.document import Label
from gpt_by_hand.layout.tables import sheets
from gpt_by_hand.model.axes import by_sequence
from gpt_by_hand.notation import Index
from gpt_by_hand.page.program import data
from tests.explain.traces import trace
from tests.page.programs import of_program
from tests.support.node import needs_node, node

pytestmark = needs_node
SHEETS = """
import { decode } from "app/notation/decode.js";
import { placeAt, sheets } from "app/explain/tables.js";
const names = (index) => index && index.name;
const places = ({ first, down, across, height, width }) => Array.from({ length: height }, (_, row) =>
  Array.from({ length: width }, (_, column) => first + row * down + column * across));
send(decode(given.data).tensors.filter(({ at }) => at >= 0).map(({ name, indices }) => [
  name,
  sheets(indices, given.chosen[name] ?? []).map((sheet) => ({
    caption: sheet.caption, rows: names(sheet.rows), columns: names(sheet.columns), places: places(sheet),
  })),
  Array.from({ length: 3 }, (_, at) => placeAt(indices, at * given.step)),
]));
"""


@pytest.mark.parametrize("model", ["demo", "pencil", "biases"])
@pytest.mark.parametrize("sequence", [None, 1])
def test_sheets_are_those_of_python(model: str, sequence: int | None) -> None:
    program = trace(model).program
    chosen = {t.name: [sequence] for t in program.tensors.values() if by_sequence(t) and sequence is not None}
    chosen = {name: at for name, at in chosen.items() if program.tensors[name].shape[0] > 1}
    sent = node(SHEETS, {"data": data(program), "chosen": chosen, "step": 7})
    assert [name for name, *_ in sent] == list(program.tensors)
    for name, found, somewhere in sent:
        tensor = program.tensors[name]
        places = np.arange(prod(tensor.shape)).reshape(tensor.shape)
        indices = list(tensor.indices)
        for at in chosen.get(name, ()):
            places, indices = places[at], indices[1:]
        # labels say which index they are of: each is its letter
        want = list(sheets(places, indices, letter))
        assert [one["caption"] for one in found] == [sheet.caption for sheet in want], name
        for one, sheet in zip(found, want, strict=True):
            assert one["places"] == np.asarray(sheet.values).tolist(), name
            assert one["rows"] == (sheet.row(0) if sheet.row else None), name
            assert (one["columns"] or "") == sheet.column(0), name
        if prod(tensor.shape) > 14:
            assert somewhere == [list(map(int, np.unravel_index(7 * n, tensor.shape))) for n in range(3)], name


def letter(index: Index) -> Label:
    return lambda _: index.name


WINDOWS = """
import { cellOf, isInWindow, windowAround } from "app/explain/windows.js";
const make = ([count, height, width]) => Array.from({ length: count }, (_, n) => (
  { height, width, first: n * height * width, down: width, across: 1 }));
send(given.map((shape) => {
  const sheets = make(shape);
  const [count, height, width] = shape;
  return Array.from({ length: count * height * width }, (_, at) => {
    const cell = cellOf(sheets, at);
    const window = windowAround(sheets, cell);
    const [tables, rows, columns] = ["sheets", "rows", "columns"].map((key) => window[key][1] - window[key][0]);
    const whole = [...window.sheets, ...window.rows, ...window.columns];
    return [isInWindow(window, cell), tables * rows * columns, cell.sheet, cell.row, cell.column, whole];
  });
}));
"""
SHAPES = [
    (1, 1, 1),
    (2, 8, 8),
    (6, 8, 16),
    (1, 64, 16),
    (1, 16, 64),
    (1, 8, 130),
    (3, 30, 40),
    (1, 700, 1),
    (1, 1, 700),
]


def test_a_number_of_a_large_tensor_is_in_the_part_that_is_shown() -> None:
    for shape, found in zip(SHAPES, node(WINDOWS, SHAPES), strict=True):
        count, height, width = shape
        for at, (is_inside, cells, sheet, row, column, ends) in enumerate(found):
            assert (sheet * height + row) * width + column == at
            assert is_inside and cells <= 600, (shape, at)
            assert all(0 <= end <= extent for end, extent in zip(ends, np.repeat(shape, 2), strict=True))
        # a window does not move while one walks within it
        assert len({tuple(ends) for *_, ends in found}) <= -(-count * height * width // 300) + 1, shape
        assert len({tuple(ends) for *_, ends in found}) >= count * height * width / 600, shape


def test_what_is_small_is_shown_whole() -> None:
    [found] = node(WINDOWS, [(2, 8, 8)])
    assert {tuple(ends) for *_, ends in found} == {(0, 2, 0, 8, 0, 8)}


def test_a_number_of_another_sequence_is_in_no_table() -> None:
    code = """
import { cellOf } from "app/explain/windows.js";
const sheets = [{ first: 64, down: 8, across: 1, height: 8, width: 8 }];
send([cellOf(sheets, 63), cellOf(sheets, 64), cellOf(sheets, 127), cellOf(sheets, 128)]);
"""
    first, last = ({"sheet": 0, "row": n, "column": n} for n in (0, 7))
    assert node(code) == [None, first, last, None]


MASKED = """
import { masking } from "app/explain/masked.js";
send(program.tensors.filter(({ at }) => at >= 0).map((tensor) => {
  const masked = masking(program, tensor, given.x);
  return [tensor.name, Array.from({ length: tensor.size }, (_, at) => masked(at))];
}));
"""


@pytest.mark.parametrize("model", ["demo", "dropout"])
def test_masked_is_what_pictures_leave_grey(model: str) -> None:
    found: list[Any] = of_program(MASKED, trace(model))
    some = 0
    for name, masked in found:
        want = hidden(trace(model), trace(model).program.tensors[name])
        assert masked == want.ravel().tolist(), name
        some += want.sum()
    assert some > 0
