"""Tokenizers: the description's examples, round trips, and what they refuse."""

import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.data.prepare import WORD_PHRASES
from gpt_by_hand.data.tokenizers import Tokenizer, build_char_tokenizer, build_word_tokenizer
from gpt_by_hand.errors import UserError

DEMO = build_word_tokenizer(" ".join(WORD_PHRASES))
PENCIL = Tokenizer("word", ("a", "cat", "dog", "i", "see", ".", ","))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
PRINTED = st.text(string.ascii_letters + ".,!?; \n\t'-", min_size=1)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hello world", [10, 0, 31]),
        ("hello world ", [10, 0, 31, 0]),
        ("machine learning ", [17, 0, 15, 0]),
        (" gpt by hand project", [0, 8, 0, 6, 0, 9, 0, 25]),
        ("to be or not ", [28, 0, 5, 0, 23, 0, 21, 0]),
        ("artificial intelligence rocks machine ", [4, 0, 12, 0, 26, 0, 17, 0]),
    ],
)
def test_the_examples_of_the_description(text, ids):
    assert DEMO.encode(text) == ids
    assert DEMO.decode(ids) == text


def test_words_are_read_without_regard_to_case():
    assert DEMO.encode("I LOVE Gpt") == DEMO.encode("i love gpt") == [11, 0, 16, 0, 8]


def test_words_marks_and_white_space_are_pieces_of_their_own():
    tokenizer = build_word_tokenizer("Stop!  it's me;\nyes.")
    pieces = [tokenizer.words[i] for i in tokenizer.encode("Stop!  it's me;\nyes.")]
    assert pieces == ["stop", "!", " ", " ", "it's", " ", "me", ";", "\n", "yes", "."]


def test_a_vocabulary_without_a_space_drops_and_restores_it():
    ids = PENCIL.encode("  I see\na cat,  a dog. ")
    assert [PENCIL.words[i] for i in ids] == ["i", "see", "a", "cat", ",", "a", "dog", "."]
    assert PENCIL.decode(ids) == "i see a cat, a dog."


def test_a_kept_line_break_has_no_spaces_beside_it():
    tokenizer = Tokenizer("word", ("\n", "a", "b"))
    assert tokenizer.encode("a b\na b") == [1, 2, 0, 1, 2]
    assert tokenizer.decode([1, 2, 0, 1, 2]) == "a b\na b"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["hello", "world", "is", "fun"], "hello world is fun"),
        (["hello", " ", "world"], "hello world"),
        ([" ", "hello", " ", " ", "world", " "], "hello world "),
    ],
)
def test_prose_has_one_space_between_words_whatever_the_model_wrote(pieces, text):
    assert DEMO.prose([DEMO.ids[piece] for piece in pieces]) == text


@given(st.lists(st.integers(0, 31)))
def test_prose_keeps_every_word_and_doubles_no_space(ids):
    text = DEMO.prose(ids)
    assert "  " not in text
    assert text.split() == [DEMO.words[i] for i in ids if DEMO.words[i] != " "]


def test_prose_of_characters_is_exact():
    tokenizer = build_char_tokenizer("a b")
    assert tokenizer.prose(tokenizer.encode("a  b")) == "a  b"


def test_labels_show_what_cannot_be_seen():
    tokenizer = Tokenizer("char", (" ", "a", "\n", "'", "<UNK>"))
    assert [tokenizer.label(i) for i in range(5)] == ["' '", "a", r"'\n'", "'", "<UNK>"]
    assert tokenizer.label(5) == "#5"
    assert tokenizer.label(-1) == "#-1"


@given(PRINTED)
def test_words_come_back_as_they_were_but_for_case(text):
    tokenizer = build_word_tokenizer(text + " ")
    assert tokenizer.decode(tokenizer.encode(text)) == text.lower()


@given(TEXT)
def test_any_text_can_be_its_own_vocabulary(text):
    for tokenizer in (build_word_tokenizer(text), build_char_tokenizer(text)):
        assert all(0 <= i < len(tokenizer) for i in tokenizer.encode(text))
        assert list(tokenizer.words) == sorted(set(tokenizer.words))


@given(TEXT)
def test_characters_come_back_exactly(text):
    tokenizer = build_char_tokenizer(text)
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.lists(st.integers(0, 6)))
def test_tokens_come_back_where_there_is_no_space(ids):
    text = PENCIL.decode(ids)
    assert PENCIL.encode(text) == ids
    assert "  " not in text


@given(TEXT, st.sampled_from([build_word_tokenizer, build_char_tokenizer]))
def test_json_round_trip(text, build):
    tokenizer = build(text)
    assert Tokenizer.from_json(json.loads(json.dumps(tokenizer.to_json()))) == tokenizer


def test_a_small_vocabulary_keeps_the_most_common_and_the_first_of_equals():
    tokenizer = build_word_tokenizer("b b b d c a a", vocab_size=4)
    assert tokenizer.words == (" ", "a", "b", "<UNK>")
    assert build_char_tokenizer("zzyxw", vocab_size=3).words == ("w", "z", "<UNK>")


def test_what_is_rare_becomes_unk_only_when_asked():
    tokenizer = build_char_tokenizer("aaabbcd", vocab_size=3)
    assert tokenizer.encode("abc", unknown="replace") == [0, 1, 2]
    assert tokenizer.decode([0, 2]) == "a<UNK>"
    with pytest.raises(UserError, match="'c'"):
        tokenizer.encode("abc")


def test_a_large_character_vocabulary_is_padded_with_entries_that_mean_nothing():
    tokenizer = build_char_tokenizer("ba", vocab_size=4)
    assert tokenizer.words == ("a", "b", "<PAD2>", "<PAD3>")
    assert tokenizer.decode([1, 2, 0, 3]) == "ba"
    assert tokenizer.vocab_size == len(tokenizer) == 4


def test_an_unknown_word_is_named_with_its_nearest():
    with pytest.raises(UserError, match=r"word 'worlt' is not among the 32 .* nearest: 'world'") as caught:
        DEMO.encode("hello worlt")
    assert "\n" not in str(caught.value)


def test_an_unknown_word_like_no_other_still_says_what_is_known():
    with pytest.raises(UserError, match=r"'zzzzzz' .* known are, for example: ' ', 'a'"):
        DEMO.encode("zzzzzz")


@pytest.mark.parametrize(("known", "asked"), [("h", "H"), ("H", "h")])
def test_an_unknown_character_is_named_with_its_other_case(known, asked):
    with pytest.raises(UserError, match=f"character '{asked}' .* nearest: '{known}'"):
        Tokenizer("char", ("x", known)).encode(asked)


def test_a_line_break_in_the_error_stays_on_one_line():
    with pytest.raises(UserError) as caught:
        DEMO.encode("hello\nworld")
    assert r"'\n'" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_replacing_needs_an_entry_to_replace_with():
    with pytest.raises(UserError, match="cat"):
        DEMO.encode("cat", unknown="replace")


@pytest.mark.parametrize("token", [-1, 32, 1000])
def test_a_number_that_is_no_token_is_refused(token):
    with pytest.raises(UserError, match=f"token {token} is not in the vocabulary"):
        DEMO.decode([0, token])


@pytest.mark.parametrize("build", [build_word_tokenizer, build_char_tokenizer])
@pytest.mark.parametrize("size", [-1, 0, 1, 65_537])
def test_impossible_sizes_are_refused(build, size):
    with pytest.raises(UserError, match=f"vocabulary of {size} entries"):
        build("some text", size)


@pytest.mark.parametrize("build", [build_word_tokenizer, build_char_tokenizer])
def test_an_empty_text_has_no_vocabulary(build):
    with pytest.raises(UserError, match="empty"):
        build("")


def test_more_words_than_fit_in_uint16_are_refused():
    with pytest.raises(UserError, match="uint16"):
        build_word_tokenizer(" ".join(map(str, range(65_536))))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "expected a dictionary"),
        ({"kind": "word"}, "expected a dictionary"),
        ({"kind": "word", "words": "abc"}, "expected a dictionary"),
        ({"words": ["a"]}, "kind is 'missing'"),
        ({"kind": "bytes", "words": ["a"]}, "kind is 'bytes'"),
        ({"kind": "word", "words": []}, "0 entries"),
        ({"kind": "word", "words": ["a", 7]}, "entry 1 is not text but int"),
        ({"kind": "word", "words": ["a", "b", "a"]}, "entries 0 and 2 are both 'a'"),
        ({"kind": "char", "words": ["\ud800"]}, "entry 0 is not text"),
    ],
)
def test_malformed_json_is_refused(data, message):
    with pytest.raises(UserError, match=message):
        Tokenizer.from_json(data)
