"""Finds this machine's C compiler, says which one it is, and makes libraries with it.

It ends when we do, and leaves nothing behind.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gpt_by_hand.digests import sha256
from gpt_by_hand.engines.processor import processor
from gpt_by_hand.errors import UserError

if TYPE_CHECKING:
    from subprocess import Popen

NAMES = ("cc", "gcc", "clang")
# Arithmetic stays as it is written: not -ffast-math, which takes it that there is no NaN and no infinity.
FLAGS = ("-O3", "-fno-math-errno", "-fno-trapping-math", "-fopenmp-simd", "-shared")
CHOICES = (  # The first that the compiler takes: not each knows this processor as `native`, or has OpenMP's library.
    ("-march=native", "-fopenmp"),
    ("-march=native",),
    ("-mcpu=native", "-fopenmp"),
    ("-mcpu=native",),
    ("-fopenmp",),
    (),
)
UNSAFE = {"-ffast-math", "-Ofast", "-ffinite-math-only"}
SECONDS = 300.0  # the longest that a compiler may take
TRIAL_SECONDS = 30.0
TRIAL = """\
#include <math.h>
#ifdef _OPENMP
#include <omp.h>
#endif
float gpt_by_hand_trial(float *x, int n) {
    #pragma omp parallel for
    for (int i = 0; i < n; i++) x[i] = expf(x[i]);
    return x[0];
}
"""
LANES = {"__AVX512F__": 16, "__AVX__": 8}  # numbers of four bytes that an instruction takes, by the macro that says so


LONGEST = 300  # characters of a complaint
COMPLAINT = r"(?i)\berror\b|cannot find|undefined"
UNFINISHED = ".gpt-by-hand-"  # how the names of temporary files and folders start


class CompileError(UserError):
    """The C compiler failed, or cannot be used as CC and CFLAGS say."""


class NoCompilerError(UserError):
    """There is no C compiler, or not the one that CC names."""


class Compiler(NamedTuple):
    """A C compiler, and how it is called.

    `identity` is another one for another compiler, other flags or another processor. It is found without running
    anything: from the size and the time of the compiler's file.
    """

    command: tuple[str, ...]
    choice: tuple[str, ...]  # one of CHOICES
    extra: tuple[str, ...]  # what CFLAGS holds
    identity: str

    @property
    def flags(self) -> tuple[str, ...]:
        """What it is called with, the user's own flags last."""
        return (*FLAGS, *(() if sys.platform == "win32" else ("-fPIC",)), *self.choice, *self.extra)


def library_suffix() -> str:
    """How the name of a shared library ends on this platform."""
    return {"win32": ".dll", "cygwin": ".dll", "darwin": ".dylib"}.get(sys.platform, ".so")


def find_compiler() -> Compiler:
    """The compiler that CC names, or the first of cc, gcc and clang; flags of one's own come from CFLAGS.

    Raises: NoCompilerError when there is none; CompileError for flags that cannot be used.
    """
    command = _from_environment() or _from_path()
    extra = tuple(_words("CFLAGS"))
    if unsafe := UNSAFE.intersection(command + extra):
        raise CompileError(f"CC or CFLAGS holds {min(unsafe)}, which breaks numbers such as -inf: leave it out")
    return Compiler(command, CHOICES[0], extra, _identity(command, extra))


def settle(compiler: Compiler, folder: Path) -> Compiler:
    """The compiler with the first of CHOICES with which it makes a library that can be loaded, tried in `folder`.

    Raises: CompileError when it makes none; OSError when the folder cannot be written.
    """
    failures = []
    for choice in CHOICES:
        candidate = compiler._replace(choice=choice)
        try:
            _try(candidate, folder)
            return candidate
        except CompileError as error:
            failures.append(error)
    raise failures[-1]


def compile_library(compiler: Compiler, source: str, target: Path, seconds: float = SECONDS) -> None:
    """Compile C to a shared library, `target`, which is put in its place when it is whole.

    Raises: CompileError with the compiler's first error; OSError when the target cannot be written.
    """
    import tempfile

    with tempfile.TemporaryDirectory(dir=target.parent, prefix=UNFINISHED) as folder:
        # Relative names, so that the library does not depend on where it is made: the same source, the same bytes.
        library = f"program{library_suffix()}"
        line = [*compiler.command, *compiler.flags, "program.c", "-o", library]
        line += [] if sys.platform == "win32" else ["-lm"]
        (Path(folder) / "program.c").write_text(source, encoding="utf-8")
        run(line, Path(folder), seconds)
        if not (Path(folder) / library).is_file():
            raise CompileError(f"{shlex.join(line)} ended well, but wrote no library")
        (Path(folder) / library).chmod(0o700)
        put(Path(folder) / library, target)


def put(temporary: Path, target: Path) -> None:
    """Rename in one step. Raises: OSError when that cannot be done."""
    try:
        os.replace(temporary, target)
    except PermissionError:
        # Windows replaces no file that a process uses. That one is as good as ours: its name says what it holds.
        if sys.platform != "win32" or not target.exists():
            raise


def lanes(compiler: Compiler) -> int:
    """How many float32 numbers an instruction takes at once: 16, 8 or 4, which is also for compilers that do not say.

    Raises: CompileError when the compiler fails, or there is no place for temporary files.
    """
    import tempfile

    line = [*compiler.command, *compiler.flags, "-dM", "-E", "empty.c"]
    try:
        with tempfile.TemporaryDirectory(prefix=UNFINISHED) as folder:
            (Path(folder) / "empty.c").touch()
            said = run(line, Path(folder), TRIAL_SECONDS)
    except OSError as error:
        raise CompileError(f"no place for the compiler's temporary files: {error.strerror or error}") from error
    return next((count for macro, count in LANES.items() if re.search(rf"^#define {macro}\b", said, re.M)), 4)


def _from_environment() -> tuple[str, ...]:
    """The compiler in CC, with its arguments; nothing where CC is not set. Raises: NoCompilerError."""
    words = _words("CC")
    if not words:
        return ()
    if found := _which(words[0]):
        return (os.path.abspath(found), *words[1:])
    raise NoCompilerError(
        f"CC is {os.environ['CC']!r}, but there is no program {words[0]!r}: "
        "correct or unset CC, or use --engine numpy, which needs no compiler"
    )


def _from_path() -> tuple[str, ...]:
    for name in NAMES:
        if found := _which(name):
            return (os.path.abspath(found),)
    raise NoCompilerError(
        f"no C compiler found: looked for {', '.join(NAMES)} in PATH; install one (Debian: apt install gcc libc6-dev; "
        "macOS: xcode-select --install; Windows: MinGW-w64, as from winlibs.com), name it in CC, "
        "or use --engine numpy, which needs none"
    )


def _which(name: str) -> str | None:
    """Where the shell finds a program, or None. It is `shutil.which`, whose module takes longer to import."""
    if sys.platform == "win32":  # where more than the name decides
        from shutil import which

        return which(name)
    folders = [""] if os.path.dirname(name) else os.get_exec_path()
    paths = [os.path.join(folder, name) for folder in folders]
    return next((path for path in paths if os.path.isfile(path) and os.access(path, os.X_OK)), None)


def _words(variable: str) -> list[str]:
    """The words of an environment variable, with a shell's quotes. Raises: CompileError for a quote left open."""
    value = os.environ.get(variable, "").strip()
    if os.path.isfile(value):  # a path may hold spaces, and backslashes that a shell would eat
        return [value]
    try:
        return shlex.split(value, posix=sys.platform != "win32")
    except ValueError as error:
        raise CompileError(f"{variable} is {value!r}: {str(error).lower()}") from None


def _identity(command: tuple[str, ...], extra: tuple[str, ...]) -> str:
    """A hash of all that decides what is made. With `ccache gcc`, both are looked at."""
    programs = [os.path.realpath(path) for word in command if (path := _which(word))]
    stamps = [(path, os.stat(path).st_size, os.stat(path).st_mtime_ns) for path in programs]
    parts = (command, FLAGS, CHOICES, extra, stamps, processor(), sys.platform, sys.maxsize)
    return sha256(json.dumps(parts).encode())


def _try(compiler: Compiler, folder: Path) -> None:
    """Make a small library and load it. Raises: CompileError when one of both fails."""
    import ctypes
    import tempfile

    with tempfile.TemporaryDirectory(dir=folder, prefix=UNFINISHED) as place:
        library = Path(place) / f"trial{library_suffix()}"
        compile_library(compiler, TRIAL, library, TRIAL_SECONDS)
        if os.name == "posix":  # Windows would not let go of the file
            try:
                ctypes.CDLL(str(library))
            except OSError as error:
                raise CompileError(f"{shlex.join(compiler.command)} makes what cannot be loaded: {error}") from None


def run(line: Sequence[str], folder: Path, seconds: float) -> str:
    """Run a compiler in `folder`, where its own temporary files go too; returns what it said.

    Raises: CompileError with the command and the first error, or when it takes longer than `seconds`.
    """
    from subprocess import TimeoutExpired

    with _start(line, folder) as process:
        try:
            said = process.communicate(timeout=seconds)[0].decode("utf-8", errors="replace")
        except BaseException as error:
            _end(process)
            if isinstance(error, TimeoutExpired):
                raise CompileError(f"{shlex.join(line)} took longer than {seconds:.0f} s: try fewer CFLAGS") from None
            raise
    if process.returncode:
        raise CompileError(f"cannot compile the formulas: {shlex.join(line)}: {complaint(said, process.returncode)}")
    return said


def _start(line: Sequence[str], folder: Path) -> Popen[bytes]:
    """With messages in English, so that the first error can be found; and on POSIX in a session of its own.

    So it ends as a whole: what compiles is a grandchild.
    """
    from subprocess import DEVNULL, PIPE, STDOUT, Popen

    environment = {**os.environ, "LC_ALL": "C", **dict.fromkeys(("TMPDIR", "TMP", "TEMP"), str(folder))}
    try:
        return Popen(
            line, cwd=folder, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT, start_new_session=True
        )
    except OSError as error:
        raise CompileError(f"cannot run the C compiler {line[0]}: {error.strerror or error}") from error


def complaint(said: str, code: int) -> str:
    """The first line that tells of an error, else the first line, else how the compiler ended."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    how = f"exit code {code}" if code > 0 else f"ended by signal {-code}"
    found = next((line for line in lines if re.search(COMPLAINT, line)), lines[0] if lines else how)
    return "".join(c if c.isprintable() else " " for c in found[:LONGEST])


def _end(process: Popen[bytes]) -> None:
    """End the compiler, and on POSIX all that it has started."""
    if os.name != "posix":
        process.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
