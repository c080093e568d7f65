"""What a C file looks like: its comments, and how long lines are broken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from textwrap import wrap

from gpt_by_hand.notation.expressions import Tensor
from gpt_by_hand.notation.meanings import Scope
from gpt_by_hand.notation.program import Program
from gpt_by_hand.printers.outline import phase_title, place_name, question, questions
from gpt_by_hand.printers.text import code
from gpt_by_hand.schedule.nests import Nest, written
from gpt_by_hand.schedule.program import Schedule

WIDTH = 120


def comment(lines: Iterable[str]) -> list[str]:
    """Lines as one comment; `*/` cannot occur in them, since operators have spaces around them."""
    found = [f"   {line}" for line in lines]
    return [f"/*{found[0][2:]}", *found[1:-1], f"{found[-1]} */"] if found[1:] else [f"/*{found[0][2:]} */"]


def answered(nest: Nest) -> list[str]:
    """The questions that a nest answers, and the formulas that answer them."""
    lines: list[str] = []
    for first, answers in questions(nest.assignments):
        lines += comment([question(first), *(f"  {code(answer)}" for answer in answers)])
    if not lines:
        names = dict.fromkeys(access.tensor.name for access in written(nest.statements))
        lines = comment([f"{', '.join(names)}, continued"])
    return lines


def banner(phase: str, scope: Scope) -> list[str]:
    """The heading above a function."""
    title = f"{phase_title(phase)}: {place_name(scope)}".removesuffix(": ")
    return comment([f"{title}", "-" * len(title)])


def enumeration(sizes: Mapping[str, int], counts: Mapping[str, str]) -> str:
    """The sizes, each with what it is the number of, where `counts` says so."""
    if not sizes:
        return ""
    lines = [f"{name} = {extent}," for name, extent in sizes.items()]
    width = max(map(len, lines))
    said = [counts.get(name, "") for name in sizes]
    notes = [f"  /* {name.lower()}: {text} */" if text else "" for name, text in zip(sizes, said, strict=True)]
    rows = [f"    {line:<{width}}{note}".rstrip() for line, note in zip(lines, notes, strict=True)]
    return "\n".join(["enum {", *rows, "};", ""])


def sections(schedule: Schedule) -> list[tuple[str, Sequence[Tensor]]]:
    """The tensors that need memory, under a title for each part of the program."""
    program, other = schedule.program, {*schedule.in_place, *schedule.shared, *schedule.local}
    found: list[tuple[str, Sequence[Tensor]]] = [("Inputs", program.inputs), ("Parameters", program.parameters)]
    first = (assignments[0] for assignments in program.definitions.values())
    for (phase, scope), group in groupby(first, key=lambda a: (a.phase, a.scope)):
        targets = [a.target for a in group if a.target.name not in other]
        found.append((f"{phase_title(phase)}: {place_name(scope)}", targets))
    found.append(("Helpers, which no formula names", [t for t in schedule.helpers if t.name not in other]))
    return [(title, tensors) for title, tensors in found if tensors]


def explained(tensor: Tensor, program: Program) -> str:
    """What an input or a parameter is, behind its declaration."""
    return f"  /* {tensor.title} */" if tensor.title and tensor.name not in program.definitions else ""


def wrapped(text: str, width: int = WIDTH) -> str:
    """The text of a C file with long lines, comments or code, broken at spaces."""
    return "".join(f"{part}\n" for line in text.splitlines() for part in _broken(line, width))


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width or line.startswith("#"):
        return [line]
    indent = " " * (len(line) - len(line.lstrip()))
    return wrap(
        line.lstrip(),
        width,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_long_words=False,
        break_on_hyphens=False,
    )
