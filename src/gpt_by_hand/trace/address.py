"""Addresses: `h.0.attn.scores[0,1,3,2]`, the same with names, `h.0.attn.scores[b=0,h=1,i=3,j=2]`, or with words.

What is stored with other axes than formulas see has two: `transformer.h.0.attn.c_attn.weight[1,0,1,3]` is stored at
`[17,3]`. How many positions there are says which is meant; where that does not, it is the formulas'.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, cast

from gpt_by_hand.advice import command
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.nearest import nearest, perhaps
from gpt_by_hand.notation import Index, Tensor
from gpt_by_hand.printers.text import address as of
from gpt_by_hand.trace.stored import Chosen, as_stored, in_formulas, stored_at

if TYPE_CHECKING:
    from gpt_by_hand.trace.words import Words

Position = tuple[int, ...]
QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*\"""")
PART = re.compile(
    rf"\s*(?:(?P<index>[A-Za-z]\w*)\s*=\s*)?(?P<said>(?:{QUOTED.pattern})(?=\s*(?:,|\Z))|[^,]*?)\s*(?=,|\Z)"
)
WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
ALL = ":"


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


def position(inside: str, tensor: Tensor, words: Words | None = None, bare: bool = False) -> Position:
    """The element that `0,1,3,2` or `b=0,h=1,i=3,j=2` means; `bare` says that there are no brackets at all.

    Raises: AddressError, with the index ranges, when there is no such element.
    """
    if bare and tensor.indices:
        raise AddressError(f"{tensor.name} is a whole tensor: say which number, with the indices {_ranges(tensor)}")
    found = places(inside, tensor, words)
    if any(isinstance(at, slice) for at in found):
        first = of(tensor.name, tuple(0 if isinstance(at, slice) else at for at in found))
        whole = f"{tensor.name}[{inside}]"
        raise AddressError(
            f"{whole} means several numbers: ask for one of them, such as {first}; {command('trace')} --only '{whole}' "
            "shows them all"
        )
    return cast(Position, both(inside, tensor, words)[0])


def seen(inside: str, tensor: Tensor) -> Tensor:
    """The tensor with the indices that the positions between an address's brackets are along: as it is stored, or not.

    Index names are the formulas'; so are positions, where there is one for each of the formulas' indices.
    """
    parts, axes = _parts(inside), tensor.stored_axes
    stored = len(parts) == len(axes) != len(tensor.indices) and not any(name for name, _ in parts)
    return as_stored(tensor) if stored else tensor


def both(inside: str, tensor: Tensor, words: Words | None = None) -> tuple[Chosen, Chosen | None]:
    """What an address means in the formulas, and in the array that is stored, if that is another position.

    Raises: AddressError, as `places`.
    """
    chosen = places(inside, tensor, words)
    if seen(inside, tensor) is tensor:
        return chosen, stored_at(tensor, chosen)
    return in_formulas(tensor, chosen), chosen


def places(inside: str, tensor: Tensor, words: Words | None = None) -> Chosen:
    """What stands between an address's brackets: for each index a number, or a slice where `:` means all of them.

    The indices are those of the tensor as it is `seen`.

    Where there are `words`, a word may stand for its number: `world`, or `' '` with quotation marks where it has no
    letters or would be read as something else. A whole number without them is a number.

    Raises: AddressError, with the index ranges, when there is no such element.
    """
    parts, indices = _parts(inside), seen(inside, tensor).indices
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
    return tuple(found[name] for name in names)


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


def of_gradient(name: str) -> str | None:
    """The name behind `d.` in what somebody has asked for; None for anything else."""
    start, dot, rest = name.partition(".")
    return rest if start == "d" and dot else None


def unknown(name: str, names: Collection[str]) -> AddressError:
    """The error for a name that no tensor has, with the nearest ones."""
    hint = perhaps(nearest(name, names, 3, 0.4)) or f"there are, for example, {', '.join(list(names)[:3])}"
    return AddressError(f"there is no tensor {name!r} here: {hint}")
