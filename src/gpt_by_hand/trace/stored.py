"""Weights, and what is of them, as they are stored: `c_attn.weight[17,3]` for `c_attn.weight[s=1,h=0,d=1,c=3]`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np

from gpt_by_hand.layout.tables import called, has_layout
from gpt_by_hand.notation import Axis, Index, Layout, Tensor

Chosen = tuple[int | slice, ...]  # along each index a position, or all of them


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
