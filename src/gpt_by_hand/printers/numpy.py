"""A program as a NumPy function: matrix products as `matmul`, everything else by broadcasting.

The text needs these names around it: `np`, `math`, `dtype` and, where a formula calls it, `erf`; in a module of its own
it has them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from keyword import iskeyword
from math import prod

from gpt_by_hand.notation.algebra import bound
from gpt_by_hand.notation.expressions import Access, Call, Index, Tensor, Where
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.printers.names import identifiers
from gpt_by_hand.printers.numpy_arrays import aligned, slices
from gpt_by_hand.printers.numpy_expressions import Expressions
from gpt_by_hand.printers.outline import Outline, declared, question
from gpt_by_hand.printers.side_by_side import Run, runs
from gpt_by_hand.printers.text import code

RESERVED = re.compile(r"np|math|dtype|erf|given|(range|mask|side)_\d+")
LONGEST = 120  # characters: a list of outputs that is longer gets a line for each
USE = """\
    results = run(given)

`given` holds these arrays, each under its address, the real ones as float32. What is one number is a Python number.
"""
RESULTS = """
`results` holds every array that the formulas below compute, each under its address, such as results["{last}"].
"""


def print_numpy(
    program: Program,
    outputs: Iterable[str],
    *,
    comments: Callable[[Assignment], Iterable[str]] = lambda assignment: [code(assignment)],
    converting: bool = False,
) -> str:
    """Python source of a function from a dict of inputs and parameters to a dict of `outputs`.

    `outputs` are names of tensors; what they don't need is still computed (see `Program.only`). Above each formula's
    lines stands what `comments` gives for it. An array is deleted after its last use unless it is an output. With
    `converting`, real arrays that are given may be of another type than `dtype`: each is converted where formulas read
    it, and dropped again behind them.

    Raises: CannotPrintError for a node outside of the notation.
    """
    wanted = list(outputs)
    printer = _Statements(program)
    names = printer.names
    reals = {t.name for t in (*program.inputs, *program.parameters) if t.indices and t.kind == "real"}
    converted = reals.difference(wanted) if converting else set()
    given = (t.name for t in (*program.inputs, *program.parameters) if t.name not in converted)
    body = [f'    {names[n]} = given["{n}"]' for n in given]
    steps = list(runs(program.assignments))
    last = _last_uses(steps)
    for position, run in enumerate(steps):
        body += [f"    # {line}" for assignment in run.assignments for line in comments(assignment)]
        read = [n for n in _read(run) if n in converted]
        body += [f'    {names[n]} = given["{n}"].astype(dtype, copy=False)' for n in read]
        body += [f"    {line}" for line in printer.run(run)]
        done = [n for n in last.get(position, ()) if n not in wanted and n not in converted]
        done = [names[n] for n in (*read, *done) if names[n].isidentifier()]
        body += [f"    del {', '.join(done)}"] if done else []
    constants = [f"{code} = {value}" for value, code in printer.constants.items()]
    views = _views(program)
    results = [f'"{output}": {names[output]}{".copy()" * (output in views)}' for output in wanted]
    return "\n".join([*constants, "", "def run(given):", *body, _returned(results), ""])


def _returned(results: Sequence[str]) -> str:
    line = f"    return {{{', '.join(results)}}}"
    if len(line) <= LONGEST:
        return line
    return "\n".join(["    return {", *(f"        {result}," for result in results), "    }"])


def _views(program: Program) -> set[str]:
    """The tensors whose arrays may lie in the memory of another tensor: what a formula reads as it is."""
    return {a.target.name for a in program.assignments if a.indices and isinstance(a.expression, (Access, Where))}


def _read(run: Run) -> dict[str, None]:
    """The names of the tensors that its formulas read."""
    return {access.tensor.name: None for assignment in run.assignments for access in assignment.reads()}


def _last_uses(steps: Sequence[Run]) -> dict[int, list[str]]:
    """Which arrays are not needed any more after each run of assignments."""
    last: dict[str, int] = {}
    for position, run in enumerate(steps):
        for assignment in run.assignments:
            last[assignment.target.name] = position
            last.update((access.tensor.name, position) for access in assignment.reads())
    found: dict[int, list[str]] = {}
    for name, position in last.items():
        found.setdefault(position, []).append(name)
    return found


class _Statements(Expressions):
    """Prints assignments one after the other, alike ones on flat arrays of all their tensors side by side."""

    def __init__(self, program: Program) -> None:
        names = identifiers(program.tensors, lambda name: iskeyword(name) or RESERVED.fullmatch(name) is not None)
        super().__init__(names, program.plain)
        self.started: set[str] = set()
        self.sides: dict[str, tuple[str, int, int]] = {}
        self.flat = 0

    def run(self, run: Run) -> list[str]:
        """The lines for one assignment, or for several that are alike: on their arrays side by side, as one."""
        if run.expression is None:
            return self.statement(run.assignments[0])
        lines: list[str] = []
        for place, tensors in enumerate(run.roles):
            self.names[f"role {place}"] = self.joined(tensors, lines)
        n = Index("n", sum(prod(a.target.shape) for a in run.assignments))
        target = Tensor(self.side_by_side([a.target for a in run.assignments]), (n,))
        self.names[target.name] = target.name
        lines += self.statement(replace(run.assignments[0], target=target, subscripts=(n,), expression=run.expression))
        for assignment in run.assignments:
            variable, start, stop = self.sides[assignment.target.name]
            shape = ", ".join(map(str, assignment.target.shape))
            self.names[assignment.target.name] = f"{variable}[{start}:{stop}].reshape({shape})"
        return lines

    def joined(self, tensors: Sequence[Tensor], lines: list[str]) -> str:
        """One flat array of several: a part of one that is there already, or a new one."""
        places = [self.sides.get(tensor.name, ("", 0, 0)) for tensor in tensors]
        follow = all(a[0] == b[0] and a[2] == b[1] for a, b in pairwise(places))
        if places[0][0] and follow:
            return f"{places[0][0]}[{places[0][1]}:{places[-1][2]}]"
        arrays = ", ".join(f"{self.names[tensor.name]}.ravel()" for tensor in tensors)
        lines.append(f"{self.side_by_side(tensors)} = np.concatenate(({arrays}))")
        return self.sides[tensors[0].name][0]

    def side_by_side(self, tensors: Sequence[Tensor]) -> str:
        """A new name for a flat array, and where in it each tensor lies."""
        variable, start = f"side_{self.flat}", 0
        self.flat += 1
        for tensor in tensors:
            stop = start + prod(tensor.shape)
            self.sides[tensor.name] = (variable, start, stop)
            start = stop
        return variable

    def statement(self, assignment: Assignment) -> list[str]:
        self.now = assignment
        indices = [*assignment.indices, *bound(assignment.expression)]
        self.order = list(dict.fromkeys(index.name for index in indices))
        self.extents = {index.name: index.extent for index in indices}
        target, axes = assignment.target, tuple(index.name for index in assignment.indices)
        value, name = self.print(assignment.expression), self.names[target.name]
        code = aligned(value, axes)
        if len(assignment.indices) == len(target.indices):
            return [f"{name} = {self.spread(value, code, axes)}"]
        lines = [] if name in self.started else [f"{name} = np.empty({target.shape}, dtype)"]
        self.started.add(name)
        return [*lines, f"{name}[{slices(assignment.subscripts)}] = {code}"]


def print_module(outline: Outline, erf: str) -> str:
    """The source of a module with a function `run`, from inputs and parameters to every tensor, by address.

    Above its lines each formula stands with its place, its question and its shape. `erf` is the source of the error
    function for arrays, for NumPy has none; it is put in where a formula calls it.

    Raises: CannotPrintError for a node outside of the notation.
    """
    program = outline.program
    outputs = list(program.definitions)
    parts = [
        f'"""{_docstring(outline, outputs[-1])}"""',
        "import math\n\nimport numpy as np\n\ndtype = np.float32",
        *([erf] if _calls(outline, "erf") else []),
        print_numpy(program, outputs, comments=_comments),
    ]
    return "\n\n\n".join(part.strip() for part in parts) + "\n"


def _comments(assignment: Assignment) -> Iterator[str]:
    yield f"{assignment.scope.name}: {question(assignment)}"
    yield code(assignment)


def _docstring(outline: Outline, last: str) -> str:
    lines = [outline.title, "", *outline.about, "", USE, *_given(outline), RESULTS.format(last=last)]
    return "\n".join(lines).replace("\\", "\\\\").replace('"""', r"\"\"\"")


def _given(outline: Outline) -> Iterator[str]:
    tensors: tuple[Tensor, ...] = (*outline.program.inputs, *outline.program.parameters)
    yield from (f"  {declared(tensor)}" for tensor in tensors)


def _calls(outline: Outline, function: str) -> bool:
    return any(call.function == function for a in outline.program.assignments for call in a.expression.find(Call))
