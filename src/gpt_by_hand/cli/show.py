"""`gpt-by-hand show`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, cast

from gpt_by_hand.cli.arguments import defaults
from gpt_by_hand.cli.option import Argument
from gpt_by_hand.cli.options import chosen, parse
from gpt_by_hand.cli.output import check_ending, check_output, hand_over
from gpt_by_hand.cli.tracing import Looking, asked, begun, put
from gpt_by_hand.data.tokenizers import same_entries
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.film import FILMS, Film, film
from gpt_by_hand.explain.heats import check_largest, show
from gpt_by_hand.explain.picture import Picture
from gpt_by_hand.explain.plane import check_comparable, plane, with_weights
from gpt_by_hand.interop.places import open_model
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.trace.watched import Watched
from gpt_by_hand.views.png import check_matplotlib

FILMED = {"watch", "checkpoint", "out_dir", "scale", "output", "force", "format"}  # what --watch goes with


@dataclass(frozen=True)
class Options(Looking):
    """Numbers as a picture: a heat map of any tensor, blue below zero and orange above, with words on both axes; or
    its rows, such as words' vectors, as points in a plane (--2d).

    Of a forward pass (--prompt) or of a training iteration (--iteration), in the terminal or in a file:

        gpt-by-hand show h.0.attn.weights --prompt 'gpt by hand'
        gpt-by-hand show 'h.0.attn.scores[0,1,:,:]' --checkpoint out
        gpt-by-hand show 'transformer.wte.weight[gpt,:]' -o gpt.svg
        gpt-by-hand show h.0 --prompt 'gpt by hand' -o block.html
        gpt-by-hand show transformer.wte.weight --2d --checkpoint out
        gpt-by-hand show 'transformer.wte.weight[gpt,:]' --watch -o film.svg

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
    two_d: Annotated[bool, Argument(also="2d")] = False
    """Each row is a point in the plane of the rows' first two principal components."""
    before: Annotated[str, Argument("MODEL")] = ""
    """With --2d: also where the rows are in this model, such as demo:1337, which is untrained; anything that
    --init_from takes."""
    watch: bool = False
    """Show what `train --watch` has recorded at this address in --checkpoint (out, if nothing is said): a heat map for
    each record; with -o FILE.svg or FILE.gif (which needs the [plot] extra) a film of them."""
    format: Literal["text", "svg", "png", "html", "json", "markdown", "latex", "typst"] = "text"
    """text: to look at here. svg, png (with the [plot] extra), html: a picture. json: the numbers with their words and
    addresses. markdown, latex, typst: tables of the numbers. With -o, the name says it: FILE.svg."""


def run(arguments: Sequence[str]) -> int:
    """Show what the command line asks for."""
    if "watch" in chosen(arguments):
        options = parse(Options, arguments, "show", Options(*defaults(begun(arguments))))
        if options.watch:
            return _show(options, _film(options, chosen(arguments)))
    options, trace = asked(Options, arguments, "show", _check)
    return _show(options, _picture(trace, options))


def _show(options: Options, picture: Picture) -> int:
    form = _form(options)
    if form == "json":
        hand_over(picture.json(), options.output)
    elif isinstance(picture, Film) and form in FILMS:
        hand_over(picture.film(form), options.output)
    else:
        put(picture.document(), replace(options, format=cast(Any, form)), options.address)
    return 0


def _picture(trace: Trace, options: Options) -> Picture:
    if not options.two_d:
        return show(trace, options.address, options.scale)
    if not options.before:
        return plane(trace, options.address)
    opened = open_model(options.before)
    if not same_entries(opened.tokenizer, trace.tokenizer):
        raise UserError(f"{options.before} has other words than this model, so its rows are no others' before")
    earlier = with_weights(trace, opened.weights, options.before)
    check_comparable(trace, options.address)
    return plane(trace, options.address, earlier, options.before)


def _film(options: Options, given: set[str]) -> Film:
    """What was recorded. Raises: UserError for options that go with other numbers, and where there is nothing."""
    if options.two_d:
        raise UserError("--watch and --2d are two different pictures: give one of them")
    for name in sorted(given - FILMED):
        raise UserError(f"--watch shows what was recorded, on its own words and iterations: leave out --{name}")
    _check(options)
    if options.output is not None:
        check_output(options.output, options.force)
    return film(Watched.read(Path(options.checkpoint or "out")), options.address, options.scale)


def _form(options: Options) -> str:
    """The form that is asked for, or that the name of the file says. Raises: UserError where they differ."""
    if options.output is None:
        return options.format
    endings = Film.endings if options.watch else Picture.endings
    said = endings.get(options.output.suffix.lower())
    if options.format == "text":
        check_ending(options.output, list(endings))
    elif said not in (None, options.format):
        raise UserError(f"{options.output} is named as {said}, and --format says {options.format}: give one of them")
    return options.format if said is None else said


def _check(options: Options) -> None:
    check_largest(options.scale)
    if options.before and not options.two_d:
        raise UserError("--before is of --2d: say that too, to see rows as points before and after training")
    if options.scale is not None and options.two_d:
        raise UserError("--scale is of colours, and --2d has none: leave one of them out")
    if _form(options) == "png":
        check_matplotlib()
        if options.output is None:
            raise UserError("png is not for the screen: say where to write it, with -o FILE.png")
