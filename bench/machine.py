"""Which machine this is: processor, cores, compiler, versions."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand import __version__
from gpt_by_hand.engines.compiler import Compiler, find_compiler, lanes, settle


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def has_avx512() -> bool:
    return " avx512f " in _cpuinfo("flags") + " "


@lru_cache(maxsize=1)
def settled() -> Compiler:
    """The C compiler with the flags that work here."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        return settle(find_compiler(), Path(folder))


def machine() -> dict[str, Any]:
    compiler = settled()
    said = subprocess.run([*compiler.command, "--version"], capture_output=True, text=True, check=False).stdout
    return {
        "processor": _cpuinfo("model name").strip() or platform.processor() or platform.machine(),
        "cores": cores(),
        "lanes": lanes(compiler),
        "system": platform.system(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "compiler": said.splitlines()[0] if said else compiler.command[0],
        "flags": " ".join(compiler.flags),
        "versions": {"GPT-by-Hand": __version__, "Python": sys.version.split()[0], "NumPy": np.__version__},
    }


def _cpuinfo(name: str) -> str:
    """A line of the first processor that Linux tells of, or nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2] for line in lines if line.split(":")[0].strip() == name), "")
