"""Every number of a forward pass or an iteration, by its address."""

from __future__ import annotations

import io
import json
from collections import ChainMap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Assignment, Index, Program, Tensor
from gpt_by_hand.printers.text import formula
from gpt_by_hand.trace import address
from gpt_by_hand.trace.provenance import Origin
from gpt_by_hand.trace.values import Precision, Values
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.trace.words import Words


@dataclass(frozen=True, eq=False)
class Trace(Mapping[str, np.ndarray]):
    """A program and the value of each of its tensors.

    `trace["h.0.attn.scores"]` is an array; `trace["h.0.attn.scores[0,1,3,2]"]` (or `[b=0,h=1,i=3,j=2]`) one number. A
    word may stand for its number, `:` for all: `trace["logits[0,4,world]"]`, `trace["logits[0,4,:]"]`. What is stored
    with other axes has an address by those too: `trace["transformer.h.0.attn.c_attn.weight[17,3]"]`.

    Real numbers are of the trace's `precision`: "float64", or "float32" for those of training itself. `arrays` holds
    them as they were given or computed: weights and moments as float32 in either case.

    >>> from gpt_by_hand import GPT
    >>> trace = GPT.from_preset("demo").trace("gpt by hand")
    >>> trace["h.0.attn.scores"].shape, f"{trace['h.0.attn.scores[b=0,h=1,i=3,j=2]']:.6f}"
    ((1, 2, 5, 5), '-0.003376')
    """

    program: Program
    arrays: Mapping[str, Any]
    tokenizer: Tokenizer
    names: tuple[str, ...]
    origin: Origin | None = None
    whose: Whose | None = None
    precision: Precision = "float64"
    before: Trace | None = None  # the same without what is set
    settings: Mapping[str, Any] = field(default_factory=dict)  # numbers that are set, by address
    here: Mapping[str, np.ndarray] = field(default_factory=dict)  # where they are, by tensor

    @staticmethod
    def of(
        program: Program,
        values: Mapping[str, Any],
        tokenizer: Tokenizer,
        origin: Origin | None = None,
        whose: Whose | None = None,
        precision: Precision = "float64",
    ) -> Trace:
        """All tensors of the program; those that `values` lacks are computed from the others when they are asked for.

        `origin` tells where its inputs come from, `whose` of which model they are.
        """
        whose = whose and replace(whose, precision=precision)
        arrays = Values(program, values, precision)
        return Trace(program, arrays, tokenizer, tuple(program.tensors), origin, whose, precision)

    def __getitem__(self, where: str) -> Any:
        found = self._at(where)
        return found if address.split(where)[1] is None or found.ndim else found.item()

    def _at(self, where: str) -> np.ndarray:
        """What is at an address, as an array; single precision becomes double, where the trace is in that."""
        name, inside = address.split(where)
        if inside is not None and where in self.names:
            found = np.asarray(self.arrays[where])
        elif name in self.names:
            array = np.asarray(self.arrays[name])
            chosen = self.chosen(where)
            found = array.reshape([index.extent for index in chosen])[tuple(chosen.values())]
        else:
            raise address.unknown(name, self.names)
        double = self.precision == "float64" and found.dtype == np.float32
        return np.asarray(found, np.float64) if double else np.asarray(found)

    def computed(self) -> Trace:
        """The same, with every number computed now: weights that change later change no number any more."""
        if isinstance(self.arrays, Values):
            self.arrays.compute()
        return self

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def words(self) -> Words:
        """What words mean as indices: numbers of the vocabulary, and positions in the sequences."""
        return Words(self.tokenizer, self.tokens)

    def is_set(self, tensor: Tensor, position: tuple[int, ...]) -> bool:
        """Did somebody set this number?"""
        return tensor.name in self.here and bool(self.here[tensor.name][position])

    def about(self, concept: str) -> Any:
        """The numbers of the first tensor with this concept, if there is one."""
        tensor = self.program.about(concept)
        return None if tensor is None else np.asarray(self.arrays[tensor.name])

    @property
    def tokens(self) -> Any:
        """The words that go in, as an array of numbers [b, t]; None for a trace without sequences."""
        return self.about(concepts.TOKENS)

    @property
    def sequences(self) -> int:
        """How many sequences there are."""
        return 0 if self.tokens is None else len(self.tokens)

    def chosen(self, name: str) -> dict[Index, int | slice]:
        """The position that an address says along each index, or a slice where it leaves all of them.

        Where the address is one of the stored array, an index stands for each of its axes.
        """
        tensor, inside = self.tensor(name), address.split(name)[1]
        if inside is None:
            return dict.fromkeys(tensor.indices, slice(None))
        places = address.places(inside, tensor, self.words)
        return dict(zip(address.seen(inside, tensor).indices, places, strict=True))

    def positions(self, name: str) -> tuple[str, list[Any] | None]:
        """The address of what is at an address, and where it is stored, if that is at another position."""
        tensor, inside = self.tensor(name), address.split(name)[1]
        if inside is None:
            return tensor.name, None
        chosen, stored = address.both(inside, tensor, self.words)
        return address.of(tensor.name, _written(chosen)), None if stored is None else _written(stored)

    def tensor(self, name: str) -> Tensor:
        """What the program says of the tensor, or of the one that an element belongs to: its indices, its title."""
        return self.program.tensors[address.split(name)[0]]

    def only(self, pattern: str) -> Trace:
        """The tensors whose name matches a glob such as `h.0.attn.*`, or what is at an address: a number or several.

        Raises: UserError when there is none.
        """
        name, bracket, _ = pattern.partition("[")
        if bracket and name in self.names and pattern.endswith("]"):
            arrays = ChainMap({pattern: self._at(pattern)}, self.arrays)  # type: ignore[arg-type]
            return replace(self, arrays=arrays, names=(pattern,))
        kept = tuple(name for name in self.names if fnmatchcase(name, pattern))
        if not kept:
            raise address.unknown(pattern, self.names)
        return replace(self, names=kept)

    def definitions(self, name: str) -> tuple[Assignment, ...]:
        """The formulas of a tensor, or of the one that an element belongs to; none for what is given."""
        return self.program.definitions.get(self.tensor(name).name, ())

    def describe(self, name: str) -> dict[str, Any]:
        """Title, phase, place, formulas, indices and shape of a tensor, as plain data.

        Of what is at an address also that `address`, and as `stored` the position that it is stored at, if that is
        another one.
        """
        tensor, (where, stored) = self.tensor(name), self.positions(name)
        indices = [index for index, at in self.chosen(name).items() if isinstance(at, slice)]
        definitions = self.definitions(name)
        first = definitions[0] if definitions else None
        parameter = tensor in self.program.parameters
        return {
            "address": where,
            "stored": stored,
            "title": tensor.title or (first.title if first else ""),
            "phase": first.phase if first else "parameter" if parameter else "input",
            "place": first.scope.name if first else "",
            "formula": [formula(definition) for definition in definitions],
            "indices": [index.name for index in indices],
            "shape": [index.extent for index in indices],
        }

    def to_json(self) -> str:
        """All tensors with what they mean; -inf, inf and nan as JSON strings, since JSON has no such numbers.

        With each stands, as `precision`, that of real numbers and, as `model`, which model it is of, where that is
        known.
        """
        common = {"precision": self.precision} | ({} if self.whose is None else {"model": self.whose.facts()})
        data = {name: {**self.describe(name), **common, "values": _plain(self._at(name))} for name in self.names}
        return json.dumps(data, ensure_ascii=False, allow_nan=False)

    def to_npz(self) -> bytes:
        """All tensors as a NumPy archive, under their addresses, real ones in the trace's precision."""
        buffer = io.BytesIO()
        # NumPy's savez takes names as keyword arguments, so one called "file" would clash; none is.
        np.savez(buffer, **{name: self._at(name) for name in self.names})  # type: ignore[arg-type]
        return buffer.getvalue()

    def __repr__(self) -> str:
        count = len(self.names)
        lines = [said("trace.of", count=count, whose=self.whose.line()) if self.whose else said("trace", count=count)]
        for name in self.names:
            described = self.describe(name)
            lines.append(
                f"  {name}[{', '.join(described['indices'])}] {tuple(described['shape'])}  {described['title']}"
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        """A table for notebooks, and whose numbers they are: address, indices, shape, question, first numbers."""
        from gpt_by_hand import notebook

        rows = []
        for name in self.names:
            described = self.describe(name)
            start = ", ".join(f"{x:.6g}" for x in np.asarray(self.arrays[name]).ravel()[:4])
            shape = str(tuple(described["shape"]))
            rows.append((name, ", ".join(described["indices"]), shape, described["title"], start))
        above = self.whose.line() if self.whose else ""
        return notebook.table(("address", "indices", "shape", "question", said("trace.first")), rows, above=above)


def _written(chosen: address.Chosen) -> list[Any]:
    return [":" if isinstance(at, slice) else at for at in chosen]


def _plain(array: Any) -> Any:
    """Nested lists of numbers at full precision; what is not finite as a string."""
    array = np.asarray(array)
    if array.ndim:
        return [_plain(part) for part in array]
    value = array.item()
    if array.dtype == np.float32 and np.isfinite(array):
        value = float(np.format_float_scientific(array[()]))  # the shortest digits that give this float32 again
    return value if np.isfinite(value) else str(value)
