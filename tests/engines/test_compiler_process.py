"""A compiler that is ended before it is done, and what it complains of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gpt_by_hand.engines import compiler
from gpt_by_hand.engines.compiler import CompileError, compile_library, complaint, find_compiler
from tests.support.commands import environment
from tests.support.compilers import SOURCE, names, needs_scripts, plain, script

__all__ = ["plain"]
pytestmark = pytest.mark.usefixtures("plain")


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("", "exit code 1"),
        ("a: warning: x\nb: fatal error: math.h\n", "b: fatal error: math.h"),
        ("/usr/bin/ld: cannot find -lomp\nclang: error: linker failed", "/usr/bin/ld: cannot find -lomp"),
        ("error: " + "x" * 1000, "error: " + "x" * 293),
    ],
)
def test_complaint(said: str, found: str) -> None:
    assert complaint(said, 1) == found


@needs_scripts
def test_a_time_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", str(script(tmp_path / "cc", "sleep 60")))
    started = time.monotonic()
    with pytest.raises(CompileError, match="took longer than 0 s"):
        compile_library(find_compiler(), SOURCE, tmp_path / "library", seconds=0.2)
    assert time.monotonic() - started < 10
    assert names(tmp_path) == ["cc"]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


INTERRUPTED = """
import sys
from pathlib import Path
from gpt_by_hand.engines.compiler import compile_library, find_compiler
try:
    compile_library(find_compiler(), "", Path(sys.argv[1]) / "cache" / "library")
except KeyboardInterrupt:
    sys.exit(130)
"""


@needs_scripts
def test_ctrl_c_ends_the_compiler_and_leaves_nothing(tmp_path: Path) -> None:
    """Also what the compiler has started, and also if the signal comes to this process alone."""
    (tmp_path / "cache").mkdir()
    pid = tmp_path / "pid"
    path = script(
        tmp_path / "cc", "touch $TMPDIR/part.s", "sleep 60 &", f"echo $! > {pid}.new", f"mv {pid}.new {pid}", "wait"
    )
    line = [sys.executable, "-c", INTERRUPTED, str(tmp_path)]
    with subprocess.Popen(line, env=environment(CC=str(path))) as process:
        limit = time.monotonic() + 20
        while not pid.exists() and time.monotonic() < limit:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    limit = time.monotonic() + 10
    while alive(int(pid.read_text())) and time.monotonic() < limit:
        time.sleep(0.02)
    assert not alive(int(pid.read_text()))
    assert names(tmp_path / "cache") == []


def test_ending_what_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
        compiler._end(process)
