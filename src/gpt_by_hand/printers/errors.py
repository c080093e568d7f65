"""A printer that meets what it cannot print says so, instead of printing something else."""

from gpt_by_hand.notation import Assignment, Expression


class CannotPrintError(Exception):
    """The target language has no form for a node; says which, in which formula, and where that was written."""

    def __init__(self, printer: str, node: object, formula: Assignment | None = None) -> None:
        self.printer, self.node = printer, node
        kind = type(node).__name__ if isinstance(node, Expression) else repr(node)
        place = f" in {formula.name}" if formula else ""
        written = f"\n  written at {formula.written_at}" if formula and formula.written_at else ""
        super().__init__(f"the {printer} printer has no form for {kind}{place}{written}")
