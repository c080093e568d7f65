"""Where a formula on paper has parentheses, and what stands between factors: the same in every such language."""

from __future__ import annotations

import re

from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Reduction, Terms, Where
from gpt_by_hand.notation.expressions import Expression, assert_never
from gpt_by_hand.notation.meanings import Role
from gpt_by_hand.notation.precedence import LEVEL, needs_parentheses, precedence

SPACE, DOT = "space", "dot"  # the two ways to write a product


def left_is_loose(node: Binary | Compare) -> bool:
    """Is the left-hand operand put in parentheses? What follows would else seem to belong to its end."""
    last, product = end(node.left), node.operator == "*"
    swallows = isinstance(last, Where) or (product and isinstance(last, Reduction))
    return swallows or needs_parentheses(node, node.left, on_the_right=False)


def right_is_loose(node: Binary | Compare) -> bool:
    """And the right-hand one? A fraction needs none, and one minus never follows another sign."""
    signed = begins(node.right) == "-" and not isinstance(node, Compare)
    return signed or (needs_parentheses(node, node.right, on_the_right=True) and not is_fraction(node.right))


def base_is_loose(base: Expression) -> bool:
    """And what is raised to a power? An element, a name, digits and a root stay as they are."""
    match base:
        case Index() | Call("sqrt"):
            return False
        case Access(tensor):
            return tensor.role is Role.GRADIENT
        case Constant(value, name):
            return not name and not re.fullmatch(r"[\d.]+|inf", repr(value))
        case Binary() | Compare() | Negate() | Where() | Call() | Reduction() | Terms():
            return True
        case _:
            assert_never(base)


def operand_is_loose(node: Negate) -> bool:
    """And what a minus stands in front of?"""
    return needs_parentheses(node, node.operand, on_the_right=False) and not is_fraction(node.operand)


def term_is_loose(node: Terms, n: int) -> bool:
    """And a term of a sum that is written out? Sums inside of it are, and a minus behind a plus."""
    term = node.terms[n]
    loose = precedence(term) <= LEVEL["+"] or isinstance(end(term), (Where, Reduction))
    return len(node.terms) > 1 and (loose or (n > 0 and begins(term) == "-"))


def begins(node: Expression) -> str:
    """What one sees first: "-", "digit", "fraction", "(" or "" for anything else."""
    match node:
        case Binary("/"):
            return "fraction"
        case Binary(operator, left) | Compare(operator, left):
            loose = base_is_loose(left) if operator == "**" else left_is_loose(node)
            return "(" if loose else begins(left)
        case Negate():
            return "-"
        case Constant(value, ""):
            first = repr(value)[0]
            return "digit" if first.isdigit() else "-" if first == "-" else ""
        case Access(tensor):
            return "fraction" if tensor.role is Role.GRADIENT else ""
        case Terms("sum", terms):
            return "digit" if not terms else "(" if term_is_loose(node, 0) else begins(terms[0])
        case Index() | Constant() | Where() | Call() | Reduction() | Terms():
            return ""
        case _:
            assert_never(node)


def end(node: Expression) -> Expression:
    """What the printed node ends with, if that is a reduction or cases: they have no end of their own."""
    match node:
        case Binary("+" | "-" | "*", _, last) | Negate(last):
            return end(last)
        case Reduction(_, _, body):
            last = end(body)
            return last if isinstance(last, Where) else node
        case _:
            return node


def times(node: Binary | Compare) -> str:
    """A little space between factors, or a dot where two of them would run together or look like something else."""
    factor, first = node.left, "(" if right_is_loose(node) else begins(node.right)
    while isinstance(factor, Binary) and factor.operator == "*":
        factor = factor.right
    literal = is_literal(factor)
    numbers = first == "digit" or (literal and (first == "fraction" or is_literal(node.right)))
    names = is_name(factor) and (is_name(node.right) or first == "(")
    return DOT if numbers or names else SPACE


def is_literal(node: Expression) -> bool:
    """Is it a number in digits?"""
    return isinstance(node, Constant) and not node.name


def is_fraction(node: Expression) -> bool:
    """Is it written above and below a line?"""
    return isinstance(node, Binary) and node.operator == "/"


def is_sum(node: Expression) -> bool:
    """Does it have terms, with signs between them?"""
    written_out = isinstance(node, Terms) and node.kind == "sum" and len(node.terms) > 1
    return written_out or (isinstance(node, Binary) and node.operator in ("+", "-"))


def is_name(node: Expression) -> bool:
    """Without subscripts, so that a parenthesis behind it would look like a function's."""
    match node:
        case Constant(_, name) | Index(name):
            return bool(name)
        case Access(_, subscripts):
            return not subscripts
        case _:
            return False
