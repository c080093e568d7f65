"""`gpt-by-hand explain --interactive`."""

from __future__ import annotations

from gpt_by_hand.cli.terminal import Printer, ask
from gpt_by_hand.errors import UserError
from gpt_by_hand.study.explain.explainer import Explainer
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.text_page import STYLES, TextPage
from gpt_by_hand.study.explain.walk import Walk

ASK = "where to (? says what there is): "


def walk(explainer: Explainer, start: str, shown: Shown) -> int:
    """Ask where to go, and show the number there, until the user has enough."""
    here, page, printer = Walk(explainer, start), TextPage(shown, numbered=True), Printer(STYLES)
    printer.print(page.one(here.here))
    while (said := _asked()) not in ("quit", "q", None):
        try:
            lines = here.command(said or "")
        except UserError as error:
            printer.print([(str(error), "note")])
            continue
        printer.print(page.one(here.here) if lines is None else [(line, "operand") for line in lines])
    return 0


def _asked() -> str | None:
    """What the user says; None at the end of the input."""
    try:
        said = ask(ASK)
    except KeyboardInterrupt:
        print()
        return None
    return said if said is None else said.strip() or "?"
