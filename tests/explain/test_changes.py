"""Numbers before and after: what is a change, and by how much, also where they are infinite or no numbers."""

from math import inf, isnan, nan

import pytest

from gpt_by_hand import trace_iteration
from gpt_by_hand.explain.changes import by_size, data, row
from gpt_by_hand.explain.difference import LARGEST
from gpt_by_hand.layout.document import Number, Table
from gpt_by_hand.layout.sentences import many
from gpt_by_hand.trace.compared import Change


@pytest.mark.parametrize(
    ("before", "after", "change"),
    [
        (1.0, 3.0, 2.0),
        (nan, nan, 0.0),
        (inf, inf, 0.0),
        (-inf, -inf, 0.0),
        (-inf, 0.25, inf),
        (0.25, -inf, -inf),
        (inf, -inf, -inf),
        (nan, 1.0, nan),
        (1.0, nan, nan),
        (inf, nan, nan),
    ],
)
def test_by_how_much(before, after, change):
    (shown,) = row((), before, after).cells[3]
    assert isinstance(shown, Number)
    assert shown.value == change or (isnan(shown.value) and isnan(change))
    assert shown.text == str(change).removesuffix(".0")
    assert Change("x", before, after).differs == (change != 0)


def test_what_is_equal_is_left_out():
    some = [Change("a", 1, 2), Change("b", nan, nan), Change("c", inf, inf), Change("d", nan, 1), Change("e", 1, 4)]
    assert [change.address for change in by_size(some)] == ["d", "e", "a"]
    assert data(some)[0] == {"address": "d", "before": "nan", "after": 1}


def test_others_are_counted_without_settings():
    """A setting that differs is in the table, and none of the numbers that are counted."""
    trace = trace_iteration(0, "pocket")
    difference = trace.diff(trace.set({"beta1": 0.5, "beta2": 0.9}))
    (table,) = (block for block in difference.document() if isinstance(block, Table) and len(block.rows) == LARGEST)
    count = sum(tensor.changed for tensor in difference.tensors())
    assert [cell.address for row in table.rows[:2] for cell in row.cells[0]] == ["beta1", "beta2"]
    assert many("difference.others", count - (LARGEST - 2)) in difference.text()
    assert len(difference.to_dict()["changed"]) == count + 2
