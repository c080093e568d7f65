"""nanoGPT's `ckpt.pt`: a PyTorch file, of which nothing but tensors and plain values is read.

Source: nanoGPT, `train.py` (what it saves) and `model.py` (the names).
"""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.advice import install
from gpt_by_hand.data.meta import read_meta
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, is_file
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.travel.traveller import Traveller, fitted, renamed, without_head, words_for

SIZES = {
    "vocab_size": "vocab_size",
    "block_size": "seq_length",
    "n_layer": "num_layers",
    "n_head": "num_heads",
    "n_embd": "dim_embedding",
}
_WRAPPED = re.compile(r"(_orig_mod\.|module\.)*")  # what torch.compile and DDP put in front of names
_BUFFER = ".attn.bias"  # the causal mask, at the end of its name
_STARTS = (b"PK\x03\x04", b"\x80")  # of a PyTorch file: a zip archive, or, before version 1.6, a pickle


def read(path: Path, tokenizer: Tokenizer | None = None) -> Traveller:
    """The model in the file; with the words of the `meta.pkl` beside it, unless a tokenizer is given.

    Raises: UserError when PyTorch is not installed, or the file is damaged, holds more than plain values, or does not
    fit its own sizes.
    """
    content = _load(path)
    config = _config(path, content)
    notes: list[str] = []
    beside = path.parent / "meta.pkl"
    words = words_for(config, tokenizer or (read_meta(beside) if is_file(beside) else None), path, notes)
    tensors = {name: found for name, found in content["model"].items() if not str(name).endswith(_BUFFER)}
    arrays = {name: _array(path, name, found) for name, found in tensors.items()}
    arrays = without_head(renamed(arrays, lambda name: _WRAPPED.sub("", name, count=1), path), path)
    iteration = content.get("iter_num", 0)
    known = iteration if type(iteration) is int and 0 <= iteration < 2**63 else 0
    return Traveller(config, words, fitted(arrays, config, path), known, notes)


def _load(path: Path) -> dict[str, Any]:
    with explained("read", path), path.open("rb") as file:
        start = file.read(len(_STARTS[0]))
    if not any(start.startswith(known) or known.startswith(start) for known in _STARTS):  # it may be cut off
        raise UserError(f"{path} is no model: give a folder with one, or nanoGPT's ckpt.pt")
    try:
        import torch
    except ImportError:
        raise UserError(f"reading {path} needs PyTorch: {install('torch')}") from None
    import pickle

    try:
        with warnings.catch_warnings():  # what is wrong with the file is said in one line
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        said = next((line for line in str(error).splitlines() if "GLOBAL" in line or "Unsupported" in line), "")
        raise UserError(
            f"{path} holds more than tensors and plain values, which could run code and is refused "
            f"({' '.join(said.split())[:120] or 'it is no plain PyTorch file'})"
        ) from None
    except Exception as error:  # a file that is cut off fails in many ways
        said = " ".join(str(error).split())[:100]
        raise UserError(f"{path} is truncated, or no PyTorch file ({said})") from None
    if not isinstance(content, dict) or not all(isinstance(content.get(k), dict) for k in ("model", "model_args")):
        raise UserError(f"{path} is no checkpoint of nanoGPT: it has no 'model' and 'model_args'")
    return content


def _config(path: Path, content: dict[str, Any]) -> ModelConfig:
    said = content["model_args"]
    for name in SIZES:
        if type(said.get(name)) is not int:
            raise UserError(f"{path}: model_args has {name} {str(said.get(name))[:40]}, not a whole number")
    sizes: dict[str, Any] = {ours: said[name] for name, ours in SIZES.items()}
    try:
        return ModelConfig(**sizes, dropout_rate=float(said.get("dropout", 0.0)), use_bias=bool(said.get("bias", True)))
    except (OverflowError, TypeError, ValueError, UserError) as error:
        raise UserError(f"{path}: {str(error)[:160]}") from None


def _array(path: Path, name: object, found: Any) -> np.ndarray:
    if not isinstance(name, str) or not hasattr(found, "detach") or not found.is_floating_point():
        raise UserError(f"{path}: {str(name)[:60]} is no tensor of floats")
    try:
        array: np.ndarray = found.detach().float().numpy()
    except (RuntimeError, TypeError) as error:  # sparse, or on no device, ...
        raise UserError(f"{path}: {name[:60]} is no plain tensor ({' '.join(str(error).split())[:80]})") from None
    return array
