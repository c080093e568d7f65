"""Safetensors files, of ours and as other programs write them, of any kind of floats."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gpt_by_hand.errors import UserError, one_line
from gpt_by_hand.files import explained

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
