"""tokenizer.json: the `tokenizers` library cuts every text as we do, and reads and writes what we can read."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand.data.prepare import WORD_PHRASES, built_in_tokenizer
from gpt_by_hand.data.tokenizer_json import (
    from_tokenizer_json,
    read_tokenizer_json,
    to_tokenizer_json,
    tokenizer_bytes,
)
from gpt_by_hand.data.tokenizers import Tokenizer, build_char_tokenizer, build_word_tokenizer
from gpt_by_hand.errors import UserError
from tests.support.byte_pairs import small_tokenizer

WORDS = build_word_tokenizer("hello world, to be or not; I'm here! naïve ΟΔΟΣ σ\n\t\x1c\u3000 x").words
KNOWN = {
    "demo words": built_in_tokenizer("tiny_demo_words"),
    "words": Tokenizer("word", (*WORDS, "<UNK>")),
    "words without spaces": Tokenizer("word", ("a", "cat", "i", "see", ".", ",", "\n", "<UNK>")),
    "pencil": built_in_tokenizer("pencil"),
    "characters": Tokenizer("char", (*build_char_tokenizer("hello wold\n", 16).words, "<UNK>")),
    "demo characters": built_in_tokenizer("tiny_demo"),
    "byte pairs": small_tokenizer(),
    "words with marks inside": Tokenizer("word", (*WORDS, "0.25", "e.g.", "a.b", "\r\n", "x y", "...", ".5", "<UNK>")),
    "words with marks, without spaces": Tokenizer("word", ("a", "0", "25", "0.25", ".", "e.g.", "i'm", "\n", "<UNK>")),
    "pieces": Tokenizer("char", ("[PAD]", *"helo wd\n", "he", "hell", "<PAD13>", "\r\n", "0.25", ".", "<UNK>")),
}
WITH_UNKNOWN = tuple(name for name in KNOWN if "demo" not in name and name != "pencil")
SOME = ["hello", "HELLO", "Naïve", "a", "Cat", "see", " ", "\n", "  ", ".", "!,", "I'm", "\x1c", "\u3000", "ΟΔΟΣ", "Σ"]
OTHERS = [
    "0.25",
    "E.G.",
    "0",
    "25",
    ".5",
    "x Y",
    "...",
    "[PAD]",
    "hell",
    "<UNK>",
    "<PAD13>",
    "x<UNK>",
    "é",
    "'s",
    "123",
    "😀",
    "<|endoftext|>",
    "\r\n",
    "ß",
    "İ",
    " 's",
    "\x85",
    "σ",
]
PARTS = st.sampled_from(SOME + OTHERS)
TEXT = st.one_of(st.text(st.characters(exclude_categories=["Cs", "Cn"])), st.lists(PARTS).map("".join))
_MADE = {}


def library(name):
    """The library's tokenizer, made from our file."""
    tokenizers = pytest.importorskip("tokenizers", reason="pip install tokenizers")
    if name not in _MADE:
        _MADE[name] = tokenizers.Tokenizer.from_str(tokenizer_bytes(KNOWN[name]).decode())
    return _MADE[name]


@pytest.mark.parametrize("name", WITH_UNKNOWN)
@settings(deadline=None)
@given(text=TEXT)
def test_the_library_cuts_any_text_as_we_do(name, text):
    ours, theirs = KNOWN[name].encode(text, "replace"), library(name).encode(text)
    assert ours == theirs.ids, theirs.tokens
    assert KNOWN[name].decode(ours) == library(name).decode(ours, skip_special_tokens=False)


@pytest.mark.parametrize("name", KNOWN)
@settings(deadline=None)
@given(data=st.data())
def test_the_library_writes_any_tokens_as_we_do(name, data):
    tokens = data.draw(st.lists(st.integers(0, len(KNOWN[name]) - 1)))
    assert KNOWN[name].decode(tokens) == library(name).decode(tokens, skip_special_tokens=False)


@st.composite
def vocabularies(draw):
    """Characters with some longer entries; words with marks and digits inside, with a space or none."""
    entries = draw(st.lists(st.text("ab1.,'ß-\n", min_size=1, max_size=4), min_size=1, max_size=8, unique=True))
    kind = draw(st.sampled_from(["char", "word"]))
    more = [*"ab1.,'ß-\n ", "[PAD]"] if kind == "char" else draw(st.sampled_from([[" "], []]))
    return Tokenizer(kind, tuple(dict.fromkeys([*entries, *more, "<UNK>"])))


@settings(deadline=None)
@given(vocabularies(), st.text("abAB1.,'ß- \n", max_size=30), st.data())
def test_the_library_cuts_as_any_vocabulary_does(tokenizer, text, data):
    tokenizers = pytest.importorskip("tokenizers", reason="pip install tokenizers")
    try:
        theirs = tokenizers.Tokenizer.from_str(tokenizer_bytes(tokenizer).decode())
    except UserError as error:
        assert "has white space inside and the vocabulary has no space" in str(error)
        return
    text = data.draw(st.sampled_from([text, *tokenizer.words])) + text
    ids = tokenizer.encode(text, "replace")
    assert theirs.encode(text).ids == ids
    assert theirs.decode(ids, skip_special_tokens=False) == tokenizer.decode(ids)
    drawn = data.draw(st.lists(st.integers(0, len(tokenizer) - 1)))
    assert theirs.decode(drawn, skip_special_tokens=False) == tokenizer.decode(drawn)
    assert from_tokenizer_json(json.loads(theirs.to_str())) == tokenizer


@pytest.mark.parametrize("name", ["words with marks inside", "pieces"])
def test_a_file_that_an_earlier_version_wrote_is_read(name):
    """It did not look for the longer entries first."""
    data = to_tokenizer_json(KNOWN[name])
    plain = tuple(word for word in KNOWN[name].words if word not in KNOWN[name].longer)
    parts = to_tokenizer_json(Tokenizer(KNOWN[name].kind, plain))
    old = {**data, "pre_tokenizer": parts["pre_tokenizer"]}
    assert old != data
    assert from_tokenizer_json(old) == KNOWN[name]


@pytest.mark.parametrize(("word", "said"), [("a b", "has white space inside"), ("σ.σ", "depends on its place")])
def test_words_that_the_library_would_take_for_others_have_no_file(word, said):
    with pytest.raises(UserError, match=said):
        to_tokenizer_json(Tokenizer("word", ("a", word)))


@pytest.mark.parametrize("phrase", WORD_PHRASES)
def test_the_phrases_of_the_demo(phrase):
    assert library("demo words").encode(phrase.upper()).ids == KNOWN["demo words"].encode(phrase)


@pytest.mark.parametrize("name", ["demo words", "pencil", "demo characters"])
def test_the_library_too_refuses_what_the_vocabulary_lacks(name):
    with pytest.raises(UserError):
        KNOWN[name].encode("Ω")
    with pytest.raises(Exception, match="UNK"):
        library(name).encode("Ω")


@pytest.mark.parametrize("name", KNOWN)
def test_ours_is_read_again(name):
    assert from_tokenizer_json(json.loads(tokenizer_bytes(KNOWN[name]))) == KNOWN[name]


@pytest.mark.parametrize("name", KNOWN)
def test_what_the_library_writes_is_read(name):
    assert from_tokenizer_json(json.loads(library(name).to_str())) == KNOWN[name]


def test_what_the_library_learns_is_read():
    tokenizers = pytest.importorskip("tokenizers", reason="pip install tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    how = {"vocab_size": 300, "initial_alphabet": alphabet, "special_tokens": ["<|endoftext|>"], "show_progress": False}
    made.train_from_iterator(WORD_PHRASES, tokenizers.trainers.BpeTrainer(**how))
    ours = from_tokenizer_json(json.loads(made.to_str()))
    for text in (*WORD_PHRASES, "héllo <|endoftext|> 12"):
        assert ours.encode(text) == made.encode(text).ids


def test_a_file_as_old_as_gpt2s():
    """It does not say that it is of byte pairs, and writes pairs as text and what is not there as empty text."""
    small = KNOWN["byte pairs"]
    data = to_tokenizer_json(small)
    merges = [" ".join(pair) for pair in small.merges]
    model = {"dropout": None, "unk_token": "", "continuing_subword_prefix": "", "end_of_word_suffix": ""}
    data["model"] = {**model, "fuse_unk": False, "vocab": small.ids, "merges": merges}
    data["pre_tokenizer"] = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    data["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False}
    assert from_tokenizer_json(data) == small


@pytest.mark.parametrize("words", [("A", "b"), ("<unk>", "<UNK>")])
def test_words_that_tell_upper_from_lower_case_have_no_file(words):
    with pytest.raises(UserError, match="upper from lower case"):
        to_tokenizer_json(Tokenizer("word", words))


def spoiled(**changes):
    return {**to_tokenizer_json(KNOWN["byte pairs"]), **changes}


def added(**changes):
    token = {"id": len(KNOWN["byte pairs"]), "content": "<|user|>", **dict.fromkeys(("lstrip", "rstrip"), False)}
    return spoiled(added_tokens=[{**token, **changes}])


def after(*parts):
    """What a model is given: the text's tokens, and perhaps others around them."""
    return {"type": "TemplateProcessing", "single": list(parts), "pair": [], "special_tokens": {}}


TEXT_ITSELF = {"Sequence": {"id": "A", "type_id": 0}}
BEGINNING = {"SpecialToken": {"id": "<|endoftext|>", "type_id": 0}}


def test_entries_that_are_added_and_a_template_that_adds_nothing():
    data = {**added(), "post_processor": after(TEXT_ITSELF)}
    small = from_tokenizer_json(data)
    assert small.encode("a<|user|>b") == [small.ids["a"], len(small) - 1, small.ids["b"]]


@pytest.mark.parametrize(("late", "said"), [("user|>x", "overlap"), ("<|us", "overlap"), ("<|bot|>", "")])
def test_added_tokens_that_are_looked_for_in_turns(late, said):
    """The library looks for `normalized` ones last, so "<|user|>x" has either of two that overlap."""
    flags = dict.fromkeys(("lstrip", "rstrip", "single_word", "special"), False)
    both = [{"content": "<|user|>", "normalized": False}, {"content": late, "normalized": True}]
    data = spoiled(
        added_tokens=[{"id": len(KNOWN["byte pairs"]) + n, **flags, **entry} for n, entry in enumerate(both)]
    )
    if said:
        with pytest.raises(UserError, match=said):
            from_tokenizer_json(data)
        return
    tokenizers = pytest.importorskip("tokenizers", reason="pip install tokenizers")
    text = f"a<|user|>{late}b <|user|{late}"
    assert from_tokenizer_json(data).encode(text) == tokenizers.Tokenizer.from_str(json.dumps(data)).encode(text).ids


WORD_PIECE = {"type": "WordPiece", "vocab": {"a": 0}}
MODEL = to_tokenizer_json(KNOWN["byte pairs"])["model"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ([], "is no dictionary"),
        ({}, "no entry 'model'"),
        (spoiled(model=WORD_PIECE), "made by WordPiece: only GPT-2's kind"),
        (spoiled(normalizer={"type": "NFC"}), "its normalizer is not GPT-2's"),
        (spoiled(pre_tokenizer={"type": "Whitespace"}), "its pre_tokenizer is not GPT-2's"),
        (spoiled(pre_tokenizer={"type": "ByteLevel", "add_prefix_space": True}), "its prefix space is not"),
        (spoiled(model={**MODEL, "byte_fallback": True}), "its model's byte_fallback (True) is not GPT-2's"),
        (
            spoiled(model={**MODEL, "end_of_word_suffix": "</w>"}),
            "its model's end_of_word_suffix (</w>) is not GPT-2's",
        ),
        (spoiled(model={**MODEL, "continuing_subword_prefix": "##"}), "continuing_subword_prefix (##) is not GPT-2's"),
        (spoiled(model={"type": "Unigram", "vocab": [["a", 0.0]]}), "made by Unigram: only GPT-2's kind"),
        (spoiled(model={**MODEL, "merges": [["a"]]}), "is no pair"),
        (spoiled(model={**MODEL, "vocab": {"a": 0, "b": 2}}), "none for token 1"),
        (spoiled(model={**MODEL, "vocab": {**MODEL["vocab"], "zz": 300}}), "token 300 is"),
        (spoiled(model={**MODEL, "vocab": {**MODEL["vocab"], "zz": 3.0}}), "the number of 'zz' is '3.0'"),
        (added(id=float("inf")), "the number of '<|user|>' is 'inf'"),
        (added(id=3), "token 3 is '$' and '<|user|>'"),
        (added(single_word=True), "its added tokens is not GPT-2's"),
        (spoiled(post_processor=after(BEGINNING, TEXT_ITSELF)), "its post_processor is not GPT-2's"),
        (spoiled(post_processor={"type": "RobertaProcessing"}), "its post_processor is not GPT-2's"),
        (spoiled(post_processor={"type": "TemplateProcessing"}), "no entry 'single'"),
        (spoiled(model={**MODEL, "vocab": 3}), "does not describe a tokenizer"),
        (
            spoiled(model={"type": "WordLevel", "vocab": {"a": 0, "b": 1}}, added_tokens=[]),
            "belongs to another program",
        ),
    ],
)
def test_another_kind_is_refused(tmp_path, data, said):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(data))
    with pytest.raises(UserError) as caught:
        read_tokenizer_json(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", tokenizer_bytes(KNOWN["pencil"])[:-20]])
def test_damage_is_refused(tmp_path, content):
    path = tmp_path / "tokenizer.json"
    path.write_bytes(content)
    with pytest.raises(UserError, match="damaged"):
        read_tokenizer_json(path)


def test_white_space_is_pythons():
    from gpt_by_hand.data.tokenizer_json import WHITE

    assert [chr(n) for n in range(0x110000) if chr(n).isspace()] == WHITE
    assert unicodedata.category("\x1c") == "Cc"  # which is not white space for others
