"""Which processor this is: a program compiled for one may hold instructions that another lacks."""

from __future__ import annotations

import platform
from itertools import takewhile

CPUINFO = "/proc/cpuinfo"
# What stays the same from start to start, on x86, Arm, RISC-V and POWER; clock speeds do not.
LASTING = {
    *("vendor_id", "cpu family", "model", "model name", "stepping", "flags"),
    *("CPU implementer", "CPU architecture", "CPU variant", "CPU part", "CPU revision", "Features"),
    *("isa", "uarch", "cpu", "revision"),
}


def processor() -> str:
    """The processor's model and its instruction sets where Linux tells them, else what Python knows of it."""
    try:
        with open(CPUINFO, encoding="utf-8", errors="replace") as file:
            first = takewhile(str.strip, file)  # up to a blank line: the kernel takes its time over each further one
            lines = [line for line in first if line.split(":")[0].strip() in LASTING]
    except OSError:
        lines = []
    return "".join(lines) or f"{platform.machine()} {platform.processor()}"
