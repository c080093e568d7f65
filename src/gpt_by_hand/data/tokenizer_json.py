"""`tokenizer.json`, the form in which the `tokenizers` library and Hugging Face's models keep a tokenizer.

Ours are written so that the library gives the same tokens for every text; files of GPT-2's kind, and those that we
have written, are read. For words and characters, the library itself is not needed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from gpt_by_hand.data.byte_pairs import BytePairTokenizer, read_merges
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.data.vocabulary import MARKS, UNKNOWN, in_order
from gpt_by_hand.errors import UserError, one_line
from gpt_by_hand.files import about, is_file, read_json, read_text

MAX_BYTES = 64 * 2**20
# White space for Python's `str`: Unicode's, and four separators (U+001C to U+001F) of old.
_WHITE = [*range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F]
WHITE = [chr(code) for code in (*_WHITE, 0x205F, 0x3000)]
_MOVED = "σςİ\u0307"


def to_tokenizer_json(tokenizer: Tokenizer) -> dict[str, Any]:
    """The content of a `tokenizer.json` that cuts every text as `tokenizer` does.

    Raises: UserError for a vocabulary of words that tells upper from lower case, which the file's format cannot do in
    our way: first the word as it stands, then in lower case; and for one whose words have white space inside, but which
    has no space.
    """
    if isinstance(tokenizer, BytePairTokenizer):
        found: dict[str, Any] = json.loads(tokenizer.library.to_str())
        return found
    model = {"type": "WordLevel", "vocab": dict(tokenizer.ids), "unk_token": UNKNOWN}
    nothing: dict[str, Any] = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": []}
    nothing |= dict.fromkeys(("normalizer", "pre_tokenizer", "post_processor", "decoder"))
    return {**nothing, **_parts(tokenizer, tokenizer.longer), "model": model}


def from_tokenizer_json(data: object) -> Tokenizer:
    """The tokenizer that a `tokenizer.json` describes. Raises: UserError if it is neither GPT-2's kind nor ours."""
    try:
        model = data["model"]  # type: ignore[index]
        kind = model.get("type") or ("BPE" if "merges" in model else None)  # GPT-2's own file does not say it
        if kind in ("BPE", "WordLevel"):
            words = _in_order(model["vocab"], data.get("added_tokens") or [])  # type: ignore[attr-defined]
            return _read_words(data, words) if kind == "WordLevel" else _read_byte_pairs(data, model, words)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"it does not describe a tokenizer ({one_line(error)})") from None
    raise UserError(f"its tokens are made by {str(kind)[:40]}: only GPT-2's kind (BPE) and ours are read")


def read_tokenizer_json(path: Path) -> Tokenizer:
    """The tokenizer in the file. Raises: UserError, naming the file, when it cannot be read or is of another kind."""
    with about(path):
        return from_tokenizer_json(read_json(path, MAX_BYTES, "a vocabulary"))


def read_vocabulary(folder: Path) -> Tokenizer:
    """GPT-2's tokenizer from `vocab.json`, `merges.txt` and, if entries were added later, `added_tokens.json`.

    Raises: UserError when they do not make one.
    """
    files = [path for name in ("vocab.json", "added_tokens.json") if is_file(path := folder / name)]
    lines = read_text(folder / "merges.txt", MAX_BYTES, "a vocabulary").split("\n")
    with about(folder / "vocab.json"):
        words = _in_order({k: n for file in files for k, n in read_json(file, MAX_BYTES, "a vocabulary").items()}, [])
        merges = read_merges(line for line in lines if line.strip() and not line.startswith("#version"))
        made = {left + right for left, right in merges}
        special = tuple(word for word in words if len(word) > 1 and word not in made)
        return BytePairTokenizer("bpe", words, merges, special)


def tokenizer_bytes(tokenizer: Tokenizer) -> bytes:
    """`tokenizer` as the content of a `tokenizer.json`. Raises: UserError as `to_tokenizer_json`."""
    return (json.dumps(to_tokenizer_json(tokenizer), ensure_ascii=False, indent=1) + "\n").encode()


def _characters(longer: tuple[str, ...]) -> dict[str, Any]:
    """Every character is a piece, and before that each longer entry; padding entries stand for no text."""
    return {
        "pre_tokenizer": _split("|".join([*map(_escaped, longer), r"[\s\S]"]), "Isolated"),
        "decoder": _sequence("decoders", _replace(r"\A<PAD[0-9]+>\z", ""), {"type": "Fuse"}),
    }


def _words(tokenizer: Tokenizer, longer: tuple[str, ...]) -> dict[str, Any]:
    """Lower-cased words, marks and white-space characters; white space is dropped where there is no space."""
    _refuse_cases(tokenizer)
    _refuse_inner(tokenizer, longer)
    kept = [white for white in WHITE if " " in tokenizer.ids or white in tokenizer.ids]
    dropped = [white for white in WHITE if white not in kept]
    if longer:  # as `Tokenizer.pieces`: from the left, one that can end there, or one piece of the usual kind
        other = f"[^{MARKS}{_class(WHITE)}]"
        ends = [_escaped(word) + ("" if word[-1] in MARKS or word[-1].isspace() else f"(?!{other})") for word in longer]
        cuts = [_split("|".join([*ends, f"{other}+", f"[{MARKS}{_class(WHITE)}]"]), "Isolated")]
        cuts += [_split(rf"\A[{_class(dropped)}]\z", "Removed")] if dropped else []
    else:
        cuts = [_split(f"[{_class(dropped)}]", "Removed")] if dropped else []
        cuts.append(_split(f"[{MARKS}{_class(kept)}]", "Isolated"))
    if " " in tokenizer.ids:
        decoder = {"type": "Fuse"}
    else:  # as `_spaced`: a space before each word, but none beside white space and none at the start
        mark = "" if tokenizer.marks_apart else rf"[{MARKS}]\z|"
        spaced = _replace(rf"\A(?!{mark}[{_class(WHITE)}])", " ")
        decoder = _sequence("decoders", spaced, {"type": "Fuse"}, _replace(rf"(?<=[{_class(WHITE)}]) |\A ", ""))
    lower: dict[str, Any] = {"type": "Lowercase"}
    if "ς" in "".join(tokenizer.words):  # at the end of a word, the Greek sigma has another form
        lower = _sequence("normalizers", _replace(r"(?<=\p{L})Σ(?!\p{L})", "ς"), lower)
    return {"normalizer": lower, "pre_tokenizer": _sequence("pretokenizers", *cuts), "decoder": decoder}


def _refuse_cases(tokenizer: Tokenizer) -> None:
    for word in tokenizer.words:
        if (word != UNKNOWN and word != word.lower()) or word == UNKNOWN.lower():
            raise UserError(
                f"the vocabulary tells upper from lower case (in {word[:40]!r}), which a tokenizer.json of words cannot"
            )


def _refuse_inner(tokenizer: Tokenizer, longer: tuple[str, ...]) -> None:
    """The library puts in spaces and takes them out, not knowing those of a word itself, and lowers a whole text."""
    for word in longer:
        if " " not in tokenizer.ids and len(word) > 1 and any(character.isspace() for character in word):
            raise UserError(
                f"the entry {word[:40]!r} has white space inside and the vocabulary has no space, which a "
                "tokenizer.json of words cannot"
            )
        if set(word) & set(_MOVED):
            raise UserError(f"in {word[:40]!r} is a letter whose lower case depends on its place in the text")


def _escaped(word: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else f"\\x{{{ord(c):x}}}" for c in word)


def _class(characters: list[str]) -> str:
    return "".join(f"\\x{{{ord(character):x}}}" for character in characters)


def _split(pattern: str, behavior: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": behavior, "invert": False}


def _replace(pattern: str, content: str) -> dict[str, Any]:
    return {"type": "Replace", "pattern": {"Regex": pattern}, "content": content}


def _sequence(name: str, *steps: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Sequence", name: list(steps)}


def _in_order(vocabulary: dict[str, int], added: list[dict[str, Any]]) -> tuple[str, ...]:
    numbers: dict[int, str] = {}
    for word, number in [*vocabulary.items(), *((a["content"], a["id"]) for a in added)]:
        if type(number) is not int:
            raise UserError(f"the number of {word[:40]!r} is {str(number)[:40]!r}, not a whole number")
        if numbers.setdefault(number, word) != word:
            raise UserError(f"token {number} is {numbers[number][:40]!r} and {word[:40]!r}: it must be one of them")
    return in_order(numbers)


def _read_byte_pairs(data: Any, model: dict[str, Any], words: tuple[str, ...]) -> BytePairTokenizer:
    before = data.get("pre_tokenizer") or {}
    parts = ("continuing_subword_prefix", "end_of_word_suffix", "byte_fallback", "ignore_merges", "dropout")
    parts_of_added = ("lstrip", "rstrip", "single_word")
    for place, fits in {
        "normalizer": data.get("normalizer") is None,
        "pre_tokenizer": before.get("type") == "ByteLevel" and before.get("use_regex", True),
        "prefix space": not before.get("add_prefix_space"),
        **{f"model's {part} ({str(model.get(part))[:20]})": not model.get(part) for part in parts},
        "added tokens": not any(a.get(k) for a in data.get("added_tokens") or [] for k in parts_of_added),
        "post_processor": _adds_nothing(data.get("post_processor")),
    }.items():
        if not fits:
            raise UserError(f"its {place} is not GPT-2's: it belongs to another kind of model")
    _refuse_turns(data.get("added_tokens") or [])
    special = tuple(added["content"] for added in data.get("added_tokens") or [])
    return BytePairTokenizer("bpe", words, read_merges(model["merges"]), special)


def _refuse_turns(added: list[dict[str, Any]]) -> None:
    """The library looks for those that are `normalized` after the others: it matters where two overlap in a text."""
    for late in (a["content"] for a in added if a.get("normalized")):
        for early in (a["content"] for a in added if not a.get("normalized")):
            if late in early or early in late or _overlap(late, early) or _overlap(early, late):
                raise UserError(f"its added tokens {early[:40]!r} and {late[:40]!r} overlap, and one is 'normalized'")


def _overlap(one: str, other: str) -> bool:
    return any(one.endswith(other[:n]) for n in range(1, len(other)))


def _adds_nothing(after: Any) -> bool:
    """Does the file put no tokens of its own, such as one for the beginning, around a text's?"""
    kind = after["type"] if after else "ByteLevel"
    template = kind == "TemplateProcessing" and not any("SpecialToken" in part for part in after["single"])
    return template or kind == "ByteLevel"


def _read_words(data: Any, words: tuple[str, ...]) -> Tokenizer:
    """Ours are known by their parts, as we would write them, or once did: without looking for longer entries first."""
    for kind in ("word", "char"):
        tokenizer = Tokenizer(kind, words)
        try:
            forms = [_parts(tokenizer, longer) for longer in (tokenizer.longer, ())]
        except UserError:
            continue
        names = ("normalizer", "pre_tokenizer", "decoder")
        if any(all(data.get(name) == form.get(name) for name in names) for form in forms):
            return tokenizer
    raise UserError("it cuts text in a way that is not ours: it belongs to another program")


def _parts(tokenizer: Tokenizer, longer: tuple[str, ...]) -> dict[str, Any]:
    return _words(tokenizer, longer) if tokenizer.kind == "word" else _characters(longer)
