"""A walk from number to number: down to an operand, back, sideways to a neighbour, up to where a number is used."""

from __future__ import annotations

import re
from itertools import islice

from gpt_by_hand.errors import UserError
from gpt_by_hand.notation import Tensor
from gpt_by_hand.notation.instance import Place
from gpt_by_hand.study import address
from gpt_by_hand.study.explain.explainer import Explainer
from gpt_by_hand.study.explain.explanation import Explanation
from gpt_by_hand.study.explain.followers import followers

HELP = """\
  a number  go down to that operand, or up to that use after `up`
  back      where you came from
  up        where this number is used
  i+, i-    the neighbour along an index, here {indices}
  ADDRESS   any other number, such as loss
  check     for a gradient: nudge the number, run forward again, compare
  quit      (or Ctrl-D) leave"""
MOST = 20  # uses shown


class Walk:
    """Where a walk is, and where it came from. Each command returns the lines to show, or raises UserError."""

    def __init__(self, explainer: Explainer, start: str) -> None:
        self.explainer = explainer
        self.path: list[str] = []
        self.here: Explanation = explainer.explain(start)
        self.choices = self._operands()

    def command(self, said: str) -> list[str] | None:
        """What a command shows instead of the number it leads to; None if it has gone somewhere.

        Raises: UserError for a command that makes no sense here.
        """
        if said in ("?", "help"):
            return self.help()
        if said == "up":
            return self.up()
        if said == "check":
            from gpt_by_hand.study.explain.nudge import nudge

            return nudge(self.explainer.trace, *self.explainer.find(self.here.address)).lines()
        if said == "back":
            if not self.path:
                raise UserError("there is no way back: the walk began here")
            self._arrive(self.path.pop())
        elif re.fullmatch(r"\w+[+-]", said) and "[" not in said:
            self._go(self._neighbour(said[:-1], 1 if said[-1] == "+" else -1))
        elif said.isdigit():
            self._go(self._chosen(int(said)))
        else:
            self._go(said)
        return None

    def help(self) -> list[str]:
        """What can be said here."""
        tensor, _ = self.explainer.find(self.here.address)
        letters = ", ".join(f"{index.name}+" for index in tensor.indices) or "(it has none)"
        return HELP.format(indices=letters).splitlines()

    def up(self) -> list[str]:
        """The numbers that are computed from this one, numbered; a number then goes to one of them."""
        tensor, place = self.explainer.find(self.here.address)
        found = followers(self.explainer.trace.program, tensor, place, self.explainer.value)
        some = list(islice(found, MOST + 1))
        if not some:
            raise UserError(f"nothing is computed from {self.here.address}")
        self.choices = [address.of(t.name, at) for t, at in some[:MOST]]
        meanings = [self.explainer.meaning(t, at) for t, at in some[:MOST]]
        lines = [
            f"  {n:>3}  {where}  {said}" for n, (where, said) in enumerate(zip(self.choices, meanings, strict=True))
        ]
        return ["used in:", *lines, *(["       … and in more"] if len(some) > MOST else [])]

    def _go(self, where: str) -> None:
        before = self.here.address
        self._arrive(where)
        self.path.append(before)

    def _arrive(self, where: str) -> None:
        self.here = self.explainer.explain(where)
        self.choices = self._operands()

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


def _moved(tensor: Tensor, place: Place, index: str, step: int) -> Place:
    names = [axis.name for axis in tensor.indices]
    if index not in names:
        there = f"its indices are {', '.join(names)}" if names else "it has none"
        raise UserError(f"{tensor.name} has no index {index}: {there}")
    at = names.index(index)
    moved = place[at] + step
    if not 0 <= moved < tensor.indices[at].extent:
        raise UserError(f"{index} goes from 0 to {tensor.indices[at].extent - 1}: there is no {moved}")
    return (*place[:at], moved, *place[at + 1 :])
