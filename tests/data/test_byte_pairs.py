"""GPT-2's tokenizer: against two others that make the same tokens, and what it refuses."""

import json
import pickle
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.data import byte_pairs
from gpt_by_hand.data.byte_pairs import BYTE, CHARACTER, END_OF_TEXT, BytePairTokenizer, from_ranks, joined
from gpt_by_hand.data.gpt2_pieces import pieces
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from tests.support.byte_pairs import TEXT, small_tokenizer

SMALL = small_tokenizer()
SOME = ["the", " times", "It's", "'ll", "'", "'S", " ", "  ", "\n", "\r\n", "\t", "1859", " 1", "²", "Ⅷ", "一", "東京"]
OTHERS = [
    "e\u0301",
    "é",
    "\x1c",
    "\x85",
    "\xa0",
    "\u3000",
    "\u200b",
    "😀",
    "𝒜",
    "𐏓",
    "!?",
    "_",
    " _x",
    END_OF_TEXT,
    "\0",
]
PARTS = st.sampled_from(SOME + OTHERS)
ASSIGNED = st.characters(exclude_categories=["Cs", "Cn", "Co"])  # in what is not assigned yet, versions differ
ANY = st.one_of(st.text(ASSIGNED), st.lists(PARTS).map("".join), st.text())
OPENAI = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"  # encoder.py of GPT-2


def test_bytes_are_written_as_gpt2_writes_them():
    assert (CHARACTER[ord("a")], CHARACTER[ord(" ")], CHARACTER[ord("\n")], CHARACTER[0]) == ("a", "Ġ", "Ċ", "Ā")
    assert len(set(CHARACTER.values())) == len(BYTE) == 256


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Hello world", ["Hello", " world"]),
        ("it's  12 o'clock!?", ["it", "'s", " ", " 12", " o", "'", "clock", "!?"]),
        ("a\n\n b", ["a", "\n\n", " b"]),
        ("a \nb  ", ["a", " ", "\n", "b", "  "]),
        ("x\u3000y", ["x", "\u3000", "y"]),
        ("naïve東京", ["naïve東京"]),
    ],
)
def test_pieces(text, parts):
    assert pieces(text) == parts


@given(ANY)
def test_pieces_are_all_of_the_text(text):
    assert "".join(pieces(text)) == text


@settings(deadline=None)
@given(st.lists(st.one_of(PARTS, st.text(ASSIGNED))).map("".join))
def test_pieces_are_openais(text):
    regex = pytest.importorskip("regex", reason="pip install regex")
    if all(unicodedata.category(c) != "Cn" for c in text) and not re.search("[\x1c-\x1f]", text):  # regex: white space
        assert pieces(text) == regex.findall(OPENAI, text)


@settings(deadline=None)
@given(ANY)
def test_any_text_has_tokens_and_comes_back(text):
    assert SMALL.decode(SMALL.encode(text)) == text


def test_what_is_known_is_shorter():
    assert [SMALL.label(token) for token in SMALL.encode(" the best of times")][::3] == ["' the'", "' times'"]
    assert len(SMALL.encode("xyz")) == 3


def test_half_a_character_is_shown_as_its_bytes():
    token = SMALL.ids[CHARACTER[0xE6]]
    assert SMALL.label(token) == r"b'\xe6'"
    assert SMALL.decode([token]) == "\ufffd"
    assert SMALL.prose("of", SMALL.encode(" the  times")) == "of the  times"
    assert SMALL.label(-1) == "#-1"


def test_special_entries_come_first():
    assert SMALL.encode(f"a{END_OF_TEXT}b") == [*SMALL.encode("a"), len(SMALL) - 1, *SMALL.encode("b")]


def test_surrogates_do_no_harm():
    assert SMALL.decode(SMALL.encode("a\ud800")) == "a?"


def test_through_json_and_pickle():
    again = Tokenizer.from_json(json.loads(json.dumps(SMALL.to_json())))
    assert again == SMALL == pickle.loads(pickle.dumps(SMALL))
    assert isinstance(again, BytePairTokenizer)


@settings(deadline=None)
@given(ANY)
def test_the_tokens_are_those_of_the_tokenizers_library(text):
    library = pytest.importorskip("tokenizers", reason="pip install tokenizers")
    assert SMALL.encode(text) == _other("tokenizers", library).encode(text).ids or _unassigned(text)


@settings(deadline=None)
@given(ANY)
def test_the_tokens_are_those_of_tiktoken(text):
    library = pytest.importorskip("tiktoken", reason="pip install 'gpt-by-hand[gpt2]'")
    assert SMALL.encode(text) == _other("tiktoken", library).encode(text, allowed_special="all") or _unassigned(text)


def test_the_words_that_tiktoken_has():
    ranks = {bytes(BYTE[c] for c in word): n for n, word in enumerate(SMALL.words) if word != END_OF_TEXT}
    assert from_ranks(ranks, {END_OF_TEXT: len(SMALL) - 1}) == SMALL


def test_a_long_text_keeps_few_pieces(monkeypatch):
    monkeypatch.setattr(byte_pairs, "REMEMBERED", 3)
    tokenizer = BytePairTokenizer("bpe", SMALL.words, SMALL.merges, SMALL.special)
    assert tokenizer.encode(TEXT) == SMALL.encode(TEXT)
    assert len(tokenizer._known) == 3


def test_pairs_are_joined_in_their_order():
    assert joined(list("aaabab"), {("a", "b"): 0, ("a", "a"): 1}) == ["aa", "ab", "ab"]
    assert joined(list("aaa"), {("a", "a"): 0}) == ["aa", "a"]
    assert joined(list("xaab"), {("a", "b"): 2}) == ["x", "a", "ab"]  # ranks need not be 0, 1, 2, ...


def test_pairs_that_are_listed_twice():
    """The second time counts, as it does for the tokenizers library."""
    library = pytest.importorskip("tokenizers", reason="pip install tokenizers")
    twice = BytePairTokenizer("bpe", SMALL.words, (*SMALL.merges, *SMALL.merges[:20]), SMALL.special)
    theirs = library.Tokenizer.from_str(tokenizer_bytes(twice).decode())
    assert twice.encode(TEXT) == theirs.encode(TEXT).ids


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": SMALL.words[1:]}, "lacks the byte"),
        ({"merges": (*SMALL.merges, ("q", "z"))}, "'q' 'z' needs 'qz', which is no entry"),
        ({"special": ("<|start|>",)}, "'<|start|>' is no entry"),
        ({"words": (*SMALL.words, "a b"), "special": ("a b",)}, "has white space in it"),
        ({"words": (*SMALL.words, "東")}, "'東' is not written in bytes"),
        ({"words": (*SMALL.words, "a")}, "are both 'a'"),
        ({"kind": "word"}, "not 'bpe'"),
    ],
)
def test_refused(changes, said):
    parts = {"kind": "bpe", "words": SMALL.words, "merges": SMALL.merges, "special": SMALL.special}
    with pytest.raises(UserError, match=re.escape(said)):
        BytePairTokenizer(**{**parts, **changes})


@pytest.mark.parametrize("changes", [{"merges": None}, {"merges": ["abc"]}, {"merges": [3]}, {"special": [3]}])
def test_malformed_json_is_refused(changes):
    with pytest.raises(UserError):
        Tokenizer.from_json({**SMALL.to_json(), **changes})


_OTHERS = {}


def _other(name, library):
    if name not in _OTHERS:
        ranks = {bytes(BYTE[c] for c in word): n for n, word in enumerate(SMALL.words) if word != END_OF_TEXT}
        _OTHERS[name] = (
            library.Tokenizer.from_str(tokenizer_bytes(SMALL).decode())
            if name == "tokenizers"
            else library.Encoding(
                "small", pat_str=OPENAI, mergeable_ranks=ranks, special_tokens={END_OF_TEXT: len(SMALL) - 1}
            )
        )
    return _OTHERS[name]


def _unassigned(text):
    """Versions of Unicode differ in what these are."""
    return any(unicodedata.category(character) in ("Cn", "Cs") for character in text)
