"""A C file that trains: the formulas of an iteration, and around them the random numbers, the data and the loop."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Protocol

from gpt_by_hand.notation.meanings import Role
from gpt_by_hand.printers.c import Printed, calling, print_c
from gpt_by_hand.printers.c_comments import wrapped
from gpt_by_hand.printers.loops import part
from gpt_by_hand.printers.outline import Outline
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.program import Schedule

FAST = """each formula stands above the loops that compute it. Loops over the same index
  have been joined, so some parts of the model are computed together with the part before them. Products of matrices
  are computed in tiles, and new weights and moments are written over the old ones: new.x over x, adamw.m.x over
  previous.m.x. gpt-by-hand print c --plain prints the same formulas with one nest of loops for each."""
PLAIN = "each formula stands above its own nest of loops, the plainest there is."
CALM = """\
#ifdef __clang__
#pragma clang diagnostic ignored "-Wpass-failed"  /* that a loop is not computed side by side after all */
#endif
"""
COMPILE = ("cc -O3", "cc -O3 -march=native -fno-math-errno -fno-trapping-math -fopenmp-simd")  # plain, fast


class Draw(Protocol):
    """So many normal numbers for a parameter or, without a parameter, 32-bit values that nothing is made of."""

    @property
    def parameter(self) -> str: ...
    @property
    def count(self) -> int: ...
    @property
    def std(self) -> float: ...


@dataclass(frozen=True)
class Training:
    """What training needs beside the formulas.

    `draws` says how the first weights are drawn, `ones` which parameters start as ones instead, `decimals` how they are
    rounded (not at all below 0); `defaults` are `max_iters`, `eval_interval`, `eval_iters` and `seed`; `about` is a
    line in pieces.
    """

    draws: Sequence[Draw]
    ones: Collection[str]
    decimals: int
    batch_size: int
    dropout_rate: float
    defaults: Mapping[str, int]
    about: Sequence[str]


def print_program(schedule: Schedule, outline: Outline, training: Training, *, fast: bool) -> str:
    """The schedule of an iteration as a C file that needs a C compiler and its library alone.

    Raises: CannotPrintError for a node outside of the notation.
    """
    printed = print_c(schedule, fast=fast)
    masks = [tensor.name for tensor in schedule.program.inputs if tensor.role is Role.MASK]
    pieces = [
        wrapped(_head(outline, fast)),
        *([CALM] if fast else []),
        wrapped(printed.text),
        wrapped(_steps(schedule, printed)),
        part("random.c"),
        wrapped(_start(printed, training)),
        _settings(training),
        *([_masks([printed.names[name] for name in masks], training.dropout_rate)] if masks else []),
        part("data.c"),
        part("training.c") if masks else _without_masks(part("training.c")),
    ]
    return "\n".join(pieces)


def _without_masks(text: str) -> str:
    """The text without the lines that are about dropout."""
    lines = (line for line in text.splitlines() if "draw_masks" not in line and "keep_everything" not in line)
    return "\n".join([*lines, ""])


def _head(outline: Outline, fast: bool) -> str:
    return part(
        "head.c",
        title=outline.title,
        about="\n  ".join(outline.about),
        how=FAST if fast else PLAIN,
        compile=f"{COMPILE[fast]} gpt.c -o gpt -lm",
        helpers="the functions that are called, " if fast else "",
        option="" if fast else " --plain",
    )


def _steps(schedule: Schedule, printed: Printed) -> str:
    """Functions for the loss alone, the learning rate alone, and an iteration."""
    before, carried = _up_to("loss", printed), schedule.program.carried
    kept = carried.keys() | set(carried.values())
    assert not kept & {name for function in before for name in printed.functions[function]}
    (rate,) = (name for name, computed in printed.functions.items() if computed == ["learning_rate"])
    lines = []
    for new, old in carried.items():
        if new not in schedule.in_place:
            lines.append(f"    memcpy({printed.names[old]}, {printed.names[new]}, sizeof {printed.names[old]});\n")
    what = "what is new becomes what the next one starts with" if lines else "weights and moments are new after it"
    return part("steps.c", loss=calling("compute_loss", before), rate=rate, what=what, kept="".join(lines))


def _up_to(name: str, printed: Printed) -> list[str]:
    """The functions that come first, up to the one that computes the tensor."""
    found = list(printed.functions)
    last = next(n for n, function in enumerate(found) if name in printed.functions[function])
    return found[: last + 1]


def _start(printed: Printed, training: Training) -> str:
    """The functions that draw the first weights."""
    drawn = dict.fromkeys(printed.names[draw.parameter] for draw in training.draws if draw.parameter)
    lines = []
    for nothing, group in groupby(training.draws, key=lambda draw: not draw.parameter):
        found = list(group)
        if nothing:
            lines.append(f"    skip_words({sum(draw.count for draw in found)});")
        else:
            named = ((printed.names[draw.parameter], draw.std) for draw in found)
            lines += [f"    draw_normal(FLAT({name}), COUNT({name}), {std!r});" for name, std in named]
    lines += [f"    round_all(FLAT({name}), COUNT({name}));" for name in drawn if training.decimals >= 0]
    lines += [f"    fill_with_ones({name}, COUNT({name}));" for name in map(printed.names.__getitem__, training.ones)]
    power = f"{10.0 ** max(0, training.decimals)!r}f"
    rounding = part("rounding.c", decimals=training.decimals, power=power) if training.decimals >= 0 else ""
    return part("start.c", rounding=rounding, lines="\n".join(lines))


def _masks(names: list[str], rate: float) -> str:
    """The functions for dropout."""
    draw = [f"    draw_mask(FLAT({name}[row]), BATCH_SIZE * COUNT({name}[row]));" for name in names]
    keep = [f"    fill_mask(FLAT({name}), COUNT({name}));" for name in names]
    return part("masks.c", rate=repr(rate), draw="\n".join(draw), keep="\n".join(keep))


def _settings(training: Training) -> str:
    """What the training's own text takes as given."""
    numbers = {"batch_size": training.batch_size, **training.defaults}
    sizes = ", ".join(f"{name.upper()} = {value}" for name, value in numbers.items())
    said = [f"{line}\\n" for line in part("help.txt", **training.defaults).splitlines()]
    return f"enum {{ {sizes} }};\n\n{_literal('ABOUT', training.about)}{_literal('HELP', said)}"


def _literal(name: str, pieces: Sequence[str]) -> str:
    """A text of C, in pieces."""
    lines = "\n".join(f'    "{piece}"' for piece in pieces)
    return f"static const char {name}[] =\n{lines};\n"
