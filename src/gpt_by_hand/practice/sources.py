"""Where the numbers of exercises come from: iterations of a small model, its schedule, the drawing of its next word."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from random import Random

import numpy as np

from gpt_by_hand.engines import reference
from gpt_by_hand.model import concepts
from gpt_by_hand.model.adamw import UpdateRule, iteration, schedule
from gpt_by_hand.model.sampling import sampling
from gpt_by_hand.model.scopes import scope
from gpt_by_hand.notation import Program, Writer, check
from gpt_by_hand.practice.formulas import unmasked
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.recording import trace_iteration
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.values import Precision
from gpt_by_hand.training.config import BY_HAND
from gpt_by_hand.training.session import begin, preset

# A step that can be seen in four decimals, from the first iteration on.
RULE = {"learning_rate": 1e-2, "min_lr": 1e-3, "warmup_iters": 0}
LATER = 3  # the iteration of exercises about what training has changed: gains that are not 1, moments that are not 0
ALMOST_0 = 1e-7  # what is below it in the forward pass is what rounding weights to float32 has left of 0
TEMPERATURES = (0.5, 0.8, 1.5, 2.0)


@dataclass(frozen=True)
class Source:
    """The traces that exercises for a preset and a seed are taken from, each made when it is needed."""

    preset: str = "pencil"
    seed: int = 1337
    use_bias: bool = False
    sequences: int = BY_HAND["gradient_accumulation_steps"]
    precision: Precision = "float64"

    def trace(self, kind: str, random: Random) -> Trace:
        """The trace of a kind: first, later, masked, sampling or schedule; the last two draw their settings."""
        if kind == "sampling":
            return self._sampling(random)
        if kind == "schedule":
            return _schedule(random, self.first)
        untrained = self.use_bias and kind == "first"  # a bias is 0 until something has been learnt
        found: Trace = getattr(self, "later" if untrained else kind)
        return found

    @cached_property
    def first(self) -> Trace:
        """The first iteration: weights as they were drawn."""
        return self._iteration(0)

    @cached_property
    def later(self) -> Trace:
        """A later iteration."""
        return self._iteration(LATER)

    @cached_property
    def masked(self) -> Trace:
        """The first iteration, with the scores before the mask as numbers of their own."""
        program = self.first.program
        again = {n for n, tensor in program.tensors.items() if tensor.concept in (concepts.SCORES, concepts.LARGEST)}
        for name in [name for name in again if program.tensors[name].concept == concepts.SCORES]:
            program = unmasked(program, name)
        known = {name: value for name, value in self.first.arrays.items() if name not in again}
        return Trace.of(program, known, self.first.tokenizer)  # which computes those that are not known

    def _iteration(self, iteration: int) -> Trace:
        model, train = preset(self.preset)
        with tempfile.TemporaryDirectory(prefix="gpt-by-hand-") as folder:
            rule = {**BY_HAND, **RULE, "gradient_accumulation_steps": self.sequences}
            train = replace(train, **rule, seed=self.seed, data_dir=folder)
            trainer = begin(replace(model, use_bias=self.use_bias), train, (), say=lambda line: None)
            trace = trace_iteration(trainer, iteration, precision=self.precision)
        return Trace.of(trace.program, _meant(trace.program, _arrays(trace.arrays)), trace.tokenizer)

    def _sampling(self, random: Random) -> Trace:
        """The last position's logits, a temperature, and the threshold that leaves a few words."""
        logits = self.first.about(concepts.LOGITS)[0, -1].astype(np.float64)
        kept = random.randint(3, min(5, len(logits)))
        given = {"logits": logits, "temperature": random.choice(TEMPERATURES), "threshold": np.sort(logits)[-kept]}
        return _run(sampling(len(logits)), given, self.first)


def _schedule(random: Random, like: Trace) -> Trace:
    """The learning rate of some iteration: while warming up, while falling, or after that."""
    rule = UpdateRule(learning_rate=1e-2, min_lr=1e-3, warmup_iters=10, lr_decay_iters=100)
    write = Writer(phase="update")
    with write.at(scope("schedule")):
        schedule(write, rule, iteration(write))
    at = random.choice((random.randint(1, 9), random.randint(11, 99), random.randint(11, 99), random.randint(100, 150)))
    return _run(check(write.program()), {"iteration": at}, like)


def _run(program: Program, given: Mapping[str, object], like: Trace) -> Trace:
    return Trace.of(program, _arrays(reference.run(program, given)), like.tokenizer)


def _meant(program: Program, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """With 0 where the forward pass has only what float32 has left of it: 0.1 + 0.2 - 0.3 is 0, and not 1.5e-08."""
    forward = {a.name for a in program.assignments if a.phase == "forward"}
    return {name: np.where(abs(x) < ALMOST_0, 0.0, x) if name in forward else x for name, x in arrays.items()}


def _arrays(values: Mapping[str, object]) -> dict[str, np.ndarray]:
    return {name: np.asarray(value) for name, value in values.items()}
