"""`gpt-by-hand explain`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Annotated, Literal

from gpt_by_hand.advice import command
from gpt_by_hand.cli.option import Argument, Changed, Holding
from gpt_by_hand.cli.output import check_digits, hand_over_json
from gpt_by_hand.cli.tracing import Backward, asked, put
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.shown import DIGITS, Shown
from gpt_by_hand.layout.document import Block, Paragraph
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation.decompose import PREFIX
from gpt_by_hand.records import dataclass
from gpt_by_hand.terminal import Printer, ask, progress, watched
from gpt_by_hand.trace.trace import Trace
from gpt_by_hand.views.text import STYLES, Spans, TextView

TERMS = 8  # of a sum, on a terminal and in LaTeX, where thousands would fill pages; --full shows all
FIRST = {False: "the number itself", True: "what its own formula adds up"}  # at depth 1; with --parts
DEEP = 6  # levels that many numbers have a place in: all that the loss comes from take a minute


@dataclass(frozen=True)
class Options(Backward, Changed, Holding):
    """Where a number comes from: what it means, its formula, its numbers, and where each of those comes from.

    Any number of a forward pass (--prompt) or of a training iteration (--iteration), by its address:

        gpt-by-hand explain 'h.0.attn.scores[0,1,3,1]'
        gpt-by-hand explain 'logits[b=0,t=2,v=9]' --prompt 'gpt by hand'
        gpt-by-hand explain 'd.transformer.wte.weight[9,3]' --check
        gpt-by-hand explain 'new.transformer.wte.weight[9,3]' --iteration 1
        gpt-by-hand explain 'd.h.0.out[0,3,1]' --parts
        gpt-by-hand explain --list 'h.0.attn.*'
    """

    address: Annotated[str | None, Argument(positional=True)] = None
    """The number, such as 'h.0.attn.scores[0,1,3,1]' or, with a word, 'logits[0,2,world]'; with --list a pattern, such
    as 'h.0.attn.*'."""
    prompt: str | None = None
    """Explain a number of the forward pass over these words, or over the last ones, if they are too many."""
    iteration: int | None = None
    """Train up to this iteration and explain a number of it (0, if nothing is said)."""
    depth: int | None = None
    """How many levels down: 2 explains the operands too, 3 theirs as well (1, if nothing is said). With --parts, how
    many formulas back they are (if nothing is said, what each layer adds)."""
    parts: bool = False
    """What the number adds up from, the largest part first: all that it follows from by sums and products with what is
    held as it is, back to the words and to what each head and layer adds. Each part is a number to explain."""
    digits: int = DIGITS
    """Significant digits that numbers are shown with; where rounding changes the result, it is said."""
    check: bool = False
    """For a gradient: nudge the number, run forward again, and compare."""
    full: bool = False
    """Show long sums and lists whole; else a terminal shows their beginning and their end, and so do latex, markdown,
    typst and svg."""
    interactive: bool = False
    """Walk, from the loss if no address is given: to an operand, back, to a neighbour, to where the number is used."""
    list: bool = False
    """List the addresses that match the pattern, with their shapes and questions."""
    format: Literal["text", "json", "latex", "html", "markdown", "typst", "svg"] = "text"
    """text: to read here. json: for tools, at full precision. latex, markdown, typst: for a document. html: for a
    browser. svg: a picture. With -o, the name says it: FILE.svg."""


def run(arguments: Sequence[str]) -> int:
    """Explain what the command line asks for."""
    options, trace = asked(Options, arguments, "explain", _check)
    trace = _held(trace, options.hold) if options.hold else trace
    explainer, address = Explainer(trace), _start(trace) if options.address is None else options.address
    if options.list:
        put([Paragraph((line,)) for line in trace.listing(options.address or "*")], options)
    elif options.interactive:
        put(_model(trace), options, paged=False)
        walk(explainer, address, _shown(options))
    elif options.parts:
        _parts(trace, address, options)
    else:
        _explain(explainer, address, options)
    return 0


def _parts(trace: Trace, where: str, options: Options) -> None:
    from gpt_by_hand.explain.listing import Listing
    from gpt_by_hand.explain.why import parts_of

    listing = Listing(parts_of(trace, where, options.depth), _shown(options), sorted=True, full=options.full)
    if options.format == "json":
        data = listing.data() | ({"model": trace.whose.facts()} if trace.whose else {})
        hand_over_json(data, options.output)
    else:
        put([*_model(trace), *listing.blocks()], options, listing.parts.address, paged=False)


def _held(trace: Trace, tensors: Sequence[str]) -> Trace:
    from gpt_by_hand.explain.why import holding  # few ask for it

    return holding(trace, tensors)


def _model(trace: Trace) -> list[Block]:
    """Which model it is of."""
    return [Paragraph((trace.whose.line(),), "model")] if trace.whose else []


def _explain(explainer: Explainer, address: str, options: Options) -> None:
    depth = 1 if options.depth is None else options.depth
    levels = f"explaining {address}, {depth} levels deep"
    with progress(levels, None, f"{levels}: this takes a while", slow=depth >= DEEP):
        explanation = explainer.explain(address, depth, options.check)
    if options.format == "json":
        hand_over_json(explanation.to_dict(), options.output)
    else:
        put(explanation.document(_shown(options)), options, explanation.address, paged=False)


def _start(trace: Trace) -> str:
    """Where a walk begins if nobody says: at the loss or, for a prompt, at the share of the likeliest next word."""
    if "loss" in trace.program.definitions:
        return "loss"
    last = trace["probs"][0, -1]
    return f"probs[0,{trace['probs'].shape[1] - 1},{last.argmax()}]"


def _check(options: Options) -> None:
    if options.address is None and not (options.list or options.interactive):
        raise UserError(f"ADDRESS is missing: {command('explain ADDRESS')} (see {command('explain --help')})")
    check_digits(options.digits, 1)
    depth = 1 if options.depth is None else options.depth
    if depth < 1:
        raise UserError(f"depth is {depth}: it must be at least 1, which is {FIRST[options.parts]}")
    if (options.interactive or options.list) and depth > 1:
        raise UserError(f"--depth {depth} is for an explanation: leave it out of a walk or a list")
    if options.parts and (options.interactive or options.list or options.check):
        raise UserError("--parts is an answer of its own: leave --interactive, --list and --check out")
    if options.hold and not (options.parts or (options.address or "").startswith(PREFIX)):
        raise UserError(f"--hold is for the parts of a number: add --parts, or ask for one, such as {PREFIX}tok_emb")
    if options.format == "svg" and depth > 1:
        raise UserError(f"--depth {options.depth} is for text: a picture shows one number")
    if options.interactive and (options.format != "text" or options.output or options.list):
        raise UserError("--interactive shows numbers here, as text: leave --format, --output and --list out")
    if options.list and (options.format != "text" or options.check):
        raise UserError("--list lists addresses as text: leave out --format and --check, and name a file FILE.txt")


def _shown(options: Options) -> Shown:
    narrow = options.format in ("latex", "markdown", "typst", "svg") or (watched(sys.stdout) and not options.output)
    return Shown(options.digits, TERMS if narrow and not options.full else None)


def walk(explainer: Explainer, start: str, shown: Shown) -> None:
    """Ask where to go, and show the number there, until the user has enough."""
    from gpt_by_hand.explain.walk import Walk

    here, printer = Walk(explainer, start), Printer(STYLES)

    def page() -> Iterator[Spans]:
        document = replace(here.here, below=(), whose=None).document(shown)
        return TextView(numbered=True, width=printer.width).lines(document)

    printer.print(page())
    while (typed := _asked()) not in ("quit", "q", None):
        try:
            lines = here.command(typed or "")
        except UserError as error:
            printer.print([[(str(error), "note")]])
            continue
        printer.print(page() if lines is None else ([(line, "plain")] for line in lines))


def _asked() -> str | None:
    """What the user says; None at the end of the input."""
    try:
        typed = ask(said("walk.ask"))
    except KeyboardInterrupt:
        print()
        return None
    return typed if typed is None else typed.strip() or "?"
