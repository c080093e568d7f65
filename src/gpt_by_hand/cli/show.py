"""`gpt-by-hand show`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal, cast

from gpt_by_hand.cli.option import Argument
from gpt_by_hand.cli.output import check_ending, hand_over
from gpt_by_hand.cli.tracing import Looking, asked, put
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.picture import ENDINGS, check_largest, show
from gpt_by_hand.records import dataclass
from gpt_by_hand.views.png import check_matplotlib


@dataclass(frozen=True)
class Options(Looking):
    """Numbers as a picture: a heat map of any tensor, blue below zero and orange above, with words on both axes.

    Of a forward pass (--prompt) or of a training iteration (--iteration), in the terminal or in a file:

        gpt-by-hand show h.0.attn.weights --prompt 'gpt by hand'
        gpt-by-hand show 'h.0.attn.scores[0,1,:,:]' --checkpoint out
        gpt-by-hand show 'transformer.wte.weight[gpt,:]' -o gpt.svg
        gpt-by-hand show h.0 --prompt 'gpt by hand' -o block.html

    What is masked is left out, and dotted or hatched. All heads have one scale: 0 is as pale as paper, and the largest
    number, below zero or above, has the strongest colour. Where a terminal has no colours, signs and shades tell the
    same.
    """

    address: Annotated[str, Argument(positional=True)] = "h.0.attn.weights"
    """The tensor, such as h.0.attn.weights; a part of it, such as 'h.0.attn.weights[0,1,:,:]' or 'logits[0,2,:]'; or a
    place of the model, such as h.0.attn or h.0, for all that is computed there."""
    prompt: str | None = None
    """Show numbers of the forward pass over these words, or over the last ones, if they are too many."""
    iteration: int | None = None
    """Train up to this iteration and show numbers of it (0, if nothing is said)."""
    scale: float | None = None
    """The number that has the strongest colour, to compare pictures; else the largest of each tensor."""
    format: Literal["text", "svg", "png", "html", "json", "markdown", "latex", "typst"] = "text"
    """text: to look at here. svg, png (with the [plot] extra), html: a picture. json: the numbers with their words and
    addresses. markdown, latex, typst: tables of the numbers. With -o, the name says it: FILE.svg."""


def run(arguments: Sequence[str]) -> int:
    """Show what the command line asks for."""
    options, trace = asked(Options, arguments, "show", _check)
    form, picture = _form(options), show(trace, options.address, options.scale)
    if form == "json":
        data = json.dumps(picture.data(), ensure_ascii=False, allow_nan=False)
        hand_over(data + "\n", options.output)
    else:
        put(picture.document(), replace(options, format=cast(Any, form)), options.address)
    return 0


def _form(options: Options) -> str:
    """The form that is asked for, or that the name of the file says. Raises: UserError where they differ."""
    if options.output is None:
        return options.format
    said = ENDINGS.get(options.output.suffix.lower())
    if options.format == "text":
        check_ending(options.output, list(ENDINGS))
    elif said not in (None, options.format):
        raise UserError(f"{options.output} is named as {said}, and --format says {options.format}: give one of them")
    return options.format if said is None else said


def _check(options: Options) -> None:
    check_largest(options.scale)
    if _form(options) == "png":
        check_matplotlib()
        if options.output is None:
            raise UserError("png is not for the screen: say where to write it, with -o FILE.png")
