"""`gpt-by-hand explore`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, ClassVar

from gpt_by_hand.cli.option import Argument, Changed, Settings, Start
from gpt_by_hand.cli.output import check_ending, hand_over
from gpt_by_hand.cli.tracing import Backward, asked
from gpt_by_hand.model.gpt import iteration, prediction
from gpt_by_hand.page.write import Page, check_size
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import remark, watched

DISPLAYS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")  # what says that a browser would have a window


@dataclass(frozen=True, kw_only=True)
class Options(Backward, Changed, Start, Settings):
    """A page for the browser: click any number, and it answers; change any, and everything follows; train it there.

    One HTML file that needs nothing else, of a training iteration (--iteration) or a forward pass (--prompt):

        gpt-by-hand explore
        gpt-by-hand explore --iteration 1
        gpt-by-hand explore --checkpoint out -o trained.html
        gpt-by-hand explore --prompt 'gpt by hand' --gradients

    It is opened in the browser, works without a network, and can be given to anybody as it is. It computes in float64,
    from weights that training has left in float32. An iteration is by hand: batch_size 1 and 2 micro-steps, unless you
    say otherwise or go on from a checkpoint.
    """

    WITHOUT: ClassVar = {"format", "precision"}

    prompt: str | None = None
    """Explore the forward pass over these words, or over the last ones, if they are more than the model looks at."""
    iteration: int | None = None
    """Train up to this iteration and explore it: forward, gradients, clipping and update (0, if nothing is said). The
    page trains on from there."""
    output: Annotated[Path | None, Argument("FILE", short="-o")] = Path("explorer.html")
    """Where to write the page."""
    no_open: bool = False
    """Do not open it in the browser."""
    format: str = "html"


def run(arguments: Sequence[str]) -> int:
    """Write the page that the command line asks for, and open it."""
    options, trace = asked(Options, arguments, "explore", _check)
    assert options.output is not None  # it has a default
    page = Page(trace)
    hand_over(page.html, options.output, f"a page with {page.numbers:,} numbers")
    where = options.output.resolve().as_uri()
    if not options.no_open and watched(sys.stdout) and _opened(where):
        remark("opened in the browser")
    else:
        remark(f"open it in a browser: {where}")
    return 0


def _check(options: Options) -> None:
    assert options.output is not None
    check_ending(options.output, [".html", ".htm"])
    if options.prompt is None:
        check_size(iteration(options.model, options.train.update_rule, options.train.rows))
    else:
        check_size(prediction(options.model, 1, 1))  # at least: nobody knows yet how many words there are


def _opened(where: str) -> bool:
    """Open it, where a browser has a window: in a terminal alone, it would take that."""
    if sys.platform.startswith(("linux", "freebsd")) and not any(map(os.environ.get, DISPLAYS)):
        return False
    import webbrowser

    return webbrowser.open(where)
