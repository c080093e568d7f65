"""What a person types as an answer: a number, a fraction, or arithmetic. Read by hand, never by `eval`."""

from __future__ import annotations

import math
import re

from gpt_by_hand.engines import reference
from gpt_by_hand.errors import UserError
from gpt_by_hand.language import decimal
from gpt_by_hand.layout.sentences import said
from gpt_by_hand.records import dataclass

LONGEST, DEEPEST = 300, 50  # characters; parentheses, functions and signs inside of each other
SPELLINGS = str.maketrans({"−": "-", "–": "-", "×": "*", "·": "*", "÷": "/", "∞": "inf", "π": "pi", "√": "sqrt"})
# Digits are 0 to 9 and names have letters of ASCII, as in the browser.
TOKEN = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z]\w*|\*\*|\S", re.ASCII)
COMMA = re.compile(r"(?<![\w,])(\d*),(\d+)(?![\d,])", re.ASCII)  # between the digits of one number, the only one
NUMBER = re.compile(r"[-+]?(\d*)\.?(\d*)(?:[eE]([-+]?\d+))?", re.ASCII)
LITERAL = re.compile(r"\.?[0-9]")  # how one begins
LEVELS = ("+-", "*/")  # the operations of a level bind less tightly than those of the next
NAMES = {"pi": math.pi, "e": math.e, "inf": math.inf}
FUNCTIONS = {name: reference.FUNCTIONS[name] for name in ("sqrt", "exp", "log", "erf", "tanh", "cos")}
FUNCTIONS |= {"ln": math.log}
REASONS = {ZeroDivisionError: "zero", OverflowError: "large", ValueError: "undefined"}  # keys of sentences


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
    text = with_points(" ".join(text.translate(SPELLINGS).split()))
    if len(text) > LONGEST:
        raise ArithmeticProblem(said("read.long", count=len(text), most=LONGEST, help=said("read.help")))
    try:
        value, last = _Reader(text).all(), last_digit(text)
    except tuple(REASONS) as error:
        reason = said(f"read.because.{REASONS[type(error)]}")
        raise ArithmeticProblem(said("read.no result because", reason=reason, text=decimal(text))) from None
    if math.isnan(value):
        raise ArithmeticProblem(said("read.no result", text=decimal(text)))
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
        raise ArithmeticProblem(said("read.point and comma", text=text[:LONGEST]))
    found = COMMA.sub(r"\1.\2", text)
    if "," in found:
        raise ArithmeticProblem(said("read.commas", help=said("read.help")))
    return found


def last_digit(text: str) -> float:
    """Half a unit of the last digit of a literal such as 0.31; 0 for whole numbers and for arithmetic."""
    match = NUMBER.fullmatch(text)
    if match is None or not (match[2] or match[3]) or len(match[3] or "") > 3:
        return 0.0
    return _finite(float(f"1e{int(match[3] or 0) - len(match[2])}")) / 2


def _finite(number: float) -> float:
    """A literal's number. Raises: OverflowError where it is too large for one."""
    if math.isinf(number):
        raise OverflowError
    return number


def _problem(word: str) -> ArithmeticProblem:
    """Of a token that nothing expects; "" is the end of the text."""
    if word:
        return ArithmeticProblem(said("read.unexpected", word=repr(word), help=said("read.help")))
    return ArithmeticProblem(said("read.incomplete", help=said("read.help")))


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
            raise ArithmeticProblem(said("read.deep", most=DEEPEST, help=said("read.help")))
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
                raise ArithmeticProblem(said("read.function", name=token))
            return FUNCTIONS[token](self.inside())
        if token in NAMES:
            return NAMES[token]
        if LITERAL.match(token):
            return _finite(float(token))
        raise _problem(token)

    def inside(self) -> float:
        value = self.chain()
        if self.take() != ")":
            raise ArithmeticProblem(said("read.open", help=said("read.help")))
        return value
