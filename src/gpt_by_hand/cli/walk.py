"""`gpt-by-hand explain --interactive`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from gpt_by_hand.cli.terminal import Printer, ask
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.shown import Shown
from gpt_by_hand.explain.walk import Walk
from gpt_by_hand.views.text import STYLES, Spans, TextView

ASK = "where to (? says what there is): "


def walk(explainer: Explainer, start: str, shown: Shown) -> int:
    """Ask where to go, and show the number there, until the user has enough."""
    here, printer = Walk(explainer, start), Printer(STYLES)

    def page() -> Iterator[Spans]:
        document = replace(here.here, below=(), whose=None).document(shown)
        return TextView(numbered=True, width=printer.width).lines(document)

    printer.print(page())
    while (said := _asked()) not in ("quit", "q", None):
        try:
            lines = here.command(said or "")
        except UserError as error:
            printer.print([[(str(error), "note")]])
            continue
        printer.print(page() if lines is None else ([(line, "plain")] for line in lines))
    return 0


def _asked() -> str | None:
    """What the user says; None at the end of the input."""
    try:
        said = ask(ASK)
    except KeyboardInterrupt:
        print()
        return None
    return said if said is None else said.strip() or "?"
