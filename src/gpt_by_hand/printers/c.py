"""A program as one C file: the formulas as comments, and below each the loops that compute it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from gpt_by_hand.notation.algebra import bound as bound_in
from gpt_by_hand.notation.expressions import Constant, Index, Tensor
from gpt_by_hand.notation.program import Program
from gpt_by_hand.printers.c_functions import FUNCTIONS
from gpt_by_hand.printers.c_kernels import kernel_functions
from gpt_by_hand.printers.c_statements import CStatements
from gpt_by_hand.printers.names import identifiers
from gpt_by_hand.printers.plain_numbers import plain_numbers
from gpt_by_hand.printers.text import formula
from gpt_by_hand.schedule.nests import Loop, Nest
from gpt_by_hand.schedule.program import Schedule

RESERVED = re.compile(
    r"(auto|break|case|char|const|continue|default|do|double|else|enum|extern|float|for|goto|if|inline|int|long|"
    r"register|restrict|return|short|signed|sizeof|static|struct|switch|typedef|union|unsigned|void|volatile|while|"
    r"asm|typeof|main|run|compute|exp|expf|log|logf|sqrt|sqrtf|erf|erff|tanh|tanhf|cos|cosf|pow|powf|square|cube|larger|"
    r"vector_\w+|load_\d+|tile_\d+|product_\d+|(sum|max)_\d+|panel|memcpy|times|arrays|errno|[jy][01n]|y[01n]f?|gamma|gammaf|index|[A-Z_0-9]+|[a-z]\d*)"
)
HEAD = """\
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define FLAT(tensor) ((float *)(tensor))  /* the numbers of a tensor in one row, as they lie in memory */
#define ALIGNED __attribute__((aligned(64)))
#define THREAD_LOCAL __thread
"""


@dataclass(frozen=True)
class Printed:
    """The text of a C file, and the names of its variables by address."""

    text: str
    names: dict[str, str]


def print_c(schedule: Schedule, *, fast: bool = True, tail: str = "") -> Printed:
    """The schedule as C: sizes and constants by name, tensors as arrays, functions by place, and `compute()` for all.

    `fast` prints directions for vectors and threads and calls vector functions; `tail` is put at the end.

    Raises: CannotPrintError for a node outside of the notation.
    """
    program = schedule.program
    names = _names(schedule)
    sizes, constants = _sizes(program), _constants(program)
    shapes = {t.name: t.shape for t in (*program.tensors.values(), *schedule.helpers)}
    printer = CStatements(names, plain_numbers(program), shapes, sizes, constants, fast)
    parts = _functions(schedule.nests, printer)
    pieces = [
        HEAD,
        _enumeration(sizes),
        "".join(f"static const double {name} = {_number(value)};\n" for name, value in constants.items()),
        _declarations(schedule, printer),
        *_needed(printer.functions),
        *kernel_functions(printer.kernels),
        *parts,
        tail,
    ]
    return Printed("\n".join(piece for piece in pieces if piece), names)


def _names(schedule: Schedule) -> dict[str, str]:
    """Variables; what is written over something has that one's name."""
    program = schedule.program
    own = [a for a in program.tensors if a not in schedule.in_place]
    loops = {index.name for index in _indices(program)}
    names = identifiers(
        [*own, *(t.name for t in schedule.helpers)], lambda n: bool(RESERVED.fullmatch(n)) or n in loops
    )
    return {**names, **{new: names[old] for new, old in schedule.in_place.items()}}


def _sizes(program: Program) -> dict[str, int]:
    """The extents that go by the name of their index everywhere, in capitals."""
    found: dict[str, set[int]] = {}
    for index in _indices(program):
        found.setdefault(index.name.upper(), set()).add(index.extent)
    known = {name: extents.pop() for name, extents in found.items() if len(extents) == 1 and name.isidentifier()}
    known.pop("N", None)  # the index of the loops that the schedule has made
    return known


def _indices(program: Program) -> list[Index]:
    tensors = [index for tensor in program.tensors.values() for index in tensor.indices]
    bound = [index for a in program.assignments for index in (*a.indices, *bound_in(a.expression))]
    return tensors + bound


def _constants(program: Program) -> dict[str, float]:
    """The numbers that have a name, one value each, and none that is a size."""
    found: dict[str, set[float]] = {}
    for assignment in program.assignments:
        for node in assignment.expression.walk():
            if isinstance(node, Constant) and node.name:
                found.setdefault(node.name, set()).add(node.value)
    return {n: v.pop() for n, v in found.items() if len(v) == 1 and n.isidentifier() and not n.isupper()}


def _enumeration(sizes: dict[str, int]) -> str:
    return f"enum {{ {', '.join(f'{name} = {extent}' for name, extent in sizes.items())} }};\n" if sizes else ""


def _number(value: float) -> str:
    return repr(float(value))


def _declarations(schedule: Schedule, printer: CStatements) -> str:
    """An array for each tensor, those of one place together."""
    program = schedule.program
    tensors = [t for t in program.tensors.values() if t.name not in schedule.in_place]
    return "".join(declaration(tensor, printer) for tensor in (*tensors, *schedule.helpers))


def declaration(tensor: Tensor, printer: CStatements) -> str:
    """`static float embed[B][T][C];`."""
    kind = "int" if tensor.kind == "integer" else "double" if tensor.name in printer.plain else "float"
    axes = "".join(f"[{printer.extent(index)}]" for index in tensor.indices)
    return f"static {kind} {printer.names[tensor.name]}{axes}{' ALIGNED' if tensor.indices else ''};\n"


def _needed(functions: set[str]) -> list[str]:
    """The texts of the functions, each after what it needs."""
    wanted: list[str] = []
    for name in sorted(functions & FUNCTIONS.keys()):
        wanted += [*FUNCTIONS[name][0], name]
    return [FUNCTIONS[name][1] for name in dict.fromkeys(wanted)]


def _functions(nests: Sequence[Nest], printer: CStatements) -> list[str]:
    """One function for the nests of each phase at each place, and one that calls them all."""
    texts, calls = [], []
    for (phase, place), group in groupby(_placed(nests), key=lambda item: item[0]):
        name = re.sub(r"\W", "_", f"{phase}_{place}")
        while name in calls or name in printer.names.values():
            name += "_"
        calls.append(name)
        body = [line for _, nest in group for line in _nest(nest, printer)]
        texts.append("\n".join([f"static void {name}(void) {{", *(_indented(line) for line in body), "}", ""]))
    everything = "\n".join(["static void compute(void) {", *(f"    {name}();" for name in calls), "}", ""])
    return [*texts, everything]


def _placed(nests: Iterable[Nest]) -> Iterable[tuple[tuple[str, str], Nest]]:
    """Each nest with its phase and place; one that stands for no formula goes with the one before."""
    at = ("", "")
    for nest in nests:
        if nest.assignments:
            at = (nest.assignments[0].phase, nest.assignments[0].place)
        yield at, nest


def _nest(nest: Nest, printer: CStatements) -> list[str]:
    comments = [f"/* {formula(a)} */".replace("*/ ", "* / ") for a in nest.assignments]
    lines = printer.statements(nest.statements)
    single = nest.statements[:1] and not isinstance(nest.statements[0], Loop) and len(lines) > 1
    return ["", *comments, *(["{", *lines, "}"] if single else lines)]


def _indented(line: str) -> str:
    return line if line.startswith("#") or not line else f"    {line}"
