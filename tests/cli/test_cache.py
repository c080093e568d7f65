"""`gpt-by-hand cache`."""

from __future__ import annotations

from pathlib import Path

import pytest

from gpt_by_hand.cli.cache import amount
from gpt_by_hand.engines.cache import Summary, build, digest
from gpt_by_hand.engines.compiler import find_compiler
from tests.support.commands import Command, refused
from tests.support.compilers import SOURCE, cache_folder, names, needs_compiler, plain

__all__ = ["cache_folder", "plain"]
pytestmark = pytest.mark.usefixtures("plain")


def test_an_empty_cache(command: Command, cache_folder: Path) -> None:
    assert command("cache").out == f"{cache_folder}: 0 compiled programs, 0.0 kB\n"
    assert command("cache", "--clear").out == f"{cache_folder}: removed 0 compiled programs, 0.0 kB\n"
    assert not cache_folder.exists()


@needs_compiler
def test_what_is_there_and_clearing(command: Command, cache_folder: Path) -> None:
    build(digest("x"), find_compiler(), lambda _: SOURCE)
    size = sum(path.stat().st_size for path in cache_folder.iterdir())
    (cache_folder / "notes.txt").write_text("mine")
    assert command("cache").out == f"{cache_folder}: 1 compiled program, {size / 1000:.1f} kB\n"
    assert command("cache", "--clear").out == f"{cache_folder}: removed 1 compiled program, {size / 1000:.1f} kB\n"
    assert names(cache_folder) == ["notes.txt"]
    assert command("cache").out == f"{cache_folder}: 0 compiled programs, 0.0 kB\n"


def test_amount() -> None:
    assert amount(Summary(Path(), 1234, 5_678_900)) == "1,234 compiled programs, 5,678.9 kB"


@pytest.mark.parametrize("option", [(), ("--clear",)])
def test_a_folder_that_cannot_be_used(command: Command, cache_folder: Path, option: tuple[str, ...]) -> None:
    cache_folder.write_text("mine")
    refused(command("cache", *option), str(cache_folder), "it is no folder", "GPT_BY_HAND_CACHE")
    assert cache_folder.read_text() == "mine"


def test_an_option_that_there_is_not(command: Command) -> None:
    refused(command("cache", "--remove"), "--remove")


def test_the_help_teaches(command: Command) -> None:
    said = command("cache", "--help").out
    for words in ("GPT_BY_HAND_CACHE", "CC", "CFLAGS", "--clear", "compiled again"):
        assert words in said
