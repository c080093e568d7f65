"""What is damaged or tampered with in the cache counts as not there, and is made anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gpt_by_hand.engines.cache import build, digest, find
from gpt_by_hand.engines.compiler import find_compiler, library_suffix
from tests.support.compilers import SOURCE, cache_folder, needs_compiler, plain, twice

__all__ = ["cache_folder", "plain"]
pytestmark = [pytest.mark.usefixtures("plain", "cache_folder"), needs_compiler]
KEY = digest("a key")


def made(source: str = SOURCE) -> Path:
    return build(KEY, find_compiler(), lambda _: source)


def renamed(library: Path, name: str) -> None:
    library.rename(library.with_name(f"{name}{library_suffix()}"))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "no library": lambda library: library.unlink(),
    "an empty library": lambda library: library.write_bytes(b""),
    "half a library": lambda library: library.write_bytes(library.read_bytes()[:2000]),
    "one bit": lambda library: library.write_bytes(library.read_bytes()[:-1] + b"\1"),
    "a longer library": lambda library: library.write_bytes(library.read_bytes() + b"\0"),
    "a link to nothing": lambda library: (library.unlink(), library.symlink_to("nowhere")),
}
NAMES = {
    "another checksum": f"{KEY}-{'0' * 64}",
    "no checksum": f"{KEY}-",
    "a word": f"{KEY}-library",
    "a key alone": KEY,
}


@pytest.mark.parametrize("name", DAMAGES)
def test_what_is_damaged_is_made_anew(cache_folder: Path, name: str) -> None:
    library = made()
    before = {path.name: path.read_bytes() for path in cache_folder.iterdir()}
    DAMAGES[name](library)
    assert find(KEY) is None
    assert made() == find(KEY) == library
    assert {path.name: path.read_bytes() for path in cache_folder.iterdir()} == before
    assert twice(library) == 42


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_what_its_name_says_is_not_found(name: str) -> None:
    library = made()
    renamed(library, NAMES[name])
    assert find(KEY) is None
    assert made() == find(KEY) == library
    assert twice(library) == 42


def test_a_whole_library_beside_a_damaged_one_is_found() -> None:
    """As when another compiler writes other bytes."""
    first, second = made(), made(SOURCE + "int more;\n")
    assert first != second
    for damaged, whole in ((first, second), (second, first)):
        content = damaged.read_bytes()
        damaged.write_bytes(content[:2000])
        assert find(KEY) == whole
        damaged.write_bytes(content)
