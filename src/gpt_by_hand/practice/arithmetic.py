"""What a person types as an answer: a number, a fraction, or arithmetic. Read by hand, never by `eval`."""

from __future__ import annotations

import math
import re

from gpt_by_hand.engines import reference
from gpt_by_hand.errors import UserError
from gpt_by_hand.records import dataclass

LONGEST, DEEPEST = 300, 50  # characters; parentheses, functions and signs inside of each other
SPELLINGS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "∞": "inf", "π": "pi", "√": "sqrt"})
TOKEN = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z]\w*|\*\*|\S")
COMMA = re.compile(r"(?<![\w,])(\d*),(\d+)(?![\d,])")  # between the digits of one number, and the only one there
NUMBER = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?")
LEVELS = ("+-", "*/")  # the operations of a level bind less tightly than those of the next
NAMES = {"pi": math.pi, "e": math.e, "inf": math.inf}
FUNCTIONS = {name: reference.FUNCTIONS[name] for name in ("sqrt", "exp", "log", "erf", "tanh", "cos")}
FUNCTIONS |= {"ln": math.log}
REASONS = {
    ZeroDivisionError: "it divides by zero",
    OverflowError: "it is too large",
    ValueError: "a function is not defined there",
}
HELP = "type a number, or arithmetic such as (0.2*0.5+0.1)/sqrt(8)"


class ArithmeticProblem(UserError):
    """What was typed is not arithmetic, or has no result."""


@dataclass(frozen=True)
class Typed:
    """The number that was typed, and half a unit of its last digit: 0 for arithmetic, whose result has all digits."""

    value: float
    half_unit: float = 0.0


def read(text: str) -> Typed:
    """The number that the text stands for: `0.31`, `.31`, `0,31`, `3.1e-1`, `3/8`, `-inf`, `(0.2*0.5+0.1)/sqrt(8)`.

    A comma is a decimal comma; marks between thousands, and points beside commas, are refused. There are + - * / ** ^,
    parentheses, sqrt exp log (natural, as ln) erf tanh cos, pi, e and inf.
    Raises: ArithmeticProblem, in one line, for anything else and where the result is no number.
    """
    text = with_points(text.strip().translate(SPELLINGS))
    if len(text) > LONGEST:
        raise ArithmeticProblem(f"that has {len(text)} characters: {HELP} with at most {LONGEST}")
    try:
        value, last = _Reader(text).all(), last_digit(text)
    except tuple(REASONS) as error:
        raise ArithmeticProblem(f"this has no result ({REASONS[type(error)]}): {text}") from None
    if math.isnan(value):
        raise ArithmeticProblem(f"this has no result: {text}")
    return Typed(value, last)


def with_points(text: str) -> str:
    """The text with decimal points for its decimal commas: `-3.1e-4` for `-3,1e-4`.

    Raises: ArithmeticProblem where a comma may be something else: in `1.234,5`, `1,234,567`, `0,3, 0,4`.

    >>> with_points("(0,2*,5+0,1)/8")
    '(0.2*.5+0.1)/8'
    """
    if "," not in text:
        return text
    if "." in text:
        raise ArithmeticProblem(
            f"a point and a comma are both in {text[:LONGEST]}: write decimals in one way, as in 1234.5"
        )
    found = COMMA.sub(r"\1.\2", text)
    if "," in found:
        raise ArithmeticProblem(f"one number is asked for, and a comma is its decimal comma, as in 0,31: {HELP}")
    return found


def last_digit(text: str) -> float:
    """Half a unit of the last digit of a literal such as 0.31; 0 for whole numbers and for arithmetic."""
    match = NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]) or len(match[3] or "") > 3:
        return 0.0
    return float(0.5 * 10.0 ** (int(match[3] or 0) - len(match[2])))


def _problem(word: str) -> ArithmeticProblem:
    return ArithmeticProblem(f"{word!r} is not expected there: {HELP}" if word else f"something is missing: {HELP}")


class _Reader:
    """Recursive descent: a sum of products of signed powers of atoms, with Python's precedence."""

    def __init__(self, text: str) -> None:
        self.tokens, self.depth = TOKEN.findall(text), 0

    def peek(self) -> str:
        return self.tokens[0] if self.tokens else ""

    def take(self) -> str:
        return self.tokens.pop(0) if self.tokens else ""

    def all(self) -> float:
        value = self.chain()
        if self.peek():
            raise _problem(self.peek())
        return value

    def chain(self, level: int = 0) -> float:
        """Operations of one level, one after the other, on the results of those that bind more tightly."""
        if level == len(LEVELS):
            return self.signed()
        value = self.chain(level + 1)
        while self.peek() and self.peek() in LEVELS[level]:
            value = reference.OPERATORS[self.take()](value, self.chain(level + 1))
        return value

    def signed(self) -> float:
        self.depth += 1
        if self.depth > DEEPEST:
            raise ArithmeticProblem(f"that is nested more than {DEEPEST} deep: {HELP}")
        sign = self.take() if self.peek() in ("+", "-") else ""
        value = self.signed() if sign else self.power()
        self.depth -= 1
        return -value if sign == "-" else value

    def power(self) -> float:
        base = self.atom()
        if self.peek() not in ("**", "^"):
            return base
        self.take()
        return math.pow(base, self.signed())  # floats only, so a tower of powers overflows instead of running on

    def atom(self) -> float:
        token = self.take()
        if token == "(":
            return self.inside()
        if token in FUNCTIONS:
            if self.take() != "(":
                raise ArithmeticProblem(f"{token} needs parentheses, as in {token}(2)")
            return FUNCTIONS[token](self.inside())
        if token in NAMES:
            return NAMES[token]
        if token[:1].isdigit() or token[:1] == ".":
            return float(token)
        raise _problem(token)

    def inside(self) -> float:
        value = self.chain()
        if self.take() != ")":
            raise ArithmeticProblem(f"a closing parenthesis is missing: {HELP}")
        return value
