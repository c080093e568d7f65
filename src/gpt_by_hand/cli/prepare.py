"""`gpt-by-hand prepare`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Argument
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.data.prepare import Prepared, prepare_built_in, prepare_shakespeare, prepare_text
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import progress, say

if TYPE_CHECKING:
    from gpt_by_hand.data.tokenizers import Tokenizer

What = Literal["demo", "words", "chars", "pencil", "shakespeare", "text"]
BUILT_IN = {"words": ["tiny_demo_words"], "chars": ["tiny_demo"], "pencil": ["pencil"]}
BUILT_IN["demo"] = BUILT_IN["words"] + BUILT_IN["chars"]
LARGE = 5_000_000  # bytes of text: one process takes longer than a second, and cannot say how far it has come


@dataclass(frozen=True)
class Options:
    """Make a data set: train.bin and val.bin (token numbers as uint16) and meta.pkl (the vocabulary)."""

    what: Annotated[What, Argument(positional=True)] = "demo"
    """demo: the two tiny data sets, words and chars. pencil: eight words, for paper. shakespeare: downloads 1.1 MB.
    text: a FILE of your own."""
    file: Annotated[Path | None, Argument("FILE", positional=True)] = None
    """For text: the UTF-8 text file."""
    tokenizer: Annotated[str, Argument("WHAT")] = "word"
    """For text: what a token is: word, char, or gpt2 for GPT-2's pieces of words (fetched once); or where the
    words of a model are: a tokenizer.json, a meta.pkl, or a folder with one of them or with a model."""
    vocab_size: Annotated[int | None, Argument("N")] = None
    """For text: at most so many entries; rarer ones become <UNK>. All, if left out."""
    processes: Annotated[int, Argument("N")] = 0
    """For text with GPT-2's tokens: how many threads share the work; 0 for one on each processor."""
    name: str = ""
    """For text: the data set's name, the value of --dataset later. The file's own name, if left out."""
    input: Annotated[Path | None, Argument("FILE")] = None
    """For shakespeare: use this file instead of downloading."""
    data_dir: Path = Path("data")
    """The folder that data sets are put into, each in a folder of its own."""


def run(arguments: Sequence[str]) -> int:
    """Prepare what the command line asks for and say what was made."""
    _refuse_a_file_alone(arguments)
    options = parse(Options, arguments, "prepare")
    for name in ("tokenizer", "vocab_size", "name", "input", "processes"):
        needed = "shakespeare" if name == "input" else "text"
        if name in chosen(arguments) and options.what != needed:
            raise UserError(f"--{name} is for prepare {needed}, not for prepare {options.what}: leave it out")
    if options.file and options.what != "text":
        raise UserError(f"prepare {options.what} takes no file (got {options.file}): perhaps you meant prepare text")
    for made in _prepare(options):
        say(
            f"{made.folder}: {made.characters:,} characters, vocabulary {made.vocab_size:,}, "
            f"{made.train_tokens:,} tokens to train on, {made.val_tokens:,} to validate"
        )
        if made.note:
            say(f"note: {made.note}")
    return 0


def _refuse_a_file_alone(arguments: Sequence[str]) -> None:
    first = arguments[0] if arguments else ""
    if first not in get_args(What) and Path(first).is_file():
        raise UserError(f"{first} is a file: to make a data set of it, use {command(f'prepare text {quote(first)}')}")


def _prepare(options: Options) -> list[Prepared]:
    if options.what == "text":
        return [_text(options)]
    if options.what == "shakespeare":
        folders = options.data_dir / "shakespeare", options.data_dir / "shakespeare_char"
        return list(prepare_shakespeare(*folders, options.input, say))
    return [prepare_built_in(name, options.data_dir / name) for name in BUILT_IN[options.what]]


def _text(options: Options) -> Prepared:
    if options.processes < 0:
        raise UserError(f"processes is {options.processes}: it must be 1 or more, or 0 for one on each processor")
    if options.file is None:
        raise UserError(f"prepare text needs a file: {command('prepare text FILE --tokenizer word')}")
    name = options.name or options.file.stem
    if Path(name).name != name:
        raise UserError(f"name is {name!r}: it must be the name of one folder, which is made in {options.data_dir}")
    made = _with_tokenizer(options, options.file, options.data_dir / name)
    where = "" if options.data_dir == Path("data") else f" --data_dir {quote(str(options.data_dir))}"
    say(f"train on it with: {command(f'train --dataset {quote(name)}{where}')}")
    return made


def _with_tokenizer(options: Options, file: Path, folder: Path) -> Prepared:
    words: Any = options.tokenizer if options.tokenizer in ("word", "char") else _words(options)
    if not isinstance(words, str) and words.kind == "bpe":
        from gpt_by_hand.data.stream import prepare_stream

        return prepare_stream(file, folder, words, options.processes)
    with explained("read", file):
        size = file.stat().st_size
    with progress(file.name, None, f"making tokens of {file} ({size:,} bytes)", slow=size > LARGE):
        return prepare_text(file, folder, words, options.vocab_size)


def _words(options: Options) -> Tokenizer:
    """The tokenizer that is there already."""
    if options.tokenizer != "gpt2" and not Path(options.tokenizer).exists():
        raise UserError(
            f"there is no tokenizer {options.tokenizer!r}: give word, char, gpt2, a tokenizer.json, or a folder that "
            "holds one"
        )
    if options.vocab_size is not None:
        raise UserError(f"the vocabulary of {options.tokenizer} is fixed: leave --vocab_size out")
    from gpt_by_hand.interop.places import read_words

    return read_words(options.tokenizer)
