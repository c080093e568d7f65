"""What `generate --interactive` says of a vocabulary, and of a prompt that is not in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.cli.prompts import advice, can_encode, knows
from gpt_by_hand.data.prepare import built_in_tokenizer
from gpt_by_hand.data.tokenizers import Tokenizer, number_tokenizer

WORDS, CHARS, PENCIL = (built_in_tokenizer(name) for name in ("tiny_demo_words", "tiny_demo", "pencil"))


def test_every_word() -> None:
    assert knows(PENCIL, 100) == "The model knows 8 words: a, cat, dog, hear, i, see, the, you"


def test_characters_without_padding() -> None:
    said = knows(CHARS, 100)
    assert said.startswith("The model knows 23 characters, and the space: a b c")
    assert "PAD" not in said


def test_some_of_many() -> None:
    many = Tokenizer("word", tuple(f"w{n}" for n in range(5000)))
    assert knows(many, 100).startswith("The model knows 5,000 words, such as w0, w416, w833, ")
    assert knows(many, 100).count(", ") == 1 + 11


def test_numbers() -> None:
    assert knows(number_tokenizer(50), 100).endswith("a prompt is numbers of tokens, 0 to 49.")


@pytest.mark.parametrize(
    ("tokenizer", "prompt", "said"),
    [
        (
            WORDS,
            "what is a gpt?",
            "The model knows 'is', 'a' and 'gpt', but not 'what' and '?'. A prompt that works: is a gpt",
        ),
        (WORDS, "helo World", "The model knows 'World', but not 'helo'. A prompt that works: hello world"),
        (
            WORDS,
            "Hello,World!",
            "The model knows 'Hello' and 'World', but not ',' and '!'. A prompt that works: hello world",
        ),
        (WORDS, "zzz", "A prompt that works: hello"),
        (
            PENCIL,
            "I see two cats!",
            "The model knows 'I' and 'see', but not 'two', 'cats' and '!'. A prompt that works: i see cat",
        ),
        (CHARS, "The end.", "The model knows 'h', 'e', 'n' and 'd', but not 'T' and '.'. A prompt that works: the end"),
        (WORDS, " ".join(f"{n}{n}{n}" for n in range(20)), "A prompt that works: hello"),
    ],
)
def test_advice(tokenizer: Tokenizer, prompt: str, said: str) -> None:
    assert advice(tokenizer, prompt, "hello") == said


@given(st.text(st.sampled_from("helo wrld.,?É漢I"), max_size=40))
def test_a_prompt_that_is_said_to_work_does(prompt: str) -> None:
    for tokenizer, example in ((WORDS, "hello"), (CHARS, "hello"), (PENCIL, "you")):
        assert can_encode(tokenizer, advice(tokenizer, prompt, example).partition("A prompt that works: ")[2])
