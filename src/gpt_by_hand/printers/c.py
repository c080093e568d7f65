"""A program as one C file: the formulas as comments, and below each the loops that compute it.

A file that is to be a library ends with a function that other programs call.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import groupby
from typing import TypeVar

from gpt_by_hand.notation.algebra import bound as bound_in
from gpt_by_hand.notation.expressions import Constant, Index, Tensor
from gpt_by_hand.notation.meanings import NOWHERE, Scope
from gpt_by_hand.notation.program import Program
from gpt_by_hand.printers.c_comments import (
    answered,
    banner,
    comment,
    enumeration,
    explained,
    sections,
)
from gpt_by_hand.printers.c_kernels import kernel_functions
from gpt_by_hand.printers.c_statements import CStatements
from gpt_by_hand.printers.erf import DENOMINATOR, NUMERATOR
from gpt_by_hand.printers.loops import block, indented, part
from gpt_by_hand.printers.names import identifiers
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.nests import Loop, Nest, written
from gpt_by_hand.schedule.program import Schedule

T = TypeVar("T")
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
    """The text of a C file, the names of its variables by address, and what each function computes, in order."""

    text: str
    names: dict[str, str]
    functions: dict[str, list[str]]


@dataclass(frozen=True)
class Slot:
    """One array that goes in or out: a tensor's name, shape and type of number.

    `role`: "each" is given anew for every iteration (first axis), "given" and "setting" once, "carried" once and
    changed in place (`new` is what it becomes), "number" a scalar result of every iteration, "result" a tensor of the
    last iteration.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    role: str
    new: str = ""


def print_c(schedule: Schedule, *, fast: bool = True, settings: Collection[str] = ()) -> Printed:
    """The schedule as C: sizes and constants by name, tensors as arrays, functions by place, and `compute()` for all.

    `fast` prints directions for vectors and threads and calls vector functions; the constants named in
    `settings` become variables, whose values are not in the text.

    Raises: CannotPrintError for a node outside of the notation.
    """
    program = schedule.program
    names = _names(schedule)
    sizes, constants = _sizes(program), named_constants(program)
    printer = CStatements(schedule, names, sizes, constants, fast)
    functions = _functions(schedule.nests, printer)
    pieces = [
        HEAD,
        enumeration(sizes, _counts(program)),
        "".join(_constant(name, value, name in settings) for name, value in constants.items()),
        _declarations(schedule, printer),
        *_called(text for text, _ in functions.values()),
        *kernel_functions(printer.kernels, printer.uses),
        *(text for text, _ in functions.values()),
        calling("compute", functions),
    ]
    text = "\n".join(piece for piece in pieces if piece)
    return Printed(text, names, {name: computed for name, (_, computed) in functions.items()})


def print_library(schedule: Schedule, found: list[Slot], *, fast: bool = True) -> str:
    """The schedule as C with `run(times, arrays)`, which computes so many iterations; `arrays` follows the slots.

    Raises: CannotPrintError for a node outside of the notation.
    """
    settings = {slot.name for slot in found if slot.role == "setting"}
    printed = print_c(schedule, fast=fast, settings=settings)
    return f"{printed.text}\n{_run(schedule, found, {**printed.names, **{name: name for name in settings}})}"


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
    known = _single((index.name.upper(), index.extent) for index in _indices(program))
    known.pop("N", None)  # the index of the loops that the schedule has made
    return known


def _single(named: Iterable[tuple[str, T]]) -> dict[str, T]:
    """The names that stand for one value."""
    found: dict[str, set[T]] = {}
    for name, value in named:
        found.setdefault(name, set()).add(value)
    return {name: values.pop() for name, values in found.items() if len(values) == 1 and name.isidentifier()}


def _counts(program: Program) -> dict[str, str]:
    """What each size is the number of, where its index says what it counts."""
    return {index.name.upper(): index.axis.counts for index in _indices(program) if index.axis}


def _indices(program: Program) -> list[Index]:
    tensors = [index for tensor in program.tensors.values() for index in tensor.indices]
    bound = [index for a in program.assignments for index in (*a.indices, *bound_in(a.expression))]
    return tensors + bound


def _constant(name: str, value: float, varies: bool) -> str:
    return f"static double {name};\n" if varies else f"static const double {name} = {float(value)!r};\n"


def named_constants(program: Program) -> dict[str, float]:
    """The numbers that have a name, one value each, and none that is a size."""
    constants = (constant for a in program.assignments for constant in a.expression.find(Constant))
    found = _single((constant.name, constant.value) for constant in constants)
    return {name: value for name, value in found.items() if not name.isupper()}


def _declarations(schedule: Schedule, printer: CStatements) -> str:
    """An array for each tensor that needs one of its own, and the names of those that lie in the array of another."""
    program, lines = schedule.program, []
    for title, tensors in sections(schedule):
        lines += ["", *comment([title])]
        lines += [f"{declaration(tensor, printer)}{explained(tensor, program)}" for tensor in tensors]
    same = [f"#define {printer.names[a]} {printer.names[b]}" for a, b in schedule.shared.items()]
    if same:
        lines += ["", *comment(["Not needed at the same time, so in one array"]), *same]
    return "\n".join([*lines[1:], ""])


def declaration(tensor: Tensor, printer: CStatements) -> str:
    """`static float embed[B][T][C];`."""
    kind = "int" if tensor.kind == "integer" else "double" if tensor.name in printer.plain else "float"
    axes = "".join(f"[{printer.extent(index)}]" for index in tensor.indices)
    return f"static {kind} {printer.names[tensor.name]}{axes}{' ALIGNED' if tensor.indices else ''};"


def own_functions() -> dict[str, str]:
    """The functions that come with a program that calls them, by name; each stands behind those that it calls."""
    coefficients = {"numerator": _horner(NUMERATOR), "denominator": _horner(DENOMINATOR)}
    texts = part("functions.c", **coefficients).split("\n\n")
    return {re.findall(r"float (\w+)\(float", text)[0]: f"{text.rstrip()}\n" for text in texts}


def _horner(coefficients: Sequence[float]) -> str:
    text = f"{coefficients[-1]!r}f"
    for coefficient in reversed(coefficients[:-1]):
        text = f"({text}) * z + {coefficient!r}f"
    return text


def _called(texts: Iterable[str]) -> list[str]:
    """The functions that the texts call, and those that these call."""
    found: list[str] = []
    words = set(re.findall(r"\w+(?=\()", "".join(texts)))
    for name, text in reversed(own_functions().items()):
        if name in words:
            words.update(re.findall(r"\w+(?=\()", text))
            found.insert(0, text)
    return found


def _functions(nests: Sequence[Nest], printer: CStatements) -> dict[str, tuple[str, list[str]]]:
    """One function for the nests of each phase at each place: its text, and the names of what it computes."""
    found: dict[str, tuple[str, list[str]]] = {}
    for (phase, scope), group in groupby(_placed(nests), key=lambda item: item[0]):
        name = re.sub(r"\W", "_", f"{phase}_{scope.name}")
        while name in found or name in printer.names.values():
            name += "_"
        inside = [nest for _, nest in group]
        body = [line for nest in inside for line in ("", *_nest(nest, printer))][1:]
        head = [*banner(phase, scope), f"static void {name}(void) {{"]
        text = "\n".join([*head, *indented(body), "}", ""])
        found[name] = text, [access.tensor.name for nest in inside for access in written(nest.statements)]
    return found


def calling(name: str, functions: Iterable[str]) -> str:
    """A function that calls functions one after the other."""
    return "\n".join([f"static void {name}(void) {{", *(f"    {function}();" for function in functions), "}", ""])


def _placed(nests: Iterable[Nest]) -> Iterable[tuple[tuple[str, Scope], Nest]]:
    """Each nest with its phase and place; one that stands for no formula goes with the one before."""
    at = ("", NOWHERE)
    for nest in nests:
        if nest.assignments:
            at = (nest.assignments[0].phase, nest.assignments[0].scope)
        yield at, nest


def _nest(nest: Nest, printer: CStatements) -> list[str]:
    lines = printer.statements(nest.statements)
    single = nest.statements[:1] and not isinstance(nest.statements[0], Loop) and len(lines) > 1
    return [*answered(nest), *(block("", lines) if single else lines)]


def slots(
    program: Program, carried: Mapping[str, str], each: set[str], results: list[str], settings: Collection[str] = ()
) -> list[Slot]:
    """What goes in and out of a library: `each` names the inputs that differ between iterations.

    `settings` are named constants whose values are given as well, so that one library does for all of them.
    """
    plain, old = program.plain, {old: new for new, old in carried.items()}
    found = []
    for tensor in (*program.inputs, *program.parameters):
        role = "carried" if tensor.name in old else "each" if tensor.name in each else "given"
        dtype = "int32" if tensor.kind == "integer" else "float64" if tensor.name in plain else "float32"
        found.append(Slot(tensor.name, tensor.shape, dtype, role, old.get(tensor.name, "")))
    found += [Slot(name, (), "float64", "setting") for name in named_constants(program) if name in settings]
    for name in results:
        if name not in carried:
            shape = program.tensors[name].shape
            found.append(Slot(name, shape, "float32" if shape else "float64", "result" if shape else "number"))
    return found


def _run(schedule: Schedule, found: list[Slot], names: dict[str, str]) -> str:
    start, before, after, end = [], [], [], []
    for number, slot in enumerate(found):
        name, array = names[slot.name], f"arrays[{number}]"
        place = name if slot.shape else f"&{name}"
        if slot.role == "each":
            before.append(f"memcpy({place}, (const char *){array} + n * sizeof {name}, sizeof {name});")
        elif slot.role == "number":
            after.append(f"((double *){array})[n] = {name};")
        elif slot.role == "result":
            end.append(f"memcpy({array}, {place}, sizeof {name});")
        else:
            start.append(f"memcpy({place}, {array}, sizeof {name});")
        if slot.role == "carried":
            end.append(f"memcpy({array}, {place}, sizeof {name});")
            if slot.new not in schedule.in_place:
                new = names[slot.new]
                # Two numbers may be of different precision.
                after.append(f"memcpy({place}, {new}, sizeof {name});" if slot.shape else f"{name} = {new};")
    each = indented(indented([*before, "compute();", *after]))
    pieces = {"start": indented(start), "each": each, "end": indented(end)}
    return part("run.c", **{name: "".join(f"{line}\n" for line in lines) for name, lines in pieces.items()})
