"""What is damaged or tampered with in the cache counts as not there, and is made anew."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gpt_by_hand.engines.cache import Entry, build, digest, find
from gpt_by_hand.engines.compiler import find_compiler
from tests.support.compilers import SOURCE, cache_folder, needs_compiler, plain, twice

__all__ = ["cache_folder", "plain"]
pytestmark = [pytest.mark.usefixtures("plain", "cache_folder"), needs_compiler]
REQUEST = digest("a request")
DESCRIPTION = {"shapes": {"x": [2, 3]}, "floats": 6, "lanes": None}


def made(request: str = REQUEST, source: str = SOURCE) -> Entry:
    return build(request, find_compiler(), lambda _: (source, DESCRIPTION))


def only(folder: Path, pattern: str) -> Path:
    (found,) = folder.glob(pattern)
    return found


def description_file(folder: Path) -> Path:
    """The entry's own file: the one whose name has no second suffix."""
    return next(path for path in folder.glob("*.json") if path.name.count(".") == 1)


Damage = Callable[[Path, Path, Path], object]  # to the library, its description and the request
DAMAGES: dict[str, Damage] = {
    "no library": lambda library, *_: library.unlink(),
    "an empty library": lambda library, *_: library.write_bytes(b""),
    "half a library": lambda library, *_: library.write_bytes(library.read_bytes()[:2000]),
    "one bit": lambda library, *_: library.write_bytes(library.read_bytes()[:-1] + b"\1"),
    "a longer library": lambda library, *_: library.write_bytes(library.read_bytes() + b"\0"),
    "no description": lambda _, description, __: description.unlink(),
    "half a description": lambda _, description, __: description.write_text(description.read_text()[:50]),
    "no JSON": lambda _, description, __: description.write_bytes(b"\xff\0"),
    "a list": lambda _, description, __: description.write_text("[]"),
    "deep lists": lambda _, description, __: description.write_text("[" * 100_000),
    "an empty object": lambda _, description, __: description.write_text("{}"),
    "another size": lambda _, description, __: changed(description, size=1),
    "a size in words": lambda _, description, __: changed(description, size="1"),
    "another checksum": lambda _, description, __: changed(description, sha256="0" * 64),
    "a description of another form": lambda _, description, __: changed(description, description=[1]),
    "no request": lambda _, __, request: request.unlink(),
    "a request that leads nowhere": lambda _, __, request: changed(request, entry="0" * 64),
    "a request of another form": lambda _, __, request: request.write_text('{"entry": {"a": 1}}'),
    "a request that is no object": lambda _, __, request: request.write_text('"entry"'),
}


def changed(path: Path, **values: object) -> None:
    path.write_text(json.dumps({**json.loads(path.read_text()), **values}))


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_damaged_is_made_anew(cache_folder: Path, name: str) -> None:
    entry = made()
    before = {path.name: path.read_bytes() for path in cache_folder.iterdir()}
    DAMAGES[name](entry.library, description_file(cache_folder), only(cache_folder, "*.request.json"))
    assert find(REQUEST) is None
    assert made() == find(REQUEST) == entry
    assert {path.name: path.read_bytes() for path in cache_folder.iterdir()} == before
    assert twice(entry.library) == 42


@pytest.mark.parametrize("way", ["../{}", "./{}", "{}/../{}", "/{}", "{}\0", "{}\n", "../outside/{}"])
def test_a_request_cannot_lead_out_of_the_folder(cache_folder: Path, tmp_path: Path, way: str) -> None:
    """Even if a whole entry lies there."""
    name = made().library.stem
    shutil.copytree(cache_folder, tmp_path / "outside")
    for path in cache_folder.glob(f"{name}*"):
        shutil.copy(path, tmp_path)
    for entry in (way.format(name, name), str(tmp_path / name), str(tmp_path / "outside" / name)):
        only(cache_folder, "*.request.json").write_text(json.dumps({"entry": entry}))
        assert find(REQUEST) is None
