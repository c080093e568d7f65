"""Measures everything: `python -m bench`. See README.md here."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import compile_time, process
from bench.cases import SIZES
from bench.contenders import Choices
from bench.iteration import compare
from bench.machine import machine
from bench.measure import CALL
from bench.peak import peaks, shares
from bench.tables import show, tables

Results = dict[str, Any]
PARTS = ("iteration", "peak", "compile", "process")


def main(arguments: list[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    start = time.perf_counter()
    results: Results = {"machine": machine()}
    with tempfile.TemporaryDirectory() as scratch:
        for _ in _parts(results, options, scratch):
            results["took_seconds"] = round(time.perf_counter() - start, 1)
            if options.json:
                Path(options.json).write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    show(results, tables(results))
    if options.json:
        print(f"\nwritten to {options.json}")


def _parts(results: Results, options: argparse.Namespace, scratch: str) -> Iterator[None]:
    """Measure one part after the other into `results`."""
    peak = peaks() if "peak" in options.parts else {}
    for size in options.sizes if "iteration" in options.parts else ():
        results.setdefault("iteration", []).append(_size(size, options, scratch))
        for row in results["iteration"][-1]["rows"]:
            results["machine"]["versions"].update(row.get("versions", {}))
        again = peaks() if peak else {}
        peak = {threads: max(found, peak[threads]) for threads, found in again.items()}
        yield
    if peak:
        per_second = {str(threads): found for threads, found in peak.items()}
        measured = shares(results.get("iteration", []), peak)
        results["peak"] = {"multiply_adds_per_second": per_second, "shares": measured}
        yield
    if "compile" in options.parts:
        _say("compiling from an empty cache")
        results["compile"] = compile_time.measure()
        yield
    if "process" in options.parts:
        _say("whole processes")
        results["process"] = process.measure(options.runs)
        yield


def _size(size: str, options: argparse.Namespace, scratch: str) -> Results:
    """All contenders for a size; what they compile goes into a cache of the bench's own."""
    choices = Choices(options.jax_python, options.llmc, tuple(options.without), scratch)
    before = os.environ.get("GPT_BY_HAND_CACHE")
    os.environ["GPT_BY_HAND_CACHE"] = f"{scratch}/cache"
    try:
        return compare(size, choices, options.rounds, _say, options.seconds)
    finally:
        os.environ.pop("GPT_BY_HAND_CACHE")
        if before is not None:
            os.environ["GPT_BY_HAND_CACHE"] = before


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m bench", description="How fast it is, beside others on this machine.")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="what to measure")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES), help="sizes of the iteration")
    parser.add_argument("--rounds", type=int, default=11, help="how often each contender has its turn")
    parser.add_argument("--seconds", type=float, default=CALL, help="how long a turn is, about")
    parser.add_argument("--runs", type=int, default=5, help="how often each whole process is run")
    parser.add_argument("--without", nargs="+", default=[], metavar="NAME", help="leave out rows whose names hold this")
    parser.add_argument("--json", default="bench/results.json", metavar="FILE", help="where to write; '' for nowhere")
    jax = os.environ.get("BENCH_JAX_PYTHON", sys.executable)
    parser.add_argument("--jax-python", default=jax, help="a Python that has JAX, if it is another one")
    parser.add_argument("--llmc", default=os.environ.get("BENCH_LLMC", ""), help="llm.c's folder, with train_gpt2.c")
    return parser


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
