"""GPT-2's tokenizer: against OpenAI's pattern and transformers, and what it refuses."""

import json
import os
import pickle
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpt_by_hand.data.byte_pairs import BYTE, END_OF_TEXT, BytePairTokenizer
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.errors import UserError
from tests.support.byte_pairs import TEXT, small_tokenizer
from tests.support.hugging_face import transformers

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
ANY = st.one_of(st.text(ASSIGNED), st.lists(PARTS).map("".join), st.text(st.characters(exclude_categories=["Cs"])))
LONG = [" " * 5000 + "x", "a" * 5000, "\n" * 5000, "=-" * 2500, TEXT, "é" * 3000]
SHAKESPEARE = os.environ.get("GPT_BY_HAND_SHAKESPEARE")
OPENAI = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"  # encoder.py of GPT-2


def test_bytes_are_written_as_gpt2_writes_them():
    assert [BYTE[character] for character in "aĠĊĀ"] == [ord("a"), ord(" "), ord("\n"), 0]
    assert len(BYTE) == len(set(BYTE.values())) == 256


PIECES = {
    "Hello world": ["Hello", " world"],
    "it's  12 o'clock!?": ["it", "'s", " ", " 12", " o", "'", "clock", "!?"],
    "a\n\n b": ["a", "\n\n", " b"],
    "a \nb  ": ["a", " ", "\n", "b", "  "],
    "x\u3000y": ["x", "\u3000", "y"],
    "naïve東京": ["naïve東京"],
}


@pytest.mark.parametrize("text", PIECES)
def test_no_pair_is_joined_across_pieces(text):
    """With every pair of neighbours among the merges, the tokens are the pieces themselves."""
    written = [[character(byte) for byte in piece.encode()] for piece in [text, *PIECES[text]]]
    merges = [("".join(w[:n]), w[n]) for w in written for n in range(1, len(w))]
    words = (*BYTE, *dict.fromkeys(left + right for left, right in merges))
    tokenizer = BytePairTokenizer("bpe", words, tuple(dict.fromkeys(merges)))
    assert [tokenizer.decode([token]) for token in tokenizer.encode(text)] == PIECES[text]


def character(byte):
    return next(character for character in BYTE if BYTE[character] == byte)


@settings(deadline=None)
@given(st.lists(st.one_of(PARTS, st.text(ASSIGNED))).map("".join))
def test_the_tokens_are_those_of_openais_pieces(text):
    regex = pytest.importorskip("regex", reason="pip install regex")
    if re.search(f"[\x1c-\x1f]|{re.escape(END_OF_TEXT)}", text):  # for regex, the former are white space
        return
    if not any(unicodedata.category(character) == "Cn" for character in text):
        pieces = regex.findall(OPENAI, text)
        assert SMALL.encode(text) == [token for piece in pieces for token in SMALL.encode(piece)]


@settings(deadline=None)
@given(ANY)
def test_any_text_has_tokens_and_comes_back(text):
    assert SMALL.decode(SMALL.encode(text)) == text


def test_what_is_known_is_shorter():
    assert [SMALL.label(token) for token in SMALL.encode(" the age of times")] == [
        "' the'",
        "' age'",
        "' of'",
        "' times'",
    ]
    assert len(SMALL.encode("xyz")) == 3


def test_half_a_character_is_shown_as_its_bytes():
    token = SMALL.ids["æ"]  # byte 0xE6
    assert SMALL.label(token) == r"b'\xe6'"
    assert SMALL.decode([token]) == "\ufffd"
    assert SMALL.prose("of", SMALL.encode(" the  times")) == "of the  times"
    assert SMALL.label(-1) == "#-1"


def test_special_entries_come_first():
    assert SMALL.encode(f"a{END_OF_TEXT}b") == [*SMALL.encode("a"), len(SMALL) - 1, *SMALL.encode("b")]


def test_surrogates_do_no_harm():
    assert SMALL.decode(SMALL.encode("a\ud800")) == "a?"


def test_through_json_and_pickle():
    again = BytePairTokenizer.from_json(json.loads(json.dumps(SMALL.to_json())))
    assert again == SMALL == pickle.loads(pickle.dumps(SMALL))


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    """The tokenizer that transformers makes of our file."""
    folder = tmp_path_factory.mktemp("theirs")
    (folder / "tokenizer.json").write_bytes(tokenizer_bytes(SMALL))
    return transformers().PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"))


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(ANY, st.sampled_from(LONG)))
def test_the_tokens_are_those_of_transformers(theirs, text):
    tokens = SMALL.encode(text)
    assert tokens == theirs(text)["input_ids"] == SMALL.encode_all([text, "", text])[2]
    assert SMALL.decode(tokens) == theirs.decode(tokens, clean_up_tokenization_spaces=False) == text


@pytest.mark.skipif(SHAKESPEARE is None, reason="set GPT_BY_HAND_SHAKESPEARE to a copy of tiny Shakespeare")
def test_the_tokens_of_a_whole_book(theirs):
    text = Path(SHAKESPEARE).read_text(encoding="utf-8")
    assert SMALL.encode(text) == theirs(text)["input_ids"]


def test_pairs_are_joined_in_their_order():
    """By hand, as Sennrich, Haddow & Birch (2016, section 3.2) do: the pair of lowest rank first, from the left."""
    for text, merges, wanted in (
        ("aaabab", [("a", "b"), ("a", "a")], ["aa", "ab", "ab"]),
        ("aaa", [("a", "a")], ["aa", "a"]),
        ("xaab", [("a", "b")], ["x", "a", "ab"]),
    ):
        tokenizer = BytePairTokenizer("bpe", (*BYTE, *map("".join, merges)), tuple(merges))
        assert [tokenizer.decode([token]) for token in tokenizer.encode(text)] == wanted


class PanicException(BaseException):
    """As PyO3 has it, for what Rust calls a panic."""


PanicException.__module__ = "pyo3_runtime"


@pytest.mark.parametrize("error", [PanicException("index out of\nbounds"), Exception("index out of bounds")])
def test_the_library_fails(monkeypatch, error):
    class Fails:
        def encode(self, *_, **__):
            raise error

    tokenizer = BytePairTokenizer("bpe", SMALL.words, SMALL.merges, SMALL.special)
    monkeypatch.setitem(tokenizer.__dict__, "library", Fails())
    with pytest.raises(UserError, match=r"tokens cannot be made of this text \(index out of bounds\)"):
        tokenizer.encode("a")


def test_an_interrupt_is_none_of_the_librarys(monkeypatch):
    class Fails:
        def encode(self, *_, **__):
            raise KeyboardInterrupt

    tokenizer = BytePairTokenizer("bpe", SMALL.words, SMALL.merges, SMALL.special)
    monkeypatch.setitem(tokenizer.__dict__, "library", Fails())
    with pytest.raises(KeyboardInterrupt):
        tokenizer.encode("a")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"words": SMALL.words[1:]}, "lacks the byte"),
        (
            {"merges": (*SMALL.merges, ("q", "z"))},
            "these pairs make no tokenizer (Error while initializing BPE: Token `qz` out of vocabulary)",
        ),
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
        BytePairTokenizer.from_json({**SMALL.to_json(), **changes})
