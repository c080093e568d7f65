"""`gpt-by-hand show`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Argument
from gpt_by_hand.cli.output import hand_over
from gpt_by_hand.cli.scatter import show_2d
from gpt_by_hand.cli.tracing import Looking, asked, put
from gpt_by_hand.errors import UserError

Form = Literal["text", "json", "svg", "png", "html", "markdown", "latex", "typst"]
FORMS: dict[str, Form] = {".svg": "svg", ".png": "png", ".html": "html"}


@dataclass(frozen=True)
class Options(Looking):
    """Numbers as a picture.

    Words' vectors as points in a plane, by principal components, and where they were before training:

        gpt-by-hand show transformer.wte.weight --2d --checkpoint out
        gpt-by-hand show transformer.wte.weight --2d --checkpoint out \\
            --before demo:1337
        gpt-by-hand show h.1.mid --2d --prompt 'gpt by hand'
    """

    address: Annotated[str | None, Argument(positional=True)] = None
    """What to show, such as transformer.wte.weight or 'h.1.mid[0,:,:]'."""
    two_d: Annotated[bool, Argument(also="2d")] = False
    """Each row of a table is a point in the plane of the rows' first two principal components."""
    before: Annotated[str, Argument("MODEL")] = ""
    """With --2d: also where the rows are in this model, such as demo:1337, which is untrained; anything that
    --init_from takes."""
    format: Form = "text"
    """text: to look at here. json: all numbers. svg, png (with the [plot] extra): a picture. html: for a browser.
    markdown, latex, typst: a table. FILE.svg, FILE.png and FILE.html say it too."""


def run(arguments: Sequence[str]) -> int:
    """Show what the command line asks for."""
    options, trace = asked(Options, arguments, "show", _check)
    ending = options.output.suffix.lower() if options.output and options.format == "text" else ""
    options = replace(options, format=FORMS.get(ending, options.format))
    assert options.address is not None  # _check says so
    shown = show_2d(trace, options.address, options.before)
    if options.format == "json":
        data = json.dumps(shown.data(), ensure_ascii=False, indent=2, allow_nan=False)
        hand_over(data + "\n", options.output)
    elif options.format == "png":
        from gpt_by_hand.views.png import page

        hand_over(page(shown.document()), options.output)
    else:
        put(shown.document(), options, options.address)
    return 0


def _check(options: Options) -> None:
    if options.address is None:
        raise UserError(f"ADDRESS is missing: {command('show ADDRESS')} (see {command('show --help')})")
    if not options.two_d:
        raise UserError(f"say how to show {options.address}: {command(f'show {options.address} --2d')}")
    if options.format == "png" and options.output is None:
        raise UserError("png is not for the screen: say where to write it, with -o FILE.png")
