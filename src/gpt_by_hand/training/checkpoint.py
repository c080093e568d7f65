"""Checkpoints: weights and moments as safetensors, everything else as JSON.

`checkpoint.json` names the two safetensors files, whose names carry a hash of what they hold. It is written last and
replaced in one step, so at any moment it names files that are whole, whenever the process is killed.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import explained, write_atomically
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.state import State

FORMAT = 1
INDEX = "checkpoint.json"
TENSOR_FILE = re.compile(r"(weights|optimizer)-[0-9a-f]{16}\.safetensors")
UNFINISHED = re.compile(r"\.(checkpoint|weights|optimizer).*\.tmp")


@dataclass(frozen=True)
class Checkpoint:
    """A model as it was at one moment of its training."""

    model: ModelConfig
    train: TrainConfig
    tokenizer: Tokenizer
    state: State


def save(checkpoint: Checkpoint, folder: Path) -> None:
    """Write the checkpoint to `folder`, in place of the one that is there.

    Raises: UserError when a weight is not a number any more, or the folder cannot be written; what was there stays.
    """
    state = checkpoint.state
    _refuse_nan(state)
    moments = {f"{kind}.{name}": a for kind, part in (("m", state.m), ("v", state.v)) for name, a in part.items()}
    shapes = {p.name: p.stored_shape for p in parameters(checkpoint.model)}
    weights = _write_tensors(folder, "weights", state.weights, shapes)
    optimizer = _write_tensors(folder, "optimizer", moments, shapes)
    index = {
        "format": FORMAT,
        "weights": weights,
        "optimizer": optimizer,
        "model": asdict(checkpoint.model),
        "train": asdict(checkpoint.train),
        "tokenizer": checkpoint.tokenizer.to_json(),
        "iteration": state.iteration,
        "evaluated_at": state.evaluated_at,
        "tokens": state.tokens,
        "seconds": state.seconds,
        "next_starts": state.next_starts,
        "random": state.stream.state(),
    }
    write_atomically(folder / INDEX, (json.dumps(index) + "\n").encode())
    _remove_others(folder, {weights, optimizer})


def exists(folder: Path) -> bool:
    """Is there a checkpoint in the folder?"""
    return (folder / INDEX).is_file()


def load(folder: Path) -> Checkpoint:
    """The checkpoint in `folder`.

    Raises: UserError, naming the file, when there is none, or it is truncated, changed, of other sizes, or has NaNs.
    """
    path = folder / INDEX
    if not exists(folder):
        raise UserError(f"no checkpoint in {folder} (there is no {path}): train a model first, for example train.py")
    with explained("read", path):
        content = path.read_bytes()
    try:
        return _from_index(json.loads(content), folder)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"{path} is damaged ({_one_line(error)}): train again, or restore the file") from error


def _from_index(index: dict[str, Any], folder: Path) -> Checkpoint:
    if index["format"] != FORMAT:
        raise UserError(f"{folder / INDEX} has format {index['format']}, and this program reads format {FORMAT}")
    model, train = ModelConfig(**index["model"]), TrainConfig(**index["train"])
    shapes = {p.name: p.shape for p in parameters(model)}
    weights = _read_tensors(folder, index["weights"], shapes)
    both = {f"{kind}.{name}": shape for kind in "mv" for name, shape in shapes.items()}
    moments = _read_tensors(folder, index["optimizer"], both)
    state = State(
        weights,
        {name: moments[f"m.{name}"] for name in weights},
        {name: moments[f"v.{name}"] for name in weights},
        RandomStream.from_state(index["random"]),
        [int(start) for start in index["next_starts"]],
        int(index["iteration"]),
        int(index["evaluated_at"]),
        int(index["tokens"]),
        float(index["seconds"]),
    )
    return Checkpoint(model, train, Tokenizer.from_json(index["tokenizer"]), state)


def _write_tensors(folder: Path, kind: str, arrays: Arrays, shapes: dict[str, tuple[int, ...]]) -> str:
    """Write arrays in their stored shapes; returns the file's name, which carries a hash of its content."""
    from safetensors.numpy import save as to_bytes

    stored = {name: np.ascontiguousarray(a).reshape(_stored(name, shapes)) for name, a in arrays.items()}
    content = to_bytes(stored)
    name = f"{kind}-{_fingerprint(content)}.safetensors"
    write_atomically(folder / name, content)
    return name


def _read_tensors(folder: Path, name: object, shapes: dict[str, tuple[int, ...]]) -> Arrays:
    """Arrays in the formulas' shapes, from a file that must hold exactly what its name's hash says."""
    from safetensors import SafetensorError
    from safetensors.numpy import load as from_bytes

    if not isinstance(name, str) or not TENSOR_FILE.fullmatch(name):
        raise UserError(f"{folder / INDEX} names {name!r}, which is no file of a checkpoint")
    path = folder / name
    with explained("read", path):
        content = path.read_bytes()
    if _fingerprint(content) not in name:
        raise UserError(f"{path} is truncated or was changed: its content does not match its name")
    try:
        arrays = from_bytes(content)
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no safetensors file ({_one_line(error)})") from error
    return _in_shape(path, arrays, shapes)


def _in_shape(path: Path, arrays: Arrays, shapes: dict[str, tuple[int, ...]]) -> Arrays:
    if differing := sorted(arrays.keys() ^ shapes.keys()):
        raise UserError(f"{path} is from a model of other sizes: {differing[0]} is in one but not in the other")
    for name, array in arrays.items():
        if array.size != int(np.prod(shapes[name])):
            raise UserError(f"{path} is from a model of other sizes: {name} holds {array.size} numbers")
        if not np.isfinite(array).all():
            raise UserError(f"{path} holds numbers that are not finite, in {name}: train again from an earlier state")
    return {name: arrays[name].astype(np.float32).reshape(shape) for name, shape in shapes.items()}


def _stored(name: str, shapes: dict[str, tuple[int, ...]]) -> tuple[int, ...]:
    return shapes[name] if name in shapes else shapes[name.split(".", 1)[1]]


def _refuse_nan(state: State) -> None:
    for kind, arrays in (("weight", state.weights), ("mean gradient", state.m), ("mean square", state.v)):
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise UserError(
                    f"after iteration {state.iteration} the {kind} of {name} is not finite: nothing was saved, the "
                    "last good checkpoint stays; try a lower --learning_rate"
                )


def _remove_others(folder: Path, kept: set[str]) -> None:
    """Delete the tensors of the checkpoint that has just been replaced, and what a killed run left half-written."""
    for path in folder.iterdir():
        old = TENSOR_FILE.fullmatch(path.name) and path.name not in kept
        if old or UNFINISHED.fullmatch(path.name):
            path.unlink(missing_ok=True)


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
