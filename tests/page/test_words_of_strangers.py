"""Vocabularies of strangers: what a word is called and which number it has is the same in the page as in Python."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.sentences import SENTENCES
from gpt_by_hand.model.axes import AXES
from gpt_by_hand.nearest import nearest
from gpt_by_hand.notation import Index
from gpt_by_hand.page.contents import vocabulary
from gpt_by_hand.trace.words import Words
from tests.page.cases import contents, trace
from tests.support.node import needs_node, node

pytestmark = needs_node
HOSTILE = (
    "💡",
    "👩‍👩‍👧",
    "e\u0301",
    "שלום",
    "\u202eabc",
    "\x00",
    "\x1b[31m",
    "<script>alert(1)</script>",
    "漢字" * 20,
    "a,b",
)
HOSTILE += (
    "'",
    '"',
    "''",
    "[x]",
    "=",
    "b=0",
    ":",
    "0",
    "-1",
    "\\",
    "\\n",
    "\n",
    " ",
    "\u200b",
    "#3",
    "<PAD0>",
    "Ünï",
    "ß",
)
JAVASCRIPT = """
import { decode } from "app/notation/decode.js";
import { nearest } from "app/explain/nearest.js";
import { useSentences } from "app/explain/sentences.js";
import { quotedText } from "app/explain/texts.js";
import { Words } from "app/explain/words.js";
useSentences(given.sentences);
const program = decode(given.program);
const failing = (ask) => {
  try {
    return ask();
  } catch (error) {
    if (error instanceof TypeError) throw error;
    return error.message;
  }
};
const tokens = (tensor, [row, at]) => given.tokens[row][at];
const words = new Words(given.vocabulary, program, { at: tokens, constant: (node) => node.value });
const { indices } = program.named.get("logits");
const spoken = (place) => [...words.spoken(program.named.get("logits"), place)];
const labels = (place) => place.map((at, axis) => words.label(program.named.get("logits"), place, axis, at));
send({
  places: given.places.map((place) => [spoken(place), labels(place)]),
  tokens: given.said.map((said) => failing(() => words.token(said))),
  positions: given.said.map((said) => failing(() => words.position(indices[1], said, 0))),
  quoted: given.said.map(quotedText),
  nearest: given.said.map((said) => nearest(said, given.vocabulary.labels, 5, 0.3)),
});
"""
text = st.text(st.characters(exclude_categories=("Cn", "Cs")), min_size=1, max_size=6)
entries = st.lists(st.one_of(text, st.sampled_from(HOSTILE)), min_size=2, max_size=12, unique=True)


def said_of(tokenizer: Tokenizer, rng: random.Random) -> list[str]:
    """What somebody may write for a word: as it is, in other cases, quoted, as tables show it, and wrong."""
    words = list(tokenizer.words)
    labels = [tokenizer.label(token) for token in range(len(words) + 1)]
    wrong = [word[: rng.randrange(len(word))] + rng.choice("xyz") for word in words]
    return [*words, *(f"'{word}'" for word in words), *(f'"{word}"' for word in words), *labels, *wrong, "", "''"]


def asked(ask: Any) -> Any:
    """The answer, or the error."""
    try:
        return ask()
    except UserError as error:
        return str(error)


@settings(max_examples=15, phases=[Phase.explicit, Phase.generate])
@given(kind=st.sampled_from(["word", "char"]), known=entries, seed=st.integers(0, 100))
@example(kind="word", known=list(HOSTILE), seed=0)
@example(kind="char", known=list(HOSTILE), seed=0)
@example(kind="word", known=["a" * 300 + "b" * 10, "ab" * 120, "a b"], seed=0)
def test_words_are_called_and_found_as_in_python(kind: Any, known: list[str], seed: int) -> None:
    tokenizer, rng = Tokenizer(kind, tuple(known)), random.Random(seed)
    logits = trace("demo").program.tensors["logits"]
    rows = np.array([[rng.randrange(len(known)) for _ in range(logits.shape[1])] for _ in range(2)])
    words = Words(tokenizer, rows)
    places = [[row, at, rng.randrange(len(known) + 2)] for row in range(2) for at in range(logits.shape[1])]
    asking = said_of(tokenizer, rng)
    found = node(
        JAVASCRIPT,
        {
            "program": contents("demo")["program"],
            "vocabulary": vocabulary(tokenizer, len(known) + 2),
            "sentences": SENTENCES,
            "tokens": rows.tolist(),
            "places": places,
            "said": asking,
        },
    )
    labels = [tokenizer.label(token) for token in range(len(known) + 2)]
    index = Index("t", logits.shape[1], AXES["t"])
    for place, (spoken, called) in zip(places, found["places"], strict=True):
        at = tuple(place)
        assert dict(map(tuple, spoken)) == words.spoken(logits, at)
        assert called == [words.label(logits, at, axis, position) for axis, position in enumerate(at)]
    assert found["tokens"] == [asked(lambda said=said: words.token(said)) for said in asking]
    assert found["positions"] == [asked(lambda said=said: words.position(index, said, 0)) for said in asking]
    assert found["quoted"] == [*map(repr, asking)]
    assert found["nearest"] == [nearest(said, labels, 5, 0.3) for said in asking]
