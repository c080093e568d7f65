"""What indices count and what tensors are for: the meaning that a formula's names do not have to carry."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Layout(Enum):
    """How the positions along an axis are laid out in a table."""

    NUMBERS = "rows or columns with their numbers, such as channels"
    WORDS = "places in a sequence, each with the word that stands there"
    VOCABULARY = "words of the vocabulary"
    APART = "a table of its own for each position"


class Axis(NamedTuple):
    """What an index counts, how one position along it is spoken of, and how it is laid out.

    `counts` says what it counts, `noun` what one of them is called ("head"), and `spoken` is the phrase in front of a
    question ("seen from {}"). `apart` goes behind that phrase where another index with this noun has one as well.
    `names` are what the positions are called, if they have names.
    """

    counts: str
    noun: str
    spoken: str
    layout: Layout = Layout.NUMBERS
    names: tuple[str, ...] = ()
    apart: str = ""


class Role(Enum):
    """What a tensor is for."""

    INPUT = "given from outside"
    MASK = "which activations dropout keeps"
    WEIGHT = "a parameter that is multiplied with or looked up in; weight decay pulls at it"
    GAIN = "a parameter that numbers are scaled by"
    BIAS = "a parameter that is added"
    ACTIVATION = "computed from the inputs"
    GRADIENT = "by how much the loss grows with the tensor that it is of"
    CLIPPED = "a gradient after clipping"
    STATE = "what the optimizer keeps of the gradients"
    UPDATE = "a parameter after the update"
    STEP = "another number of the update, such as the learning rate"

    @property
    def trained(self) -> bool:
        """Is it a parameter's?"""
        return self in (Role.WEIGHT, Role.GAIN, Role.BIAS)


class Start(NamedTuple):
    """What a parameter starts with: `value` everywhere, or, with a `std`, numbers from a normal distribution around 0.

    A `table` is looked up in; one that is `tied` is a linear layer's weight as well, and drawn again as that. With
    `again`, the numbers are drawn once more when all others have been, with that standard deviation.
    """

    value: float = 0.0
    std: float = 0.0
    table: bool = False
    tied: bool = False
    again: float | None = None


class Scope(NamedTuple):
    """The part of the model that a formula belongs to: its address, what it is called, and which layer it is in.

    `part` is the name of the larger part, such as a whole block, that its parameters are put together under; `short`
    is what it is called where its layer is known and there is little room.
    """

    name: str = ""
    title: str = ""
    layer: int | None = None
    part: str = ""
    short: str = ""

    def family(self, name: str) -> str:
        """A name in this scope with `*` for the layer's number: what its likes in the other layers are called too."""
        return name if self.layer is None else name.replace(f".{self.layer}.", ".*.", 1)


NOWHERE = Scope()
