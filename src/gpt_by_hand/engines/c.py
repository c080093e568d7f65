"""Runs the printed C: many iterations per call, sizes as constants, compiled once and kept in the user's cache."""

from __future__ import annotations

import ctypes
import json
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

import numpy as np

from gpt_by_hand.advice import command
from gpt_by_hand.digests import sha256
from gpt_by_hand.engines.cache import build, digest, find
from gpt_by_hand.engines.compiler import CompileError, Compiler, find_compiler, lanes
from gpt_by_hand.files import read_bytes

if TYPE_CHECKING:
    from gpt_by_hand.notation import Program
    from gpt_by_hand.printers.c import Slot

DESCRIPTION = "gpt_by_hand_slots"  # the name that a library gives it
PACKAGE = Path(__file__).parents[1]
PRINTING = ("notation", "model", "schedule", "printers", "printers/texts")  # all files there, and
BESIDE = ("engines/c.py", "training/compute.py")  # these two say what is printed, and what goes in and out of it


class Job(NamedTuple):
    """A program to compile, and what goes in and out of it.

    `key` tells it from every other program, so that a start that finds it compiled need not write it down; `results`
    are the tensors that are wanted; `each` the inputs that every iteration has its own of; `settings` the named
    constants that are given anew for each call, and so are not part of the key.
    """

    key: str
    program: Callable[[], Program]
    results: tuple[str, ...]
    each: Callable[[Program], set[str]] = lambda program: set()
    settings: tuple[str, ...] = ()


class CompiledProgram:
    """A library that computes a program, ready to be called; it holds its own description, see `described`.

    A library keeps its numbers in memory of its own, and is there once however often it is loaded. So calls to it run
    one after the other.
    """

    _locks: ClassVar[dict[Path, threading.Lock]] = {}

    def __init__(self, path: Path) -> None:
        try:
            library = ctypes.CDLL(str(path))
            self._run = library.run
            description = ctypes.string_at(ctypes.addressof(ctypes.c_char.in_dll(library, DESCRIPTION)))
        except (OSError, AttributeError, ValueError) as error:  # what it needs has been removed since, say
            raise CompileError(f"cannot load {path}: {error}; {command('cache --clear')} helps") from None
        self._run.restype = None
        self.slots: list[dict[str, Any]] = json.loads(description)
        self._lock = self._locks.setdefault(path, threading.Lock())

    def __call__(self, given: Mapping[str, Any], times: int = 1) -> dict[str, np.ndarray]:
        """Compute the program `times` times; returns results, and what was carried under its new name, by name.

        Inputs that each iteration has its own of come with an axis for the iteration in front, `[times, ...]`, and so
        do results that are one number; other results are those of the last iteration.

        Raises: KeyError when an input is missing, ValueError when one has another shape.
        """
        arrays, found = [], {}
        for slot in self.slots:
            array = _array(slot, given, times)
            arrays.append(array)
            if slot["role"] not in ("each", "given", "setting"):
                found[slot["new"] or slot["name"]] = array
        pointers = (ctypes.c_void_p * len(arrays))(*(array.ctypes.data for array in arrays))
        with self._lock:
            self._run(ctypes.c_int64(times), pointers)
        return found


def _array(slot: Mapping[str, Any], given: Mapping[str, Any], times: int) -> np.ndarray:
    """The array for a slot: what is given, copied if it will be changed, or room for a result."""
    shape = tuple(slot["shape"])
    if slot["role"] in ("each", "number"):
        shape = (times, *shape)
    if slot["role"] in ("number", "result"):
        return np.empty(shape, slot["dtype"])
    copy = True if slot["role"] == "carried" else None
    array = np.array(given[slot["name"]], slot["dtype"], copy=copy, order="C")
    if array.shape != shape:
        raise ValueError(f"{slot['name']} has shape {array.shape}, not {shape}")
    return np.ascontiguousarray(array)


def find_c(job: Job) -> CompiledProgram | None:
    """The job's program if it is in the cache.

    Raises: NoCompilerError, CompileError or CacheError when C cannot be used at all.
    """
    library = find(_key(job, find_compiler()))
    return CompiledProgram(library) if library else None


def compile_c(job: Job) -> CompiledProgram:
    """The job's program, compiled now unless it is in the cache.

    Raises: NoCompilerError, CompileError or CacheError when that cannot be done.
    """
    compiler = find_compiler()
    key = _key(job, compiler)
    return CompiledProgram(find(key) or build(key, compiler, lambda settled: _source(job, settled)))


def described(text: str, slots: list[Slot]) -> str:
    """C with the description of its slots as a string in it, so that a library is one file."""
    literal = json.dumps(json.dumps([asdict(slot) for slot in slots]))  # what is escaped is so in C, too
    return f"{text}\nconst char {DESCRIPTION}[] = {literal};\n"


def _key(job: Job, compiler: Compiler) -> str:
    return digest(fingerprint(), job.key, repr(job.results), compiler.identity)


def _source(job: Job, compiler: Compiler) -> str:
    from gpt_by_hand.printers.c import print_library, slots
    from gpt_by_hand.schedule.program import fast_schedule

    program = job.program()
    carried = program.carried
    program = program.only([*job.results, *carried])
    found = slots(program, carried, job.each(program), list(job.results), job.settings)
    schedule = fast_schedule(program, lanes(compiler), carried, job.results)
    return described(print_library(schedule, found), found)


@lru_cache(maxsize=1)
def fingerprint() -> str:
    """What tells this version of the formulas and their printers from every other: a hash of their files."""
    folders = [PACKAGE / folder for folder in PRINTING]
    inside = [entry.path for folder in folders for entry in os.scandir(folder) if entry.is_file()]
    paths = sorted([*inside, *(str(PACKAGE / name) for name in BESIDE)])
    contents = [(os.path.basename(path), read_bytes(Path(path))) for path in paths]
    return sha256(b"".join(f"{name} {len(content)} ".encode() + content for name, content in contents))
