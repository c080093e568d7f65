"""A model's safetensors in a folder of Hugging Face's: one file, or several and an index."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gpt_by_hand.data.tensors import Arrays, read_tensors
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import is_file, read_json

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"


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
