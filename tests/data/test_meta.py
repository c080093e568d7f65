"""meta.pkl: what users made elsewhere is read, what lies is refused, and nothing in it is ever run."""

import argparse
import datetime
import pickle
import pickletools
import tempfile
import tracemalloc
from collections import Counter, OrderedDict
from pathlib import Path
from struct import pack

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand.data import plain_pickle
from gpt_by_hand.data.meta import MAX_BYTES, load_meta, meta_bytes, read_meta
from gpt_by_hand.data.plain_pickle import read_plain
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError

WORDS = ("hello", "world", " ")
SOUND = {"vocab_size": 3, "itos": dict(enumerate(WORDS)), "stoi": {w: i for i, w in enumerate(WORDS)}}
VALID = pickle.dumps(SOUND)


def read(content: bytes) -> Tokenizer:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meta.pkl"
        path.write_bytes(content)
        return read_meta(path)


def refused(content: object) -> str:
    with pytest.raises(UserError) as caught:
        read(content if isinstance(content, bytes) else pickle.dumps(content))
    message = str(caught.value)
    assert "meta.pkl" in message
    assert "\n" not in message
    return message


class Runs:
    """A pickle of this creates a file when it is loaded without care."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


class Persistent(pickle.Pickler):
    def persistent_id(self, obj):
        return "outside" if obj == "world" else None


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, unique=True),
    st.sampled_from(["word", "char"]),
)
def test_what_is_written_is_read(words, kind):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meta.pkl"
        tokenizer = Tokenizer(kind, tuple(words))
        path.write_bytes(meta_bytes(tokenizer))
        assert read_meta(path) == tokenizer


def test_the_file_is_in_nanogpt_form():
    assert pickle.loads(meta_bytes(Tokenizer("word", WORDS))) == {
        **SOUND,
        "tokenizer": "word",
        "dtype": "uint16",
    }


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_every_protocol_is_read(protocol):
    assert read(pickle.dumps(SOUND, protocol=protocol)).words == WORDS


@pytest.mark.parametrize(
    "meta",
    [
        {"itos": dict(enumerate(WORDS))},
        {"itos": list(WORDS), "vocab_size": 3},
        {"itos": WORDS},
        {"itos": {2: " ", 0: "hello", 1: "world"}},
        {**SOUND, "author": "me", "ratio": 0.5, "nested": [{"a": None}, True]},
    ],
)
def test_metas_made_elsewhere_are_read(meta):
    assert read(pickle.dumps(meta)) == Tokenizer("char", WORDS)
    assert read(pickle.dumps({**meta, "tokenizer": "word"})) == Tokenizer("word", WORDS)


@pytest.mark.parametrize(
    ("entries", "kind", "said"),
    [
        ("ab", "char", ""),
        ("[PAD] a b", "char", "taken as char"),
        ("<s> </s> <|user|> a b", "char", "taken as char"),
        ("a b th e", "char", "taken as char"),
        ("hello world \t", "word", "taken as word"),
        ("0.00 0.25 0.50", "word", "taken as word"),
        ("a i see the cat", "word", "taken as word"),
    ],
)
def test_without_a_kind_the_entries_tell_and_it_is_said(tmp_path, entries, kind, said):
    words = list(entries) if entries == "ab" else entries.split(" ")
    for itos, meant in ((words, kind), ([*words, " "], "char")):  # a space can stand for itself
        (tmp_path / "meta.pkl").write_bytes(pickle.dumps({"itos": itos}))
        found = load_meta(tmp_path / "meta.pkl")
        assert found.tokenizer == Tokenizer(meant, tuple(itos))
        assert found.note.startswith(str(tmp_path / "meta.pkl")) == bool(said)
        assert said.replace(kind, meant) in found.note
    for named in ("word", "char"):
        (tmp_path / "meta.pkl").write_bytes(pickle.dumps({"itos": words, "tokenizer": named}))
        found = load_meta(tmp_path / "meta.pkl")
        assert (found.tokenizer.kind, found.note) == (named, "")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_pickle_that_runs_code_is_refused_and_not_run(tmp_path, protocol):
    target = tmp_path / "created"
    content = pickle.dumps({**SOUND, "extra": Runs(target)}, protocol=protocol)
    message = refused(content)
    assert "could run code and is refused" in message
    assert "'extra'" in message
    assert not target.exists()
    pickle.loads(content)  # the same bytes do create it, so the test above could fail
    assert target.exists()


def test_an_object_from_outside_is_refused(tmp_path):
    with (tmp_path / "meta").open("wb") as file:
        Persistent(file).dump(SOUND)
    message = refused((tmp_path / "meta").read_bytes())
    assert "'itos', 1 refers to an object outside of the file (BINPERSID)" in message
    assert "run code" not in message


PLAIN = {
    "set": {"a", "b"},
    "sets in tuples": (({"a"}, frozenset("b")), ("c", ())),
    "pairs as keys": {("t", "h"): 0, ("th", "e"): 1},
    "bytes": [b"\xff\x00", bytearray(b"x"), 1j],
    "float64": np.float64(1.5),
    "numbers": [np.float32(0.1), np.float16(2), np.int64(-3), np.uint8(4), np.bool_(True), np.complex128(1j)],
    "text of NumPy's": np.str_("the"),
    "array": np.arange(6, dtype=">i4").reshape(2, 3),
    "in order": OrderedDict(a=1),
}


@pytest.mark.parametrize("extra", PLAIN.values(), ids=PLAIN)
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_plain_data_beside_the_vocabulary_are_read(extra, protocol):
    assert read(pickle.dumps({**SOUND, "extra": extra}, protocol=protocol)).words == WORDS


def test_numbers_and_texts_of_numpys_make_a_vocabulary():
    itos = {np.int64(n): np.str_(word) for n, word in enumerate(WORDS)}
    stoi = {word: np.uint16(n) for n, word in enumerate(WORDS)}
    found = read(pickle.dumps({"vocab_size": np.int32(3), "itos": itos, "stoi": stoi}))
    assert found == Tokenizer("char", WORDS)
    assert all(type(word) is str for word in found.words)


NUMPY_KINDS = st.sampled_from(["?", "b", "B", "<i2", ">i4", "i8", "u2", ">u8", "<f2", "f4", ">f8", "c8", ">c16"])


@given(NUMPY_KINDS, st.binary(min_size=16, max_size=16), st.integers(0, pickle.HIGHEST_PROTOCOL))
def test_numpys_numbers_are_read_as_what_they_are(kind, content, protocol):
    value = np.frombuffer(content, kind)[0]
    wrote = pickle.dumps(value, protocol=protocol)
    assert pickle.dumps(read_plain(wrote)) == pickle.dumps(value.item())


NOT_PLAIN = {
    "path": Path("x"),
    "date": datetime.date(2024, 1, 2),
    "arguments": argparse.Namespace(a=1),
    "counter": Counter("ab"),
    "type": np.float32,
}


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("extra", NOT_PLAIN.values(), ids=NOT_PLAIN)
def test_what_is_no_plain_data_is_refused_and_not_accused(extra, protocol):
    message = refused(pickle.dumps({**SOUND, "more": [{"extra": extra}]}, protocol=protocol))
    assert "'more', 'extra' holds a " in message
    assert "could run code" not in message


def test_a_huge_memo_number_does_not_fill_the_memory():
    assert "no 'itos'" in refused(b"\x80\x02}r\xff\xff\xff\xff.")


def nested(depth=60):
    """A tuple that holds one tuple twice, which holds one twice, ...: 2 ** depth of them to look at."""
    found = ()
    for _ in range(depth):
        found = (found, found)
    return found


ENDLESS = b"\x80\x04(K\x00K\x01t\x94" + b"".join(b"h%ch%c\x86\x94" % (n, n) for n in range(60))
MANY = b"\x80\x02c_codecs\nencode\nq\x00X\x00\x00\x01\x00" + b"x" * 65536 + b"q\x01" + b"h\x00h\x01\x85R" * 9999 + b"."

SOME = b"".join(b"M" + pack("<H", n) for n in range(5000))
SETS = b"\x80\x04c__builtin__\nset\nq\x00](" + SOME + b"eq\x01" + b"h\x00h\x01\x85R" * 9999 + b"."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (ENDLESS + b"}h<K\x01s.", "key of too many parts in parts"),
        (ENDLESS + b"\x8f(h<\x90.", "key of too many parts in parts"),
        (ENDLESS + b"(h<\x91.", "key of too many parts in parts"),
        (ENDLESS + b"0c__builtin__\nset\nh<\x85R.", "key of too many parts in parts"),
        (MANY, "repeats its own parts without end"),
        (SETS, "repeats its own parts without end"),
    ],
    ids=["key", "set", "frozenset", "called set", "copies", "copied sets"],
)
def test_what_is_small_and_would_take_for_ever_is_refused(content, said):
    assert said in refused(content)


WIDE = b"\x80\x04(" + b"K\x00" * 5000 + b"t\x94(" + b"h\x00" * 5000 + b"t\x94}h\x01K\x01s."


def chained(length: int) -> bytes:
    """Sets of two pairs with the set before in both; two such chains, whose last sets are equal, as keys."""
    chains = b""
    for chain in range(2):
        chains += b"(\x91" + b"r" + pack("<I", 100 * chain)
        for n in range(100 * chain, 100 * chain + length):
            before = b"j" + pack("<I", n)
            chains += b"0(" + before + b"K\x00\x86" + before + b"K\x01\x86\x91" + b"r" + pack("<I", n + 1)
        chains += b"0"
    keys = [b"j" + pack("<I", 100 * chain + length) + b"K\x01s" for chain in range(2)]
    return b"\x80\x04" + chains + b"}" + b"".join(keys) + b"."


@pytest.mark.parametrize("content", [WIDE, chained(60)], ids=["wide", "equal sets"])
def test_keys_that_would_take_for_ever_to_compare(content):
    assert "key of too many parts in parts" in refused(content)


def test_short_chains_are_read():
    assert "no 'itos'" not in refused(chained(2)[:-1] + b"\x8c\x04itosK\x01s.")


def test_a_key_too_deep_for_pythons_own_hash_is_no_crash():
    assert "key of too many parts in parts" in refused(b"\x80\x04})" + b"\x85" * 1_000_000 + b"K\x01s.")


LOUD = {
    "a memo of gigabytes": (b"\x80\x02}r\xff\xff\xff\xffp99999999999999\n.", "no 'itos'"),
    "bytes of gigabytes": (b"\x80\x04\x8e" + pack("<Q", 2**40) + b"x.", "not a readable pickle"),
    "a bytearray of gigabytes": (b"\x80\x05\x96" + pack("<Q", 2**40) + b"x.", "not a readable pickle"),
    "text of gigabytes": (b"\x80\x04\x8d" + pack("<Q", 2**40) + b"x.", "not a readable pickle"),
    "a frame of gigabytes": (b"\x80\x04\x95" + pack("<Q", 2**40) + b"}.", "no 'itos'"),
    "a number of gigabytes": (b"\x80\x02\x8b" + pack("<i", 2**31 - 1) + b"x.", "not a readable pickle"),
    "a negative length": (b"\x80\x02\x8b" + pack("<i", -5) + b"x.", "not a readable pickle"),
    "a bytearray of a number": (b"c__builtin__\nbytearray\nM\xff\xff\x85R.", "not a readable pickle"),
    "a complex of text": (b"c__builtin__\ncomplex\nX\x02\x00\x00\x00xy\x85R.", "not a readable pickle"),
    "a dtype told to itself": (b"cnumpy\ndtype\nX\x02\x00\x00\x00f8\x85RNb.", "not a readable pickle"),
    "an endless scalar": (
        b"cnumpy.core.multiarray\nscalar\ncnumpy\ndtype\nX\x02\x00\x00\x00O8\x85RC\x01x\x86R.",
        "'O8'",
    ),
    "an instance": (b"(ios\nsystem\n.", "no plain data (INST)"),
    "an object": (b"(cos\nsystem\no.", "no plain data (OBJ)"),
    "a copy of the top": (b"}2.", "no plain data (DUP)"),
    "an extension": (b"\x80\x02\x82\x01.", "no plain data (EXT1)"),
    "a buffer": (b"\x80\x05\x97.", "no plain data (NEXT_BUFFER)"),
    "old text": (b"S'x'\n.", "no plain data (STRING)"),
    "by copyreg": (b"ccopy_reg\n_reconstructor\ncos\nsystem\nc__builtin__\nobject\nN\x87R.", "copyreg._reconstructor"),
    "a type called": (b"\x80\x02cos\nsystem\n(X\x02\x00\x00\x00lst\x81.", "os.system"),
    "by names": (b"\x80\x04cos\nsystem\n)}\x92.", "os.system, which could run code"),
    "text that is called": (b"\x80\x02X\x01\x00\x00\x00x)R.", "what is called is no function"),
    "a method of what is called": (b"\x80\x04\x8c\x08builtins\x8c\x0bset.__add__\x93)R.", "set.__add__"),
    "told to a set": (b"\x80\x04\x8f}\x8c\x03addK\x01sb.", "no 'itos'"),
    "told to a function": (b"cos\nsystem\n}X\x08\x00\x00\x00__call__K\x01sb.", "os.system"),
    "given to a function": (b"cos\nsystem\nK\x01a(K\x01eK\x01K\x01s.", "os.system"),
    "a list as a key": (b"}]K\x01s.", "not a readable pickle"),
    "a list that holds itself": (b"]q\x00h\x00a.", "no 'itos'"),
}


@pytest.mark.parametrize(("content", "said"), LOUD.values(), ids=LOUD)
def test_tricks(content, said):
    tracemalloc.start()
    try:
        assert said in refused(content)
        assert tracemalloc.get_traced_memory()[1] < 2**20
    finally:
        tracemalloc.stop()


def test_every_instruction_is_known_or_refused():
    assert set(plain_pickle._PLAIN.split()) <= set(plain_pickle._CODES)
    assert {code.name for code in pickletools.opcodes} == set(plain_pickle._CODES)
    for code in pickletools.opcodes:
        if code.name not in plain_pickle._PLAIN.split():
            assert f"({code.name})" in refused(code.code.encode("latin1") + b"\x00" * 9)


@pytest.mark.parametrize("key", ["tokenizer", "vocab_size", "itos", "stoi", "extra"])
def test_what_would_take_for_ever_to_write_out(key):
    """It is read, and never written in a message."""
    content = pickle.dumps({**SOUND, key: nested()})
    if key == "extra":
        assert read(content).words == WORDS
    else:
        assert len(refused(content)) < 400


@pytest.mark.parametrize(
    ("meta", "message"),
    [
        ([1, 2], "no 'itos'"),
        ({"vocab_size": 3}, "no 'itos'"),
        ({"itos": "abc"}, "itos is str"),
        ({"itos": None}, "itos is NoneType"),
        ({**SOUND, "vocab_size": 4}, "lies about its size: vocab_size is 4, but itos has 3 entries"),
        ({**SOUND, "vocab_size": "3"}, "lies about its size: vocab_size is '3'"),
        ({**SOUND, "vocab_size": 10**300}, "lies about its size"),
        ({"itos": {0: "a", 2: "b"}}, "none for token 1"),
        ({"itos": {1: "a", 2: "b"}}, "none for token 0"),
        ({"itos": {"0": "a"}}, "none for token 0"),
        ({"itos": ["a", 5]}, "entry 1 is not text but 5"),
        ({"itos": ["a", None]}, "entry 1 is not text"),
        ({"itos": ["a", "a"]}, "entries 0 and 1 are both 'a'"),
        ({"itos": ["\ud800"]}, "entry 0 is not text"),
        ({"itos": []}, "0 entries"),
        ({"itos": list(map(str, range(65_537)))}, "65537 entries"),
        ({**SOUND, "stoi": {"hello": 1, "world": 0, " ": 2}}, "stoi contradicts itos: token 0 is 'hello'"),
        ({**SOUND, "stoi": {"hello": 0, "world": 1}}, "stoi contradicts itos: token 2"),
        ({**SOUND, "stoi": {**SOUND["stoi"], "more": 3}}, "it has 4 entries"),
        ({**SOUND, "stoi": [0, 1, 2]}, "stoi is list"),
        ({**SOUND, "tokenizer": "gpt2"}, "kind is 'gpt2'"),
        ({**SOUND, "tokenizer": ["word"]}, "kind is"),
        ({**SOUND, "tokenizer": "bpe"}, "tokenizer.json beside train.bin"),
        ({**SOUND, "dtype": 16}, "dtype is 16"),
    ],
)
def test_a_meta_that_makes_no_sense_is_refused(meta, message):
    assert message in refused(meta)


@pytest.mark.parametrize(
    "content", [b"", b"\x80", b"\xff\xff", b"\x80\x04N", b"\x80\x63N.", b"I" + b"9" * 9999 + b"\n."]
)
def test_garbage_is_refused(content):
    assert "not a readable pickle" in refused(content)


@pytest.mark.parametrize("length", range(len(VALID)))
def test_a_file_cut_off_anywhere_is_refused(length):
    refused(VALID[:length])


def test_deep_nesting_is_no_crash():
    assert "no 'itos'" in refused(b"]" * 50_000 + b"a" * 49_999 + b".")


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "meta.pkl"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)  # sparse: takes no room on the disk
    with pytest.raises(UserError, match="this is another file"):
        read_meta(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.pkl", tmp_path):
        with pytest.raises(UserError, match="cannot read"):
            read_meta(path)


@given(st.binary(max_size=200))
def test_random_bytes_are_only_ever_a_user_error(content):
    try_to_read(content)


@given(st.lists(st.tuples(st.integers(0, len(VALID) - 1), st.integers(0, 255)), min_size=1, max_size=4), st.booleans())
def test_a_damaged_pickle_is_only_ever_a_user_error(changes, cut):
    content = bytearray(VALID)
    for position, value in changes:
        content[position] = value
    try_to_read(bytes(content[: changes[0][0]] if cut else content))


@given(
    st.lists(
        st.sampled_from(
            [
                b"}",
                b"]",
                b")",
                b"(",
                b"N",
                b"K\x01",
                b"u",
                b"s",
                b"a",
                b"e",
                b"t",
                b"l",
                b"d",
                b"\x85",
                b"q\x00",
                b"h\x00",
                b"\x94",
                b".",
            ]
        )
    )
)
def test_any_sequence_of_the_plain_instructions_is_only_ever_a_user_error(instructions):
    try_to_read(b"\x80\x04" + b"".join(instructions) + b".")


def try_to_read(content: bytes) -> None:
    try:
        tokenizer = read(content)
    except UserError as error:
        assert "\n" not in str(error)
    else:
        assert isinstance(tokenizer, Tokenizer)


def test_what_could_be_endless_is_not_written_out(tmp_path):
    deep = 5000  # lists in lists: more than `pickle.dumps` writes, which would need as deep a stack
    nested = b"\x80\x04}\x8c\x04itos" + deep * b"]" + b"\x8c\x01x" + deep * b"a" + b"s."
    shared: object = "x"
    for _ in range(40):
        shared = [shared, shared]
    written = (pickle.dumps(meta) for meta in ({"itos": [shared]}, {"itos": ["a"], "vocab_size": 10**6000}))
    for content in (nested, *written):
        (tmp_path / "meta.pkl").write_bytes(content)
        with pytest.raises(UserError):
            read_meta(tmp_path / "meta.pkl")
