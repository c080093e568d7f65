"""One door for each kind of file: limits and guards stand there, so nobody reads or writes beside it."""

import ast
from collections.abc import Iterator

import pytest

from tests.test_layout import MODULES

# What reads or writes whole files, and the modules that may: the door itself, and who does something of its own there.
DOORS = {
    "read_bytes": {"files", "engines.cache"},
    "read_text": {"printers.loops", "views.typst"},
    "write_bytes": {"files"},
    "write_text": {"engines.compiler"},
    "replace_file": {"files", "engines.compiler", "data.staging", "practice.progress"},
    "safe_open": {"data.tensors"},
    "load_file": set(),
    "save_file": {"interop.hugging_face"},
    "torch.load": {"interop.nanogpt"},
    "pickle.load": set(),
    "pickle.loads": set(),
    "pickle.Unpickler": {"engines.torch.sharding"},
    "np.load": set(),
    "np.memmap": set(),
    "mmap.mmap": {"files"},
    "zipfile.ZipFile": {"interop.nanogpt"},
    "snapshot_download": {"interop.hub"},
}


def uses(source: str) -> Iterator[str]:
    """The functions above that the source names: of a library, of a path, or imported by their own name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            whole = f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else ""
            yield {"os.replace": "replace_file", "os.rename": "replace_file"}.get(whole, whole)
            yield node.attr if "." not in node.attr and node.attr not in ("load", "loads") else ""
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("gpt_by_hand"):
            yield from (alias.name for alias in node.names)


def beside(module: str, source: str) -> list[str]:
    """What the module does that only others may."""
    return sorted({name for name in uses(source) if name in DOORS and module not in DOORS[name]})


@pytest.mark.parametrize("module", MODULES)
def test_nobody_reads_or_writes_beside_the_door(module: str) -> None:
    assert beside(module.removeprefix("gpt_by_hand."), MODULES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("content = path.read_bytes()", ["read_bytes"]),
        ("with x:\n    Path('a').write_text(b)", ["write_text"]),
        ("import os\nos.replace(a, b)", ["replace_file"]),
        ("text.replace('a', 'b')", []),
        ("def f():\n    from safetensors import safe_open", ["safe_open"]),
        ("import torch\ntorch.load(path)", ["torch.load"]),
        ("import numpy as np\nnp.load(path)", ["np.load"]),
        ("from gpt_by_hand.files import read_bytes\nread_bytes(path)", []),
    ],
)
def test_a_door_beside_is_found(source: str, found: list[str]) -> None:
    assert beside("trace.trace", source) == found
