"""Spoiling a checkpoint."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from safetensors.numpy import load as from_bytes
from safetensors.numpy import save as to_bytes

Keys = tuple[Any, ...]


def change(out: Path, way: Keys, do: Callable[[Any, Any], object]) -> None:
    """Do something to the entry that the keys lead to."""
    path = out / "checkpoint.json"
    index = json.loads(path.read_text())
    inside = index
    for key in way[:-1]:
        inside = inside[key]
    do(inside, way[-1])
    path.write_text(json.dumps(index))


def replace_tensors(out: Path, kind: str, do: Callable[[dict[str, Any]], object]) -> None:
    """Change the arrays of a file, and give it the name that it then must have."""
    path = next(out.glob(f"{kind}-*"))
    arrays = {name: array.copy() for name, array in from_bytes(path.read_bytes()).items()}
    do(arrays)
    rename(out, kind, to_bytes(arrays))


def rename(out: Path, kind: str, content: bytes) -> None:
    name = f"{kind}-{hashlib.sha256(content).hexdigest()[:16]}.safetensors"
    (out / name).write_bytes(content)
    change(out, (kind,), lambda inside, key: inside.__setitem__(key, name))
