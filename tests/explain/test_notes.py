"""The sentences beside the numbers: each is true of its number, and is said of no other."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gpt_by_hand import GPT, trace_iteration, train
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.explain.explainer import Explainer
from tests.explain.traces import EVERY_MODEL, MODELS, addresses, explainer, sample, trace, value_at
from tests.support.arithmetic import Arithmetic
from tests.support.commands import Command, command

__all__ = ["command"]
MASKED = "masked: a word must not look at words that come after it, so the score is -inf and its share will be 0"
CONSTANT = (
    "held constant on the way back: taking the same number from each of them changes no share, so no gradient goes "
    "through it"
)
CONDITION = re.compile(r"(?P<general>.+): (?P<here>.+) (?P<verdict>holds|does not hold)")
CARRIED = re.compile(
    r"carried over from the iteration before, which training computed in float32: ask for (\S+) with --iteration (\d+) "
    r"--precision float32"
)


def notes(found: Explainer, where: str) -> tuple[str, ...]:
    return found.explain(where).notes


@pytest.mark.parametrize("model", ["pencil", "biases"])
def test_masked_scores(model: str) -> None:
    """Those with j > i, and those alone; and their shares are 0."""
    found, explain = trace(model), explainer(model)
    for where in addresses(found, "h.0.attn.scores"):
        i, j = map(int, where.removesuffix("]").split(",")[2:])
        said = notes(explain, where)
        verdict = "holds" if j <= i else "does not hold"
        assert said[0] == f"j <= i: {j} <= {i} {verdict}"
        assert said[1:] == ((MASKED,) if j > i else ())
        assert (value_at(found, where) == -inf) == (j > i)
        assert (value_at(found, where.replace("scores", "weights")) == 0) == (j > i)


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_who_says_what(model: str) -> None:
    """Conditions are decided as they are written; each kind of sentence stands only where it belongs."""
    found, explain = trace(model, 1), explainer(model, 1)
    for where in sample(found, 3, 200):
        explained, name = explain.explain(where), where.partition("[")[0]
        for note in explained.notes:
            assert note.strip() == note and not note.endswith(".")
        said = [match for note in explained.notes if (match := CONDITION.fullmatch(note))]
        for match in said:
            holds = Arithmetic().evaluate(match["here"]).value
            assert holds == (match["verdict"] == "holds"), (where, match)
            assert explained.assignment is not None
            assert f"where({match['general']}, " in str(found.describe(name)["formula"])
        assert (MASKED in explained.notes) == (explained.value == -inf)
        assert (CONSTANT in explained.notes) == name.endswith(".max")
        assert ("drawn at random: 1 keeps the activation, 0 drops it" in explained.notes) == name.endswith("drop.mask")
        parameter = name.removeprefix("previous.m.").removeprefix("previous.v.").startswith("transformer.")
        assert any(CARRIED.fullmatch(note) for note in explained.notes) == parameter
        assert explained.title
        assert not re.search(r"[{}|@]", explained.meaning + explained.title), where
        assert not any(re.search(r"[{}|@]", operand.meaning) for operand in explained.operands)


def test_a_condition_is_shown_with_digits_that_decide_it() -> None:
    """With eight, 0.999999001 + 1e-06 > 1 would look as if it did not hold."""
    found = trace("demo")
    arrays = {**found.arrays, "clip.norm": np.float64(0.999999 + 1e-9)}
    said = Explainer(replace(found, arrays=arrays)).explain("clip.scale").notes[0]
    match = CONDITION.fullmatch(said)
    assert match is not None
    assert match["verdict"] == "holds"
    assert Arithmetic().evaluate(match["here"]).value == 1


@pytest.mark.parametrize("model", ["pencil", "characters"])
def test_terms_that_are_left_out(model: str) -> None:
    """As many as there are places where the word is not, or where nothing may be seen."""
    found, explain = trace(model, 1), explainer(model, 1)
    rows, length = found["tokens"].shape

    def said(where: str, left_out: int, condition: str) -> None:
        terms = "1 term is" if left_out == 1 else f"{left_out} terms are"
        want = f"{terms} left out of the sum, where {condition} does not hold"
        ours = [note for note in notes(explain, where) if "left out" in note]
        assert ours == ([want] if left_out else []), where

    for word in range(found["probs"].shape[2]):
        others = int((found["tokens"] != word).sum())
        said(f"d.transformer.wte.weight[{word},1]", others, "tokens[b, t] == v")
        uses = explain.explain(f"d.transformer.wte.weight[{word},1]").uses
        assert len(uses) == rows * length + rows * length - others
    for at in range(length):
        said(f"d.transformer.wpe.weight[{at},0]", length - 1, "positions[t] == p")
        said(f"d.h.0.attn.q[0,0,{at},0]", length - 1 - at, "j <= t")
        said(f"d.h.0.attn.k[1,0,{at},0]", at, "t <= i")


@pytest.mark.parametrize("model", EVERY_MODEL)
def test_what_is_carried_over_is_there(model: str) -> None:
    """The address and the iteration that are named hold the same number."""
    found, before = trace(model, 1), trace(model, 0, "float32")
    for prefix in ("transformer.", "previous."):
        for where in sample(found, 2, 0, prefix):
            (match,) = filter(None, map(CARRIED.fullmatch, notes(explainer(model, 1), where)))
            assert int(match[2]) == 0
            assert before.explain(match[1]).value == value_at(found, where), where


def test_before_anything_is_carried_over() -> None:
    said = notes(explainer("pencil"), "previous.m.transformer.wte.weight[0,0]")
    assert said == ("nothing has been gathered yet",)


def test_a_trained_model() -> None:
    """Its weights are not those that were drawn, and nobody says that they were saved."""
    found = train("pencil", max_iters=2).trace("hear the cat")
    assert found.explain("transformer.wte.weight[0,0]").notes == ("a trained weight",)
    with pytest.raises(KeyError, match=r"there is no tensor 'random' here"):
        found.explain("random[0]")


@pytest.mark.parametrize("more", [0, 1])
def test_a_checkpoint(command: Command, tmp_path: Path, more: int) -> None:
    """Where a run goes on, its weights are the checkpoint's; from then on they are carried over."""
    assert command("train", "--preset", "pencil", "--max_iters", 3, "--engine", "numpy").code == 0
    asked = [("--iteration", 3 + more)] if more else []
    for where in ("transformer.wte.weight[1,2]", "previous.v.transformer.wte.weight[1,2]"):
        out = command("explain", where, "--checkpoint", "out", *sum(asked, ())).out
        if not more:
            assert "  saved in the checkpoint, after 3 iterations\n" in out
            continue
        (match,) = CARRIED.finditer(out)
        assert match[2] == "3"
        again = command(
            "explain", match[1], "--checkpoint", "out", "--iteration", match[2], "--precision", "float32"
        ).out
        assert out.splitlines()[1].split(" = ")[1] == again.splitlines()[1].split(" = ")[1]


def test_a_checkpoint_of_the_start(command: Command, tmp_path: Path) -> None:
    """Saved before the first iteration: it need not be what this seed and these settings would draw."""
    assert command("train", "--preset", "pencil", "--max_iters", 0, "--engine", "numpy").code == 0
    out = command("explain", "transformer.wte.weight[1,2]", "--checkpoint", "out").out
    assert "  saved in the checkpoint, after 0 iterations\n" in out
    assert "uniform" not in out


def test_entries_that_fill_a_vocabulary_up() -> None:
    """Letters need fewer than 32 entries; the rest stands for no text, in every tensor that has words."""
    found, explain = trace("characters"), explainer("characters")
    words = found.tokenizer.words
    assert words[-1].startswith("<PAD")
    for token, word in enumerate(words):
        for where in (f"transformer.wte.weight[{token},0]", f"logits[0,1,{token}]", f"d.probs.exp[1,0,{token}]"):
            said = [note for note in notes(explain, where) if "no text" in note]
            padding = f'"{word}" stands for no text: it fills the vocabulary up to 32 entries'
            assert said == ([padding] if word.startswith("<PAD") else []), where


def test_words_beyond_the_vocabulary() -> None:
    """A model may have more entries than its data has words."""
    found = trace_iteration(0, "pencil", vocab_size=10)
    assert found.explain("logits[0,0,9]").notes == (
        '"#9" stands for no text: it fills the vocabulary up to 10 entries',
    )
    assert found.explain("logits[0,0,7]").notes == ()


def test_a_word_that_looks_like_padding() -> None:
    """Text with <PAD> in it is text."""
    found = trace("pencil")
    words = ("<PAD>", *found.tokenizer.words[1:])
    said = replace(found, tokenizer=Tokenizer("word", words)).explain("logits[0,0,0]")
    assert said.notes == ()
    assert 'word "<PAD>"' in said.meaning or '"<PAD>"' in said.meaning


@pytest.mark.parametrize(("iteration", "holds"), [(1, [True]), (2, [False, True]), (7, [False, False])])
def test_the_schedule_says_where_it_is(iteration: int, holds: list[bool]) -> None:
    """Warming up, falling, flat: each condition with its own numbers."""
    settings: dict[str, Any] = {**MODELS["dropout"], "lr_decay_iters": 6}
    explained = trace_iteration(iteration, **settings).explain("learning_rate")
    found = [match for note in explained.notes if (match := CONDITION.fullmatch(note))]
    assert [match["verdict"] == "holds" for match in found] == holds
    assert [match["general"] for match in found] == [
        "iteration < warmup_iters",
        "iteration < lr_decay_iters",
    ][: len(holds)]
    assert [match["here"] for match in found] == [f"{iteration} < 2", f"{iteration} < 6"][: len(holds)]


def test_words_and_heads_in_the_meaning() -> None:
    found = GPT.from_preset("demo").trace("gpt by hand")
    assert found.explain("h.0.attn.scores[0,1,2,0]").meaning == (
        'head 1: how well does the query of "by" match the key of "gpt"?'
    )
    assert found.explain("h.1.attn.weights[0,0,4,2]").meaning == 'head 0, seen from "hand": what share does "by" get?'
    assert found.explain("logits[0,4,31]").meaning == (
        'How much does the vector of "hand" point towards that of "world"?'
    )


def test_a_gradient_names_what_it_is_of() -> None:
    for where in ("d.h.0.attn.q[0,0,1,2]", "d.transformer.wte.weight[3,1]"):
        subject = where.removeprefix("d.")
        said = f"by how much does the loss grow for each unit that {subject} grows?"
        assert said in trace("pencil").explain(where).meaning
