"""Safetensors files, of ours and as other programs write them, of any kind of floats: one, or several and an index."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gpt_by_hand.errors import UserError, one_line
from gpt_by_hand.files import explained, is_file, read_json

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
FLOATS = ("F64", "F32", "F16", "BF16")
Arrays = dict[str, np.ndarray]


def read_tensors(path: Path, wanted: Callable[[str], bool] = lambda name: True) -> Arrays:
    """The tensors of one file that are `wanted`.

    Raises: UserError, naming the file, when it is truncated, or holds numbers of an unknown kind.
    """
    from safetensors import SafetensorError, safe_open

    found: Arrays = {}
    with explained("read", path), path.open("rb"):
        pass
    try:
        with safe_open(path, "np") as file:
            for name in filter(wanted, file.keys()):
                kind = file.get_slice(name).get_dtype()
                if kind not in FLOATS:
                    raise UserError(f"{path}: {name} holds {kind} numbers, and weights are one of {', '.join(FLOATS)}")
                found[name] = _brain_floats(path, name) if kind == "BF16" else file.get_tensor(name)
    except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path} is truncated, or no safetensors file ({one_line(error)})") from None
    return found


def _brain_floats(path: Path, name: str) -> np.ndarray:
    """A bfloat16 tensor, which NumPy does not know: the upper half of a float32's bits."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        entry = json.loads(file.read(length))[name]
        start, end = entry["data_offsets"]
        file.seek(8 + length + start)
        halves = np.frombuffer(file.read(end - start), "<u2")
    return (halves.astype(np.uint32) << 16).view(np.float32).reshape(entry["shape"])


def read_folder(folder: Path, wanted: Callable[[str], bool] = lambda name: True) -> Arrays:
    """The tensors that are `wanted` of `model.safetensors`, or of all the parts that its index names.

    Raises: UserError, naming the file, when there is none, or it is truncated or holds numbers of an unknown kind.
    """
    if is_file(folder / SINGLE):
        return read_tensors(folder / SINGLE, wanted)
    if not is_file(folder / INDEX):
        other = " (pytorch_model.bin is not read: save it again with transformers)"
        there = other if any(folder.glob("pytorch_model*.bin")) else ""
        raise UserError(f"{folder} has neither {SINGLE} nor {INDEX}{there}")
    places = read_json(folder / INDEX).get("weight_map")
    if not isinstance(places, dict) or not all(map(_is_name, places.values())):
        raise UserError(f"{folder / INDEX} is damaged: it does not say which file holds which tensor")
    found: Arrays = {}
    for part in sorted(set(places.values())):
        arrays = read_tensors(folder / part, wanted)
        if twice := sorted(found.keys() & arrays.keys()):
            raise UserError(f"{folder / part} holds {twice[0]}, and so does another part: remove the wrong one")
        found |= arrays
    if missing := [name for name in places if wanted(name) and name not in found]:
        raise UserError(f"{folder}: the files do not hold {missing[0]}, which the index names")
    return found


def _is_name(value: object) -> bool:
    """Is it the name of a file in the same folder, in characters that a name can have?"""
    return isinstance(value, str) and value.isprintable() and Path(value).name == value not in ("", "..")
