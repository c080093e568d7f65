"""Where parentheses are needed: one rule, used by every printer whose target writes arithmetic as Python or C do."""

from math import inf

from gpt_by_hand.notation.expressions import (
    Access,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Reduction,
    Terms,
    Where,
    assert_never,
)

LEVEL = {"<": 1, "<=": 1, ">": 1, ">=": 1, "==": 1, "+": 2, "-": 2, "*": 3, "/": 3, "%": 3, "**": 5}
NEGATION = 4
ATOM = 6


def precedence(node: Expression) -> int:
    """How tightly the node's outermost operator binds; calls, elements and numbers bind tightest."""
    match node:
        case Access() | Index() | Call() | Reduction() | Where():
            return ATOM
        case Binary() | Compare():
            return LEVEL[node.operator]
        case Terms("sum", terms):
            return LEVEL["+"] if len(terms) > 1 else precedence(terms[0]) if terms else ATOM
        case Negate():
            return NEGATION
        case Constant(value, ""):
            return NEGATION if repr(value)[0] == "-" else ATOM
        case Constant() | Terms():
            return ATOM
        case _:
            assert_never(node)


def needs_parentheses(parent: Expression, child: Expression, *, on_the_right: bool) -> bool:
    """Must `child` be put in parentheses inside `parent`?

    The right-hand operand keeps its parentheses even where the mathematics would not need them, as in a + (b + c):
    floating-point numbers are added in the order that is written.
    """
    outer, inner = precedence(parent), precedence(child)
    power = isinstance(parent, Binary) and parent.operator == "**"
    strict = not on_the_right if power else on_the_right
    negated = isinstance(parent, Negate) and (inner == NEGATION or _is_literal(child))
    return inner < outer or (strict and inner == outer) or negated


def term_needs_parentheses(total: Terms, position: int) -> bool:
    """Must a term of a sum that is written out be put in parentheses? A sum inside of it must, but for the first."""
    inner = precedence(total.terms[position])
    return len(total.terms) > 1 and (inner < LEVEL["+"] or (inner == LEVEL["+"] and position > 0))


def _is_literal(node: Expression) -> bool:
    """Digits: -(2) is the negation of a number, and -2 is a number."""
    return isinstance(node, Constant) and not node.name and abs(node.value) != inf
