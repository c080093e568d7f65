"""Compiled programs, kept from start to start.

A program is found in two steps, so that a start that finds it need not even print the formulas:
`<request>.request.json` names an entry, and the entry is a library, `<name>.so`, with `<name>.json`, which holds the
caller's description of it and the library's SHA-256. What is missing, damaged or of another form counts as not there,
and is made anew.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gpt_by_hand.engines.compiler import CHOICES, Compiler, compile_library, library_suffix, settle
from gpt_by_hand.engines.compiler_process import CompileError
from gpt_by_hand.engines.private_folder import UNFINISHED, cache_folder, explained, is_there, made, write_private

DIGEST = re.compile(r"[0-9a-f]{64}")
LIBRARY = re.compile(rf"{DIGEST.pattern}\.(so|dylib|dll)")
OURS = re.compile(rf"{LIBRARY.pattern}|{DIGEST.pattern}(\.request|\.flags)?\.json")
STALE = 3600.0  # seconds: by then, whoever was writing a temporary file is gone

Source = Callable[[Compiler], tuple[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Entry:
    """A compiled program: the library, and what the caller has said of it."""

    library: Path
    description: dict[str, Any]


@dataclass(frozen=True)
class Summary:
    """How many compiled programs a folder holds, and how many bytes they and what describes them take."""

    folder: Path
    programs: int
    size: int


def digest(*parts: str) -> str:
    """The SHA-256 of some texts, in hexadecimal: a request's name."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def find(request: str) -> Entry | None:
    """The program that was built for a request (a `digest`), if it is there and whole.

    Raises: CacheError when the folder is another user's, or open to others' writing.
    """
    _check(request)
    folder = cache_folder()
    if not is_there(folder):
        return None
    name = _read(folder / f"{request}.request.json").get("entry")
    # Only a digest is a name: what was tampered with cannot lead out of the folder.
    return _entry(folder, name) if isinstance(name, str) and DIGEST.fullmatch(name) else None


def build(request: str, compiler: Compiler, source: Source) -> Entry:
    """Compile a program and keep it under `request`; several processes may do so at once.

    `source` gives the C and a description that JSON can hold. It is called with the compiler as it will be used, with
    the flags that are known to work; if these fail in the end, it is called again with others.

    Raises: CompileError when the compiler fails; CacheError when the folder cannot be used or written.
    """
    _check(request)
    folder = made(cache_folder())
    known = _remembered(compiler, folder)
    if known is None:
        return _build(request, _settle(compiler, folder), source, folder)
    try:
        return _build(request, known, source, folder)
    except CompileError:  # has what the compiler needs been removed since it was tried?
        anew = _settle(compiler, folder)
        if anew.choice == known.choice:
            raise
        return _build(request, anew, source, folder)


def summary() -> Summary:
    """What the cache holds. Raises: CacheError when it cannot be read, or is not ours alone."""
    folder = cache_folder()
    found = list(_ours(folder))
    with explained(folder):
        size = sum(path.stat().st_size for path in found)
    return Summary(folder, sum(LIBRARY.fullmatch(path.name) is not None for path in found), size)


def clear() -> Summary:
    """Remove what this module has written, and the folder if nothing else is in it; returns what was removed.

    Raises: CacheError when it cannot be removed, or the folder is not ours alone.
    """
    import shutil

    removed = summary()
    with explained(removed.folder):
        for path in [*_ours(removed.folder), *_stale(removed.folder)]:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if removed.folder.is_dir() and not any(removed.folder.iterdir()):
            removed.folder.rmdir()
    return removed


def _build(request: str, compiler: Compiler, source: Source, folder: Path) -> Entry:
    text, given = source(compiler)
    description = json.dumps(given, sort_keys=True)
    name = digest(text, description, compiler.identity, *compiler.flags)
    with explained(folder):
        entry = _entry(folder, name) or _compile(folder, name, compiler, text, json.loads(description))
        write_private(folder / f"{request}.request.json", json.dumps({"entry": name}).encode())
    return entry


def _compile(folder: Path, name: str, compiler: Compiler, text: str, description: dict[str, Any]) -> Entry:
    library = _library(folder, name)
    compile_library(compiler, text, library)
    content = library.read_bytes()
    found = {"description": description, "sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    write_private(folder / f"{name}.json", json.dumps(found).encode())
    return Entry(library, description)


def _entry(folder: Path, name: str) -> Entry | None:
    """The entry, if both of its files are there, whole, and belong together."""
    found, library = _read(folder / f"{name}.json"), _library(folder, name)
    try:
        content = library.read_bytes()
    except OSError:
        return None
    whole = (found.get("size"), found.get("sha256")) == (len(content), hashlib.sha256(content).hexdigest())
    description = found.get("description")
    return Entry(library, description) if whole and isinstance(description, dict) else None


def _library(folder: Path, name: str) -> Path:
    return folder / f"{name}{library_suffix()}"


def _remembered(compiler: Compiler, folder: Path) -> Compiler | None:
    """The compiler with the flags that were found to work, if it was ever tried."""
    found = _read(folder / f"{compiler.identity}.flags.json").get("choice")
    choice = next((choice for choice in CHOICES if list(choice) == found), None)
    return None if choice is None else replace(compiler, choice=choice)


def _settle(compiler: Compiler, folder: Path) -> Compiler:
    """Try which flags work, and remember them."""
    with explained(folder):
        settled = settle(compiler, folder)
        write_private(folder / f"{compiler.identity}.flags.json", json.dumps({"choice": settled.choice}).encode())
    return settled


def _read(path: Path) -> dict[str, Any]:
    """What a JSON file holds; nothing if it is not there, damaged, or no object."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _check(request: str) -> None:
    if not DIGEST.fullmatch(request):
        raise ValueError(f"request {request!r} is no digest")


def _ours(folder: Path) -> Iterator[Path]:
    """The files in the folder that are whole and of this module's making, as their names tell."""
    if is_there(folder):
        with explained(folder):
            yield from [path for path in folder.iterdir() if OURS.fullmatch(path.name) and not path.is_dir()]


def _stale(folder: Path) -> Iterator[Path]:
    """Temporary files and folders of processes that were killed."""
    if is_there(folder):
        for path in folder.iterdir():
            if path.name.startswith(UNFINISHED) and path.lstat().st_mtime < time.time() - STALE:
                yield path
