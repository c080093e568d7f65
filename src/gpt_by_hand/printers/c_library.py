"""The end of a C file that is to be a library: one function that other programs call."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from gpt_by_hand.notation.program import Program
from gpt_by_hand.printers.c import named_constants, print_c
from gpt_by_hand.schedule.program import Schedule


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


def print_library(schedule: Schedule, found: list[Slot], *, fast: bool = True) -> str:
    """The schedule as C with `run(times, arrays)`, which computes so many iterations; `arrays` follows the slots.

    Raises: CannotPrintError for a node outside of the notation.
    """
    settings = {slot.name for slot in found if slot.role == "setting"}
    printed = print_c(schedule, fast=fast, settings=settings)
    return f"{printed.text}\n{_run(schedule, found, {**printed.names, **{name: name for name in settings}})}"


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
    lines = [
        "#ifdef _WIN32",
        "__declspec(dllexport)",
        "#endif",
        "void run(int64_t times, void *const *arrays) {",
        *(f"    {line}" for line in start),
        "    for (int64_t n = 0; n < times; n++) {",
        *(f"        {line}" for line in (*before, "compute();", *after)),
        "    }",
        *(f"    {line}" for line in end),
        "}",
        "",
    ]
    return "\n".join(lines)
