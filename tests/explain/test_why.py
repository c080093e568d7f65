"""Why a word: parts that add up, each a number to ask on; what layers would have said; what heads look at."""

import json
from decimal import Decimal

import numpy as np
import pytest

from gpt_by_hand import trace_iteration, train
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain import why as asking
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.listing import MOST, Listing
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.explain.why_author import Answer
from gpt_by_hand.views.text import plain


@pytest.fixture(scope="module")
def trained():
    return train("demo", "quick", max_iters=300)


@pytest.fixture(scope="module")
def trace(trained):
    return trained.trace("hello ")


@pytest.fixture(scope="module")
def found(trace):
    return asking.why(trace, "hello ", 31)


def adds_up(parts) -> None:
    largest = max(abs(part.value) for part in parts.parts)
    assert sum(part.value for part in parts.parts) == pytest.approx(parts.value, rel=0, abs=1e-12 * largest)


def test_the_parts_are_the_logit(trace, found):
    adds_up(found.parts)
    assert found.parts.value == trace["logits[0,1,31]"]


def test_each_part_is_a_number_to_ask_on(trace, found):
    for part in found.parts.parts:
        assert Explainer(trace).explain(part.address).value == pytest.approx(part.value, rel=1e-12)


@pytest.mark.parametrize("count", [1, 3, 64])
def test_features(trace, found, count):
    """The strongest features of each feed-forward layer, and the others together, are that layer's part."""
    split = asking.parts_of(trace, "logits[0,1,31]", features=count)
    adds_up(split)
    for whole in (part for part in found.parts.parts if part.of.concept == "feed-forward"):
        pieces = [part for part in split.parts if part.of == whole.of]
        assert sum(part.value for part in pieces) == pytest.approx(whole.value, rel=1e-12)
        alone = [part for part in pieces if not part.rest]
        assert len(alone) == count and sum(part.rest for part in pieces) == 64 - count
        for part in alone:
            [(index, at)] = part.apart
            write = trace[f"{whole.of.name.replace('c_proj', 'gelu')}"][0, 1, at]
            assert index.name == "f" and (write != 0 or part.value == 0)


def test_against_another_word(trace):
    found = asking.why(trace, "hello ", 31, against=19)
    adds_up(found.parts)
    assert found.parts.value == trace["logits[0,1,31]"] - trace["logits[0,1,19]"]


def test_what_layers_would_have_said(trace, found):
    assert [said.tensor.name for said in found.said] == ["embed", "h.0.out", "h.1.out"]
    for said in found.said:
        address = f"lens.{said.tensor.name}.probs[0,1,31]" if said is not found.said[-1] else "probs[0,1,31]"
        assert Explainer(trace).explain(address).value == pytest.approx(said.probabilities[31], rel=1e-12)
        order = np.argsort(-said.probabilities, kind="stable")
        assert said.likeliest(3) == [*order[:3]] and said.rank(int(order[4])) == 5


def test_what_heads_look_at(trace, found):
    for tensor, shares in found.looks:
        np.testing.assert_array_equal(shares, trace[tensor.name][0, :, 1])


def test_a_number_of_any_kind(trace):
    adds_up(asking.parts_of(trace, "h.1.mid[0,1,3]"))
    stops = asking.parts_of(trace, "h.1.attn.scores[0,1,1,0]")
    assert [part.address for part in stops.parts] == ["h.1.attn.scores[0,1,1,0]"] and stops.stopped
    held = asking.parts_of(asking.holding(trace, ["h.1.attn.k"]), "h.1.attn.scores[0,1,1,0]")
    adds_up(held)
    assert len(held.parts) == 6 and not held.stopped
    assert len(asking.parts_of(trace, "logits[0,1,31]", depth=1).parts) == 1
    with pytest.raises(UserError, match="there is no tensor 'logit' here"):
        asking.parts_of(trace, "logit[0,1,31]")


def test_what_is_read_at_several_positions_is_not_said_to_be_one(trace):
    """A head's part comes from all words that it looks at; a score's, with its keys held, from the one that asks."""
    several = Listing(asking.parts_of(trace, "why.h.0.attn.c_proj[0,0,1,31]"))
    assert [part["meaning"] for part in several.data()["parts"]] == ["words", "positions"]
    assert [held["address"] for held in several.data()["held"]] == [
        "h.0.ln_1.rstd[0,:]",
        "h.0.attn.weights[0,0,1,:]",
        "ln_f.rstd[0,1]",
    ]
    alone = asking.parts_of(asking.holding(trace, ["h.0.attn.k"]), "h.0.attn.scores[0,1,1,0]")
    data = Listing(alone).data()
    assert {part["meaning"] for part in data["parts"] if part["value"]} == {"word ' '", "position 1"}
    assert [(held["address"], held["value"]) for held in data["held"]] == [
        ("h.0.ln_1.rstd[0,1]", trace["h.0.ln_1.rstd[0,1]"]),
        ("h.0.attn.k[0,1,0,:]", None),
    ]


def test_the_digits_say_where_they_do_not_add_up(trace):
    """What the rounded parts come to is said where that is another last digit, and nowhere else."""
    said = 0
    for word in range(32):
        listing = Listing(asking.parts_of(trace, f"logits[0,1,{word}]"))
        *rows, total = listing.table().rows
        rounded = sum(Decimal(row.cells[1][0].text) for row in rows)
        notes = [note.line[0] for note in listing.notes() if "all their digits" in note.line[0]]
        assert bool(notes) == (rounded != Decimal(total.cells[1][0].text))
        assert all(f"add up to {rounded};" in note for note in notes)
        said += bool(notes)
    assert 0 < said < 32


def test_names_say_whose_parts_they_are(trace):
    """Whatever was asked before: a name means one number, and what there is not is said."""
    direct = trace["why.h.1.mid.tok_emb[0,1,3]"]
    assert direct == trace.extended("why.*")["why.h.1.mid.tok_emb[0,1,3]"] == trace["tok_emb[0,1,3]"]
    assert trace["why.h.1.mid.depth1.h.0.out[0,1,3]"] == trace["h.0.out[0,1,3]"] != direct
    assert "why.tok_emb" not in list(trace) and trace.only("why.tok_emb").names == ("why.tok_emb",)
    for wrong in ("why.nothing", "why.h.1.mid.nothing", "why.h.1.mid.depth1.tok_emb", "lens.nothing", "why."):
        with pytest.raises(KeyError, match="there is no tensor"):
            trace[wrong]


def test_what_a_layer_would_have_said_has_parts(trace):
    """Parts of a score after a layer, with the last norm's scale there held, are NumPy's own; each has an address."""
    parts = asking.parts_of(trace, "lens.h.0.out.logits[0,1,31]")
    residual, row = trace["h.0.out"][0, 1], trace["transformer.wte.weight"][31]
    weight = trace["transformer.ln_f.weight"]
    scale = 1 / np.sqrt(residual.var() + 1e-5)

    def towards(written):
        return float((written - written.mean()) * scale * weight @ row)

    heads = np.einsum("hd,chd->hc", trace["h.0.attn.mix"][0, 1], trace["transformer.h.0.attn.c_proj.weight"])
    written = [trace["tok_emb"][0, 1], trace["pos_emb"][1], *heads, trace["h.0.mlp.c_proj"][0, 1]]
    assert [part.value for part in parts.parts] == pytest.approx([towards(one) for one in written], abs=1e-12)
    assert parts.value == pytest.approx(towards(residual), abs=1e-12)
    assert [tensor.name for tensor in parts.held] == ["lens.h.0.out.ln_f.rstd"]
    asked = [Explainer(trace).explain(part.address).value for part in parts.parts]
    assert asked == pytest.approx([part.value for part in parts.parts], rel=1e-12)


def test_why_in_python(trace, found):
    answer = trace.why("world")
    assert answer.to_dict() == Answer(found).to_dict() and "why.tok_emb[0,1,31]" in repr(answer)
    assert "<table" in answer._repr_html_()
    assert trace.why("world", "networks", hold=["h.1.ln_1.rstd"]).to_dict()["against"] == "networks"
    with pytest.raises(UserError, match="against itself makes no difference"):
        trace.why("world", "world")
    with pytest.raises(UserError, match="features is -1: it must be 0 or more"):
        trace.why("world", features=-1)
    with pytest.raises(UserError, match="this is no trace of a prompt"):
        trace_iteration(0).why("world")


@pytest.mark.parametrize(
    ("prompt", "word", "asked"),
    [
        ("hello", "world", "hello "),
        ("hello ", "world", "hello "),
        ("hello", "' '", "hello"),
        ("hello ", "' '", "hello "),
    ],
)
def test_only_a_space_can_follow_a_word(trained, prompt, word, asked):
    assert asking.following(trained.tokenizer, prompt, word)[0] == asked
    with pytest.raises(UserError, match="is no word of the vocabulary"):
        asking.following(trained.tokenizer, prompt, "nonsense")


def test_the_page(found):
    text = plain(Answer(found, "hello").document(), 80)
    assert max(map(len, text.splitlines())) <= 80
    for part in found.parts.parts:
        assert part.address in text
    assert "Only a space can follow 'hello'" in text and "held as it is: ln_f.rstd[0,1] = " in text
    rows = [line.split() for line in text.splitlines() if " why." in line or line.startswith("  sum")]
    values = [float(next(word for word in reversed(row) if word.strip("-").replace(".", "").isdigit())) for row in rows]
    assert sum(values[:-1]) == pytest.approx(values[-1], abs=6e-4)


def test_many_parts_are_counted_together(trace):
    listing = Listing(asking.parts_of(trace, "logits[0,1,31]", features=64), Shown())
    table = listing.table()
    assert len(table.rows) == MOST + 1 and "others" in table.rows[-2].cells[0][0]
    assert sum(row.cells[1][0].value for row in table.rows[:-1]) == pytest.approx(table.rows[-1].cells[1][0].value)
    assert len(Listing(listing.parts, full=True).table().rows) > MOST + 50


def test_data(found):
    data = json.loads(json.dumps(Answer(found).to_dict()))
    assert sum(part["value"] for part in data["parts"]) == pytest.approx(data["value"])
    assert data["target"] == "logits[0,1,31]" and data["held"][0]["address"] == "ln_f.rstd[0,1]"
    assert {"address", "value", "share", "meaning"} <= data["parts"][0].keys()
