"""What one view shows, every view shows: each part of a document is printed by each of them, in its order."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache

import pytest

from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.layout.document import (
    GRIDS,
    Block,
    Display,
    Document,
    Formula,
    Heading,
    Item,
    Number,
    Paragraph,
    Section,
    Table,
    Working,
)
from gpt_by_hand.notation import Expression
from gpt_by_hand.practice.booklet.making import Order, make
from gpt_by_hand.practice.topics import KEYS as TOPICS
from gpt_by_hand.printers import latex, mathml, typst
from gpt_by_hand.views.html import HtmlView
from gpt_by_hand.views.latex import LatexView
from gpt_by_hand.views.markdown import MarkdownView
from gpt_by_hand.views.text import TextView, plain
from gpt_by_hand.views.typst import TypstView, definitions
from gpt_by_hand.views.typst import page as typst_page
from gpt_by_hand.views.view import View
from tests.explain.traces import explainer
from tests.support.typst import compiled, needs_typst

VIEWS: dict[str, View[str] | TextView] = {
    "text": TextView(width=200),
    "html": HtmlView(),
    "latex": LatexView(),
    "markdown": MarkdownView(),
    "typst": TypstView(),
}
KINDS = {
    "forward": ("demo", 0, "h.0.attn.scores[0,1,3,2]"),
    "sum": ("demo", 0, "logits[0,1,31]"),
    "square": ("demo", 0, "h.0.ln_1.var[0,3]"),
    "largest": ("demo", 0, "h.0.attn.max[0,1,3]"),
    "masked": ("demo", 0, "h.0.attn.scores[0,0,1,2]"),
    "share": ("demo", 0, "h.0.attn.weights[0,0,2,1]"),
    "looked up": ("demo", 0, "tok_emb[0,1,2]"),
    "given": ("pencil", 0, "tokens[0,1]"),
    "position": ("pencil", 0, "positions[2]"),
    "loss": ("demo", 0, "loss"),
    "surprise": ("characters", 0, "nll[0,1]"),
    "gradient": ("biases", 1, "d.h.0.mlp.c_fc[0,3,2]"),
    "gradient, two uses": ("demo", 0, "d.h.0.ln_1.centred[0,3,2]"),
    "gradient, many uses": ("demo", 0, "d.transformer.wte.weight[9,3]"),
    "gradient, three sums": ("demo", 0, "d.h.0.ln_1[0,3,2]"),
    "gradient, divided": ("demo", 0, "d.h.0.attn.q[0,1,3,2]"),
    "update": ("demo", 1, "new.transformer.wte.weight[9,3]"),
    "moment": ("demo", 1, "adamw.v.transformer.wte.weight[9,3]"),
    "clipping": ("demo", 1, "clip.norm"),
    "learning rate": ("demo", 1, "learning_rate"),
    "start value": ("demo", 0, "transformer.wte.weight[9,3]"),
    "stored otherwise": ("demo", 1, "new.transformer.h.0.attn.c_attn.weight[17,3]"),
    "start": ("demo", 0, "starts[1]"),
    "random": ("demo", 0, "uniform[5]"),
    "dropout": ("dropout", 0, "h.0.mid[0,1,2]"),
}


def printed(view: View[str] | TextView, document: Document) -> str:
    return plain(document, view.width) if isinstance(view, TextView) else "\n".join(view.document(document))


def stage(view: View[str] | TextView, node: Expression) -> str:
    """A stage of a working, as the view's language writes it."""
    if isinstance(view, TextView):
        return view.part(Formula(node))
    if isinstance(view, TypstView):
        return typst.typst(node)
    return mathml.mathml(node) if isinstance(view, HtmlView) else latex.latex(node)


def told(view: View[str] | TextView, document: Document) -> Iterator[str]:
    """What must be found of a document, in this order; the heads of tables stand where there is room for them."""
    for block in document:
        match block:
            case Section(_, blocks):
                yield from told(view, blocks)
            case Item(_, line, blocks):
                yield from map(view.part, line)
                yield from told(view, blocks)
            case Table() if block.kind in GRIDS:
                yield from map(view.part, block.caption)
                for row in block.grid:
                    yield from (view.part(part) for cell in row.cells for part in cell)
            case Working(note=(_, *_)):
                yield from map(view.part, block.note)
            case Table():
                yield from map(view.part, block.caption)
                for row in block.rows:
                    yield from (view.part(part) for cell in row.cells for part in cell if part != "")
            case Display():
                yield printed(view, [block]).strip().splitlines()[0].strip()
            case Working():
                yield from (stage(view, node) for node in block.stages)
            case _:
                yield from map(view.part, block.line)


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_part_is_printed(kind: str, name: str) -> None:
    model, iteration, where = KINDS[kind]
    document, view = explainer(model, iteration).explain(where, 1).document(Shown()), VIEWS[name]
    assert missing(view, document, printed(view, document)) == []


def missing(view: View[str] | TextView, document: Document, page: str) -> list[str]:
    """What is not found of the document, behind what came before it."""
    at, lost = 0, []
    for said in told(view, document):
        found = page.find(said, at)
        if found < 0:
            lost.append(said)
        else:
            at = found
    tables = [block for block in document if isinstance(block, Table) and block.kind not in ("operands", *GRIDS)]
    heads = [view.line(head) for table in tables for head, _ in table.columns]
    return lost + [head for head in heads if head not in page]


@pytest.mark.parametrize("name", VIEWS)
def test_what_is_left_out_is_found(name: str) -> None:
    """A page that lacks a number, a note, a meaning."""
    document, view = explainer("demo", 0).explain("d.h.0.attn.q[0,1,3,2]").document(Shown()), VIEWS[name]
    page = printed(view, document)
    for said in dict.fromkeys(told(view, document)):
        if page.count(said) == 1:
            assert missing(view, document, page.replace(said, "")) != []


@cache
def paper(topic: str) -> list[Document]:
    """A sheet and its key; None is the six sheets."""
    return [page.document for page in make(Order((TOPICS.get(topic),), answers=True)).pages]


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("topic", ["six sheets", "softmax", "gelu", "tokens"])
def test_every_part_of_a_sheet_is_printed(topic: str, name: str) -> None:
    """Boxes too, and where to find what another question asks for; notes of the key."""
    for document in paper(topic):
        assert missing(VIEWS[name], document, printed(VIEWS[name], document)) == []


@needs_typst
@pytest.mark.parametrize("kind", KINDS)
def test_typst_compiles_an_explanation(kind: str) -> None:
    model, iteration, where = KINDS[kind]
    compiled(typst_page(explainer(model, iteration).explain(where, 2).document(Shown())))


@needs_typst
def test_typst_compiles_sheets() -> None:
    for document in paper("six sheets"):
        compiled(typst_page(document))


def test_no_word_of_a_formula_is_a_name_of_ours() -> None:
    """A formula's words are looked up among them; a hyphen is none of its letters."""
    names = re.findall(r"#let ([\w-]+)", definitions())
    assert {name for name in names if "-" not in name} == {"frac"}


@pytest.mark.parametrize("kind", KINDS)
def test_the_document_has_every_fact(kind: str) -> None:
    """The value, the meaning, each operand, each use, each note; those of the explanations below in their sections."""
    model, iteration, where = KINDS[kind]
    explained = explainer(model, iteration).explain(where, 2)
    check(explained, explained.document(Shown()))


def check(explained: Explanation, document: list[Block]) -> None:
    below = [block for block in document if isinstance(block, Section)]
    for one, section in zip(explained.below, below, strict=True):
        assert section.address == one.address
        check(one, list(section.blocks))
    own = [block for block in document if not isinstance(block, Section)]
    said = [part for block in own if isinstance(block, Paragraph) for part in block.line]
    assert explained.meaning in said
    stored = f", stored at [{','.join(map(str, explained.stored))}] = " if explained.stored else " = "
    assert stored in next(block for block in own if isinstance(block, Heading)).line
    assert set(explained.notes) <= set(said)
    assert explained.whose is None or explained.whose.line() in said
    meanings = [
        row.cells[2] for block in own if isinstance(block, Table) and block.kind == "operands" for row in block.rows
    ]
    listed = {o.address for ledger in explained.ledgers for entry in ledger.entries for o in entry.operands}
    alone = [operand.meaning for operand in explained.operands if operand.address not in listed]
    together = [column.meaning for ledger in explained.ledgers for column in ledger.columns]
    assert {meaning for (meaning,) in meanings} == {*alone, *together}
    rows = {cells for block in own if isinstance(block, Table) for cells in numbers(block)}
    for operand in explained.operands:
        assert (operand.address, operand.value) in rows
    if len(explained.uses) > 1:
        for use in explained.uses:
            assert (use.through, use.value, use.share) in {*uses(explained, own)}


def numbers(table: Table) -> Iterator[tuple[str, float]]:
    """The address and the number of each operand that a table shows."""
    letters = [head[0] for head in table.head if head and isinstance(head[0], str)]
    for row in table.rows:
        if table.kind == "operands":
            name, value, _ = row.cells
            yield from ((name[0].address, part.value) for part in value if isinstance(part, Number))
        if table.kind == "ledger" and not row.kind:
            at = dict(
                zip(
                    letters,
                    (str(cell[0]).split()[0] for cell in row.cells if cell and isinstance(cell[0], str)),
                    strict=False,
                )
            )
            for head, cell in zip(table.head, row.cells, strict=True):
                if head and hasattr(head[0], "node"):
                    element = head[0].node
                    place = [at.get(s.name, "") if hasattr(s, "name") else str(s) for s in element.subscripts]
                    yield f"{element.tensor.name}[{','.join(place)}]", cell[0].value


def uses(explained: Explanation, own: list[Block]) -> Iterator[tuple[str, float, float]]:
    """Where the number is used, with the contribution and the share that are shown for it."""
    for block in own:
        if not isinstance(block, Table):
            continue
        for row in block.rows:
            shown = [part.value for cell in row.cells for part in cell if isinstance(part, Number)]
            if block.kind == "uses":
                yield row.cells[0][0].address, *shown[-2:]
    tables = [block for block in own if isinstance(block, Table) and block.kind == "ledger"]
    for ledger, table in zip(explained.ledgers, tables, strict=True):
        for entry, row in zip(ledger.entries, table.rows[:-1], strict=True):
            shown = {part.value for cell in row.cells for part in cell if isinstance(part, Number)}
            assert entry.value in shown or entry.value != entry.value
            if entry.use is not None and {entry.use.value, entry.use.share} <= shown:
                yield entry.use.through, entry.use.value, entry.use.share
        assert ledger.total in {
            part.value for cell in table.rows[-1].cells for part in cell if isinstance(part, Number)
        }


@pytest.mark.parametrize("kind", KINDS)
def test_the_data_have_every_fact(kind: str) -> None:
    """As JSON: operands, uses, notes, and the terms of sums with their totals."""
    model, iteration, where = KINDS[kind]
    explained = explainer(model, iteration).explain(where)
    data = json.loads(json.dumps(explained.to_dict(), allow_nan=False))
    assert [operand["address"] for operand in data["operands"]] == [operand.address for operand in explained.operands]
    assert [operand["meaning"] for operand in data["operands"]] == [operand.meaning for operand in explained.operands]
    assert [(use["through"], use["value"], use["share"]) for use in data["uses"]] == [
        (use.through, use.value, use.share) for use in explained.uses
    ]
    totals = [(ledger.name, str(ledger.total)) for ledger in explained.ledgers]
    assert [(ledger["name"], str(ledger["total"])) for ledger in data["sums"]] == totals
    assert explained.whose is not None
    assert (str(data["value"]), data["model"]["said"]) == (str(explained.value), explained.whose.line())
    assert data["notes"] == [*explained.notes]
    assert [len(ledger["terms"]) for ledger in data["sums"]] == [len(ledger.entries) for ledger in explained.ledgers]
