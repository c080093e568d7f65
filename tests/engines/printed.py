"""Programs printed as C and compiled in every way there is: plain or fast, by each compiler, for any vectors."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.engines.c import CompiledProgram, described
from gpt_by_hand.engines.compiler import CHOICES, Compiler, compile_library, library_suffix, settle
from gpt_by_hand.notation import Program
from gpt_by_hand.printers.c import Slot, print_library, slots
from gpt_by_hand.schedule.program import Schedule, fast_schedule, plain_schedule
from tests.support.compilers import REAL

COMPILERS = tuple(
    pytest.param(name, marks=pytest.mark.skipif(shutil.which(name) is None, reason=f"there is no {name} here"))
    for name in ("gcc", "clang")
)


@dataclass(frozen=True)
class Way:
    """How a program is printed and compiled; compilers split vectors of more `lanes` than the processor has."""

    compiler: str = ""
    fast: bool = True
    lanes: int = 8
    flags: tuple[str, ...] = ("-O1",)

    def schedule(self, program: Program, carried: Mapping[str, str] | None = None) -> Schedule:
        return fast_schedule(program, self.lanes, carried) if self.fast else plain_schedule(program)


PLAIN = Way(fast=False)
FAST = Way()
FASTEST = Way(flags=("-O3",))


def printed(
    program: Program,
    way: Way = FAST,
    carried: Mapping[str, str] | None = None,
    each: Collection[str] = (),
    results: Iterable[str] | None = None,
) -> CompiledProgram:
    """The program, compiled; without `results`, every tensor of it comes out."""
    found = slots(program, carried or {}, set(each), list(program.definitions if results is None else results))
    return compiled(print_library(way.schedule(program, carried), found, fast=way.fast), found, way)


def compiled(text: str, found: list[Slot], way: Way = FAST) -> CompiledProgram:
    return CompiledProgram(library(described(text, found), way.compiler, *way.flags))


def library(text: str, command: str = "", *flags: str) -> Path:
    """A library made of C, kept for the session: the same text is compiled once."""
    folder = shared_folder()
    compiler = settled(command)
    line = (*compiler.command, *compiler.flags, *flags)
    path = folder / (hashlib.sha256("\n".join((*line, text)).encode()).hexdigest() + library_suffix())
    if not path.exists():
        compile_library(Compiler(compiler.command, compiler.choice, flags, ""), text, path)
    return path


@lru_cache
def settled(command: str = "") -> Compiler:
    """A compiler with flags that work here; without a command, the one that the C engine would find."""
    path = shutil.which(command) if command else REAL
    assert path, "tests that compile are skipped where there is no compiler"
    return settle(Compiler((os.path.abspath(path),), CHOICES[0], (), ""), shared_folder())


def shared_folder() -> Path:
    """Beside the tests' cache, shared with the workers beside this one."""
    folder = Path(os.environ["GPT_BY_HAND_CACHE"]).with_name("printed")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def outcome(program: CompiledProgram, given: Mapping[str, object], times: int = 1) -> dict[str, np.ndarray]:
    """One run's results in the program's shapes; what is a number for each iteration is that of the last."""
    values = program(given, times)
    numbers = [slot["name"] for slot in program.slots if slot["role"] == "number"]
    return {**values, **{name: values[name][-1] for name in numbers if times}}
