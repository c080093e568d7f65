"""Addresses: `h.0.attn.scores[0,1,3,2]`, or the same with names, `h.0.attn.scores[b=0,h=1,i=3,j=2]`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

from gpt_by_hand.errors import UserError
from gpt_by_hand.notation import Tensor

PATTERN = re.compile(r"(?P<name>[^\[\]]+)(\[(?P<inside>[^\[\]]*)\])?")


class AddressError(UserError, KeyError):
    """An address that nothing has; a KeyError too, so that a trace is a mapping like any other."""

    __str__ = Exception.__str__


def split(address: str) -> tuple[str, str | None]:
    """The tensor's name, and what stands between the brackets, if there are any.

    Raises: AddressError for text that is no address.
    """
    match = PATTERN.fullmatch(address.strip()) if isinstance(address, str) else None
    if match is None:
        raise AddressError(f"{address!r} is no address: write one such as h.0.attn.scores[0,1,3,2]")
    return match["name"].strip(), match["inside"]


def of(name: str, place: tuple[int, ...]) -> str:
    """The address of one element.

    >>> of("h.0.attn.scores", (0, 1, 3, 2))
    'h.0.attn.scores[0,1,3,2]'
    """
    return f"{name}[{','.join(map(str, place))}]" if place else name


def position(inside: str, tensor: Tensor, bare: bool = False) -> tuple[int, ...]:
    """The element that `0,1,3,2` or `b=0,h=1,i=3,j=2` means; `bare` says that there are no brackets at all.

    Raises: AddressError, with the index ranges, when there is no such element.
    """
    ranges = ", ".join(f"{index.name} 0…{index.extent - 1}" for index in tensor.indices)
    parts = [part.strip() for part in inside.split(",")] if inside.strip() else []
    names = [index.name for index in tensor.indices]
    if bare and names:
        raise AddressError(f"{tensor.name} is a whole tensor: say which number, with the indices {ranges}")
    if parts and not names:
        raise AddressError(f"{tensor.name}[{inside}] does not exist: {tensor.name} is a single number, without indices")
    try:
        if parts and all("=" in part for part in parts):
            given = dict(part.split("=", 1) for part in parts)
            given = {name.strip(): value for name, value in given.items()}
            if sorted(given) != sorted(names) or len(parts) != len(names):
                raise ValueError
            parts = [given[name] for name in names]
        found = tuple(int(part) for part in parts)
    except ValueError:
        raise AddressError(f"{tensor.name}[{inside}] is no element: {tensor.name} has the indices {ranges}") from None
    fits = len(found) == len(names)
    if not fits or not all(0 <= at < index.extent for at, index in zip(found, tensor.indices, strict=True)):
        raise AddressError(f"{tensor.name}[{inside}] does not exist: {tensor.name} has the indices {ranges}")
    return found


def unknown(name: str, names: Collection[str]) -> AddressError:
    """The error for a name that no tensor has, with the nearest ones."""
    near = difflib.get_close_matches(name, list(names), n=3, cutoff=0.4)
    hint = f"did you mean {', '.join(near)}?" if near else f"there are, for example, {', '.join(list(names)[:3])}"
    return AddressError(f"there is no tensor {name!r} here: {hint}")
