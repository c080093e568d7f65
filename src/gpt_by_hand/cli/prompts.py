"""`gpt-by-hand generate --interactive`: which words a model knows, and what to type where it does not know one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from gpt_by_hand.advice import command
from gpt_by_hand.data.spelling import respelled
from gpt_by_hand.data.tokenizers import UNKNOWN, Tokenizer, is_numbers
from gpt_by_hand.errors import UserError
from gpt_by_hand.terminal import ask, remark, watched

LISTED, AT_MOST, SOME = 100, 1000, 12  # words at the start and by `help`; how many stand for more than that
HELP = (
    "A prompt is made of what the model knows; it writes what may come next. How it writes is said at the start: "
    "{} shows the options, such as --temperature."
)


def interact(tokenizer: Tokenizer, example: str, write: Callable[[str], object]) -> None:
    """Ask for prompts until the input ends, and `write` each; `example` is one that the model knows."""
    remark(knows(tokenizer, LISTED))
    remark(f"Type a prompt, such as: {example}   (help says more; Ctrl-D ends)")
    while (prompt := ask("> ")) is not None:
        if prompt == "help" and watched(sys.stdin):
            remark(HELP.format(command("generate --help")))
            remark(f"{knows(tokenizer, AT_MOST)}\nFor example: {example}")
            if can_encode(tokenizer, " help"):
                remark("To begin a text with help, put a space in front of it.")
        elif prompt.strip():
            try:
                write(prompt)
            except UserError as error:
                remark(f"error: {error}")
                remark(advice(tokenizer, prompt, example))


def can_encode(tokenizer: Tokenizer, prompt: str) -> bool:
    """Does the model know all of the prompt, and is there something in it?"""
    try:
        return bool(tokenizer.encode(prompt))
    except UserError:
        return False


def knows(tokenizer: Tokenizer, most: int) -> str:
    """What a prompt can be made of: each word, or some of them where there are more than `most`."""
    if tokenizer.kind == "bpe":
        return f"The model knows {len(tokenizer):,} pieces of words, which make any text."
    if is_numbers(tokenizer):
        return f"What the model's words are is not known: a prompt is numbers of tokens, 0 to {len(tokenizer) - 1}."
    words = [word for i, word in enumerate(tokenizer.words) if word.strip() and _is_typed(tokenizer, i)]
    noun = "words" if tokenizer.kind == "word" else "characters"
    some = words if len(words) <= most else [words[at * len(words) // SOME] for at in range(SOME)]
    such = ":" if some is words else ", such as"
    spaces = ", and the space" if can_encode(tokenizer, " ") else ""
    between = ", " if tokenizer.kind == "word" else " "
    return f"The model knows {len(words):,} {noun}{spaces}{such} {between.join(some)}"


def _is_typed(tokenizer: Tokenizer, token: int) -> bool:
    """Does somebody who types the entry's text mean this entry? Not so for padding."""
    word = tokenizer.words[token]
    return word != UNKNOWN and can_encode(tokenizer, word) and tokenizer.encode(word) == [token]


def advice(tokenizer: Tokenizer, prompt: str, example: str) -> str:
    """Which parts of a prompt the model knows and which it does not, and a prompt that works."""
    pieces = list(dict.fromkeys(piece for piece in tokenizer.pieces(prompt) if piece.strip()))
    known = [piece for piece in pieces if tokenizer.find(piece) is not None]
    unknown = [piece for piece in pieces if piece not in known]
    said = f"The model knows {_listed(known)}, but not {_listed(unknown)}. " if known and unknown else ""
    return f"{said}A prompt that works: {respelled(tokenizer, tokenizer.pieces(prompt), skip=True) or example}"


def _listed(pieces: Sequence[str]) -> str:
    """`'a', 'b' and 'c'`; of many, the first few."""
    quoted = [repr(piece[:40]) for piece in pieces[:SOME]]
    if len(pieces) > SOME:
        return ", ".join([*quoted, "…"])
    return " and ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
