"""The sums of a product stay in vector registers, whatever the compiler would rather do; seen in its assembly."""

from __future__ import annotations

import platform
import re
import subprocess
from pathlib import Path

import pytest

from gpt_by_hand.engines.compiler import FLAGS
from gpt_by_hand.notation import Index, Program, Sum, Writer, check
from gpt_by_hand.printers.c import print_library, slots
from gpt_by_hand.schedule.program import fast_schedule
from tests.engines.printed import COMPILERS, settled
from tests.support.compilers import needs_compiler

pytestmark = [
    needs_compiler,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="instructions of x86"),
]


def product() -> Program:
    """64 x 64 times 64 x 64."""
    i, j, k = (Index(name, 64) for name in "ijk")
    write = Writer()
    a, b = write.input("a", i, k), write.input("b", k, j)
    write.define("y", "")[i, j] = Sum(k, a[i, k] * b[k, j])
    return check(write.program())


def assembly(compiler: str, march: str, lanes: int, folder: Path) -> str:
    program = product()
    text = print_library(fast_schedule(program, lanes), slots(program, {}, set(), ["y"]))
    (folder / "program.c").write_text(text)
    line = [*settled(compiler).command, *FLAGS, f"-march={march}", "-S", "-o", "program.s", "program.c"]
    subprocess.run(line, cwd=folder, check=True, stderr=subprocess.DEVNULL)
    return (folder / "program.s").read_text()


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize(("march", "lanes", "register"), [("haswell", 8, "ymm"), ("skylake-avx512", 16, "zmm")])
def test_sums_stay_in_registers(compiler: str, march: str, lanes: int, register: str, tmp_path: Path) -> None:
    sums = re.findall(r"\tvfmadd\w+ps\t([^#\n]*)", assembly(compiler, march, lanes, tmp_path))
    assert len(sums) >= 4
    for operands in sums:
        assert re.search(rf"%{register}\d+\s*$", operands), operands  # a whole vector, not one half of it
        assert not re.search(r"\(%r[sb]p", operands), operands
