"""`watch.jsonl`: numbers by address, as they were at some iterations of a training run."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product, repeat
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.advice import command, of_run
from gpt_by_hand.errors import UserError
from gpt_by_hand.files import is_file, line_of, read_lines
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.notation import Program, Tensor
from gpt_by_hand.printers.text import address as of
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.address import ALL, Chosen, Part
from gpt_by_hand.trace.missing import missing
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.words import Words
from gpt_by_hand.training import checkpoint
from gpt_by_hand.training.loop import WATCH

Positions = tuple[int, ...]


@dataclass(frozen=True)
class Series:
    """What one address has been: `values` [n, ...] at n iterations, in double precision, along the axes that are left.

    `chosen` is where it is in the formulas' tensor, along each of the indices. `labels` names the positions along
    each: one where a position is chosen, and else all; by their words, where they have some.
    """

    tensor: str
    title: str
    chosen: Chosen
    labels: tuple[tuple[str, ...], ...]
    values: np.ndarray

    @property
    def address(self) -> str:
        """Its address, in numbers."""
        return of(self.tensor, address.written(self.chosen))

    @property
    def axes(self) -> list[tuple[str, ...]]:
        """What the positions along each of the axes of `values`, behind the first, are called."""
        return [names for names, at in zip(self.labels, self.chosen, strict=True) if isinstance(at, slice)]

    def within(self, asked: Chosen) -> Series | None:
        """The part of it that is asked for, if there is one."""
        both = tuple(new if isinstance(at, slice) else at for at, new in zip(self.chosen, asked, strict=True))
        if any(isinstance(new, int) and new != at for new, at in zip(asked, both, strict=True)):
            return None
        left = (at for at, before in zip(both, self.chosen, strict=True) if isinstance(before, slice))
        taken = (slice(None), *left)
        labels = tuple(
            names[at : at + 1] if isinstance(at, int) and len(names) > 1 else names
            for names, at in zip(self.labels, both, strict=True)
        )
        return replace(self, chosen=both, labels=labels, values=self.values[taken])

    def channels(self) -> Iterator[Channel]:
        """Its numbers, one by one."""
        numbers = self.values.reshape(len(self.values), math.prod(self.values.shape[1:])).T
        along = zip(self.labels, self.chosen, strict=True)
        extents = (range(len(names)) if isinstance(at, slice) else [at] for names, at in along)
        return map(Channel, repeat(self.tensor), product(*extents), product(*self.labels), numbers)

    def facts(self) -> dict[str, Any]:
        """What the file's first line says of it."""
        return {
            "address": self.address,
            "tensor": self.tensor,
            "title": self.title,
            "chosen": address.written(self.chosen),
            "shape": list(self.values.shape[1:]),
            "labels": self.labels,
        }

    @classmethod
    def of(cls, part: Part, words: Words) -> Series:
        """What is at a part of a tensor, at no iteration yet."""
        tensor, chosen = part.tensor, part.in_formulas
        labels = tuple(_labels(tensor, axis, at, words) for axis, at in enumerate(chosen))
        shape = [index.extent for index, at in zip(tensor.indices, chosen, strict=True) if isinstance(at, slice)]
        return cls(tensor.name, tensor.title, chosen, labels, np.zeros((0, *shape)))

    @classmethod
    def from_json(cls, data: Any) -> Series:
        """What `facts` has said. Raises: ValueError for anything else."""
        try:
            chosen = tuple(slice(None) if at == ALL else _whole(at) for at in data["chosen"])
            labels = tuple(tuple(map(_text, names)) for names in data["labels"])
            if not all(labels):
                raise ValueError("no label")
            shape = [len(names) for names, at in zip(labels, chosen, strict=True) if isinstance(at, slice)]
            return cls(_text(data["tensor"]), _text(data["title"]), chosen, labels, np.zeros((0, *shape)))
        except (KeyError, TypeError) as error:
            raise ValueError(f"no address: {error}") from None


@dataclass(frozen=True)
class Channel:
    """One number that was watched, `values` [n]; what its positions are called."""

    tensor: str
    position: Positions
    labels: tuple[str, ...]
    values: np.ndarray

    @property
    def place(self) -> str:
        """Its positions, as people read them."""
        return f"[{','.join(self.labels)}]" if self.labels else ""


@dataclass(frozen=True)
class Watched:
    """What was watched in the run of a `folder`: each of the `series` at `iterations` [n], over `tokens`.

    An iteration's numbers are those that it computes with: after so many updates. `prompt` is what the tokens say, and
    `every` how many iterations lie between two records, but for the first and the last of a run.
    """

    folder: Path
    series: tuple[Series, ...]
    prompt: str
    tokens: tuple[int, ...]
    every: int
    iterations: np.ndarray

    @staticmethod
    def read(folder: Path) -> Watched:
        """What the file holds. Raises: UserError when there is none, or it holds something else."""
        path = folder / WATCH
        if not is_file(path):
            raise UserError(
                f"there is no {path}: numbers are watched while a model is trained: "
                + command(of_run("train --watch 'transformer.wte.weight[0,:]'", str(folder)))
            )
        found: list[Watched] = []

        def parsed(number: int, data: Any) -> tuple[int, list[np.ndarray]]:
            if number == 1:
                found.append(_header(folder, data))
                return -1, []
            return _record(found[0].series, data)

        records = read_lines(path, parsed, "watched numbers")[1:]
        if not found:
            raise UserError(f"{path} is empty: remove it, and watch again")
        return found[0].with_records(records)

    def with_records(self, records: Sequence[tuple[int, Sequence[np.ndarray]]]) -> Watched:
        """The same, with these records: iterations, and for each series the values there."""
        values = [[record[1][n] for record in records] for n in range(len(self.series))]
        series = (
            replace(s, values=np.array(v, np.float64).reshape(len(records), *s.values.shape[1:]))
            for s, v in zip(self.series, values, strict=True)
        )
        iterations = np.array([iteration for iteration, _ in records], np.int64)
        return replace(self, series=tuple(series), iterations=iterations)

    def before(self, iteration: int) -> Watched:
        """Only the records before an iteration."""
        kept = self.iterations < iteration
        series = tuple(replace(s, values=s.values[kept]) for s in self.series)
        return replace(self, series=series, iterations=self.iterations[kept])

    @property
    def numbers(self) -> int:
        """How many numbers a record has."""
        return sum(math.prod(s.values.shape[1:]) for s in self.series)

    @property
    def addresses(self) -> list[str]:
        """What is watched."""
        return [s.address for s in self.series]

    @property
    def first(self) -> str:
        """The address of its first number."""
        return next(of(c.tensor, c.position) for series in self.series for c in series.channels())

    def only(self, addresses: Iterable[str]) -> Watched:
        """What is watched at some addresses, by numbers, index names or words; once each; all, if there are none.

        Raises: UserError for an address that there is not, or that was not watched.
        """
        found = {s.address: s for where in addresses for s in self._at(where)}
        return replace(self, series=tuple(found.values())) if found else self

    def _at(self, where: str) -> list[Series]:
        part = part_of(where, *self._model())
        near = [s for s in self.series if s.tensor == part.tensor.name]
        found = [inside for s in near if (inside := s.within(part.in_formulas)) is not None]
        if whole := [s for s in found if s.chosen == part.in_formulas]:
            return whole[:1]  # others have parts of it
        if found:
            return found
        raise UserError(f"{where} was not watched in {self.folder}: there are {', '.join(self.addresses)}")

    def _model(self) -> tuple[Program, Words]:
        saved = checkpoint.load(self.folder, arrays=False)
        return prediction(saved.model, 1, len(self.tokens)), Words(saved.tokenizer, np.array([self.tokens]))

    def trace(self) -> Trace:
        """A forward pass over the same words, with the weights of the run's checkpoint."""
        saved = checkpoint.load(self.folder, moments=False)
        program = prediction(saved.model, 1, len(self.tokens))
        inputs = {**saved.state.weights, "tokens": np.array([self.tokens]), "positions": np.arange(len(self.tokens))}
        return Trace.of(program, inputs, saved.tokenizer)

    def header(self) -> str:
        """The first line of the file."""
        facts = [s.facts() for s in self.series]
        said = {"watch": facts, "prompt": self.prompt, "tokens": self.tokens, "precision": "float64"}
        return line_of({**said, "every": self.every})

    def text(self) -> str:
        """All lines of the file."""
        rows = zip(self.iterations, *(s.values for s in self.series), strict=True)
        return self.header() + "".join(line_of(record(int(at), values)) for at, *values in rows)


def record(iteration: int, values: Iterable[np.ndarray]) -> dict[str, Any]:
    """A line of the file: the numbers of each address in a row, whatever their shape."""
    rows = [[finite(value) for value in array.ravel().tolist()] for array in values]
    return {"iteration": iteration, "values": rows}


def part_of(where: str, program: Program, words: Words) -> Part:
    """What an address means to a program. Raises: AddressError, with the nearest names, when that is nothing."""
    name, inside = address.split(where)
    if name not in program.tensors:
        raise missing(where, tuple(program.tensors), program)
    return address.part(inside, program.tensors[name], words)


def _labels(tensor: Tensor, axis: int, at: int | slice, words: Words) -> tuple[str, ...]:
    """What the positions along an axis are called: by their words alone, where no two have the same."""
    label = words.labels(tensor.indices[axis])
    full = [label(n) for n in range(tensor.indices[axis].extent)]
    plain = [called.partition(" ")[2] or called for called in full]
    names = tuple(plain if len(set(plain)) == len(plain) else full)
    return names if isinstance(at, slice) else (names[at],)


def _header(folder: Path, data: Any) -> Watched:
    try:
        series = tuple(map(Series.from_json, data["watch"]))
        tokens = tuple(map(_whole, data["tokens"]))
        none = np.zeros(0, np.int64)
        return Watched(folder, series, _text(data["prompt"]), tokens, _whole(data["every"]), none)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no list: {error}") from None


def _record(series: Sequence[Series], data: Any) -> tuple[int, list[np.ndarray]]:
    try:
        rows = [np.array([_number(value) for value in row]) for row in data["values"]]
        return _whole(data["iteration"]), [row.reshape(s.values.shape[1:]) for row, s in zip(rows, series, strict=True)]
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"no record: {error}") from None


def _number(value: Any) -> float:
    if type(value) in (int, float) or value in ("inf", "-inf", "nan"):
        return float(value)
    raise ValueError(f"{value!r} is no number")


def _whole(value: Any) -> int:
    if type(value) is int and 0 <= value < 2**63:
        return value
    raise ValueError(f"{value!r} is no whole number")


def _text(value: Any) -> str:
    if type(value) is str:
        return value
    raise ValueError(f"{value!r} is no text")
