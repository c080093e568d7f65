"""What an explanation is made of: the numbers that a number is computed from, its sums, and where it is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from gpt_by_hand.notation import Access, Expression, Role


@dataclass(frozen=True)
class Operand:
    """A number that another one is computed from, ready to be asked in turn."""

    address: str
    value: float
    asked: Callable[[], str] = field(compare=False, repr=False)
    role: Role = Role.ACTIVATION

    @property
    def meaning(self) -> str:
        """What the number means; found out when it is asked for, since a long sum has tens of thousands of operands."""
        return self.asked()


@dataclass(frozen=True)
class Use:
    """A place where a number is used, and the part of its gradient that comes from there.

    `term` is what this place contributes, with its numbers put in; `share` is its part of the whole (1 is all of it).
    `arriving` is the gradient of that place.
    """

    through: str
    term: Expression
    value: float
    share: float
    arriving: Access

    @property
    def role(self) -> Role:
        """What the tensor of that place is for."""
        assert self.arriving.tensor.of is not None
        return self.arriving.tensor.of.role


@dataclass(frozen=True)
class Entry:
    """One term of a sum: the words for its position, its operands, its numbers, and what it comes to.

    `use` is the place that the term stands for, in a gradient's sum.
    """

    labels: tuple[str, ...]
    operands: tuple[Operand, ...]
    term: Expression
    value: float
    use: Use | None = None


@dataclass(frozen=True)
class Column:
    """The operands that stand at the same place in all terms: their address with letters for what runs, and the
    meaning that they have in common."""

    element: Access
    asked: Callable[[], str] = field(compare=False, repr=False)

    @property
    def meaning(self) -> str:
        """The question of all of them."""
        return self.asked()


@dataclass(frozen=True)
class Ledger:
    """A sum (or a maximum) of three terms or more: a row for each, and the total.

    `name` is what the working calls it. `running` are the letters that tell the rows apart, `columns` the operands;
    both are empty where the terms are not alike, as each of them says then what it is. `product` says that a term is
    the product of its operands, and nothing else.
    """

    name: str
    kind: str
    running: tuple[str, ...]
    columns: tuple[Column, ...]
    entries: tuple[Entry, ...]
    total: float
    product: bool

    @property
    def uses(self) -> list[Use]:
        """The places that its terms stand for."""
        return [entry.use for entry in self.entries if entry.use is not None]
