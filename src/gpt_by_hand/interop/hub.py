"""Models and tokenizers by name, from the network, through huggingface_hub."""

from __future__ import annotations

from pathlib import Path

from gpt_by_hand.advice import install
from gpt_by_hand.data.tokenizer_json import read_tokenizer_json
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError, one_line

NAMES = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")
WORDS = "tokenizer.json"
WANTED = ["config.json", "model*.safetensors", "model.safetensors.index.json", WORDS]


def fetched(name: str) -> Path:
    """The folder of a model by its name, downloaded once into huggingface_hub's own cache.

    Raises: UserError without huggingface_hub, or without a network unless the model is in the cache already.
    """
    return _fetched(name, WANTED, name, "a folder with the model")


def gpt2_tokenizer() -> Tokenizer:
    """GPT-2's tokenizer, fetched as a model is.

    Raises: UserError without the libraries, or without a network unless it is in the cache already.
    """
    instead = "a tokenizer.json, or a folder with vocab.json and merges.txt"
    return read_tokenizer_json(_fetched("gpt2", [WORDS], "GPT-2's words", instead) / WORDS)


def _fetched(name: str, files: list[str], what: str, instead: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise UserError(f"fetching {what} needs huggingface_hub: {install('gpt2')}, or give {instead}") from None
    repository = f"openai-community/{name}"
    try:
        return Path(snapshot_download(repository, allow_patterns=files))
    except Exception as error:  # the library, and what it is built on, raise many kinds
        what = repository if what == name else what
        raise UserError(
            f"cannot fetch {what}: no network, or the server refuses ({one_line(error)}); give {instead}"
        ) from None
