"""What compiling takes from an empty cache: the iteration, the evaluation, and both side by side as training does it.

python -m bench.compile_time demo iteration
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from typing import Any

from bench.worker import ROOT

PRESETS = {"demo": "demo", "medium": "shakespeare"}
WHAT = ("iteration", "evaluation", "both")


def measure() -> list[dict[str, Any]]:
    """A row for each preset and program: seconds, and the processor time of Python and of the compiler in them."""
    return [{"size": size, "what": what, **_fresh(preset, what)} for size, preset in PRESETS.items() for what in WHAT]


def _fresh(preset: str, what: str) -> dict[str, float]:
    paths = os.pathsep.join([str(ROOT), str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PYTHONPATH": paths, "GPT_BY_HAND_CACHE": f"{folder}/cache"}
        command = [sys.executable, "-m", "bench.compile_time", preset, what]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _compile(preset: str, what: str) -> dict[str, float]:
    """In a process of its own, from an empty cache."""
    from gpt_by_hand.training.choice import compiled
    from gpt_by_hand.training.compute import evaluation_job, iteration_job
    from gpt_by_hand.training.session import preset as configurations

    jobs = {"iteration": iteration_job, "evaluation": evaluation_job}
    chosen = [job(*configurations(preset)) for name, job in jobs.items() if what in (name, "both")]
    before, start = os.times(), time.perf_counter()
    compiled(chosen, lambda said: None)
    seconds, after = time.perf_counter() - start, os.times()
    return {
        "seconds": seconds,
        "python_seconds": after.user + after.system - before.user - before.system,
        "compiler_seconds": sum(after[2:4]) - sum(before[2:4]),
    }


if __name__ == "__main__":
    print(json.dumps(_compile(*sys.argv[1:])))
