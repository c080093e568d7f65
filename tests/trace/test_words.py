"""Words as indices: of the vocabulary, and of a sequence's positions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand import GPT, Trace, trace_iteration
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.model.axes import AXES
from gpt_by_hand.notation import Index, Tensor
from gpt_by_hand.trace.address import AddressError, part, position
from gpt_by_hand.trace.words import Words

LOGITS = Tensor(
    "logits", tuple(Index(letter, extent, AXES[letter]) for letter, extent in (("b", 1), ("t", 3), ("v", 8)))
)
VOCABULARY = ("3", ".", ",", "a", "[x]", "3.14", "a,b", "=")
WORDS = Words(Tokenizer("word", VOCABULARY), np.array([[3, 0, 3]]))


def test_what_positions_are_called() -> None:
    """By the word of their own sequence; where there are several and none is meant, by their number alone."""
    position, two = LOGITS.indices[1], replace(WORDS, tokens=np.array([[3, 0, 3], [1, 2, 0]]))
    assert [WORDS.labels(position)(at) for at in range(3)] == ["0 a", "1 3", "2 a"]
    assert [two.labels(position, 1)(at) for at in range(3)] == ["0 .", "1 ,", "2 3"]
    assert [two.labels(position)(at) for at in range(3)] == ["0", "1", "2"]
    assert [two.label(LOGITS, (1, 2, 6), axis, at) for axis, at in enumerate((1, 2, 6))] == ["1", "2 3", "6 a,b"]
    assert two.spoken(LOGITS, (0, 2, 6)) == {"b": "0", "t": '"a" (position 2)', "v": '"a,b"'}


@pytest.fixture(scope="module")
def trace() -> Trace:
    return GPT.from_preset("demo").trace("gpt by hand")


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("logits[0,4,world]", "logits[0,4,31]"),
        ("logits[0,hand,World]", "logits[0,4,31]"),
        ("logits[v=world,b=0,t=4]", "logits[0,4,31]"),
        ("logits[0, 4, ' ']", "logits[0,4,0]"),
        ('logits[0,"hand","by"]', "logits[0,4,6]"),
        ("transformer.wte.weight[gpt,3]", "transformer.wte.weight[8,3]"),
        ("h.0.attn.scores[0,1,hand,gpt]", "h.0.attn.scores[0,1,4,0]"),
    ],
)
def test_the_same_number(trace: Trace, words: str, numbers: str) -> None:
    assert trace[words] == trace[numbers]
    assert trace.explain(words).address == numbers


def test_of_each_sequence_its_own_words() -> None:
    trace = trace_iteration(0)
    assert trace["nll[0,gpt]"] == trace["nll[0,1]"]
    assert trace["nll[1,machine]"] == trace["nll[1,0]"]


@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("transformer.wte.weight[gtp,3]", "gtp is no word of the vocabulary; nearest: gpt (8)"),
        ("transformer.wte.weight[3,gpt]", "gpt is word 8 of the vocabulary, but c counts no words"),
        ("logits[0,world,3]", "world is word 31 of the vocabulary, but not in the sequence, which has 0 gpt, 1 ' '"),
        ("logits[0,' ',3]", "' ' stands at the positions 1 and 3: say which"),
        ("logits[0,3,hello world]", "hello world is no word of the vocabulary"),
        ("pos_emb[0,world,3]", "pos_emb has the indices t 0…4, c 0…15"),
        ("logits[0,1,:,2]", "logits has the indices b 0…0, t 0…4, v 0…31"),
    ],
)
def test_wrong_ones_say_the_number(trace: Trace, where: str, says: str) -> None:
    with pytest.raises(AddressError) as error:
        trace[where]
    assert says in str(error.value)


def test_a_place_that_all_sequences_share() -> None:
    with pytest.raises(AddressError, match="t counts positions: give a number"):
        trace_iteration(0)["pos_emb[gpt,3]"]


def test_slices(trace: Trace) -> None:
    np.testing.assert_array_equal(trace["logits[0,2,:]"], trace["logits"][0, 2])
    np.testing.assert_array_equal(trace["h.0.attn.scores[0,:,hand,:]"], trace["h.0.attn.scores"][0, :, 4])
    described = trace.only("logits[0,2,:]").describe("logits[0,2,:]")
    assert (described["indices"], described["shape"]) == (["v"], [32])


def test_a_slice_is_not_explained(trace: Trace) -> None:
    with pytest.raises(AddressError, match=r"several numbers: ask for one of them, such as logits\[0,2,0\]; gpt-by-ha"):
        trace.explain("logits[0,2,:]")


@given(st.sampled_from(VOCABULARY), st.sampled_from("'\""))
@settings(max_examples=32)
def test_a_quoted_word_is_that_word(word: str, mark: str) -> None:
    """Numbers, commas, brackets and all; a number without quotation marks is a number."""
    assert position(f"0,1,{mark}{word}{mark}", LOGITS, WORDS) == (0, 1, VOCABULARY.index(word))
    assert position(f"v={mark}{word}{mark},t=1,b=0", LOGITS, WORDS) == (0, 1, VOCABULARY.index(word))


def test_what_needs_no_quotation_marks() -> None:
    assert position("0,1,3", LOGITS, WORDS) == (0, 1, 3)
    assert position("0,1,.", LOGITS, WORDS) == (0, 1, 1)
    assert position("0,'3',3.14", LOGITS, WORDS) == (0, 1, 5)
    assert part("0,:,a", LOGITS, WORDS).chosen == (0, slice(None), 3)


def test_white_space_and_byte_pairs() -> None:
    characters = Words(Tokenizer("char", ("\n", "'", "a", "<PAD3>")))
    tensor = Tensor("t", (Index("v", 4, AXES["v"]),))
    assert [position(said, tensor, characters)[0] for said in (r"'\n'", '"\'"', "a", "<PAD3>")] == [0, 1, 2, 3]
