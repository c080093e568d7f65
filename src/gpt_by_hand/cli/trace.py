"""`gpt-by-hand trace`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from gpt_by_hand.cli.option import Changed, Settings, Start
from gpt_by_hand.cli.output import check_digits, hand_over
from gpt_by_hand.cli.tracing import Backward, asked, put, show_difference
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.difference import Difference
from gpt_by_hand.model.size import counted
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.report import Report


@dataclass(frozen=True)
class Options(Backward, Changed, Start, Settings):
    """Every number of a forward pass (--prompt) or of a training iteration (--iteration), by its address.

    An iteration is traced by hand: batch_size 1 and 2 micro-steps, unless you say otherwise or go on from a checkpoint.
    With --set, it shows what changes: before and after, the largest change first.
    """

    prompt: str | None = None
    """Trace the forward pass over these words, or over the last ones, if they are more than the model looks at."""
    iteration: int | None = None
    """Train up to this iteration and trace it: forward, gradients, clipping and update (0, if nothing is said)."""
    only: str = "*"
    """Only the tensors whose address matches this pattern, such as 'h.0.attn.*' or 'd.*', or one number, such as
    'h.0.attn.scores[0,1,3,1]'. Words are indices too, and : is all: 'logits[0,2,world]', 'logits[0,2,:]'."""
    format: Literal["text", "json", "npz", "html", "markdown", "latex"] = "text"
    """text: tables. json: each tensor with its question, formula, indices and values. npz: NumPy arrays. html: for a
    browser. markdown, latex: for a document. With -o, the name says it: FILE.npz."""
    full: bool = False
    """Show every row and column in tables instead of folding long ones, and all digits."""
    digits: int | None = None
    """Show so many significant digits in tables, 0 for all of them; else 6, or as many as fit a terminal."""


def run(arguments: Sequence[str]) -> int:
    """Trace what the command line asks for."""
    options, whole = asked(Options, arguments, "trace", _check)
    trace = whole.only(options.only)
    what = counted(len(trace), "tensor")
    if trace.before is not None and options.format != "npz":
        show_difference(Difference(trace.before, trace), options, options.full)
    elif options.format in ("npz", "json"):
        content = trace.to_npz() if options.format == "npz" else trace.to_json() + "\n"
        hand_over(content, options.output, what)
    else:
        put(Report(options.model, options.full, options.digits).tensors(trace), options, options.only, what)
    return 0


def _check(options: Options) -> None:
    check_digits(options.digits)
    if options.format == "npz" and options.output is None:
        raise UserError("npz is not for the screen: say where to write it, with -o FILE.npz")
