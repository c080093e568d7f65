"""What can be wrong with a formula. Each message names the formula, the index, the extents and where it was written."""


class FormulaError(Exception):
    """A formula that does not make sense; the program that holds it is never run."""


class UnboundIndexError(FormulaError):
    """An index on the right-hand side that neither the left-hand side nor a reduction binds."""


class ExtentError(FormulaError):
    """One index ranges over two different extents, or a constant subscript lies outside its tensor."""


class DefinitionError(FormulaError):
    """A tensor that is used before it is defined, defined twice, or only partly."""


class NotDifferentiableError(FormulaError):
    """A formula for which the chain rule has no rule."""


class NotLinearError(FormulaError):
    """A formula that is no sum of what varies, each term times what does not; the message says what it does instead."""
