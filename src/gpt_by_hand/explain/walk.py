"""A walk from number to number: down to an operand, back, sideways to a neighbour, up to where a number is used."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice, product

from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.explanation import Explanation
from gpt_by_hand.explain.finite_difference import has_gradient, nudge
from gpt_by_hand.explain.uses import followers
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Tensor
from gpt_by_hand.notation.instance import Position
from gpt_by_hand.trace import address

MOST = 20  # uses shown


class Walk:
    """Where a walk is, and where it came from. Each command returns the lines to show, or raises UserError."""

    def __init__(self, explainer: Explainer, start: str) -> None:
        self.explainer = explainer
        self.path: list[str] = []
        self.here: Explanation = explainer.explain(start)
        self.choices, self.uses = self._operands(), False

    def command(self, typed: str) -> list[str] | None:
        """What a command shows instead of the number it leads to; None if it has gone somewhere.

        Raises: UserError for a command that makes no sense here.
        """
        if typed in ("?", "help"):
            return self.help()
        if typed == "up":
            return self.up()
        if typed == "check":
            return nudge(self.explainer.trace, *self.explainer.find(self.here.address)).lines()
        if typed == "back":
            if not self.path:
                raise UserError("there is no way back: the walk began here")
            self._arrive(self.path.pop())
        elif re.fullmatch(r"\w+[+-]", typed) and "[" not in typed:
            self._go(self._neighbour(typed[:-1], 1 if typed[-1] == "+" else -1))
        elif typed.isdigit():
            self._go(self._chosen(int(typed)))
        else:
            self._go(typed)
        return None

    def help(self) -> list[str]:
        """What can be said here, and only that."""
        there = list(self._offers())
        wide = max(len(command) for command, _ in there)
        return [f"  {command:<{wide}}  {meaning}" for command, meaning in there]

    def _offers(self) -> Iterator[tuple[str, str]]:
        if self.choices:
            last = len(self.choices) - 1
            choices = said("walk.choices", first=0, last=last) if last else "0"
            yield choices, said("walk.to-use" if self.uses else "walk.to-operand")
        if self.path:
            yield "back", said("walk.back", address=self.path[-1])
        if next(self._followers(), None):
            yield "up", said("walk.up")
        if steps := list(self._steps()):
            yield ", ".join(steps), said("walk.steps")
        if has_gradient(self.explainer.trace, self.explainer.find(self.here.address)[0]):
            yield "check", said("walk.check")
        yield "ADDRESS", said("walk.address")
        yield "quit", said("walk.quit")

    def _steps(self) -> Iterator[str]:
        """The neighbours that there are: `t+`, but not `t-` at the first position."""
        tensor, _ = self.explainer.find(self.here.address)
        for index, (sign, step) in product(tensor.indices, (("+", 1), ("-", -1))):
            with suppress(UserError):
                self.explainer.find(self._neighbour(index.name, step))
                yield f"{index.name}{sign}"

    def up(self) -> list[str]:
        """The numbers that are computed from this one, numbered; a number then goes to one of them."""
        some = list(islice(self._followers(), MOST + 1))
        if not some:
            raise UserError(f"nothing is computed from {self.here.address}")
        self.choices, self.uses = [address.of(t.name, at) for t, at in some[:MOST]], True
        meanings = [self.explainer.meaning(t, at) for t, at in some[:MOST]]
        numbered = enumerate(zip(self.choices, meanings, strict=True))
        lines = [f"  {n:>3}  {where}  {meaning}" for n, (where, meaning) in numbered]
        return [said("walk.uses"), *lines, *([f"       {said('walk.more')}"] if len(some) > MOST else [])]

    def _followers(self) -> Iterator[tuple[Tensor, Position]]:
        tensor, place = self.explainer.find(self.here.address)
        return followers(self.explainer.trace.program, tensor, place, self.explainer.value)

    def _go(self, where: str) -> None:
        before = self.here.address
        self._arrive(where)
        self.path.append(before)

    def _arrive(self, where: str) -> None:
        self.here = self.explainer.explain(where)
        self.choices, self.uses = self._operands(), False

    def _operands(self) -> list[str]:
        return [operand.address for operand in self.here.operands]

    def _chosen(self, number: int) -> str:
        if number >= len(self.choices):
            many = len(self.choices)
            raise UserError(f"there is no {number} here: " + (f"choose 0 to {many - 1}" if many else "it is given"))
        return self.choices[number]

    def _neighbour(self, index: str, step: int) -> str:
        tensor, place = self.explainer.find(self.here.address)
        return address.of(tensor.name, _moved(tensor, place, index, step))


def _moved(tensor: Tensor, place: Position, index: str, step: int) -> Position:
    names = [axis.name for axis in tensor.indices]
    if index not in names:
        known = f"its indices are {', '.join(names)}" if names else "it has none"
        raise UserError(f"{tensor.name} has no index {index}: {known}")
    at = names.index(index)
    moved = place[at] + step
    if not 0 <= moved < tensor.indices[at].extent:
        raise UserError(f"{index} goes from 0 to {tensor.indices[at].extent - 1}: there is no {moved}")
    return (*place[:at], moved, *place[at + 1 :])
