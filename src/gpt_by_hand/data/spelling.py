"""What to write instead of a text that the vocabulary lacks a piece of."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from gpt_by_hand.data.vocabulary import MARKS, Vocabulary
from gpt_by_hand.nearest import nearest

ALIKE = 0.7  # how like a word that is not known another must be to stand in its place
APOSTROPHES = "'’"
LONGEST = 60  # characters of a text that is written out anew
_MARKS = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " "})


def unknown_message(tokenizer: Vocabulary, text: str, pieces: list[str]) -> str:
    """Names the first of the pieces of `text` that the vocabulary lacks, the entries nearest to it, and what to try."""
    n = next(n for n, piece in enumerate(pieces) if tokenizer.find(piece) is None)
    piece, noun = pieces[n], "word" if tokenizer.kind == "word" else "character"
    near = _close(tokenizer, _around(tokenizer, pieces, n))
    spelled = _spelled(tokenizer, text, pieces) if len(text) <= LONGEST else ""
    tries = [f"try {spelled!r}"] if spelled and spelled not in near else []
    if near or not tries:
        some, few = near or tokenizer.words[:8], "nearest" if near else "known are, for example"
        tries = [f"{few}: {', '.join(repr(entry[:40]) for entry in some)}", *tries]
    said = f"{noun} {piece[:40]!r} is not among the {len(tokenizer)} entries of the vocabulary"
    return "; ".join([said, *tries])


def _around(tokenizer: Vocabulary, pieces: list[str], n: int) -> str:
    """The piece; where entries are longer than one character, all that stands around it without white space."""
    if tokenizer.kind == "word" or not tokenizer.longer:
        return pieces[n]
    before = re.search(r"\S*$", "".join(pieces[max(0, n - 40) : n]))
    behind = re.match(r"\S*", "".join(pieces[n : n + 40]))
    return (before[0] if before else "") + (behind[0] if behind else "") or pieces[n]


def _close(tokenizer: Vocabulary, piece: str, cutoff: float = 0.5) -> list[str]:
    lowered = {word.lower(): word for word in tokenizer.words}
    return [lowered[word] for word in nearest(piece[:40].lower(), lowered, 3, cutoff)]


def _spelled(tokenizer: Vocabulary, text: str, pieces: list[str]) -> str:
    """The whole text in the nearest spelling that the vocabulary has; empty if there is none."""
    for whole in (text.lower(), text.upper()):
        if _known(tokenizer, whole.strip()):
            return whole.strip()
    return respelled(tokenizer, pieces)


def _known(tokenizer: Vocabulary, text: str) -> bool:
    pieces = tokenizer.pieces(text)
    return bool(pieces) and all(tokenizer.find(piece) is not None for piece in pieces)


def respelled(tokenizer: Vocabulary, pieces: Iterable[str], *, skip: bool = False) -> str:
    """A text that the vocabulary has all of, from what is nearest to each piece, with a space where words would touch.

    Empty if there is none: `skip` leaves out a piece that nothing is near to.
    """
    space, found = tokenizer.ids.get(" "), list[int]()
    for piece in pieces:
        known = tokenizer.find(piece)
        instead = [known] if known is not None else instead_of(tokenizer, piece)
        if instead is None and not skip:
            return ""
        gap = [] if space is None or piece in APOSTROPHES else [space]
        found += instead or gap
    text = re.sub(rf" +(?=[ {re.escape(MARKS)}])", "", tokenizer.prose("", found)).strip()
    return text if _known(tokenizer, text) else ""


def instead_of(tokenizer: Vocabulary, piece: str) -> list[int] | None:
    """Tokens in place of a piece that is not there: in another case, without accents; a space; no mark."""
    plain = unicodedata.normalize("NFKD", piece.translate(_MARKS))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    for tried in (piece.lower(), piece.upper(), piece.title(), plain, plain.lower(), plain.upper()):
        found = [tokenizer.find(part) for part in tokenizer.pieces(tried)]
        if found and None not in found:
            return [token for token in found if token is not None]
    if piece.isspace() and tokenizer.find(" ") is not None:
        return [tokenizer.ids[" "]]
    if not any(character.isalnum() for character in piece):
        return []
    close = _close(tokenizer, piece, ALIKE) if tokenizer.kind == "word" else []
    return [tokenizer.ids[close[0]]] if close else None
