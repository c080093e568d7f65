"""Every number of a forward pass or an iteration, by its address."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from fnmatch import fnmatchcase
from typing import Any, get_args

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.language import several
from gpt_by_hand.layout.digits import finite
from gpt_by_hand.layout.sentences import said, told
from gpt_by_hand.model import concepts
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.nearest import alternatives
from gpt_by_hand.notation import Assignment, Program, Tensor
from gpt_by_hand.printers.text import formula
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace import address
from gpt_by_hand.trace.missing import missing
from gpt_by_hand.trace.provenance import BEGINNINGS, Origin
from gpt_by_hand.trace.values import Precision, Values
from gpt_by_hand.trace.whose import Whose
from gpt_by_hand.trace.words import Words


@dataclass(frozen=True, eq=False)
class Trace(Mapping[str, np.ndarray]):
    """A program and the value of each of its tensors.

    `trace["h.0.attn.scores"]` is an array; `trace["h.0.attn.scores[0,1,3,2]"]` (or `[b=0,h=1,i=3,j=2]`) one number. A
    word may stand for its number, `:` for all: `trace["logits[0,4,world]"]`, `trace["logits[0,4,:]"]`. What is stored
    with other axes has an address by those too: `trace["transformer.h.0.attn.c_attn.weight[17,3]"]`. The parts that a
    number adds up from are there when they are asked for, `trace["why.tok_emb[0,4,world]"]` of the logits and
    `trace["why.h.1.mid.tok_emb"]` of another tensor; so is what a layer would have said, `trace["lens.h.0.out.probs"]`.

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
    model: ModelConfig | None = None  # of a prompt
    before: Trace | None = None  # the same without what is set
    settings: Mapping[str, Any] = field(default_factory=dict)  # numbers that are set, by address
    here: Mapping[str, np.ndarray] = field(default_factory=dict)  # where they are, by tensor
    held: tuple[str, ...] = ()  # tensors that are held as they are in the parts of a number, beside the usual ones

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

        `origin` tells where its inputs come from, `whose` of which model they are. Raises: UserError for another
        `precision`.
        """
        if precision not in get_args(Precision):
            raise UserError(f"precision is {precision!r}: it must be {alternatives(get_args(Precision))}")
        whose = whose and replace(whose, precision=precision)
        arrays = Values(program, values, precision)
        return Trace(program, arrays, tokenizer, tuple(program.tensors), origin, whose, precision)

    def __getitem__(self, where: str) -> Any:
        found = self.array(where)
        return found if address.split(where)[1] is None or found.ndim else found.item()

    def array(self, where: str) -> np.ndarray:
        """What is at an address, as an array; single precision becomes double, where the trace is in that."""
        name, _ = address.split(where)
        whole = self.extended(name)
        if name not in whole.names and where not in whole.names:
            raise missing(where, whole.names, whole.program)
        found = whole.part(where).of(np.asarray(whole.arrays[name]))
        double = self.precision == "float64" and found.dtype == np.float32
        return found.astype(np.float64) if double else found

    def extended(self, asked: str) -> Trace:
        """The trace with the parts of a number, or what layers would have said, where a name or a pattern asks for it.

        They are formulas at the end of the program, and are computed when somebody looks at them.
        """
        if asked in self.program.tensors:
            return self
        from gpt_by_hand.model.why import answering  # few traces are asked for it

        program = answering(self.program, asked, self.held)
        if program is self.program:
            return self
        new = program.tensors.keys() - self.program.tensors.keys()
        names = (*self.names, *(name for name in program.tensors if name in new))
        arrays = self.arrays if isinstance(self.arrays, Values) else Values(self.program, self.arrays, self.precision)
        return replace(self, program=program, arrays=arrays.of(program), names=names)

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

    def part(self, where: str) -> address.Part:
        """Which part of which tensor an address means. Raises: AddressError."""
        name, inside = address.split(where)
        if name not in self.program.tensors:
            raise missing(where, self.names, self.program)
        return address.part(inside, self.program.tensors[name], self.words)

    def tensor(self, name: str) -> Tensor:
        """What the program says of the tensor, or of the one that an element belongs to: its indices, its title."""
        return self.program.tensors[address.split(name)[0]]

    def only(self, pattern: str) -> Trace:
        """The tensors whose name matches a glob such as `h.0.attn.*`, or what is at an address: a number or several.

        Raises: UserError when there is none.
        """
        name, bracket, _ = pattern.partition("[")
        if (whole := self.extended(name)) is not self:
            return whole.only(pattern)
        if bracket and name in self.names and pattern.endswith("]"):
            self.part(pattern)
            return replace(self, names=(pattern,))
        kept = tuple(name for name in self.names if fnmatchcase(name, pattern))
        if not kept:
            raise missing(pattern, self.names, self.program)
        return replace(self, names=kept)

    def definitions(self, name: str) -> tuple[Assignment, ...]:
        """The formulas of a tensor, or of the one that an element belongs to; none for what is given."""
        return self.program.definitions.get(self.tensor(name).name, ())

    def describe(self, name: str) -> dict[str, Any]:
        """Title, phase, place, formulas, indices and shape of a tensor, as plain data.

        Of what is at an address also that `address`, and as `stored` the position that it is stored at, if that is
        another one.
        """
        part = self.part(name)
        definitions = self.definitions(name)
        first = definitions[0] if definitions else None
        parameter = part.tensor in self.program.parameters
        return {
            "address": part.address,
            "stored": None if part.stored is None else address.written(part.stored),
            "title": told(part.tensor.title or (first.title if first else "")),
            "phase": first.phase if first else "parameter" if parameter else "input",
            "place": first.scope.name if first else "",
            "formula": [formula(definition) for definition in definitions],
            "indices": [index.name for index in part.left],
            "shape": [index.extent for index in part.left],
        }

    def to_json(self) -> str:
        """All tensors with what they mean; -inf, inf and nan as JSON strings, since JSON has no such numbers.

        With each stands, as `precision`, that of real numbers and, as `model`, which model it is of, where that is
        known.
        """
        common = {"precision": self.precision} | ({} if self.whose is None else {"model": self.whose.facts()})
        data = {name: {**self.describe(name), **common, "values": _plain(self.array(name))} for name in self.names}
        return json.dumps(data, ensure_ascii=False, allow_nan=False)

    def to_npz(self) -> bytes:
        """All tensors as a NumPy archive, under their addresses, real ones in the trace's precision."""
        buffer = io.BytesIO()
        # NumPy's savez takes names as keyword arguments, so one called "file" would clash; none is.
        np.savez(buffer, **{name: self.array(name) for name in self.names})  # type: ignore[arg-type]
        return buffer.getvalue()

    def listing(self, pattern: str = "*") -> list[str]:
        """A line for each tensor whose address matches a glob such as `h.0.attn.*`, and for what it begins with.

        Raises: AddressError, with the nearest names, when there is none.
        """
        if (whole := self.extended(pattern)) is not self:
            return whole.listing(pattern)
        beginnings = BEGINNINGS if self.origin is not None else {}
        rows = [row for name, row in zip(self.names, self._rows(), strict=True) if fnmatchcase(name, pattern)]
        rows += [(f"{n}[n]", "", told(tensor.title)) for n, tensor in beginnings.items() if fnmatchcase(n, pattern)]
        if not rows:
            raise missing(pattern, (*self.names, *beginnings), self.program)
        return _aligned(rows)

    def _rows(self) -> list[tuple[str, str, str]]:
        """The address, the shape and the question of each tensor, as every list has them."""
        rows = []
        for name in self.names:
            found = self.describe(name)
            indices = f"[{','.join(found['indices'])}]" if found["indices"] and found["address"] == name else ""
            shape = " x ".join(map(str, found["shape"])) or said("trace.number")
            rows.append((f"{name}{indices}", shape, found["title"]))
        return rows

    def __repr__(self) -> str:
        count = len(self.names)
        above = said("trace.of", count=count, whose=self.whose.line()) if self.whose else said("trace", count=count)
        return "\n".join([above, *(f"  {line}" for line in _aligned(self._rows()))])

    def _repr_html_(self) -> str:
        """The same for notebooks, as a table, with the first numbers of each."""
        from gpt_by_hand import notebook

        starts = (several(f"{x:.6g}" for x in self.array(name).ravel()[:4]) for name in self.names)
        rows = [(*row, start) for row, start in zip(self._rows(), starts, strict=True)]
        head = (said("trace.address"), said("trace.shape"), said("trace.question"), said("trace.first"))
        return notebook.table(head, rows, above=self.whose.line() if self.whose else "")


def _aligned(rows: Sequence[tuple[str, str, str]]) -> list[str]:
    names, shapes, _ = (max(map(len, column)) for column in zip(*rows, strict=True))
    return [f"{name:<{names}}  {shape:<{shapes}}  {title}".rstrip() for name, shape, title in rows]


def _plain(array: Any) -> Any:
    """Nested lists of numbers at full precision; what is not finite as a string."""
    array = np.asarray(array)
    if array.ndim:
        return [_plain(part) for part in array]
    value = array.item()
    if array.dtype == np.float32 and np.isfinite(array):
        value = float(np.format_float_scientific(array[()]))  # the shortest digits that give this float32 again
    return finite(value)
