"""Watching numbers while a model learns: which they are, and a record of them each time so many updates are made."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from gpt_by_hand.advice import command
from gpt_by_hand.data.tokenizers import tokens_for
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import append_line, line_of, write_atomically
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.notation import Program
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.address import QUOTED, AddressError, Part, of_gradient
from gpt_by_hand.trace.watched import Series, Watched, part_of, record
from gpt_by_hand.trace.words import Words
from gpt_by_hand.training.loop import WATCH, Observer
from gpt_by_hand.training.trainer import Trainer

if TYPE_CHECKING:
    from gpt_by_hand.engines.numpy import Function

FIRST = 16  # words of the validation data, at most, that activations are computed over, if nobody says others
MOST = 10**9  # bytes that a file may have at the end
NUMBER = 22  # bytes that a number of double precision takes as text, with what parts it from the next
# Addresses have commas inside of their brackets, and words in quotation marks have anything.
# A bracket that is not closed takes all that follows, so that there is one way to read anything.
ADDRESS = re.compile(rf"(?:[^,\[]|\[(?:{QUOTED.pattern}|[^\]])*?(?:\]|\Z))+")


def addresses(text: str) -> list[str]:
    """The addresses between which there are commas; those inside of brackets are theirs.

    >>> addresses("transformer.wte.weight[gpt,:], h.0.attn.weights[0,1,3,:]")
    ['transformer.wte.weight[gpt,:]', 'h.0.attn.weights[0,1,3,:]']
    """
    return [found for one in ADDRESS.findall(text) if (found := one.strip())]


@dataclass(frozen=True)
class Watch:
    """What to watch: parts of a forward pass over `tokens`, weights among them."""

    program: Program
    words: Words
    parts: tuple[Part, ...]

    @staticmethod
    def of(trainer: Trainer, where: Sequence[str], tokens: Sequence[int]) -> Watch:
        """What some addresses mean to the trainer's model, over these words.

        Raises: UserError for an address that there is not, with the nearest.
        """
        program = prediction(trainer.model, 1, len(tokens))
        words = Words(trainer.dataset.tokenizer, np.array([tokens]))
        parts = [_part(one, program, words) for one in where]
        return Watch(program, words, tuple({part.address: part for part in parts}.values()))

    @property
    def computed(self) -> list[str]:
        """The tensors among them that have to be computed."""
        return [name for name in dict.fromkeys(part.tensor.name for part in self.parts) if self._is_computed(name)]

    def _is_computed(self, name: str) -> bool:
        return name in self.program.definitions

    def values(self, weights: Mapping[str, np.ndarray]) -> list[np.ndarray]:
        """Each of the parts with these weights, float32, in double precision."""
        tokens = self.words.tokens
        assert tokens is not None
        given: dict[str, Any] = {**weights, "tokens": tokens, "positions": np.arange(tokens.shape[1])}
        with np.errstate(all="ignore"):
            given |= self._run(given) if self.computed else {}
        arrays = (np.asarray(given[part.tensor.name])[part.in_formulas] for part in self.parts)
        return [np.array(array, np.float64) for array in arrays]

    @cached_property
    def _run(self) -> Function:
        """As a trace computes them (trace/values.py), and printed once."""
        from gpt_by_hand.engines.numpy import compile_numpy

        return compile_numpy(self.program.only(self.computed), self.computed, np.float64)

    def at(self, folder: Path, every: int) -> Watched:
        """What it is in the file of a run, before the first record."""
        tokens = [] if self.words.tokens is None else self.words.tokens[0].tolist()
        series = tuple(Series.of(part, self.words) for part in self.parts)
        prompt = self.words.tokenizer.decode(tokens)
        return Watched(folder, series, prompt, tuple(tokens), every, np.zeros(0, np.int64))


class Watcher(Observer):
    """Records what is watched in a run: at its start, each `every` iterations, and at its end.

    It goes on from what the file has recorded `before` the start. Each of several processes has a watcher, since all
    of them take part where weights are shared out; one `writes`.
    """

    def __init__(self, watch: Watch, before: Watched, writes: bool = True) -> None:
        self.watch, self.before, self.writes = watch, before, writes
        self.path = before.folder / WATCH
        self._start, self._end, self._last = 0, 0, -1

    def started(self, trainer: Trainer) -> None:
        self._start, self._end = trainer.state.iteration, trainer.train.max_iters

    def next_stop(self, iteration: int) -> float:
        every = self.before.every
        stops = (self._start, -(-iteration // every) * every, max(self._end, iteration))
        return min(stop for stop in stops if stop >= iteration)

    def arrived(self, trainer: Trainer) -> None:
        at = trainer.state.iteration
        if self.next_stop(at) == at:
            self._record(at, trainer.weights())

    def finished(self, trainer: Trainer, interrupted: bool) -> None:
        if trainer.state.iteration != self._last:
            self._record(trainer.state.iteration, trainer.state.weights)

    def _record(self, iteration: int, weights: Mapping[str, np.ndarray]) -> None:
        """Add a line; the first one replaces what a killed run has recorded after its checkpoint, as it comes again."""
        first, self._last = self._last < 0, iteration
        if not self.writes:
            return
        found = record(iteration, self.watch.values(weights))
        if first:
            write_atomically(self.path, (self.before.before(self._start).text() + line_of(found)).encode())
        else:
            append_line(self.path, found)


def watcher(
    trainer: Trainer, said: str, prompt: str | None, every: int | None, before: Watched | None, writes: bool = True
) -> Watcher:
    """What watches the numbers at the addresses that are `said` in the run of a trainer.

    Activations are computed over the prompt, or its last words, or over the first ones of the validation data; what is
    not said is as `before`, if the run goes on from one that was watched. Raises: UserError for an address that there
    is not, an unknown word, another list than before, and for what would fill the disk.
    """
    where = addresses(said) if said or before is None else before.addresses
    if not where:
        raise UserError(f"--watch {said!r} names no number: give addresses, such as 'transformer.wte.weight[0,:]'")
    tokens = before.tokens if before is not None and prompt is None else _tokens(trainer, prompt)
    watch = Watch.of(trainer, where, tokens)
    every = every or (before.every if before is not None else trainer.train.eval_interval)
    wanted = watch.at(Path(trainer.train.out_dir), every)
    _check_size(wanted, trainer)
    return Watcher(watch, wanted if before is None else _going_on(before, wanted), writes)


def _going_on(before: Watched, wanted: Watched) -> Watched:
    """What was recorded before, to go on with. Raises: UserError if something else is to be watched now."""
    path = before.folder / WATCH
    if before.addresses != wanted.addresses:
        raise UserError(
            f"{path} watches {', '.join(before.addresses)}, which --watch cannot change afterwards: leave it out to go "
            "on, or remove the file to watch something else"
        )
    if before.tokens != wanted.tokens:
        raise UserError(
            f"{path} watches over the words {before.prompt!r}: leave --watch_prompt out to go on, or remove the file"
        )
    return replace(before, every=wanted.every)


def _part(where: str, program: Program, words: Words) -> Part:
    """Raises: AddressError; of a gradient it says that there is none here."""
    subject = of_gradient(where.partition("[")[0])
    if subject in program.tensors:
        raise AddressError(
            f"{where} cannot be watched: what is watched are weights, and what a forward pass over words computes, "
            f"which has no gradients; watch {subject}, or look at one iteration's with {command('trace')} --iteration"
        )
    try:
        return part_of(where, program, words)
    except AddressError as error:
        raise AddressError(f"--watch: {error}") from None


def _tokens(trainer: Trainer, prompt: str | None) -> Sequence[int]:
    """The words to watch over. Raises: UserError for a prompt without words, and for an unknown one."""
    most = trainer.model.seq_length
    if prompt is None:
        first: list[int] = trainer.dataset.val[: min(most, FIRST)].tolist()
        return first
    found = tokens_for(trainer.dataset.tokenizer, prompt, trainer.model.vocab_size)
    if not found:
        raise UserError(f"--watch_prompt {prompt[:40]!r} has 0 tokens; give 1 to {most} of them")
    return found[-most:]


def _check_size(wanted: Watched, trainer: Trainer) -> None:
    """Raises: UserError for what would fill the disk."""
    left = max(trainer.train.max_iters - trainer.state.iteration, 0)
    records = left // wanted.every + 2
    size = wanted.numbers * records * NUMBER
    if size > MOST:
        raise UserError(
            f"--watch would write {size / 1e9:,.1f} GB to {wanted.folder / WATCH}: {wanted.numbers:,} numbers x "
            f"{records:,} records x {NUMBER} bytes, and the limit is {MOST / 1e9:g} GB: name fewer numbers, or give a "
            f"larger --every than {wanted.every}"
        )
