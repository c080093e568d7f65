"""The data sets: the two demos, the one for the pencil, Shakespeare, and any text of one's own."""

from __future__ import annotations

import random
import string
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gpt_by_hand.data.datasets import agrees, save_dataset
from gpt_by_hand.data.download import SHAKESPEARE_SHA256, download, fingerprint
from gpt_by_hand.data.tokenizers import Tokenizer, build_char_tokenizer, build_word_tokenizer
from gpt_by_hand.data.vocabulary import Kind
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import is_file, read_bytes, write_atomically

DEMO_VOCABULARY = 32
LARGE_VOCABULARY = 5_000
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


def prepare_words(folder: Path, replace: bool = True) -> Prepared:
    """The word demo: 200 of eight phrases, chosen at random with seed 42.

    What stands in the folder under the names of its files is replaced; if not `replace`, it is kept, and refused
    unless it is the same. Raises: UserError then, and if the files cannot be written.
    """
    text = _random_phrases(WORD_PHRASES, 200)
    tokenizer = build_word_tokenizer(text)
    return _save(folder, text, tokenizer, _split(text, tokenizer, train_share=0.8), replace)


def prepare_chars(folder: Path, replace: bool = True) -> Prepared:
    """The character demo: eight phrases, 50 times over. `replace` and Raises: as `prepare_words`."""
    text = "".join(CHAR_PHRASES) * 50
    tokenizer = build_char_tokenizer(text, DEMO_VOCABULARY)
    return _save(folder, text, tokenizer, _split(text, tokenizer, train_share=0.8), replace)


def prepare_pencil(folder: Path, replace: bool = True) -> Prepared:
    """A language of four sentences, four words each and eight words in all. `replace`, Raises: as `prepare_words`.

    There is no space among its tokens, so a window of four positions holds a whole sentence.
    """
    text = _random_phrases(PENCIL_PHRASES, 100)
    tokenizer = build_word_tokenizer(text, keep_spaces=False)
    return _save(folder, text, tokenizer, _split(text, tokenizer, train_share=0.8), replace)


BUILT_IN = {"tiny_demo_words": prepare_words, "tiny_demo": prepare_chars, "pencil": prepare_pencil}


def built_in_tokenizer(name: str) -> Tokenizer:
    """The tokenizer of a data set that comes with the program, by the data set's name, without any file.

    Raises: UserError for another name.
    """
    if name == "shakespeare_char":
        return Tokenizer("char", tuple(sorted(SHAKESPEARE_CHARACTERS)))
    if name == "tiny_demo":
        return build_char_tokenizer("".join(CHAR_PHRASES), DEMO_VOCABULARY)
    phrases = {"tiny_demo_words": WORD_PHRASES, "pencil": PENCIL_PHRASES}.get(name)
    if phrases is None:
        raise UserError(f"no vocabulary is known for the data set {name!r}: train on it, then load the checkpoint")
    return build_word_tokenizer(" ".join(phrases), keep_spaces=name != "pencil")


def prepare_text(
    file: Path, folder: Path, kind: Kind, vocab_size: int | None = None, train_share: float = 0.9
) -> Prepared:
    """A data set from a UTF-8 text file, its first `train_share` for training and the rest for validation.

    Raises: UserError, before anything is written, when the file is missing, empty, not UTF-8 or too short, when the
    vocabulary cannot be made, or when the folder holds another data set.
    """
    if not 0.0 < train_share < 1.0:
        raise UserError(f"the share for training is {train_share:g}: choose more than 0 and less than 1")
    text = _read_text(Path(file))
    try:
        tokenizer = _tokenizer(text, kind, vocab_size)
        parts = _split(text, tokenizer, train_share)
    except UserError as error:
        raise UserError("; ".join(filter(None, (f"{file}: {error}", _suggestion(text, kind))))) from None
    return _save(folder, text, tokenizer, parts, replace=False, note=_suggestion(text, kind))


def prepare_with(file: Path, folder: Path, tokenizer: Tokenizer, train_share: float = 0.9) -> Prepared:
    """A data set from a UTF-8 text file in words that are there already; what they lack becomes `<UNK>`.

    Raises: UserError, before anything is written, as `prepare_text`, and for a word that there is no `<UNK>` for.
    """
    text = _read_text(Path(file))
    try:
        parts = _split(text, tokenizer, train_share)
    except UserError as error:
        raise UserError(f"{file}: {error}") from None
    return _save(folder, text, tokenizer, parts, replace=False)


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
    if _fingerprint_of(file) != SHAKESPEARE_SHA256:
        echo(f"note: {file} is not the usual tiny Shakespeare (its SHA-256 differs); it is used as it is")
    few = prepare_text(file, folder, "char", DEMO_VOCABULARY)
    return few, prepare_text(file, characters_folder, "char")


def _fetched(path: Path) -> Path:
    """`path`, downloaded unless it is already there and whole."""
    if not is_file(path) or _fingerprint_of(path) != SHAKESPEARE_SHA256:
        write_atomically(path, download())
    return path


def _fingerprint_of(path: Path) -> str:
    return fingerprint(read_bytes(path))


def _random_phrases(phrases: tuple[str, ...], count: int) -> str:
    """`count` phrases drawn with seed 42, each followed by one space."""
    generator = random.Random(42)
    return "".join(generator.choice(phrases) + " " for _ in range(count))


def _read_text(file: Path) -> str:
    """The text of a UTF-8 file, without a byte-order mark and with `\\n` at the end of each line."""
    content = read_bytes(file)
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UserError(
            f"{file} is not UTF-8 text: byte {error.start} is {content[error.start]:#04x}; convert it first"
        ) from None
    if not text.strip():
        raise UserError(f"{file} is empty: give a file with some text")
    return text.replace("\r\n", "\n")


def _tokenizer(text: str, kind: Kind, vocab_size: int | None) -> Tokenizer:
    if kind not in ("word", "char"):
        raise UserError(f"tokenizer kind is {kind!r}: only 'word' and 'char' are known")
    build = build_word_tokenizer if kind == "word" else build_char_tokenizer
    return build(text, vocab_size)


def _split(text: str, tokenizer: Tokenizer, train_share: float) -> tuple[np.ndarray, np.ndarray]:
    """The tokens of `text`, uint16, cut in two. Raises: UserError when a part is too short to train or test with."""
    tokens = np.array(tokenizer.encode(text, unknown="replace"), dtype=np.uint16)
    split = int(len(tokens) * train_share)
    train, val = tokens[:split], tokens[split:]
    if min(len(train), len(val)) < SHORTEST_PART:
        raise UserError(
            f"the text is too short: its {len(tokens)} tokens make {len(train)} for training and {len(val)} for "
            f"validation, and each needs at least {SHORTEST_PART}; give a longer text"
        )
    return train, val


def another(folder: Path) -> UserError:
    """Somebody's data are not overwritten because a text file happens to have their name."""
    return UserError(
        f"{folder} holds another data set already, or parts of one: choose another name, or remove that folder first"
    )


def _suggestion(text: str, kind: Kind) -> str:
    """Lines without a space, such as names or DNA, are words of the whole length; a character may be meant."""
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    whole = sum(len(line) > 1 and not any(character.isspace() for character in line) for line in lines)
    if kind != "word" or 10 * whole < 9 * len(lines):
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
    if not (replace or agrees(folder, train, val, tokenizer)):
        raise another(folder)
    save_dataset(folder, train, val, tokenizer)
    note = note or _note(len(tokenizer))
    return Prepared(folder.resolve().name, folder, len(text), len(train), len(val), len(tokenizer), note)


def _note(vocab_size: int) -> str:
    if vocab_size <= LARGE_VOCABULARY:
        return ""
    return f"the vocabulary is large: {vocab_size:,} entries, each a row of the embedding; --vocab-size limits it"
