"""Questions read as English, whatever the words are: a space, a mark, a word that ends in s, a quotation mark."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from random import Random

import pytest

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.practice.sources import Source
from gpt_by_hand.trace.meaning import meaning
from gpt_by_hand.trace.trace import Trace

ODD = (" ", "'", '"', ".", "models", "\n", "'s", "a")
POSSESSIVE = re.compile(r"""["')]'s\b""")
DANGLING = re.compile(r"\b(these|after that)\b|\b(is|must) its?\b")


@lru_cache(maxsize=1)
def odd() -> Trace:
    return replace(Source("pencil", 3).first, tokenizer=Tokenizer("word", ODD))


def asked(trace: Trace) -> list[str]:
    """What is said of some elements of each tensor."""
    random, found = Random(0), []
    for name, tensor in trace.program.tensors.items():
        for _ in range(4):
            found.append(meaning(trace, name, tuple(random.randrange(extent) for extent in tensor.shape)))
    return found


def test_no_possessive_of_what_stands_in_quotation_marks() -> None:
    """`' ''s vector` is no English; nor is `"models"'s vector`."""
    said = asked(odd())
    assert any('"models"' in each for each in said)
    assert any("' '" in each for each in said)
    assert not [each for each in said if POSSESSIVE.search(each.replace('"\'s"', "a word"))]


def test_a_checker_can_fail() -> None:
    assert POSSESSIVE.search("how much does ' ''s vector point there?")
    assert POSSESSIVE.search('how much does "models"\'s vector point there?')
    assert POSSESSIVE.search('how much does "a" (position 2)\'s vector point there?')


@pytest.mark.parametrize(
    ("word", "said"),
    [
        (" ", "' '"), ("'", '"\'"'), ('"', "'\"'"), (".", '"."'), ("models", '"models"'), ("\n", r"'\n'"),
        ("'s", '"\'s"'), ("''", "''"), (" '", '" \'"'), ("b'", '"b\'"'),
    ],
)  # fmt: skip
def test_a_word_stands_in_quotation_marks_once(word: str, said: str) -> None:
    trace = replace(odd(), tokenizer=Tokenizer("word", (word, "x")))
    assert trace.words.quoted(0) == said


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("logits[0,2,4]", 'sequence 0: how much does the vector of {} point towards that of "models"?'),
        ("h.0.ln_1.mean[0,2]", "sequence 0: what is the average of the numbers of {}?"),
        ("probs.exp[0,2,4]",
         'sequence 0, at {}: how large is e to the power of the logit of "models", less the largest?'),
        ("h.0.attn.exp[0,0,3,2]",
         "sequence 0, head 0, seen from {3}: how large is e to the power of the score of {}, less the largest?"),
        ("sequence_loss[1]", "How surprised is the model on average in sequence 1?"),
        ("transformer.h.0.attn.c_attn.weight[1,0,2,3]",
         "key, head 0, channel 2 of the head, channel 3: makes q, k and v"),
        ("h.0.attn.q[1,0,2,3]", None),
    ],
)  # fmt: skip
def test_questions(where: str, said: str | None) -> None:
    trace = Source("pencil", 3).first
    name, _, inside = where.partition("[")
    place = tuple(map(int, inside.rstrip("]").split(",")))
    found = meaning(trace, name, place)
    row = trace.arrays["tokens"][0]
    if said is None:
        assert "channel 3: what is" in found
        return
    words = {str(at): trace.words.quoted(int(token)) for at, token in enumerate(row)}
    said = said.replace("{3}", words["3"]).replace("{}", words["2"]).replace('"models"', trace.words.quoted(4))
    assert found == said


def test_a_question_does_not_point_at_the_one_before() -> None:
    """Each may stand alone: in an exercise, in an explanation."""
    trace = odd()
    titles = {a.title for a in trace.program.assignments if a.phase in ("forward", "loss", "clip")}
    assert not [title for title in titles if DANGLING.search(title)]
