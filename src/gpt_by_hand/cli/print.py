"""`gpt-by-hand print`."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from typing import Annotated, Literal

from gpt_by_hand.cli.arguments import base
from gpt_by_hand.cli.option import Argument, Output, Settings
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.cli.output import check_output, hand_over
from gpt_by_hand.cli.pager import pager, show
from gpt_by_hand.engines import erf
from gpt_by_hand.errors import UserError
from gpt_by_hand.folding import folded
from gpt_by_hand.model.adamw import UpdateRule
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import evaluation, iteration, parameters, prediction
from gpt_by_hand.model.size import counted
from gpt_by_hand.printers.c_program import Training, print_program
from gpt_by_hand.printers.erf import DENOMINATOR, NUMERATOR
from gpt_by_hand.printers.javascript import print_javascript
from gpt_by_hand.printers.latex_page import print_latex
from gpt_by_hand.printers.numpy import print_module
from gpt_by_hand.printers.outline import Outline, print_text
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.program import fast_schedule, plain_schedule
from gpt_by_hand.terminal import columns
from gpt_by_hand.trace.sizes import batch_line, shape_line, size_line
from gpt_by_hand.training.config import TrainConfig, at_rate, check_schedule
from gpt_by_hand.training.session import preset
from gpt_by_hand.training.start import draws

LANES = 4  # what every processor has, so that `cc -O3` alone is fast as well
C_DEFAULTS = ("max_iters", "eval_interval", "eval_iters", "seed")  # of the printed C program
TITLES = {
    "iteration": "One training iteration of a GPT: forward, loss, gradients, clipping and update",
    "evaluation": "An evaluation of a GPT: forward and loss",
    "prediction": "A prediction of a GPT: from words to the probabilities of the next ones",
}


@dataclass(frozen=True)
class Options(Output, Settings):
    """Every formula of a GPT, in the language of your choice: text, LaTeX, NumPy, JavaScript, or C that trains.

    For example, the smallest GPT on paper, and the demo as files that run without this package:

        gpt-by-hand print latex --preset pencil -o pencil.tex
        gpt-by-hand print numpy -o demo.py
        gpt-by-hand print c -o gpt.c
    """

    language: Annotated[Literal["text", "latex", "numpy", "javascript", "c"], Argument(positional=True)]
    """text: to read here. latex: a document that pdflatex compiles. numpy: a Python module that needs only NumPy.
    javascript: a module for browsers and Node that needs nothing. c: a program that trains and needs only a C compiler;
    the file says how to compile it."""
    model: ModelConfig
    rule: UpdateRule
    program: Literal["iteration", "evaluation", "prediction"] = "iteration"
    """iteration: forward, loss, gradients, clipping and update. evaluation: forward and loss. prediction: from words
    to the probabilities of the next ones."""
    batch_size: int = 4
    """How many sequences a micro-step looks at, or an evaluation or a prediction."""
    gradient_accumulation_steps: int = 4
    """How many micro-steps make one update: an iteration looks at so many times batch_size sequences."""
    plain: bool = False
    """c: one nest of loops for each formula, as it is read, instead of the loops that are fast."""


def run(arguments: Sequence[str]) -> int:
    """Print the program that the command line asks for."""
    found = base(arguments)
    model, train = preset(found.preset, found.recipe)
    train = at_rate(train, found.learning_rate)
    sequences = train.batch_size, train.gradient_accumulation_steps
    start = Options("text", model, train.update_rule, "iteration", *sequences)
    options = parse(Options, arguments, "print", start)
    _check(options, chosen(arguments))
    outline = _outline(options)
    content = LANGUAGES[options.language](outline, options)
    if options.output is None:
        text = options.language == "text"
        show(folded(content, columns(sys.stdout)) if text else content, pager() if text else None)
    else:
        hand_over(content, options.output, counted(len(outline.program.assignments), "formula"))
    return 0


def _check(options: Options, given: set[str]) -> None:
    """Refuse what would change nothing, or contradicts itself. Raises: UserError."""
    check_schedule(options.rule, given)
    of_updates = {"recipe", "gradient_accumulation_steps", *(field.name for field in fields(UpdateRule))}
    if options.program != "iteration" and given & of_updates:
        name = sorted(given & of_updates)[0]
        raise UserError(f"--{name} changes nothing in an {options.program}: leave it out, or --program iteration")
    if options.language == "c" and options.program != "iteration":
        raise UserError("a program in C trains: leave out --program, or choose text, latex, numpy or javascript")
    if options.language != "c" and "plain" in given:
        raise UserError(f"--plain changes nothing in {options.language}: leave it out, or choose c")
    if options.output is not None:
        check_output(options.output, options.force)


def _train(options: Options) -> TrainConfig:
    steps = options.gradient_accumulation_steps
    return TrainConfig(**asdict(options.rule), batch_size=options.batch_size, gradient_accumulation_steps=steps)


def _outline(options: Options) -> Outline:
    """The program, under its title, and what is said of its sizes."""
    model, train = options.model, _train(options)
    programs = {
        "prediction": lambda: prediction(model, train.batch_size, model.seq_length),
        "evaluation": lambda: evaluation(model, train.batch_size),
        "iteration": lambda: iteration(model, train.update_rule, train.rows),
    }
    program = programs[options.program]()
    sizes = batch_line(model, program.tensors["tokens"].shape[0], model.seq_length)
    return Outline(program, TITLES[options.program], (sizes, size_line(model)))


def _module(outline: Outline, options: Options) -> str:
    """The NumPy module, with the engine's own error function, so that it computes the same numbers."""
    _, line, functions = inspect.getsource(erf).partition("import DENOMINATOR, NUMERATOR\n")
    assert line
    coefficients = f"NUMERATOR = {NUMERATOR}\nDENOMINATOR = {DENOMINATOR}\n"
    return print_module(outline, f"\n{coefficients}{functions}")


def _c_program(outline: Outline, options: Options) -> str:
    """The iteration as a C file that trains, and knows how."""
    program, model, train = outline.program, options.model, _train(options)
    training = Training(
        draws(parameters(model)),
        [p.name for p in parameters(model) if p.start is not None and p.start.value == 1],
        model.init_decimals,
        train.batch_size,
        model.dropout_rate,
        {name: getattr(train, name) for name in C_DEFAULTS},
        (f"{shape_line(model)}; ", size_line(model)),
    )
    schedule = plain_schedule(program) if options.plain else fast_schedule(program, LANES, program.carried)
    return print_program(schedule, outline, training, fast=not options.plain)


LANGUAGES: dict[str, Callable[[Outline, Options], str]] = {
    "text": lambda outline, _: print_text(outline),
    "latex": lambda outline, _: print_latex(outline),
    "numpy": _module,
    "javascript": lambda outline, _: print_javascript(outline),
    "c": _c_program,
}
