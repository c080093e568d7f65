"""Addresses: `h.0.attn.scores[0,1,3,2]`, the same with names, `h.0.attn.scores[b=0,h=1,i=3,j=2]`, or with words.

What is stored with other axes than formulas see has two: `transformer.h.0.attn.c_attn.weight[1,0,1,3]` is stored at
`[17,3]`. How many positions there are says which is meant; where that does not, it is the formulas'.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import numpy as np

from gpt_by_hand.advice import command
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.layout.tables import called, has_layout
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.nearest import nearest, perhaps
from gpt_by_hand.notation import Axis, Index, Layout, Tensor
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.printers.text import address as of
from gpt_by_hand.records import dataclass

if TYPE_CHECKING:
    from gpt_by_hand.trace.words import Words

Chosen: TypeAlias = tuple[int | slice, ...]  # along each index a position, or all of them
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
PART = re.compile(
    rf"\s*(?:(?P<index>[A-Za-z]\w*)\s*=\s*)?(?P<said>(?:{QUOTED.pattern})(?=\s*(?:,|\Z))|[^,]*?)\s*(?=,|\Z)"
)
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
ALL = ":"


@dataclass(frozen=True)
class Part:
    """What an address means: a tensor, the indices that it is seen with, and what is `chosen` along each of them.

    Those are the formulas' indices, or one for each axis of the array that is stored. It is a `whole` tensor where
    the address has no brackets.
    """

    tensor: Tensor
    indices: tuple[Index, ...]
    chosen: Chosen
    whole: bool = False

    def of(self, array: np.ndarray) -> np.ndarray:
        """This part of the tensor's numbers."""
        return np.asarray(array.reshape([index.extent for index in self.indices])[self.chosen])

    @property
    def left(self) -> list[Index]:
        """The indices along which it has more than one number."""
        return [index for index, at in zip(self.indices, self.chosen, strict=True) if isinstance(at, slice)]

    @property
    def in_formulas(self) -> Chosen:
        """Where it is in the formulas."""
        return self.chosen if self.indices == self.tensor.indices else in_formulas(self.tensor, self.chosen)

    @property
    def stored(self) -> Chosen | None:
        """Where it is in the array that is stored; None where that is the same, or is no such place."""
        if self.indices != self.tensor.indices:
            return self.chosen
        return None if self.whole else stored_at(self.tensor, self.chosen)

    @property
    def address(self) -> str:
        """Its address by the formulas' indices."""
        return self.tensor.name if self.whole else of(self.tensor.name, written(self.in_formulas))


class AddressError(UserError, KeyError):
    """An address that nothing has; a KeyError too, so that a trace is a mapping like any other."""

    __str__ = Exception.__str__


def split(address: str) -> tuple[str, str | None]:
    """The tensor's name, and what stands between the brackets, if there are any.

    Raises: AddressError for text that is no address.
    """
    name, bracket, rest = address.partition("[") if isinstance(address, str) else ("", "", "")
    unquoted = QUOTED.sub("", rest.strip()[:-1])
    closed = rest.strip().endswith("]") if bracket else True
    if not name.strip() or "]" in name or not closed or "[" in unquoted or "]" in unquoted:
        raise AddressError(f"{address!r} is no address: write one such as h.0.attn.scores[0,1,3,2]")
    return name.strip(), rest.strip()[:-1] if bracket else None


def position(inside: str | None, tensor: Tensor, words: Words | None = None) -> Position:
    """The element that `0,1,3,2` or `b=0,h=1,i=3,j=2` means; None says that there are no brackets at all.

    Raises: AddressError, with the index ranges, when there is no such element.
    """
    if inside is None and tensor.indices:
        raise AddressError(f"{tensor.name} is a whole tensor: say which number, with the indices {_ranges(tensor)}")
    found = part(inside, tensor, words)
    if found.left:
        first = of(tensor.name, tuple(0 if isinstance(at, slice) else at for at in found.chosen))
        whole = f"{tensor.name}[{inside}]"
        raise AddressError(
            f"{whole} means several numbers: ask for one of them, such as {first}; {command('trace')} --only '{whole}' "
            "shows them all"
        )
    return cast(Position, found.in_formulas)


def part(inside: str | None, tensor: Tensor, words: Words | None = None) -> Part:
    """What stands between an address's brackets: for each index a number, or `:` for all of them.

    Index names are the formulas'; so are positions, where there is one for each of the formulas' indices. Where there
    are `words`, a word may stand for its number: `world`, or `' '` with quotation marks where it has no letters or
    would be read as something else. A whole number without them is a number.

    Raises: AddressError, with the index ranges, when there is no such element.
    """
    if inside is None:
        return Part(tensor, tensor.indices, (slice(None),) * len(tensor.indices), whole=True)
    parts, axes = _parts(inside), tensor.stored_axes
    stored = len(parts) == len(axes) != len(tensor.indices) and not any(name for name, _ in parts)
    indices = as_stored(tensor).indices if stored else tensor.indices
    names = [index.name for index in indices]
    if parts and not names:
        raise AddressError(f"{tensor.name}[{inside}] does not exist: {tensor.name} is a single number, without indices")
    if parts and all(name for name, _ in parts):
        given = {name: said for name, said in parts if name in names}
    else:
        given = {name: said for name, (named, said) in zip(names, parts, strict=False) if not named}
    if not len(given) == len(parts) == len(names):
        raise _no_element(inside, tensor, "")
    found: dict[str, int | slice] = {}
    row: int | slice | None = None
    for index in sorted(indices, key=lambda index: index.axis != SEQUENCE):  # first the sequence, then its words
        try:
            found[index.name] = at = _place(given[index.name], index, words, row)
        except UserError as error:
            raise _no_element(inside, tensor, str(error)) from None
        if isinstance(at, int) and not 0 <= at < index.extent:
            raise AddressError(
                f"{tensor.name}[{inside}] does not exist: {tensor.name} has the indices {_ranges(tensor)}"
            )
        row = at if index.axis == SEQUENCE else row
    return Part(tensor, indices, tuple(found[name] for name in names))


def _parts(inside: str) -> list[tuple[str, str]]:
    """What stands between the commas: the name of an index, or nothing, and what is said of it."""
    found, at = [], 0 if inside.strip() else len(inside) + 1
    while at <= len(inside):
        part = PART.match(inside, at)
        assert part is not None  # it matches everything up to a comma
        found.append((part["index"] or "", part["said"]))
        at = part.end() + 1
    return found


def _place(said: str, index: Index, words: Words | None, row: int | slice | None) -> int | slice:
    """What is said of one index. Raises: UserError, which may be silent, for what is nothing."""
    if said == ALL:
        return slice(None)
    if WHOLE.fullmatch(said):
        return int(said)
    if not said or words is None:
        raise UserError("")
    return words.position(index, said, row if isinstance(row, int) else None)


def _no_element(inside: str, tensor: Tensor, reason: str) -> AddressError:
    said = f" ({reason})" if reason else ""
    return AddressError(f"{tensor.name}[{inside}] is no element{said}: {tensor.name} has the indices {_ranges(tensor)}")


def _ranges(tensor: Tensor) -> str:
    ranges = ", ".join(f"{index.name} 0…{index.extent - 1}" for index in tensor.indices)
    if len(tensor.stored_axes) == len(tensor.indices):
        return ranges
    return f"{ranges}, or as it is stored {', '.join(f'0…{extent - 1}' for extent in tensor.stored_shape)}"


def stored_text(stored: Sequence[object] | None) -> str:
    """What stands behind an address of what is stored at another position; nothing, where there is no other."""
    return "" if stored is None else said("stored", position=",".join(map(str, stored)))


def written(chosen: Chosen) -> list[Any]:
    """Positions as they stand in an address."""
    return [ALL if isinstance(at, slice) else at for at in chosen]


def of_gradient(name: str) -> str | None:
    """The name behind `d.` in what somebody has asked for; None for anything else."""
    start, dot, rest = name.partition(".")
    return rest if start == "d" and dot else None


def unknown(name: str, names: Collection[str]) -> AddressError:
    """The error for a name that no tensor has, with the nearest ones."""
    hint = perhaps(nearest(name, names, 3, 0.4)) or f"there are, for example, {', '.join(list(names)[:3])}"
    return AddressError(f"there is no tensor {name!r} here: {hint}")


def as_stored(tensor: Tensor) -> Tensor:
    """The tensor with an index for each axis of its array in a checkpoint; several that share one are `(s h d)`."""
    return replace(tensor, indices=tuple(map(_together, tensor.stored_axes)), stored=())


def stored_at(tensor: Tensor, chosen: Chosen) -> Chosen | None:
    """Where it is stored what stands at a position of the formulas; None where that is the same, or is no such place.

    >>> from gpt_by_hand.model.gpt import parameters
    >>> from gpt_by_hand.model.config import ModelConfig
    >>> stored_at(parameters(ModelConfig())[3], (1, 0, 1, 3))
    (17, 3)
    """
    if all(len(axis) == 1 for axis in tensor.stored_axes):
        return None
    at, found = iter(chosen), list[int | slice]()
    for axis in tensor.stored_axes:
        along = [next(at) for _ in axis]
        one = [position for position in along if isinstance(position, int)]
        if one and len(one) < len(axis):  # some of a head's rows, and not those of the others
            return None
        found.append(int(np.ravel_multi_index(one, _extents(axis))) if one or not axis else slice(None))
    return tuple(found)


def in_formulas(tensor: Tensor, stored: Chosen) -> Chosen:
    """The position in the formulas of what is stored at one, which there is."""
    return tuple(part for axis, at in zip(tensor.stored_axes, stored, strict=True) for part in _apart(axis, at))


def _apart(axis: Sequence[Index], at: int | slice) -> Iterator[int | slice]:
    if isinstance(at, slice):
        return iter([at] * len(axis))
    return map(int, np.unravel_index(at, _extents(axis)))


def _extents(axis: Sequence[Index]) -> tuple[int, ...]:
    return tuple(index.extent for index in axis)


def _together(axis: Sequence[Index]) -> Index:
    """One index for those that share an axis; each of its positions is called by theirs: `key, head 0, 1`."""
    if len(axis) == 1:
        return axis[0]
    extents, name = _extents(axis), f"({' '.join(index.name for index in axis)})"
    names = tuple(", ".join(map(_called, axis, at)) for at in product(*map(range, extents)))
    return Index(name, prod(extents), Axis(name, name, f"{name} {{}}", names=names))


def _called(index: Index, at: int) -> str:
    return called(index, at) if has_layout(index, Layout.APART) else str(at)
