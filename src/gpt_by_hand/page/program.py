"""A program as plain data, which JSON keeps exactly: what the page knows of formulas, tensors and indices.

What is spoken of often has a number: its place in one of the lists. What is empty or usual is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import isfinite
from typing import Any, TypeAlias

from gpt_by_hand.layout.sentences import told
from gpt_by_hand.model.axes import SEQUENCE
from gpt_by_hand.notation import (
    Access,
    Assignment,
    Axis,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Layout,
    Negate,
    Program,
    Reduction,
    Role,
    Tensor,
    Terms,
    Where,
)
from gpt_by_hand.notation.expressions import Subscript, assert_never
from gpt_by_hand.notation.meanings import Scope
from gpt_by_hand.trace.templates import Template

Tree: TypeAlias = Any  # numbers, strings and lists


def data(program: Program, more: Iterable[Tensor] = (), templates: Iterable[Template] = ()) -> dict[str, Any]:
    """Axes, indices, scopes, tensors (those of the program, then `more`), assignments, what is carried over, and the
    formulas of what the program begins with."""
    return Writer(program, more).data(templates)


class Writer:
    """Numbers what a program speaks of, and writes it down."""

    def __init__(self, program: Program, more: Iterable[Tensor] = ()) -> None:
        self.program = program
        self.tensors = [*program.tensors.values(), *more]
        self._tensor_at = {tensor.name: n for n, tensor in enumerate(self.tensors)}
        self._axes: dict[Axis, int] = {}
        self._indices: dict[tuple[Index, Axis | None], int] = {}
        self._scopes: dict[Scope, int] = {}
        self._constants: dict[str, tuple[int, Tree]] = {}
        self._settable = True  # can numbers with a name be set?
        self._texts: dict[str, int] = {"": 0}

    def data(self, templates: Iterable[Template] = ()) -> dict[str, Any]:
        """All of it, and `templates` over the same tensors."""
        tensors = [self.tensor(tensor) for tensor in self.tensors]
        assignments = [self.assignment(assignment) for assignment in self.program.assignments]
        carried = [[self._tensor_at[new], self._tensor_at[old]] for new, old in self.program.carried.items()]
        self._settable = False
        beginnings = [self.template(template) for template in templates]
        return {
            "axes": [_axis(axis) for axis in self._axes],
            "indices": [self._index(index, axis) for index, axis in self._indices],
            "scopes": [_scope(scope) for scope in self._scopes],
            "tensors": table(tensors),
            "assignments": table(assignments),
            "carried": carried,
            "constants": [[name, value] for name, (_, value) in self._constants.items()],
            "own": len(self.program.tensors),
            "templates": beginnings,
            "texts": list(self._texts),
        }

    def tensor(self, tensor: Tensor) -> dict[str, Any]:
        """What a tensor is, and what it is for."""
        given = "parameter" if tensor in self.program.parameters else "input"
        return _without_defaults(
            {
                "name": tensor.name,
                "indices": self.indices(tensor.indices),
                "integer": tensor.kind == "integer",
                "given": "" if tensor.name in self.program.definitions else given,
                "role": tensor.role.name.lower(),
                "title": self.text(told(tensor.title)),
                "concept": tensor.concept,
                "stored": [self.indices(axis) for axis in tensor.stored],
                "of": self._known(tensor.of),
                "replaces": self._known(tensor.replaces),
                "part": tensor.part,
                "start": tensor.start.value if tensor.start else 0.0,
            },
            {"integer": False, "given": "", "title": 0, "concept": "", "stored": [], "part": "", "start": 0.0}
            | {"role": Role.ACTIVATION.name.lower(), "indices": [], "of": None, "replaces": None},
        )

    def assignment(self, assignment: Assignment) -> dict[str, Any]:
        """A formula, with what is asked about it."""
        same = assignment.question == assignment.title
        indices = assignment.target.indices
        return _without_defaults(
            {
                "target": self._tensor_at[assignment.target.name],
                "subscripts": [] if assignment.subscripts == indices else self.subscripts(assignment.subscripts),
                "tree": self.tree(assignment.expression),
                "title": 0 if same else self.text(told(assignment.title)),
                "question": self.text(told(assignment.question)),
                "phase": assignment.phase,
                "scope": self._scopes.setdefault(assignment.scope, len(self._scopes)),
            },
            {"subscripts": [], "title": 0, "question": 0, "phase": "forward"},
        )

    def template(self, template: Template) -> dict[str, Any]:
        """A formula of what the program begins with."""
        formula = {"subscripts": self.indices(template.indices), "tree": self.tree(template.expression)}
        said = {name: getattr(template, name) for name in ("of", "std", "double", "sine")}
        return formula | _without_defaults(said, {"of": "", "std": 0.0, "double": False, "sine": False})

    def tree(self, node: Expression) -> Tree:
        """An expression: a number, or a list that begins with what it is."""
        match node:
            case Constant():
                return self.constant(node)
            case Index():
                return ["i", self.index(node)]
            case Access(tensor, subscripts):
                return ["a", self._tensor_at[tensor.name], *self.subscripts(subscripts)]
            case Binary(operator, left, right) | Compare(operator, left, right):
                return [operator, self.tree(left), self.tree(right)]
            case Negate(operand):
                return ["neg", self.tree(operand)]
            case Where(condition, then, otherwise):
                return ["where", *map(self.tree, (condition, then, otherwise))]
            case Call(function, argument):
                return ["call", function, self.tree(argument)]
            case Reduction(kind, indices, body):
                return [kind, self.indices(indices), self.tree(body)]
            case Terms(kind, terms):
                return ["terms", kind, *map(self.tree, terms)]
            case _:
                assert_never(node)

    def text(self, text: str) -> int:
        """The number of a text; many formulas ask the same. Nothing is 0."""
        return self._texts.setdefault(text, len(self._texts))

    def subscripts(self, subscripts: Sequence[Subscript]) -> list[Tree]:
        """An index by its number, a position in brackets, a lookup as what it is."""
        found: list[Tree] = []
        for subscript in subscripts:
            if isinstance(subscript, Index):
                found.append(self.index(subscript))
            else:
                found.append([subscript] if isinstance(subscript, int) else self.tree(subscript))
        return found

    def indices(self, indices: Iterable[Index]) -> list[int]:
        """Several indices."""
        return [self.index(index) for index in indices]

    def index(self, index: Index) -> int:
        """The number of an index."""
        if index.axis is not None:
            self._axes.setdefault(index.axis, len(self._axes))
        return self._indices.setdefault((index, index.axis), len(self._indices))

    def constant(self, node: Constant) -> Tree:
        """A number; one with a name by its place among those, where it can be set."""
        if not node.name:
            return number(node.value)
        if not self._settable:
            return ["c", node.name, number(node.value)]
        return ["n", self._constants.setdefault(node.name, (len(self._constants), number(node.value)))[0]]

    def _index(self, index: Index, axis: Axis | None) -> list[Any]:
        return [index.name, index.extent, *([] if axis is None else [self._axes[axis]])]

    def _known(self, tensor: Tensor | None) -> int | None:
        return None if tensor is None else self._tensor_at.get(tensor.name)


def table(records: Sequence[Mapping[str, Any]]) -> list[list[Any]]:
    """Records as rows below their names, the commonest first; what one lacks is null, and left out at a row's end.

    >>> table([{"name": "a"}, {"name": "b", "of": 3}, {"of": 4, "name": "c", "part": "d"}])
    [['name', 'of', 'part'], ['a'], ['b', 3], ['c', 4, 'd']]
    """
    names = [name for name, _ in Counter(name for record in records for name in record).most_common()]
    rows = [[record.get(name) for name in names] for record in records]
    for row in rows:
        while row and row[-1] is None:
            row.pop()
    return [names, *rows]


def number(value: float) -> Tree:
    """A number that JSON keeps: one with a point as that, and text where it is not finite, or too large a whole one."""
    if isinstance(value, int):
        return value if abs(value) < 2**53 else ["w", str(value)]
    if not isfinite(value):
        return ["f", str(value)]
    if value.is_integer() and abs(value) < 2**53:
        return ["f", int(value) or value]
    return value


def _axis(axis: Axis) -> dict[str, Any]:
    said = {name: told(getattr(axis, name)) for name in ("counts", "noun", "spoken", "apart")}
    more = {"layout": axis.layout.name.lower(), "names": [*map(told, axis.names)], "sequences": axis == SEQUENCE}
    usual = {"layout": Layout.NUMBERS.name.lower(), "names": [], "apart": "", "sequences": False}
    return _without_defaults(said | more, usual)


def _scope(scope: Scope) -> dict[str, Any]:
    said = scope._asdict() | {"title": told(scope.title), "short": told(scope.short)}
    return _without_defaults(said, Scope()._asdict())


def _without_defaults(found: dict[str, Any], usual: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key not in usual or value != usual[key]}
