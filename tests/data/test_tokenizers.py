"""Tokenizers: the description's examples, round trips, and what they refuse."""

import ast
import json
import re
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
        ([" ", "hello", " ", " ", "world", " "], " hello  world "),
    ],
)
def test_prose_puts_a_space_where_two_words_would_touch_and_changes_nothing_else(pieces, text):
    ids = [DEMO.ids[piece] for piece in pieces]
    assert DEMO.prose("", ids) == text
    assert DEMO.follow("", ids) == "".join(pieces)


@given(st.lists(st.integers(0, 31)), st.sampled_from(["", "Hello", "gpt ", "x\n  ", "3."]))
def test_prose_keeps_the_prompt_and_every_token(ids, prompt):
    text = DEMO.prose(prompt, ids)
    assert text.startswith(prompt)
    assert text.replace(" ", "") == (prompt + DEMO.decode(ids)).replace(" ", "")
    assert DEMO.follow(prompt, ids) == prompt + DEMO.decode(ids)


def test_prose_of_characters_is_exact():
    tokenizer = build_char_tokenizer("a b")
    assert tokenizer.prose("a", tokenizer.encode("a  b")) == "aa  b"


def test_words_that_follow_a_text_are_set_apart_from_it_where_no_token_is_a_space():
    ids = PENCIL.encode("a cat , a dog")
    assert PENCIL.follow("I  see", ids) == PENCIL.prose("I  see", ids) == "I  see a cat, a dog"
    assert PENCIL.follow("I see\n ", ids) == "I see\n a cat, a dog"
    assert PENCIL.follow("", ids) == PENCIL.decode(ids) == "a cat, a dog"


MARKED = Tokenizer("word", (" ", "pi", "is", "0", "25", "e.g.", "0.25", ".", ",", "www.x.org", "New York", "..."))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("0.25", ["0.25"]),
        ("pi is 0.25, 0.25.", ["pi", " ", "is", " ", "0.25", ",", " ", "0.25", "."]),
        ("0.250", None),
        ("0.", ["0", "."]),
        ("25.0.25", ["25", ".", "0.25"]),
        ("E.G. WWW.x.org", ["e.g.", " ", "www.x.org"]),
        ("e.g.pi", ["e.g.", "pi"]),
        ("New York...", ["New York", "..."]),
        ("....", ["...", "."]),
        ("pie.g.", None),
    ],
)
def test_entries_with_marks_inside_are_looked_for_first(text, pieces):
    if pieces is None:
        with pytest.raises(UserError, match="is not among"):
            MARKED.encode(text)
        return
    ids = MARKED.encode(text)
    assert [MARKED.words[i] for i in ids] == pieces
    assert MARKED.decode(ids).lower() == text.lower()


def test_longer_entries_among_characters_are_found_first_the_longest_before_others():
    tokenizer = Tokenizer(
        "char", ("[PAD]", "t", "h", "e", "th", "the", "<UNK>", "<PAD7>", "<", ">", "P", "A", "D", "7")
    )
    assert [tokenizer.words[i] for i in tokenizer.encode("thethth[PAD]<UNK>h")] == [
        *("the", "th", "th", "[PAD]", "<UNK>", "h")
    ]
    assert tokenizer.decode(tokenizer.encode("the<PAD7>")) == "the<PAD7>"  # padding is no text, so these are characters
    assert tokenizer.decode([4, 7, 3]) == "the"


CHARACTERS = st.characters(exclude_categories=["Cs"])
ENTRIES = st.lists(st.text(CHARACTERS, min_size=1, max_size=4), min_size=1, max_size=12, unique=True)


@given(st.data(), ENTRIES)
def test_a_text_that_a_vocabulary_of_pieces_can_write_comes_back(data, entries):
    tokenizer = Tokenizer("char", tuple(dict.fromkeys([*entries, *"".join(entries)])))
    text = "".join(data.draw(st.lists(st.sampled_from(entries))))
    assert tokenizer.decode(tokenizer.encode(text)) == text


@given(st.data())
def test_words_with_marks_inside_come_back(data):
    """With a space among the entries a text is exact; without one, words are set apart by one space each."""
    word = st.text("ab1.,'-", min_size=1, max_size=4)
    words = data.draw(st.lists(word, min_size=1, max_size=8, unique=True))
    drawn = data.draw(st.lists(st.sampled_from(words), min_size=1))
    for spaces in ((" ", "\n"), ()):
        tokenizer = Tokenizer("word", tuple(dict.fromkeys([*words, *spaces])))
        if spaces:
            text = data.draw(st.sampled_from([" ", "\n", "  \n"])).join(drawn)
        else:
            text = tokenizer.decode([tokenizer.ids[piece] for piece in drawn])
        assert tokenizer.decode(tokenizer.encode(text)) == text


@pytest.mark.parametrize(
    ("longer", "text"),
    [("...", "wait . . . no ... stop"), (".,", "wait . , no ., stop"), ("3.14", "wait. no 3.14. stop")],
)
def test_marks_do_not_become_another_entry(longer, text):
    """Without a space among the entries, a mark follows at once only where nothing longer begins with one."""
    tokenizer = Tokenizer("word", ("wait", "no", "stop", ".", ",", longer))
    ids = [tokenizer.ids[piece] for piece in text.replace("wait.", "wait .").replace("14.", "14 .").split()]
    assert tokenizer.decode(ids) == text
    assert tokenizer.encode(text) == ids


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


@pytest.mark.parametrize(
    ("tokenizer", "text", "said"),
    [
        (build_char_tokenizer("hello world"), "Hello, World", "character 'H' .* nearest: 'h'; try 'hello world'"),
        (build_char_tokenizer("hello world"), "hello!", "character '!' .* entries of the vocabulary; try 'hello'"),
        (build_char_tokenizer("HELLO"), "Héllo", "character 'é' .*; try 'HELLO'"),
        (build_char_tokenizer("it's"), "it’s", 'try "it\'s"'),
        (DEMO, "Hello, world!", "word ',' .*; try 'hello world'"),
        (DEMO, "Hello,World!", "word ',' .*; try 'hello world'"),
        (build_char_tokenizer("hello world"), "Hello,World!", "; try 'hello world'"),
        (build_char_tokenizer("hello world"), "hello - world", "; try 'hello world'"),
        (build_char_tokenizer("its"), "it's", "; try 'its'"),
        (build_char_tokenizer("hello world."), "hello(world).", "; try 'hello world.'"),
        (DEMO, "hello\nworld", "word .* try 'hello world'"),
        (DEMO, "hello worlt", "nearest: 'world', .*try 'hello world'"),
        (PENCIL, "I see: a cat", "try 'i see a cat'"),
        (DEMO, "hello zzzzzz!", "known are, for example: ' ', 'a'.*'by', 'fun'$"),
        (
            Tokenizer("char", ("romeo", " ", "juliet", ":")),
            "Juliet: ROMEO",
            "'J' .* nearest: 'juliet'; try 'juliet: romeo'",
        ),
    ],
)
def test_an_unknown_piece_comes_with_the_nearest_spelling(tokenizer, text, said):
    with pytest.raises(UserError) as caught:
        tokenizer.encode(text)
    message = str(caught.value)
    assert re.search(said, message), message
    assert "\n" not in message
    if found := re.search("try (.*)$", message):
        assert tokenizer.encode(ast.literal_eval(found[1]))


@given(st.text(st.sampled_from("helo wrld.,?'-É漢I"), max_size=30), st.integers(0, 5))
def test_what_one_is_told_to_try_works(text, at):
    """Whatever is left out of it, or stands in its place."""
    chars = [build_char_tokenizer("helo wrd"), build_char_tokenizer("HELO.'"), build_char_tokenizer("helowrd")]
    tokenizer = [DEMO, PENCIL, Tokenizer("word", ("hello", "world", " ", ".", "it's", "low")), *chars][at]
    try:
        tokenizer.encode(text)
    except UserError as error:
        if found := re.search("try (.*)$", str(error)):
            assert tokenizer.encode(ast.literal_eval(found[1]))


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
        ({"kind": "bpe", "words": ["a"]}, "merges"),
        ({"kind": "word", "words": ["a", 7]}, "entry 1 is not text but int"),
        ({"kind": "word", "words": ["a", "b", "a"]}, "entries 0 and 2 are both 'a'"),
        ({"kind": "char", "words": ["\ud800"]}, "entry 0 is not text"),
    ],
)
def test_malformed_json_is_refused(data, message):
    with pytest.raises(UserError, match=message):
        Tokenizer.from_json(data)
