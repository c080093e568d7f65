"""Sums as ledgers: rows that add up to the total, operands where the head says, and letters of the formula above."""

from __future__ import annotations

import json
from dataclasses import replace
from math import fsum, inf, isfinite, isnan, nan, prod

import pytest

from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.ledgers import Bookkeeper, Ledger, Operand
from gpt_by_hand.explain.uses import Use, uses_of
from gpt_by_hand.notation import Access, Expression, Index, Reduction, Role, Tensor, Terms
from gpt_by_hand.trace import address
from tests.explain.traces import EVERY_MODEL, explainer, sample, trace, value_at

ROUNDING = 1e-14  # of what the terms come to


def near(one: float, other: float, size: float) -> bool:
    return one == other or abs(one - other) <= ROUNDING * size


def wrong(explained: Explanation) -> list[str]:
    """What of an explanation's ledgers is not as it should be."""
    assert explained.assignment is not None
    bound = {i.name for node in explained.assignment.expression.find(Reduction) for i in node.indices}
    found = [fault for ledger in explained.ledgers for fault in _wrong(ledger, bound)]
    whole = fsum(use.value for use in explained.uses)
    shares = [use.share == (use.value / whole if whole else 0) for use in explained.uses]
    return found if all(shares) else [*found, "share"]


def _wrong(ledger: Ledger, bound: set[str]) -> list[str]:
    values = [entry.value for entry in ledger.entries]
    total = fsum(values) if ledger.kind == "sum" else max(values)
    checks = {
        "total": near(ledger.total, total, fsum(map(abs, values)) if ledger.kind == "sum" else 0),
        "letters": not ledger.columns or set(ledger.running) <= bound,
        "rows": not ledger.running or len({entry.labels for entry in ledger.entries}) == len(ledger.entries),
        "product": not ledger.product
        or all(near(e.value, prod(o.value for o in e.operands), abs(e.value)) for e in ledger.entries),
        "operands": all(_stands_at(ledger, n) for n in range(len(ledger.entries))),
    }
    return [name for name, fine in checks.items() if not fine]


def _stands_at(ledger: Ledger, row: int) -> bool:
    """Are the operands of a row those that the heads and the row's labels say?"""
    entry = ledger.entries[row]
    at = dict(zip(ledger.running, (int(label.split()[0]) for label in entry.labels), strict=True))
    said = [
        address.of(
            column.element.tensor.name,
            tuple(at[s.name] if isinstance(s, Index) else s for s in column.element.subscripts),
        )
        for column in ledger.columns
    ]
    return said == [operand.address for operand in entry.operands]


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_ledgers_add_up(model: str) -> None:
    found, explain, several = trace(model, 1), explainer(model, 1), 0
    for where in sample(found, 1, 60):
        explained = explain.explain(where)
        if explained.assignment is None or not isfinite(explained.value):
            continue
        assert wrong(explained) == [], where
        for operand in (o for ledger in explained.ledgers for entry in ledger.entries for o in entry.operands):
            assert operand.value == value_at(found, operand.address), where
        several += len(explained.ledgers) > 0
    assert several > 20


def test_a_wrong_ledger_is_found() -> None:
    explained = explainer("pencil", 1).explain("d.h.0.attn.v[0,0,1,0]")
    (ledger,) = explained.ledgers
    first, *rest = ledger.entries
    for fault, other in {
        "total": replace(ledger, total=-ledger.total),
        "letters": replace(
            ledger,
            running=("t",),
            columns=tuple(replace(c, element=_renamed(c.element, "t")) for c in ledger.columns),
        ),
        "operands": replace(ledger, entries=(replace(first, operands=first.operands[::-1]), *rest)),
    }.items():
        assert wrong(replace(explained, ledgers=(other,))) == [fault]
    uses = tuple(replace(use, share=-use.share) for use in explained.uses)
    assert wrong(replace(explained, uses=uses)) == ["share"]


def _renamed(element: Access, letter: str) -> Access:
    return Access(
        element.tensor, tuple(replace(s, name=letter) if isinstance(s, Index) else s for s in element.subscripts)
    )


def test_letters_are_those_of_the_formula() -> None:
    """Where the tensors are made for others: `t` is 3 there, and the words that look are `i`."""
    (ledger,) = explainer("demo").explain("d.h.0.attn.v[0,1,3,2]").ledgers
    heads = [address.of(column.element.tensor.name, column.element.subscripts) for column in ledger.columns]
    assert heads == ["d.h.0.attn.mix[0,i,1,2]", "h.0.attn.weights[0,1,i,3]"]
    assert [entry.labels[0] for entry in ledger.entries][:4] == ["0 ' '", "1 gpt", "2 ' '", "3 by"]


ROW, COLUMN = Index("i", 3), Index("j", 3)
X = Tensor("x", (ROW, COLUMN))


def booked(general: Expression, *terms: Expression) -> Ledger:
    books = Bookkeeper(
        general,
        lambda node: 2.0 if isinstance(node, Access) else nan,
        {element: Operand(str(element), 2.0, str) for term in terms for element in term.find(Access)},
        lambda element, axis: str(element.subscripts[axis]),
        lambda element, first: "",
        {},
    )
    books.without_sums(Terms("sum", terms))
    return books.ledgers[0]


def test_two_letters_that_happen_to_run_alike() -> None:
    """Words that stand at 0, 1 and 2 of the sequences 0, 1 and 2: both letters stay, the formula has both."""
    diagonal = booked(Reduction("sum", (ROW, COLUMN), X[ROW, COLUMN]), *(X[n, n] for n in range(3)))
    assert diagonal.running == ("i", "j")
    assert diagonal.entries[1].labels == ("1", "1")
    assert diagonal.columns[0].element == X[ROW, COLUMN]


def test_an_element_times_itself_is_no_product_of_operands() -> None:
    squares = booked(
        Reduction("sum", (COLUMN,), X[ROW, COLUMN] * X[ROW, COLUMN]), *(X[0, n] * X[0, n] for n in range(3))
    )
    assert [len(entry.operands) for entry in squares.entries] == [1, 1, 1]
    assert not squares.product
    assert booked(
        Reduction("sum", (COLUMN,), X[ROW, COLUMN] * X[COLUMN, ROW]), *(X[0, n] * X[n, 0] for n in range(1, 4))
    ).product


def test_shares_of_what_is_no_number() -> None:
    """Gradients that have grown beyond all bounds are shown as they are, in data too."""
    gradient = Tensor("d.x", (ROW,), role=Role.GRADIENT, of=Tensor("x", (ROW,)))
    values = {0: inf, 1: -inf, 2: 1.0}
    found: tuple[Use, ...] = uses_of(
        Terms("sum", tuple(gradient[n] for n in range(3))),
        lambda node: values[node.subscripts[0]],  # type: ignore[attr-defined, index]
    )
    assert isnan(found[0].share)
    explained = replace(explainer("pencil", 1).explain("d.h.0.attn.v[0,0,1,0]"), uses=found)
    assert '"share": "nan"' in json.dumps(explained.to_dict(), allow_nan=False)


def test_no_shares_of_nothing() -> None:
    """Where what all uses contribute comes to 0, none of them is a part of it; elsewhere, the shares are shown."""
    nothing, something = (explainer("demo", 0).explain(f"d.h.0.attn.exp[0,0,{i},0]") for i in (0, 3))
    assert len(nothing.uses) > 1
    assert (sum(use.value for use in nothing.uses), {use.share for use in nothing.uses}) == (0, {0})
    assert "contributes" in nothing.text()
    assert ("%" in nothing.text(), "%" in something.text()) == (False, True)
