"""Models and tokenizers by name, from the network: GPT-2's weights through huggingface_hub, its words by tiktoken."""

from __future__ import annotations

from pathlib import Path

from gpt_by_hand.advice import install
from gpt_by_hand.data.byte_pairs import BytePairTokenizer, from_ranks
from gpt_by_hand.errors import UserError

NAMES = ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl")
WANTED = ["config.json", "model*.safetensors", "model.safetensors.index.json", "tokenizer.json"]


def fetched(name: str) -> Path:
    """The folder of a model by its name, downloaded once into huggingface_hub's own cache.

    Raises: UserError without huggingface_hub, or without a network unless the model is in the cache already.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise UserError(
            f"fetching {name} needs huggingface_hub: {install('gpt2')}, or give a folder with the model"
        ) from None
    repository = f"openai-community/{name}"
    try:
        return Path(snapshot_download(repository, allow_patterns=WANTED))
    except Exception as error:  # the library, and what it is built on, raise many kinds
        raise _refused(repository, error, "give a folder with the model") from None


def gpt2_tokenizer() -> BytePairTokenizer:
    """GPT-2's tokenizer, through tiktoken, which fetches its words once.

    Raises: UserError without tiktoken, or without a network unless tiktoken has the words already.
    """
    try:
        import tiktoken
    except ImportError:
        raise UserError(f"GPT-2's words come through tiktoken: {install('gpt2')}, or give a tokenizer.json") from None
    try:
        found = tiktoken.get_encoding("gpt2")
    except Exception as error:
        instead = "give a tokenizer.json, or a folder with vocab.json and merges.txt"
        raise _refused("GPT-2's words", error, instead) from None
    return from_ranks(found._mergeable_ranks, found._special_tokens)


def _refused(what: str, error: Exception, instead: str) -> UserError:
    said = " ".join(str(error).split())[:120] or type(error).__name__
    return UserError(f"cannot fetch {what}: no network, or the server refuses ({said}); {instead}")
