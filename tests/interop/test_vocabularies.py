"""Any vocabulary: trained on, written with and converted; the prompt is kept and transformers makes the same tokens."""

from __future__ import annotations

import pickle
import re
import tempfile
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpt_by_hand import GPT, train
from gpt_by_hand.cli import main
from gpt_by_hand.cli.generate import TIDIED
from gpt_by_hand.data.meta import load_meta
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.interop.places import open_model, write
from gpt_by_hand.training import checkpoint
from tests.support.commands import Command, refused
from tests.support.hugging_face import transformers

SETTINGS = {"max_iters": 1, "eval_iters": 1, "engine": "numpy"}


def data_set(folder: Path, words: list[str], ids: list[int], **meta: object) -> Path:
    """A data set as people make it for nanoGPT."""
    folder.mkdir(parents=True)
    for name in ("train.bin", "val.bin"):
        np.array(ids, dtype=np.uint16).tofile(folder / name)
    content = {"vocab_size": len(words), "itos": dict(enumerate(words)), "stoi": {w: i for i, w in enumerate(words)}}
    (folder / "meta.pkl").write_bytes(pickle.dumps({**content, **meta}))
    return folder


def said(*arguments: object) -> tuple[str, str]:
    """What a command prints that must succeed."""
    out, err = StringIO(), StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        assert main([str(argument) for argument in arguments]) in (0, None)
    return out.getvalue(), err.getvalue()


@st.composite
def vocabularies(draw):
    """Entries, what `meta.pkl` says of their kind, and text that they can write."""
    if draw(st.booleans()):
        entries = draw(st.lists(st.text("romeoJULIET 0.25\n!", min_size=2, max_size=4), max_size=4, unique=True))
        words = ["[PAD]", *dict.fromkeys([*entries, *"romeJULIET 0.25\n!"])]
        kind = draw(st.sampled_from([{}, {"tokenizer": "char"}]))
        return words, kind, "".join(draw(st.lists(st.sampled_from(words[1:]), min_size=1, max_size=12)))
    parts = st.text("abc019.,'-?", min_size=2, max_size=5)
    words = draw(st.lists(parts, min_size=2, max_size=8, unique=True))
    drawn = draw(st.lists(st.sampled_from(words), min_size=1, max_size=8))
    if draw(st.booleans()):
        white = draw(st.lists(st.sampled_from([" ", "  ", "\n    "]), min_size=len(drawn), max_size=len(drawn)))
        text = "".join(word + space for word, space in zip(drawn, white, strict=True))
        return [*words, " ", "\n"], {"tokenizer": "word"}, text
    tokenizer = Tokenizer("word", tuple(words))
    return words, draw(st.sampled_from([{}, {"tokenizer": "word"}])), tokenizer.decode(map(tokenizer.ids.get, drawn))


def tokens(make: Callable[[str], list[int]], text: str) -> list[int] | None:
    """What is made of the text, or None where it is refused: by us, or by the library, which has no error for it."""
    try:
        return make(text)
    except UserError:
        return None
    except Exception as error:
        assert "WordLevel error: Missing [UNK] token" in str(error)
        return None


@settings(max_examples=15)
@given(vocabularies(), st.data())
def test_training_writing_and_travelling(vocabulary, data):
    words, kind, text = vocabulary
    library = transformers()
    with tempfile.TemporaryDirectory() as home:
        order = data.draw(st.permutations(range(len(words))))
        folder = data_set(Path(home) / "x", words, [*order, *order[:3], order[0]] * 9, **kind)
        out = Path(home) / "out"
        tokenizer = load_meta(folder / "meta.pkl").tokenizer
        assert tokenizer.decode(tokenizer.encode(text)) == text

        model = train("pencil", dataset="x", data_dir=home, out_dir=out, **SETTINGS)
        written = GPT.load(out).generate(text, max_tokens=6, temperature=3)
        assert written.startswith(text)
        assert written == model.generate(text, max_tokens=6, temperature=3)
        shown, notes = said("generate", "--out_dir", out, f"--prompt={text}", "--max_tokens", 6, "--temperature", 3)
        assert shown.startswith(text)
        assert (shown != f"{written}\n") == (TIDIED in notes)
        assert said("generate", "--out_dir", out)[0]

        _, notes = said("convert", out, Path(home) / "hf")
        assert "no tokenizer.json" not in notes
        theirs = library.AutoTokenizer.from_pretrained(Path(home) / "hf")
        for some in (text, written, shown):
            found = tokens(lambda text: theirs(text)["input_ids"], some)
            assert found == tokens(tokenizer.encode, some)
            assert found is None or theirs.decode(found) == tokenizer.decode(found)
        assert open_model(str(Path(home) / "hf")).tokenizer == tokenizer == open_model(str(out)).tokenizer


def test_characters_and_one_longer_entry(command: Command, tmp_path: Path) -> None:
    text = "ROMEO: hi. JULIET: ho. " * 40
    words = ["[PAD]", *sorted(set(text))]
    data_set(tmp_path / "data" / "play", words, [words.index(character) for character in text])
    shown = command("train", "--preset", "pencil", "--dataset", "play", "--max_iters", 1)
    assert "note: data/play/meta.pkl names no kind: it was taken as char" in shown.out
    result = command("generate", "--prompt", "ROMEO: ho.", "--max_tokens", 9)
    assert (result.code, result.err) == (0, "")
    assert re.fullmatch(r"ROMEO: ho\.(\[PAD\]|[A-Zhio:. ]){9}\n", result.out)
    command("convert", "out", "hf")
    assert (tmp_path / "hf" / "tokenizer.json").is_file()


def test_words_with_marks_inside(command: Command, tmp_path: Path) -> None:
    data_set(tmp_path / "data" / "steps", ["0.00", "0.25", "0.50", "0.75"], [0, 1, 2, 3] * 50)
    shown = command("train", "--preset", "pencil", "--dataset", "steps", "--max_iters", 1)
    assert "note: data/steps/meta.pkl names no kind: it was taken as word" in shown.out
    for options, start in (((), "0.00 0."), (("--prompt", "0.25  0.50 "), "0.25  0.50 0.")):
        result = command("generate", *options)
        assert result.code == 0
        assert result.out.startswith(start)


def test_indented_text_with_marks(command: Command, tmp_path: Path) -> None:
    (tmp_path / "pi.txt").write_text("pi is 3.14 .\n  see www.x.org\n" * 40)
    assert command("prepare", "text", "pi.txt").code == 0
    command("train", "--preset", "pencil", "--dataset", "pi", "--max_iters", 1)
    for prompt in ("pi is 3.14 .", "Pi is 3.14 .\n  see www.x.org\n  "):
        assert command("generate", "--prompt", prompt).out.startswith(prompt)
        assert GPT.load("out").generate(prompt).startswith(prompt)


def test_a_kind_that_cannot_be_saved_is_refused_before_training(command: Command, tmp_path: Path) -> None:
    data_set(tmp_path / "data" / "x", ["a", "b", "th", "e"], [0, 1, 2, 3] * 50, tokenizer="bpe")
    refused(
        command("train", "--preset", "pencil", "--dataset", "x"), "meta.pkl: tokenizer kind is 'bpe'", "tokenizer.json"
    )
    assert not (tmp_path / "out").exists()


def test_a_checkpoint_of_an_earlier_version_opens_and_goes_on(command: Command, tmp_path: Path) -> None:
    """It was saved as words where now the same entries are taken as characters and longer pieces."""
    words = ["[PAD]", *"abcd "]
    data_set(tmp_path / "data" / "x", words, [1, 2, 5, 3, 4, 5] * 30)
    tiny = ("--preset", "pencil", "--dataset", "x", "--max_iters")
    assert command("train", *tiny, 1).code == 0
    index = tmp_path / "out" / checkpoint.INDEX
    index.write_text(index.read_text().replace('"kind": "char"', '"kind": "word"'))
    assert GPT.load("out").generate("a b").startswith("a b")
    result = command("train", "--init_from", "resume", "--max_iters", 2)
    assert result.code == 0, result.err
    assert checkpoint.load(tmp_path / "out").tokenizer == Tokenizer("char", tuple(words))


def test_an_entry_more_than_the_model_has(command: Command, trained: Path) -> None:
    """One for padding, say: read with a note, unless it is used."""
    before = open_model("out")
    more = Tokenizer("word", (*before.tokenizer.words, "[pad]"))
    model = open_model("out", more)
    assert re.search(
        r"the tokenizer has 33 entries, and the model in out knows 32: \[pad\] means nothing", model.notes[0]
    )
    write(model, "gpt-by-hand", trained / "padded")
    prompt = ("--prompt", "hello", "--engine", "numpy")
    assert command("generate", "--out_dir", "padded", *prompt).out == command("generate", *prompt).out
    for name in ("generate", "trace"):
        result = command(name, "--init_from", "padded", "--prompt", "hello [pad]")
        assert (result.code, "error: [pad] is token 32" in result.err, "0 to 31" in result.err) == (2, True, True)
    ids = [more.ids[word] for word in ("hello", " ", "world", " ")] * 9
    for name, end in (("fine", []), ("used", [32])):
        data_set(trained / "data" / name, list(more.words), [*ids, *end], tokenizer="word", dtype="uint16")
    tiny = ("train", "--init_from", "padded", "--max_iters", 1, "--engine", "numpy", "--dataset")
    shown = command(*tiny, "fine", "--out_dir", "fine")
    assert "note: data/fine has 33 tokens, and uses only those 32 of the model" in shown.out
    refused(command(*tiny, "used", "--out_dir", "used"), "vocab_size is 32, but data/used has tokens up to 32")


@pytest.mark.parametrize("more", [2, 50])
def test_many_more_entries_are_of_another_model(trained: Path, more: int) -> None:
    words = (*open_model(str(trained / "out")).tokenizer.words, *(f"w{n}" for n in range(more)))
    with pytest.raises(UserError, match="the tokenizer of another model"):
        open_model(str(trained / "out"), Tokenizer("word", words)).load()
