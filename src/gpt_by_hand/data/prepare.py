"""The data sets: the two demos, the one for the pencil, Shakespeare, and any text of one's own."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np

from gpt_by_hand.data.datasets import save_dataset
from gpt_by_hand.data.download import SHAKESPEARE_SHA256, download, fingerprint
from gpt_by_hand.data.tokenizers import Tokenizer, build_char_tokenizer, build_word_tokenizer
from gpt_by_hand.data.vocabulary import Kind
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import is_file, read_bytes, read_text, write_atomically
from gpt_by_hand.records import dataclass

DEMO_VOCABULARY = 32
LARGE_VOCABULARY = 5_000
TRAIN_SHARE = 0.9  # of a text of one's own
SHORTEST_PART = 9  # the demo model's sequence of 8 and the token after it

WORD_PHRASES = (
    "hello world",
    "to be or not to be",
    "once upon a time",
    "machine learning is fun",
    "artificial intelligence rocks",
    "neural networks learn patterns",
    "transformers are amazing models",
    "I love GPT by hand project",
)
CHAR_PHRASES = (
    "hello world ",
    "the quick brown fox ",
    "to be or not to be ",
    "once upon a time ",
    "machine learning is fun ",
    "artificial intelligence ",
    "neural networks learn ",
    "transformers are amazing ",
)
# Who decides the article, and the verb decides the animal: two things for attention to look back at.
PENCIL_PHRASES = ("i see a cat", "i hear a dog", "you see the cat", "you hear the dog")
# Every character of tiny Shakespeare.
SHAKESPEARE_CHARACTERS = "\n !$&',-.3:;?" + string.ascii_letters


@dataclass(frozen=True)
class Prepared:
    """What was written where: sizes in characters and tokens, and a note for the user where there is one."""

    name: str
    folder: Path
    characters: int
    train_tokens: int
    val_tokens: int
    vocab_size: int
    note: str = ""


def _random_phrases(phrases: tuple[str, ...], count: int) -> str:
    """`count` phrases drawn with seed 42, each followed by one space."""
    generator = random.Random(42)
    return "".join(generator.choice(phrases) + " " for _ in range(count))


# The data sets that come with the program: their texts, and what makes their tokenizers of them. There is no space
# among the tokens of `pencil`, so a window of four positions holds a whole sentence.
BUILT_IN: dict[str, tuple[str, Callable[[str], Tokenizer]]] = {
    "tiny_demo_words": (_random_phrases(WORD_PHRASES, 200), build_word_tokenizer),
    "tiny_demo": ("".join(CHAR_PHRASES) * 50, partial(build_char_tokenizer, vocab_size=DEMO_VOCABULARY)),
    "pencil": (_random_phrases(PENCIL_PHRASES, 100), partial(build_word_tokenizer, keep_spaces=False)),
}


def prepare_built_in(name: str, folder: Path, replace: bool = True) -> Prepared:
    """A data set that comes with the program: four fifths of its text are for training.

    What stands in the folder under the names of its files is replaced; if not `replace`, it is kept, and refused
    unless it is the same. Raises: UserError then, and if the files cannot be written.
    """
    text, tokenizer = BUILT_IN[name][0], built_in_tokenizer(name)
    return _save(folder, text, tokenizer, _split(text, tokenizer, 0.8), replace)


def built_in_tokenizer(name: str) -> Tokenizer:
    """The tokenizer of a data set that comes with the program, by the data set's name, without any file.

    Raises: UserError for another name.
    """
    if name == "shakespeare_char":
        return Tokenizer("char", tuple(sorted(SHAKESPEARE_CHARACTERS)))
    if name not in BUILT_IN:
        raise UserError(f"no vocabulary is known for the data set {name!r}: train on it, then load the checkpoint")
    text, build = BUILT_IN[name]
    return build(text)


def prepare_text(file: Path, folder: Path, kind: Kind | Tokenizer, vocab_size: int | None = None) -> Prepared:
    """A data set from a UTF-8 text file, nine tenths of it for training and the rest for validation.

    Its tokenizer is made from the text; or it is one that is there already, and what that lacks becomes `<UNK>`.
    Raises: UserError, before anything is written, when the file is missing, empty, not UTF-8 or too short, when the
    vocabulary cannot be made or lacks a word and `<UNK>`, or when the folder holds another data set.
    """
    text = read_text(Path(file))
    if not text.strip():
        raise UserError(f"{file} is empty: give a file with some text")
    note = _suggestion(text) if kind == "word" else ""
    try:
        tokenizer = kind if isinstance(kind, Tokenizer) else _tokenizer(text, kind, vocab_size)
        parts = _split(text, tokenizer, TRAIN_SHARE)
    except UserError as error:
        raise UserError("; ".join(filter(None, (f"{file}: {error}", note)))) from None
    return _save(folder, text, tokenizer, parts, replace=False, note=note)


def prepare_shakespeare(
    folder: Path,
    characters_folder: Path,
    input_file: Path | None = None,
    echo: Callable[[str], object] = print,
) -> tuple[Prepared, Prepared]:
    """Two character data sets from tiny Shakespeare: its 31 most common characters and `<UNK>`, and all of them.

    The text is `input_file` where that is given, and otherwise downloaded once and kept beside `folder`, as
    `tinyshakespeare.txt`.
    Raises: UserError when there is no network, or the text cannot be read or the data sets written.
    """
    file = Path(input_file) if input_file else _fetched(Path(folder).parent / "tinyshakespeare.txt")
    if fingerprint(read_bytes(file)) != SHAKESPEARE_SHA256:
        echo(f"note: {file} is not the usual tiny Shakespeare (its SHA-256 differs); it is used as it is")
    few = prepare_text(file, folder, "char", DEMO_VOCABULARY)
    return few, prepare_text(file, characters_folder, "char")


def _fetched(path: Path) -> Path:
    """`path`, downloaded unless it is already there and whole."""
    if not is_file(path) or fingerprint(read_bytes(path)) != SHAKESPEARE_SHA256:
        write_atomically(path, download())
    return path


def _tokenizer(text: str, kind: Kind, vocab_size: int | None) -> Tokenizer:
    if kind not in ("word", "char"):
        raise UserError(f"tokenizer kind is {kind!r}: only 'word' and 'char' are known")
    build = build_word_tokenizer if kind == "word" else build_char_tokenizer
    return build(text, vocab_size)


def _split(text: str, tokenizer: Tokenizer, train_share: float) -> tuple[np.ndarray, np.ndarray]:
    """The tokens of `text`, uint16, cut in two. Raises: UserError when a part is too short to train or test with."""
    tokens = np.array(tokenizer.encode(text, unknown="replace"), dtype=np.uint16)
    split = int(len(tokens) * train_share)
    refuse_short(split, len(tokens) - split)
    return tokens[:split], tokens[split:]


def refuse_short(train: int, val: int) -> None:
    """Raise UserError where the parts of a text have too few tokens."""
    if min(train, val) < SHORTEST_PART:
        raise UserError(
            f"the text is too short: its {train + val} tokens make {train} for training and {val} for validation, and "
            f"each needs at least {SHORTEST_PART}; give a longer text"
        )


def _suggestion(text: str) -> str:
    """Lines without a space, such as names or DNA, are words of the whole length; a character may be meant."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    whole = sum(len(line) > 1 and not any(character.isspace() for character in line) for line in lines)
    if 10 * whole < 9 * len(lines):
        return ""
    return "there are no spaces in the lines, so each is a word; with --tokenizer char each character is a token"


def _save(
    folder: Path,
    text: str,
    tokenizer: Tokenizer,
    parts: tuple[np.ndarray, np.ndarray],
    replace: bool,
    note: str = "",
) -> Prepared:
    folder, (train, val) = Path(folder), parts
    save_dataset(folder, train, val, tokenizer, replace)
    note = note or _note(len(tokenizer))
    return Prepared(folder.resolve().name, folder, len(text), len(train), len(val), len(tokenizer), note)


def _note(vocab_size: int) -> str:
    if vocab_size <= LARGE_VOCABULARY:
        return ""
    return f"the vocabulary is large: {vocab_size:,} entries, each a row of the embedding; --vocab-size limits it"
