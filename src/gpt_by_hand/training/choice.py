"""Which engine computes a run: the one that was asked for, or the one that is likely to be done first."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from math import prod
from typing import Any

import numpy as np

from gpt_by_hand.advice import command, install
from gpt_by_hand.engines.c import CompiledProgram, Job, compile_c, find_c
from gpt_by_hand.engines.cache import CacheError
from gpt_by_hand.engines.compiler import CompileError, NoCompilerError
from gpt_by_hand.engines.processes import current
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.notation import Program, Reduction
from gpt_by_hand.training.compute import CCompute, Compute, NumpyCompute, evaluation_job, iteration_job, prediction_job
from gpt_by_hand.training.config import ENGINES, TrainConfig

Say = Callable[[str], object]
Predict = Callable[[Mapping[str, Any]], Mapping[str, np.ndarray]]  # from inputs and weights to `logits` [1, T, v]
UNUSABLE = (NoCompilerError, CompileError, CacheError)
# Rough costs, measured on a 2-core laptop-class machine: what NumPy takes for a formula and for an innermost step, and
# what a compiler takes for a program and for each of its formulas, in seconds.
CALL, STEP = 8e-6, 5e-11
COMPILER, FORMULA = 0.5, 8e-3
DEVICES = r"cpu|mps|cuda(:\d+)?"  # the usual ones, for a word where PyTorch is not there to ask


def choose(
    model: ModelConfig, train: TrainConfig, iterations: int, say: Say, insisted: Collection[str] = ()
) -> Compute:
    """What computes `iterations` iterations; the choice is said in one line, unless it is the user's own.

    `auto` takes C when it is compiled already, or when compiling it is likely to be repaid. Where C cannot be used, it
    is NumPy, and the line says why. Raises: UserError if the user insists on C (`engine` among the `insisted` fields).
    """
    if train.engine == "numpy":
        return NumpyCompute(model, train)
    if on_torch(train):
        return _torch(model, train, say)
    jobs = [iteration_job(model, train), evaluation_job(model, train)]
    try:
        programs = [program for job in jobs if (program := find_c(job))]
        if len(programs) == len(jobs):
            say("engine: C, compiled earlier")
        elif train.engine == "auto" and not is_repaid(model, train, iterations):
            work = "iteration is" if iterations == 1 else "iterations are"
            say(f"engine: NumPy; {iterations:,} {work} done before C is compiled (--engine c compiles it)")
            return NumpyCompute(model, train)
        else:
            programs = compiled(jobs, say)
        return CCompute(model, train, *programs)
    except UNUSABLE as error:
        if train.engine == "c" and "engine" in insisted:
            raise
        say(f"engine: NumPy, since {error}")
        return NumpyCompute(model, train)


def on_torch(train: TrainConfig) -> bool:
    """Does PyTorch compute such a run? Other devices than the CPU, and several processes, leave no other choice."""
    return train.engine == "torch" or train.device != "cpu" or current().rank.size > 1


def require_torch(what: str) -> None:
    """Raise UserError, saying how to get it, unless PyTorch can be imported for `what`."""
    try:
        import torch  # noqa: F401
    except ImportError:
        device = what.removeprefix("--device ")
        if device != what and not re.fullmatch(DEVICES, device):
            raise UserError(f"there is no device {device!r}: choose cpu, cuda, cuda:1 (and so on) or mps") from None
        raise UserError(f"{what} needs PyTorch: {install('torch')} (or leave it out)") from None


def _torch(model: ModelConfig, train: TrainConfig, say: Say) -> Compute:
    from gpt_by_hand.training.torch_compute import TorchCompute

    compute = TorchCompute(model, train)
    size = current().rank.size
    many = f", {size} processes" + (" that share out the model" if train.shard else "") if size > 1 else ""
    say(f"engine: PyTorch on {compute.device.name}{many}" + (", compiled" if train.compile else ""))
    return compute


def choose_prediction(model: ModelConfig, engine: str, say: Say, device: str = "cpu") -> Predict | None:
    """What computes a model's predictions, compiled C or PyTorch; or None where NumPy does.

    A text is short: `auto` takes C only if it is compiled already, and says nothing; on any device but the CPU it takes
    PyTorch. Raises: UserError where the engine that is asked for cannot be used, or where there is no such engine.
    """
    if engine not in ENGINES:
        raise UserError(f"engine is {engine!r}: it must be one of {', '.join(ENGINES)}")
    if engine == "torch" or device != "cpu":
        return _torch_prediction(model, engine, device, say)
    if engine == "numpy":
        return None
    job = prediction_job(model)
    if engine == "auto":
        with suppress(*UNUSABLE):
            return find_c(job)
        return None
    if found := find_c(job):
        say("engine: C, compiled earlier")
        return found
    start = time.perf_counter()
    program = compile_c(job)
    say(f"engine: C, compiled in {time.perf_counter() - start:.1f} s")
    return program


def _torch_prediction(model: ModelConfig, engine: str, device: str, say: Say) -> Predict:
    if engine in ("numpy", "c"):
        raise UserError(f"the engine {engine} computes on the CPU: leave out --device {device}")
    require_torch(f"--device {device}" if device != "cpu" else "--engine torch")
    from gpt_by_hand.training.torch_compute import TorchPrediction

    found = TorchPrediction(model, device)
    say(f"engine: PyTorch on {found.device.name}")
    return found


def compiled(jobs: list[Job], say: Say) -> list[CompiledProgram]:
    """The jobs' programs, compiled side by side."""
    from concurrent.futures import ThreadPoolExecutor  # slow to import, and rarely needed

    say("engine: C; compiling the formulas, once for these sizes …")
    start = time.perf_counter()
    with ThreadPoolExecutor(len(jobs)) as pool:
        found = list(pool.map(compile_c, jobs))
    say(f"compiled in {time.perf_counter() - start:.1f} s, and kept (see {command('cache')})")
    return found


def is_repaid(model: ModelConfig, train: TrainConfig, iterations: int) -> bool:
    """Does NumPy take longer for so many iterations than a compiler takes?"""
    program = NumpyCompute(model, train).program
    seconds = CALL * len(program.assignments) + STEP * steps(program)
    return iterations * seconds > COMPILER + FORMULA * len(program.assignments)


def steps(program: Program) -> int:
    """How many innermost steps the plainest loops over a program's formulas take."""
    total = 0
    for assignment in program.assignments:
        reductions = assignment.expression.find(Reduction)
        inside = sum(prod(index.extent for index in node.indices) for node in reductions)
        total += prod(index.extent for index in assignment.indices) * max(1, inside)
    return total
