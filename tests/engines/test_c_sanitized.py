"""What is printed keeps to the rules of C: sanitizers find nothing, and threads change no bit."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import MODEL_PRESETS, ModelConfig
from gpt_by_hand.model.gpt import iteration
from gpt_by_hand.notation import Program
from gpt_by_hand.printers.c import Slot, print_library, slots
from gpt_by_hand.schedule import finish
from tests.engines.printed import COMPILERS, FAST, PLAIN, Way, printed, settled
from tests.engines.test_c import EACH, ODD, drawn
from tests.support.compilers import needs_compiler

pytestmark = needs_compiler
# Without optimisation, since with it compiling takes ten times as long; every access is checked all the same.
FLAGS = ("-O0", "-march=native", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fopenmp-simd")
RESULTS = ("loss", "clip.norm", "logits")
TIMES = 2
# Arrays on the heap of just the size that is needed, so that a step beyond is seen; two calls of two iterations.
MAIN = """
#include <stdio.h>
#include <stdlib.h>
int main(void) {{
    static const size_t sizes[] = {{{sizes}}};
    static const char kinds[] = "{kinds}";
    void *arrays[{count}];
    for (int n = 0; n < {count}; n++) {{
        arrays[n] = malloc(sizes[n]);
        for (size_t k = 0; k < sizes[n]; k += kinds[n] == 'd' ? 8 : 4) {{
            void *place = (char *)arrays[n] + k;
            if (kinds[n] == 'i') *(int32_t *)place = (int32_t)(k / 4 % {vocabulary});
            else if (kinds[n] == 'p') *(int32_t *)place = (int32_t)(k / 4);
            else if (kinds[n] == 'd') *(double *)place = 100.0 + (double)(k / 8);
            else *(float *)place = (float)((k / 4 * 37 % 101) + 1) / 300.0f;
        }}
    }}
    run({times}, arrays);
    run({times}, arrays);
    printf("%.9g\\n", ((double *)arrays[{loss}])[{times} - 1]);
    for (int n = 0; n < {count}; n++) free(arrays[n]);
    return 0;
}}
"""


def main(found: list[Slot], vocabulary: int) -> str:
    """The C of a program that calls `run`."""
    sizes, kinds = [], ""
    for slot in found:
        count = int(np.prod(slot.shape, dtype=int)) * (TIMES if slot.role in ("each", "number") else 1)
        sizes.append(count * np.dtype(slot.dtype).itemsize)
        kinds += "p" if slot.name == "positions" else {"int32": "i", "float64": "d", "float32": "f"}[slot.dtype]
    loss = [slot.name for slot in found].index("loss")
    text = ", ".join(map(str, sizes))
    return MAIN.format(sizes=text, kinds=kinds, count=len(found), vocabulary=vocabulary, times=TIMES, loss=loss)


@lru_cache
def why_not(compiler: str, folder: Path) -> str:
    """Why the compiler's sanitizers cannot be used here; nothing if they can."""
    try:
        built(compiler, "int main(void) { return 0; }\n", folder / f"trial_{compiler}")
        subprocess.run([folder / f"trial_{compiler}"], check=True, capture_output=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{compiler} has no sanitizers here: {error}"
    return ""


def built(compiler: str, text: str, target: Path) -> None:
    target.with_suffix(".c").write_text(text)
    line = [compiler, *FLAGS, str(target.with_suffix(".c")), "-o", str(target), "-lm"]
    subprocess.run(line, check=True, capture_output=True, timeout=300)


@pytest.mark.parametrize("compiler", COMPILERS)
@pytest.mark.parametrize("way", [FAST, PLAIN], ids=["fast", "plain"])
@pytest.mark.parametrize("model", ["odd", "demo"])
def test_sanitizers_find_nothing(
    compiler: str, way: Way, model: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    if model == "demo" and (compiler, way) != ("gcc", FAST):
        pytest.skip("the demo is looked at once: its sizes are even")
    if reason := why_not(compiler, tmp_path_factory.getbasetemp()):
        pytest.skip(reason)
    config: ModelConfig = MODEL_PRESETS["demo"] if model == "demo" else replace(ODD, seq_length=5)
    program = iteration(config, UpdateRule(eps=1e-4), 3)
    found = slots(program, program.carried, set(EACH), list(RESULTS))
    text = print_library(way.schedule(program, program.carried), found, fast=way.fast)
    built(compiler, text + main(found, config.vocab_size), tmp_path / "program")
    options = {"ASAN_OPTIONS": "detect_leaks=0", "UBSAN_OPTIONS": "print_stacktrace=1"}
    ran = subprocess.run([tmp_path / "program"], capture_output=True, text=True, timeout=120, check=False, env=options)
    assert (ran.returncode, ran.stderr) == (0, ""), ran.stderr[:3000]
    assert np.isfinite(float(ran.stdout))


@pytest.mark.skipif(shutil.which("cc") is None and shutil.which("gcc") is None, reason="no compiler with OpenMP here")
def test_threads_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a threshold so low that every loop that may be shared among threads is."""
    if "-fopenmp" not in settled().choice:
        pytest.skip("this compiler has no OpenMP here")
    program = threaded_model()
    given = drawn(program, 65, times=3)
    alone = printed(program, FAST, program.carried, EACH, RESULTS)(given, 3)
    monkeypatch.setattr(finish, "WORTH_THREADS", 64)
    text = print_library(FAST.schedule(program, program.carried), [], fast=True)
    assert text.count("#pragma omp parallel for") > 10
    shared = printed(program, FAST, program.carried, EACH, RESULTS)
    for _ in range(3):
        together = shared(given, 3)
        assert [name for name in alone if alone[name].tobytes() != together[name].tobytes()] == []


def threaded_model() -> Program:
    return iteration(ODD, UpdateRule(eps=1e-4), 3)
