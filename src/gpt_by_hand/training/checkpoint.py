"""Checkpoints: weights and moments as safetensors, everything else as JSON.

`checkpoint.json` names the two safetensors files, whose names carry a hash of what they hold. It is written last and
replaced in one step, so at any moment it names files that are whole, whenever the process is killed. A run whose
processes share out the model names a folder of theirs instead, until it ends: PyTorch's distributed checkpoint.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.advice import command, install
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tensors import read_tensors
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.digests import sha256
from gpt_by_hand.errors import NotInstalled, UserError, one_line
from gpt_by_hand.files import is_file, read_bytes, read_json, write_atomically
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.records import dataclass
from gpt_by_hand.training.config import TrainConfig, configured
from gpt_by_hand.training.metrics import Metrics
from gpt_by_hand.training.start import Arrays
from gpt_by_hand.training.state import State

FORMAT = 1
FORMAT_IN_PARTS = 2  # the same, with a folder of parts in place of the two files
INDEX = "checkpoint.json"
# Settings that version 0.1.0 did not have, as it had them without a choice.
LATER = {"engine": "numpy", "dtype": "auto", "compile": False, "recompute": False, "shard": False, "log": ""}
TENSOR_FILE = re.compile(r"(weights|optimizer)-[0-9a-f]{16}\.safetensors")  # the name carries a hash of the content
COUNTS = {"iteration": (int,), "tokens": (int,), "seconds": (int, float)}  # how far a state has come
PARTS_FOLDER = re.compile(r"parts-[0-9a-f]{16}")
UNFINISHED = re.compile(r"\.(checkpoint|weights|optimizer|metrics|\.writable).*\.tmp")
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Checkpoint:
    """A model as it was at one moment of its training."""

    model: ModelConfig
    train: TrainConfig
    tokenizer: Tokenizer
    state: State


def save(checkpoint: Checkpoint, folder: Path, parts: Path | None = None) -> None:
    """Write the checkpoint to `folder`, in place of the one that is there; its tensors may be there, as `parts`.

    Raises: UserError when a weight is not a number any more, or the folder cannot be written; what was there stays.
    """
    state = checkpoint.state
    files = _write_arrays(checkpoint, folder) if parts is None else {"parts": parts.name}
    index = {
        "format": FORMAT if parts is None else FORMAT_IN_PARTS,
        **files,
        "model": asdict(checkpoint.model),
        "train": asdict(checkpoint.train),
        "tokenizer": checkpoint.tokenizer.to_json(),
        **{name: getattr(state, name) for name in COUNTS},
        "evaluation": None if state.evaluation is None else asdict(state.evaluation),
        "next_starts": state.next_starts,
        "random": state.stream.state(),
        **({"scaler": state.scaler} if state.scaler else {}),
    }
    write_atomically(folder / INDEX, (json.dumps(index) + "\n").encode())
    remove_others(folder, files)


def parts_folder(folder: Path, number: int) -> Path:
    """Where processes that share out the model write their parts, before `save` makes them the checkpoint."""
    return folder / f"parts-{number:016x}"


def exists(folder: Path) -> bool:
    """Is there a checkpoint in the folder?"""
    return is_file(folder / INDEX)


def load(folder: Path, whole: bool = True, moments: bool = True, arrays: bool = True) -> Checkpoint:
    """The checkpoint in `folder`; without AdamW's moments or any `arrays` if they are not wanted, or if there are none.

    Unless it is wanted `whole`, a state in parts only says where they are.

    Raises: UserError, naming the file, when there is none, or it is truncated, changed, of other sizes, or has NaNs.
    """
    index, path = _index(folder), folder / INDEX
    with _damage_of(path):
        found = _without_arrays(index)
        if index["format"] == FORMAT_IN_PARTS:
            found.state.shards = folder / _named(index["parts"], PARTS_FOLDER)
        else:
            files = [_named(index[kind], TENSOR_FILE) for kind in ("weights", "optimizer") if index[kind] is not None]
    if arrays and index["format"] == FORMAT:
        _read_arrays(found, [folder / name for name in (files if moments else files[:1])])
    elif arrays and whole:
        _read_parts(found)
    return found


def _index(folder: Path) -> dict[str, Any]:
    path = folder / INDEX
    if not exists(folder):
        raise UserError(f"no checkpoint in {folder} (there is no {path}): train a model first: {command('train')}")
    content = read_bytes(path)
    with _damage_of(path):
        index: dict[str, Any] = json.loads(content)
        version = index["format"]
    if version not in (FORMAT, FORMAT_IN_PARTS):
        raise UserError(
            f"{path} has format {str(version)[:20]}, and this program reads formats {FORMAT} and {FORMAT_IN_PARTS}"
        )
    return index


def _tokenizer(data: object) -> Tokenizer:
    """The tokenizer of any kind that `to_json` gave. Raises: UserError when `data` is malformed."""
    if not isinstance(data, dict) or data.get("kind") != "bpe":
        return Tokenizer.from_json(data)
    from gpt_by_hand.data.byte_pairs import BytePairTokenizer  # here, as most models have none

    return BytePairTokenizer.from_json(data)


@contextmanager
def _damage_of(path: Path) -> Iterator[None]:
    """Turn whatever goes wrong with the content of `path` into one clear line."""
    try:
        yield
    except NotInstalled:
        raise
    except (UserError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise UserError(f"{path} is damaged ({one_line(error)}): train again, or restore the file") from error


def _without_arrays(index: dict[str, Any]) -> Checkpoint:
    train, model = configured(TrainConfig, {**LATER, **index["train"]}), configured(ModelConfig, index["model"])
    tokenizer = _tokenizer(index["tokenizer"])
    evaluation, starts = index["evaluation"], [_number("a start", start, int) for start in index["next_starts"]]
    if len(starts) != train.batch_size:
        raise ValueError(f"{len(starts)} starts, not {train.batch_size}")
    state = State(
        {},
        {},
        {},
        RandomStream.from_state(index["random"]),
        starts,
        evaluation=None if evaluation is None else Metrics.from_json(evaluation),
        **{name: _number(name, index[name], *kinds) for name, kinds in COUNTS.items()},
        scaler=_scaler(index.get("scaler", {})),
    )
    return Checkpoint(model, train, tokenizer, state)


def _scaler(value: object) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(type(number) in (int, float) for number in value.values()):
        raise ValueError(f"scaler is {str(value)[:40]!r}, not numbers by name")
    return value


def _number(name: str, value: Any, *kinds: type) -> Any:
    """A number of these kinds that is not negative and not too large."""
    if type(value) not in kinds or not 0 <= value < 2**63:
        raise ValueError(f"{name} is {value!r}, not a number from 0 to {2**63 - 1}")
    return value


def _named(name: object, form: re.Pattern[str]) -> str:
    if not isinstance(name, str) or not form.fullmatch(name):
        raise ValueError(f"it names {name!r}, which is no file of a checkpoint")
    return name


def _read_arrays(found: Checkpoint, paths: list[Path]) -> None:
    """Fill the state's arrays, in the formulas' shapes, from the file of weights and that of moments, if wanted."""
    state, weights = found.state, _read_tensors(paths[0])
    if found.model.num_layers > len(weights):  # before a program of a billion layers is made, to find out the same
        raise UserError(f"{paths[0]} is from a model of other sizes: it does not hold {found.model.num_layers} layers")
    shapes = {p.name: p.shape for p in parameters(found.model)}
    state.weights.update(_in_shape(paths[0], weights, shapes))
    for path in paths[1:]:
        moments = _in_shape(path, _read_tensors(path), _moments(shapes, shapes))
        for kind, part in (("m", state.m), ("v", state.v)):
            part.update((name, moments[f"{kind}.{name}"]) for name in shapes)


def _read_parts(found: Checkpoint) -> None:
    """Fill the state's arrays from the parts that several processes have written."""
    state = found.state
    try:
        from gpt_by_hand.engines.torch.sharding import read_shards
    except ImportError:
        raise UserError(f"the checkpoint in {state.shards} needs PyTorch: {install('torch')}") from None
    assert state.shards is not None
    read = read_shards(state.shards, {p.name: p.stored_shape for p in parameters(found.model)})
    shapes = {p.name: p.shape for p in parameters(found.model)}
    state.weights, state.m, state.v = (_in_shape(state.shards, read[kind], shapes) for kind in ("weights", "m", "v"))
    state.shards = None


def _write_arrays(checkpoint: Checkpoint, folder: Path) -> dict[str, str | None]:
    """Write weights and moments, if there are any; returns the names of the files."""
    state = checkpoint.state
    _refuse_nan(state)
    moments = _moments(state.m, state.v)
    shapes = {p.name: p.stored_shape for p in parameters(checkpoint.model)}
    weights = _write_tensors(folder, "weights", state.weights, shapes)
    both = _moments(shapes, shapes)
    return {"weights": weights, "optimizer": _write_tensors(folder, "optimizer", moments, both) if moments else None}


def _moments(m: Mapping[str, Any], v: Mapping[str, Any]) -> dict[str, Any]:
    """What there is of each of AdamW's two moments, by the names that they have in a file."""
    return {f"{kind}.{name}": found for kind, part in (("m", m), ("v", v)) for name, found in part.items()}


def _refuse_nan(state: State) -> None:
    for kind, arrays in (("weight", state.weights), ("mean gradient", state.m), ("mean square", state.v)):
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise UserError(
                    f"after iteration {state.iteration} the {kind} of {name} is not finite: nothing was saved, the "
                    "last good checkpoint stays; try a lower --learning_rate"
                )


def _write_tensors(folder: Path, kind: str, arrays: Arrays, shapes: Shapes) -> str:
    """Write arrays in their stored shapes; returns the file's name, which carries a hash of its content."""
    from safetensors.numpy import save as to_bytes

    content = to_bytes({name: np.ascontiguousarray(array).reshape(shapes[name]) for name, array in arrays.items()})
    name = f"{kind}-{_fingerprint(content)}.safetensors"
    write_atomically(folder / name, content)
    return name


def _read_tensors(path: Path) -> Arrays:
    """The arrays of a file. Raises: UserError unless it holds exactly what its name's hash says."""
    if _fingerprint(read_bytes(path)) not in path.name:
        raise UserError(f"{path} is truncated or was changed: its content does not match its name")
    return read_tensors(path)


def _fingerprint(content: bytes) -> str:
    return sha256(content)[:16]


def _in_shape(path: Path, arrays: Arrays, shapes: Shapes) -> Arrays:
    """The arrays of a file as finite float32 numbers in these shapes. Raises: UserError, naming the file, if not so."""
    if differing := sorted(arrays.keys() ^ shapes.keys()):
        raise UserError(f"{path} is from a model of other sizes: {differing[0]} is in one but not in the other")
    with np.errstate(over="ignore"):
        arrays = {name: array.astype(np.float32, copy=False) for name, array in arrays.items()}
    for name, array in arrays.items():
        if array.size != int(np.prod(shapes[name])):
            raise UserError(f"{path} is from a model of other sizes: {name} holds {array.size} numbers")
        if not np.isfinite(array).all():
            raise UserError(f"{path} holds numbers that are not finite, in {name}: train again from an earlier state")
    return {name: arrays[name].reshape(shape) for name, shape in shapes.items()}


def remove_others(folder: Path, index: Mapping[str, Any] | None = None) -> None:
    """Delete the tensors in `folder` that its checkpoint does not name, and what a killed run left half-written."""
    kept = {(index or read_json(folder / INDEX)).get(kind) for kind in ("weights", "optimizer", "parts")}
    with suppress(OSError):  # they are in nobody's way
        for path in folder.iterdir():
            if path.name in kept:
                continue
            if PARTS_FOLDER.fullmatch(path.name):
                from shutil import rmtree  # few runs have parts

                rmtree(path)
            elif TENSOR_FILE.fullmatch(path.name) or UNFINISHED.fullmatch(path.name):
                path.unlink()
