"""Many small programs as one large one, so that a compiler is called once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gpt_by_hand.notation import Access, Assignment, Expression, Program, Reduction, Tensor
from gpt_by_hand.notation.algebra import rebuild


def joined(programs: Sequence[Program]) -> Program:
    """The programs one after the other; the tensors of program 3 are named `3.<name>`."""
    parts = [
        _renamed(program, lambda name, number=number: f"{number}.{name}") for number, program in enumerate(programs)
    ]
    return Program(
        tuple(t for part in parts for t in part.inputs),
        tuple(t for part in parts for t in part.parameters),
        tuple(a for part in parts for a in part.assignments),
    )


def numbered(values: Iterable[dict[str, object]]) -> dict[str, object]:
    """The inputs of the programs, under the names that they have together."""
    return {f"{number}.{name}": value for number, part in enumerate(values) for name, value in part.items()}


def examples(strategy: st.SearchStrategy[Program], count: int) -> list[Program]:
    """So many programs, the same ones each time."""
    found: list[Program] = []

    @settings(max_examples=count, database=None, suppress_health_check=list(HealthCheck))
    @given(strategy)
    def collect(program: Program) -> None:
        found.append(program)

    collect()
    return found


def _renamed(program: Program, name: Callable[[str], str]) -> Program:
    def tensor(old: Tensor) -> Tensor:
        return replace(old, name=name(old.name))

    def expression(node: Expression) -> Expression:
        if isinstance(node, Access):
            inside = tuple(expression(s) if isinstance(s, Access) else s for s in node.subscripts)
            return Access(tensor(node.tensor), inside)
        if isinstance(node, Reduction):
            return Reduction(node.kind, node.indices, expression(node.body))
        return rebuild(node, tuple(expression(child) for child in node.children()))

    def assignment(old: Assignment) -> Assignment:
        return replace(old, target=tensor(old.target), expression=expression(old.expression))

    return Program(
        tuple(map(tensor, program.inputs)),
        tuple(map(tensor, program.parameters)),
        tuple(map(assignment, program.assignments)),
    )
