"""Tokenizers in folders of Hugging Face's: the tokens are those of transformers, or the folder is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gpt_by_hand.data.byte_pairs import BYTE, BytePairTokenizer
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.errors import UserError
from gpt_by_hand.interop.places import open_model, read_words
from gpt_by_hand.interop.words import find_tokenizer
from tests.support.byte_pairs import TEXT, small_tokenizer
from tests.support.hugging_face import random_gpt2, transformers

SMALL = small_tokenizer()
LINES = ["#version: 0.2", *(" ".join(pair) for pair in SMALL.merges), ""]
TEXTS = (TEXT, "the<|user|>x <|endoftext|>the", "  12\n\n's")
LATER = {"<|user|>": len(SMALL)}
DECODER = {"added_tokens_decoder": {str(len(SMALL)): {"content": "<|user|>"}}}
KNOWN = {"added_tokens_decoder": {str(len(SMALL) - 1): {"content": "<|endoftext|>"}}}


def folder_of(path: Path, whole: bool, settings: Any = None, added: Any = None, end: str = "\n") -> Path:
    """A folder with the small tokenizer, as one file or as two."""
    if whole:
        (path / "tokenizer.json").write_bytes(tokenizer_bytes(SMALL))
    else:
        (path / "vocab.json").write_text(json.dumps(SMALL.ids))
        (path / "merges.txt").write_bytes(end.join(LINES).encode())
    for name, content in (("tokenizer_config.json", settings), ("added_tokens.json", added)):
        if content is not None:
            (path / name).write_text(json.dumps(content))
    return path


def test_nothing_is_found(tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text("{}")
    assert find_tokenizer(tmp_path) is None


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_vocab_and_merges(tmp_path: Path, end: str) -> None:
    assert find_tokenizer(folder_of(tmp_path, False, end=end)) == SMALL


@pytest.mark.parametrize(
    ("whole", "settings", "added"),
    [
        (False, None, None),
        (False, {"add_prefix_space": False, "add_bos_token": False}, None),
        (False, None, LATER),
        (False, KNOWN, None),
        (True, {"add_bos_token": True, "bos_token": "<|endoftext|>"}, None),
        (True, KNOWN, None),
    ],
)
def test_the_tokens_are_those_of_transformers(tmp_path: Path, whole: bool, settings: Any, added: Any) -> None:
    library = transformers()
    folder_of(tmp_path, whole, settings, added)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    theirs, ours = library.AutoTokenizer.from_pretrained(tmp_path), find_tokenizer(tmp_path)
    assert ours is not None
    for text in TEXTS:
        assert ours.encode(text) == theirs(text)["input_ids"]


def clip(folder: Path) -> Path:
    """A vocabulary of CLIP's kind: each byte, each byte at the end of a word, and pairs of these."""
    characters = sorted(BYTE)
    merges = [("t", "h"), ("th", "e</w>"), ("i", "t</w>")]
    words = [*characters, *(f"{c}</w>" for c in characters), *("".join(pair) for pair in merges)]
    ids = {word: n for n, word in enumerate([*words, "<|startoftext|>", "<|endoftext|>"])}
    (folder / "vocab.json").write_text(json.dumps(ids))
    (folder / "merges.txt").write_text("\n".join(["#version: 0.2", *(" ".join(pair) for pair in merges), ""]))
    return folder


@pytest.mark.parametrize("by", ["folder", "vocab.json"])
def test_clips_tokenizer_is_not_gpt2s(tmp_path: Path, by: str) -> None:
    """Its files are as GPT-2's are called, and all of its entries are written as GPT-2 writes them."""
    clip(tmp_path)
    with pytest.raises(UserError, match=r"(?s)vocab\.json: .*</w>' is the end of a word, which GPT-2's"):
        read_words(str(tmp_path if by == "folder" else tmp_path / "vocab.json"))
    library = transformers()
    theirs = library.CLIPTokenizer.from_pretrained(tmp_path)
    (tmp_path / "saved").mkdir()
    theirs.save_pretrained(tmp_path / "saved")
    with pytest.raises(UserError, match=r"tokenizer_config\.json is of the tokenizer 'CLIPTokenizer"):
        find_tokenizer(tmp_path / "saved")
    (tmp_path / "saved" / "tokenizer_config.json").unlink()
    with pytest.raises(UserError, match=r"tokenizer\.json: its (normalizer|pre_tokenizer) is not GPT-2's"):
        find_tokenizer(tmp_path / "saved")


def test_parts_that_no_pair_makes() -> None:
    words = SMALL.words[:256]
    with pytest.raises(UserError, match="'x</w>' is the end of a word"):
        BytePairTokenizer("bpe", (*words, "x</w>"))
    with pytest.raises(UserError, match=r"'b@@' is no byte, and no pair makes it"):
        BytePairTokenizer("bpe", (*words, "b@@", "ab@@"), (("a", "b@@"),))


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", ["GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizerFast", None])
def test_classes_that_cut_as_gpt2(tmp_path: Path, whole: bool, kind: str | None) -> None:
    assert find_tokenizer(folder_of(tmp_path, whole, {"tokenizer_class": kind})) == SMALL


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("kind", ["CLIPTokenizer", "RobertaTokenizerFast", "BertTokenizer", "LlamaTokenizer", 3, ["x"]])
def test_classes_that_do_not(tmp_path: Path, whole: bool, kind: Any) -> None:
    with pytest.raises(
        UserError, match=r"tokenizer_config\.json is of the tokenizer .*: only GPT-2's tokenizer is read"
    ):
        find_tokenizer(folder_of(tmp_path, whole, {"tokenizer_class": kind}))


def test_a_tokenizer_that_is_not_read_is_named(tmp_path: Path) -> None:
    """A model with the words of BERT, as there are some: its tokens are numbers."""
    random_gpt2(tmp_path)
    (tmp_path / "vocab.txt").write_text("[PAD]\nthe\n##s\n")
    (tmp_path / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    assert "has no tokenizer (its own, 'BertTokenizer', is not read): tokens" in open_model(str(tmp_path)).notes[0]


@pytest.mark.parametrize("content", ["[]", "3", '{"a": null}', "{"])
def test_a_vocabulary_that_is_none(tmp_path: Path, content: str) -> None:
    folder_of(tmp_path, whole=False)
    (tmp_path / "vocab.json").write_text(content)
    with pytest.raises(UserError, match=r"vocab\.json"):
        find_tokenizer(tmp_path)


@pytest.mark.parametrize(
    ("whole", "settings", "added", "said"),
    [
        (True, {"add_prefix_space": True}, None, "tokenizer_config.json asks for add_prefix_space"),
        (False, {"add_prefix_space": True}, None, "tokenizer_config.json asks for add_prefix_space"),
        (False, {"add_bos_token": True}, None, "asks for add_bos_token"),
        (False, {"add_eos_token": True}, None, "asks for add_eos_token"),
        (True, DECODER, None, "tokenizer_config.json adds '<|user|>', which the vocabulary lacks"),
        (False, DECODER, None, "tokenizer_config.json adds '<|user|>', which the vocabulary lacks"),
        (True, None, LATER, "added_tokens.json adds '<|user|>', which the vocabulary lacks"),
        (False, None, {"<|user|>": 3}, "token 3 is"),
        (False, None, [1], "added_tokens.json is damaged: it is no dictionary"),
        (True, [1], None, "tokenizer_config.json is damaged"),
    ],
)
def test_settings_that_make_other_tokens(tmp_path: Path, whole: bool, settings: Any, added: Any, said: str) -> None:
    with pytest.raises(UserError) as caught:
        find_tokenizer(folder_of(tmp_path, whole, settings, added))
    assert said in str(caught.value)
