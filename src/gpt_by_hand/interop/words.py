"""The tokenizer in a folder of Hugging Face's, whose files do not say all: there may be settings beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gpt_by_hand.data.plain_pickle import shown
from gpt_by_hand.data.tokenizer_json import read_tokenizer_json, read_vocabulary
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import is_file, read_json

WHOLE, ADDED, SETTINGS = "tokenizer.json", "added_tokens.json", "tokenizer_config.json"
GPT2S = {"GPT2Tokenizer", "GPT2TokenizerFast", "PreTrainedTokenizer", "PreTrainedTokenizerFast", "TokenizersBackend"}
ENDS = ("add_bos_token", "add_eos_token")  # for transformers, a tokenizer.json says this itself


def read_pair(folder: Path) -> Tokenizer:
    """The tokenizer of a folder's `vocab.json` and `merges.txt`. Raises: UserError as `find_tokenizer`."""
    _check_settings(folder, ("add_prefix_space", *ENDS))
    return read_vocabulary(folder)


def find_tokenizer(folder: Path) -> Tokenizer | None:
    """The tokenizer that lies in a folder, or None.

    Raises: UserError when it is of another kind, or with the settings beside it makes other tokens than GPT-2's.
    """
    if is_file(folder / WHOLE):
        _check_settings(folder, ("add_prefix_space",))
        found = read_tokenizer_json(folder / WHOLE)
    elif is_file(folder / "vocab.json") and is_file(folder / "merges.txt"):
        found = read_pair(folder)
    else:
        return None
    _check_added(folder, found)
    return found


def unread_tokenizer(folder: Path) -> str:
    """What to say of a tokenizer in files of its own, which are not read."""
    kind = _beside(folder / SETTINGS).get("tokenizer_class")
    return "" if _is_gpt2s(kind) else f"its own, {shown(kind)}, is not read"


def _is_gpt2s(kind: object) -> bool:
    return kind is None or (isinstance(kind, str) and kind in GPT2S)


def _check_settings(folder: Path, names: tuple[str, ...]) -> None:
    settings = _beside(folder / SETTINGS)
    kind = settings.get("tokenizer_class")
    if not _is_gpt2s(kind):
        raise UserError(f"{folder / SETTINGS} is of the tokenizer {shown(kind)}: only GPT-2's tokenizer is read")
    for name in names:
        if settings.get(name):
            raise UserError(f"{folder / SETTINGS} asks for {name}: only GPT-2's own way without it is read")


def _check_added(folder: Path, tokenizer: Tokenizer) -> None:
    """transformers adds these to the vocabulary, wherever they are listed."""
    listed = _beside(folder / SETTINGS).get("added_tokens_decoder")
    entries = list(listed.values()) if isinstance(listed, dict) else []
    added = [(SETTINGS, str(e["content"])) for e in entries if isinstance(e, dict) and "content" in e]
    added += [(ADDED, word) for word in _beside(folder / ADDED)]
    for name, word in added:
        if word not in tokenizer.ids:
            raise UserError(f"{folder / name} adds {word[:40]!r}, which the vocabulary lacks: give a whole {WHOLE}")


def _beside(path: Path) -> dict[str, Any]:
    return read_json(path) if is_file(path) else {}
