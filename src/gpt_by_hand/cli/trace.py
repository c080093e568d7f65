"""`gpt-by-hand trace`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from gpt_by_hand.cli.arguments import defaults
from gpt_by_hand.cli.common_options import Computed, Output, Settings, Start, Trained, Words
from gpt_by_hand.cli.options import Argument, chosen, parse
from gpt_by_hand.cli.output import check_digits, hand_over
from gpt_by_hand.cli.pager import browse
from gpt_by_hand.cli.terminal import page_width
from gpt_by_hand.cli.tracing import begun, check_wanted, traced
from gpt_by_hand.errors import UserError
from gpt_by_hand.layout.document import Block
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.size import counted
from gpt_by_hand.trace.report import Report
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.training.config import TrainConfig
from gpt_by_hand.views import page
from gpt_by_hand.views.text import STYLES, TextView, plain


@dataclass(frozen=True)
class Options(Output, Trained, Words, Computed, Start, Settings):
    """Every number of a forward pass (--prompt) or of a training iteration (--iteration), by its address.

    An iteration is traced by hand: batch_size 1 and 2 micro-steps, unless you say otherwise or go on from a checkpoint.
    """

    RARE: ClassVar = {"gpu", "run"}

    model: ModelConfig
    train: TrainConfig
    prompt: Annotated[str | None, Argument("TEXT")] = None
    """Trace the forward pass over these words, or over the last ones, if they are more than the model looks at."""
    iteration: Annotated[int | None, Argument("N")] = None
    """Train up to this iteration and trace it: forward, gradients, clipping and update (0, if nothing is said)."""
    only: str = "*"
    """Only the tensors whose address matches this pattern, such as 'h.0.attn.*' or 'd.*', or one number, such as
    'h.0.attn.scores[0,1,3,1]'. Words are indices too, and : is all: 'logits[0,2,world]', 'logits[0,2,:]'."""
    format: Literal["text", "json", "npz", "html", "markdown", "latex"] = "text"
    """text: tables. json: each tensor with its question, formula, indices and values. npz: NumPy arrays. html: for a
    browser. markdown, latex: for a document."""
    full: bool = False
    """Show every row and column in tables instead of folding long ones, and all digits."""
    digits: Annotated[int | None, Argument("N")] = None
    """Show so many significant digits in tables, 0 for all of them; else 6, or as many as fit a terminal."""


def run(arguments: Sequence[str]) -> int:
    """Trace what the command line asks for."""
    found = begun(arguments)
    start = Options(*defaults(found), init_from=found.init_from)
    options = parse(Options, arguments, "gpt-by-hand trace", start)
    _check(options)
    trace = traced(options, found, chosen(arguments))
    try:
        wanted = trace.only(options.only)
    except UserError as error:
        there = options.prompt is None or options.only.partition("[")[0] in trace.names
        hint = "" if there else " (a prompt has no targets, so no loss and no gradients: use --iteration)"
        raise UserError(f"{error}{hint}") from None
    _write(wanted, options)
    return 0


def _check(options: Options) -> None:
    check_digits(options.digits)
    if options.format == "npz" and options.output is None:
        raise UserError("npz is not for the screen: say where to write it, with -o FILE.npz")
    check_wanted(options)


def _write(trace: Trace, options: Options) -> None:
    content: str | bytes
    if options.format == "npz":
        content = trace.to_npz()
    elif options.format == "json":
        content = trace.to_json() + "\n"
    elif options.format != "text":
        content = page(_report(trace, options), options.format, options.only)
    elif options.output is None:
        browse(lambda width: TextView(width=width).lines(_report(trace, options)), STYLES)
        return
    else:
        content = plain(_report(trace, options), page_width()) + "\n"
    hand_over(content, options.output, counted(len(trace), "tensor"))


def _report(trace: Trace, options: Options) -> Iterator[Block]:
    return Report(options.model, options.full, options.digits).tensors(trace)
