"""A printer that meets what it cannot print says so, instead of printing something else."""

from gpt_by_hand.notation import Expression


class CannotPrintError(Exception):
    """The target language has no form for a node."""

    def __init__(self, printer: str, node: object, formula: str = "") -> None:
        kind = type(node).__name__ if isinstance(node, Expression) else repr(node)
        super().__init__(f"the {printer} printer has no form for {kind}" + (f" in {formula}" if formula else ""))
