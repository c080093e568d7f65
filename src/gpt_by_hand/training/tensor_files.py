"""Named arrays in safetensors files, whose names carry a hash of what they hold."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import numpy as np

from gpt_by_hand.data import tensors
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import read_bytes, write_atomically
from gpt_by_hand.training.start import Arrays

TENSOR_FILE = re.compile(r"(weights|optimizer)-[0-9a-f]{16}\.safetensors")
Shapes = dict[str, tuple[int, ...]]


def write_tensors(folder: Path, kind: str, arrays: Arrays, shapes: Shapes) -> str:
    """Write arrays in their stored shapes; returns the file's name, which carries a hash of its content."""
    from safetensors.numpy import save as to_bytes

    stored = {name: np.ascontiguousarray(a).reshape(shapes[name]) for name, a in arrays.items()}
    content = to_bytes(stored)
    name = f"{kind}-{_fingerprint(content)}.safetensors"
    write_atomically(folder / name, content)
    return name


def read_tensors(path: Path) -> Arrays:
    """The arrays of a file. Raises: UserError unless it holds exactly what its name's hash says."""
    if _fingerprint(read_bytes(path)) not in path.name:
        raise UserError(f"{path} is truncated or was changed: its content does not match its name")
    return tensors.read_tensors(path)


def in_shape(path: Path, arrays: Arrays, shapes: Shapes) -> Arrays:
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


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
