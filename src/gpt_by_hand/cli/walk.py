"""`gpt-by-hand explain --interactive`."""

from __future__ import annotations

from dataclasses import replace

from gpt_by_hand.cli.asking import ask
from gpt_by_hand.cli.styles import Printer
from gpt_by_hand.errors import UserError
from gpt_by_hand.study.explain.explainer import Explainer
from gpt_by_hand.study.explain.shown import Shown
from gpt_by_hand.study.explain.walk import Walk
from gpt_by_hand.views.text import STYLES, Lines, TextView

ASK = "where to (? says what there is): "


def walk(explainer: Explainer, start: str, shown: Shown) -> int:
    """Ask where to go, and show the number there, until the user has enough."""
    here, printer = Walk(explainer, start), Printer(STYLES)

    def page() -> Lines:
        return TextView(numbered=True).lines(replace(here.here, below=(), whose=None).document(shown))

    printer.print(page())
    while (said := _asked()) not in ("quit", "q", None):
        try:
            lines = here.command(said or "")
        except UserError as error:
            printer.print([(str(error), "note")])
            continue
        printer.print(page() if lines is None else [(line, "plain") for line in lines])
    return 0


def _asked() -> str | None:
    """What the user says; None at the end of the input."""
    try:
        return ask(ASK).strip() or "?"
    except (EOFError, KeyboardInterrupt):
        print()
        return None
