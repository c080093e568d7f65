"""nanoGPT's `ckpt.pt`: a PyTorch file, of which nothing but tensors and plain values is read.

Source: nanoGPT, `train.py` (what it saves) and `model.py` (the names).
"""

from __future__ import annotations

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.advice import install
from gpt_by_hand.data.meta import read_meta
from gpt_by_hand.data.plain_pickle import NUMPY, Unreadable, read_plain, shown
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError, one_line
from gpt_by_hand.files import explained, is_file, mapped
from gpt_by_hand.interop.fitting import fitted, is_weight, words_for
from gpt_by_hand.interop.settings import check_settings, refuse_another_kind
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.training.opened import OpenedModel
from gpt_by_hand.training.start import Arrays

SIZES = {
    "vocab_size": "vocab_size",
    "block_size": "seq_length",
    "n_layer": "num_layers",
    "n_head": "num_heads",
    "n_embd": "dim_embedding",
}
KNOWN = frozenset([*SIZES, "dropout", "bias"])  # what nanoGPT's own model can be told
NAME, VOCABULARY = "ckpt.pt", "meta.pkl"
_STARTS = (b"PK\x03\x04", b"\x80")  # of a PyTorch file: a zip archive, or, before version 1.6, pickles
_PICKLES = 4  # of the latter: two numbers that mark the form, the writer's system, and the content
# What PyTorch builds tensors of; it looks at each of these itself.
_TENSORS = re.compile(r"torch\.(_utils\.|_tensor\.|nn\.parameter\.|storage\.|serialization\.)?\w+|BINPERSID")


def read(path: Path, tokenizer: Tokenizer | None = None) -> OpenedModel:
    """The model in the file, or in the folder's `ckpt.pt`; with the words of its data set's `meta.pkl`, or others.

    Raises: UserError when PyTorch is not installed, or the file is damaged, holds more than plain values, asks for what
    the formulas do not compute, or does not fit its own sizes.
    """
    path = path if path.is_file() else path / NAME
    content = _load(path)
    notes: list[str] = []
    config = _config(path, content, notes)
    found, looked = (tokenizer, "") if tokenizer else _words(path, content, config, notes)
    words = words_for(config, found, path, notes, looked)
    iteration = content.get("iter_num")
    known = iteration if type(iteration) is int and 0 <= iteration < 2**63 else None
    return OpenedModel(config, words, lambda: _weights(path, content, config, notes), iteration=known, notes=notes)


def _weights(path: Path, content: dict[str, Any], config: ModelConfig, notes: list[str]) -> Arrays:
    arrays = {name: _array(path, name, found) for name, found in content["model"].items() if is_weight(str(name))}
    return fitted(arrays, config, path, notes)


def _words(path: Path, content: dict[str, Any], config: ModelConfig, notes: list[str]) -> tuple[Tokenizer | None, str]:
    """The vocabulary beside the file, or, where nanoGPT's sample.py looks, that of the data set it was trained on.

    nanoGPT looks from the folder that one is in; the checkpoint itself lies in that folder, or one below it. Where none
    fits, there is none, and it is said where it was looked for.
    """
    if is_file(path.parent / VOCABULARY):
        return read_meta(path.parent / VOCABULARY), ""
    places = list(_places_of_data(path, content))
    found = {place: read_meta(place) for place in places if is_file(place)}
    fits = [place for place, words in found.items() if words.vocab_size <= config.vocab_size]
    if fits:
        place = max(fits, key=lambda place: found[place].vocab_size)
        notes.append(f"the words are those of {place}, the data set that {path} was trained on")
        return found[place], ""
    others = [f"{at} has {words.vocab_size} entries, the model {config.vocab_size}" for at, words in found.items()]
    nowhere = f"there is no {VOCABULARY} beside it" + "".join(f", and no {place}" for place in places[:1])
    return None, "; ".join(others) or nowhere


def _places_of_data(path: Path, content: dict[str, Any]) -> Iterator[Path]:
    config = content.get("config")
    name = config.get("dataset") if isinstance(config, dict) else None
    if not isinstance(name, str) or not name.isprintable() or not name or {"..", "/"} & set(Path(name).parts):
        return
    for folder in (Path(), path.parent, path.parent.parent, path.resolve().parent.parent):
        yield folder / "data" / name / VOCABULARY


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

    _check_plain(path)
    numbers: list[Any] = [(make, name) for name, make in NUMPY.items()]
    try:
        with warnings.catch_warnings(), torch.serialization.safe_globals([*numbers, frozenset]):
            warnings.simplefilter("ignore")  # what is wrong with the file is said in one line
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        said = next((line for line in str(error).splitlines() if "GLOBAL" in line or "Unsupported" in line), "")
        raise UserError(
            f"{path} holds more than tensors and plain values, and is refused "
            f"({' '.join(said.split())[:120] or 'it is no plain PyTorch file'})"
        ) from None
    except Exception as error:  # a file that is cut off fails in many ways
        raise UserError(f"{path} is truncated, or no PyTorch file ({one_line(error)})") from None
    if not isinstance(content, dict) or not all(isinstance(content.get(k), dict) for k in ("model", "model_args")):
        raise UserError(f"{path} is no checkpoint of nanoGPT: it has no 'model' and 'model_args'")
    return content


def _check_plain(path: Path) -> None:
    """What PyTorch would refuse, or take for ever to read, is found before, with the key under which it is.

    What is no readable file is left to PyTorch, which knows why.
    """
    try:
        if not zipfile.is_zipfile(path):
            content = mapped(path)
            for _ in range(_PICKLES):
                read_plain(content, _is_tensors)
            return
        with zipfile.ZipFile(path) as archive:
            entry = next(info for info in archive.infolist() if info.filename.endswith("data.pkl"))
            if entry.file_size <= path.stat().st_size:  # nothing is compressed in these
                read_plain(archive.read(entry), _is_tensors)
    except (Unreadable, StopIteration, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return
    except UserError as error:
        raise UserError(f"{path} holds more than tensors and plain values: {error}") from None


def _is_tensors(called: str) -> bool:
    return _TENSORS.fullmatch(called) is not None


def _config(path: Path, content: dict[str, Any], notes: list[str]) -> ModelConfig:
    said = content["model_args"]
    for name in SIZES:
        if type(said.get(name)) is not int:
            raise UserError(f"{path}: model_args has {name} {shown(said.get(name))}, not a whole number")
    check_settings(said, KNOWN, f"model_args in {path}", said, notes)
    if isinstance(content.get("config"), dict):
        refuse_another_kind(content["config"], KNOWN | said.keys(), f"config in {path}")
    sizes: dict[str, Any] = {ours: said[name] for name, ours in SIZES.items()}
    try:
        return ModelConfig(**sizes, dropout_rate=float(said.get("dropout", 0.0)), use_bias=bool(said.get("bias", True)))
    except (OverflowError, TypeError, ValueError, UserError) as error:
        raise UserError(f"{path}: {str(error)[:160]}") from None


def _array(path: Path, name: object, found: Any) -> np.ndarray:
    said = str(name)[:60]
    if not isinstance(name, str) or not hasattr(found, "detach") or not found.is_floating_point():
        raise UserError(f"{path}: {said} is no tensor of floats")
    try:
        plain = found.detach()
        array: np.ndarray = (plain if plain.element_size() == 8 else plain.float()).numpy()
    except (RuntimeError, TypeError) as error:  # sparse, or on no device, ...
        raise UserError(f"{path}: {said} is no plain tensor ({one_line(error)})") from None
    return array
