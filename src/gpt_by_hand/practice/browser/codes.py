"""What somebody made of a worksheet or of exercises in a browser, as a code of a few letters: written, and read again.

A code says which copy was answered and what came out, not by whom. Whoever has it can make the copy again, and see of
each question whether it was solved, and which mistake was made first. It is no proof: it can be made by anybody who has
the answers, with a page or with this module.

The letters. A code is a whole number n, in 32 letters: the digits and the Latin capitals without I, L, O and U
(Crockford 2002, "Base 32"), each worth its place among them; the first letter has the lowest value. They are written
in groups of four, with dashes between. Who reads them takes small letters for capitals, I and L for 1, O for 0, and
passes over blanks and dashes.

The last letter checks the others. Letters are taken as polynomials over GF(2), modulo x^5 + x^2 + 1; the check letter
makes the sum of all letters, the last times 1, the one before it times x, and so on, 0: a code of Reed & Solomon (1960)
with one letter to check. So any one letter that is wrong is noticed, and any two neighbours exchanged.

The number. n is packed from digits of which each has a radix of its own, the lowest first: n = d0 + r0 (d1 + r1 (d2 +
...)). There are as many letters as the product of all radices needs, so that a code that lacks some is noticed. In
order, with radices in parentheses:

1. The format (4): 0 is this one.
2. The kind (2): 0 for a worksheet, 1 for exercises.
3. Is all as usual (2): 0 if it is, 1 if settings follow below.
4. Topics (32 each): a topic's place in `topics.TOPICS`, from 1. Of a worksheet, behind each stands whether there is
   another one (2), and 0 is "A whole GPT on six sheets"; exercises have one, and 0 is a mixture of all.
5. The seed of this copy: the first range in `SEEDS` that holds it (6), and its place in there (as many as that holds).
6. Unless all is as usual: the preset's place in `PRESETS` (3), the precision's in `PRECISIONS` (2), and of exercises
   whether the model has biases (2), and how many there are, less 1 (1000). Usual is the first preset, the first
   precision, no biases, 5 exercises.
7. Of each question, in order, its state (4): 0 for one that was not touched, 1 for solved at once and without hints,
   2 for solved in the end, 3 for not solved. Behind a 2 or a 3 stands the first mistake that was made (1 + the number
   of mistakes known of all boxes of the question): 0 for none that is known, or 1 + its place among them.
8. The seal (32768): the upper 15 bits of a hash, FNV-1a (Fowler, Noll & Vo 1991; 32 bits), of a text: all digits of 1
   to 7, with blanks between; a semicolon; and the answers to all boxes as they are shown, with a decimal point and "-"
   for a minus, with blanks between.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, NamedTuple, TypeAlias

from gpt_by_hand.errors import UserError
from gpt_by_hand.practice.browser.order import PageOrder
from gpt_by_hand.practice.topics import TOPICS, Topic
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.values import Precision

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SAME = str.maketrans("ILO", "110")  # letters that are taken for figures
BETWEEN = dict.fromkeys(map(ord, " \t\u00a0-\u2010\u2011\u2012\u2013\u2014\u2212_."))  # what may stand between letters
GROUP = 4
SHORTEST, LONGEST = 8, 4000  # letters
MODULUS = 0b100101  # x^5 + x^2 + 1, which is primitive
FORMATS, TOPIC_NUMBERS, MOST_EXERCISES = 4, 32, 1000
SEEDS = (range(1337, 1337 + 32), range(2**8), range(2**12), range(2**16), range(2**24), range(2**32))
PRESETS: tuple[str, ...] = ("pencil", "pocket", "demo")
PRECISIONS: tuple[Precision, ...] = ("float64", "float32")
STATES, SEAL = 4, 15  # states of a question; bits of the seal
UNTOUCHED, AT_ONCE, IN_THE_END, NOT_SOLVED = range(STATES)
FNV_START, FNV_PRIME = 0x811C9DC5, 0x01000193
Digit: TypeAlias = tuple[int, int]  # and its radix


class Outcome(NamedTuple):
    """What came of a question: its state, and 1 + the place of the first mistake among those of its boxes, or 0."""

    state: int
    mistake: int = 0


def header(order: PageOrder) -> list[Digit]:
    """What the code of the order's first copy begins with: all that is needed to make it again."""
    sheets = order.kind == "worksheet"
    usual = _settings(order) == _settings(PageOrder((), kind=order.kind))
    digits = [(0, FORMATS), (0 if sheets else 1, 2), (0 if usual else 1, 2)]
    numbers = [TOPICS.index(topic) + 1 if topic else 0 for topic in order.topics] or [0]
    for left, number in zip(range(len(numbers) - 1, -1, -1), numbers, strict=True):
        digits += [(number, TOPIC_NUMBERS), *([(int(left > 0), 2)] if sheets else [])]
    found = next(n for n, seeds in enumerate(SEEDS) if order.seed in seeds)
    digits += [(found, len(SEEDS)), (SEEDS[found].index(order.seed), len(SEEDS[found]))]
    return digits if usual else digits + _settings(order)


def _settings(order: PageOrder) -> list[Digit]:
    of_all = [(PRESETS.index(order.preset), len(PRESETS)), (PRECISIONS.index(order.precision), len(PRECISIONS))]
    own = [(int(order.use_bias), 2), (order.count - 1, MOST_EXERCISES)] if order.kind == "exercise" else []
    return of_all + own


def code(header: Sequence[Sequence[int]], outcomes: Sequence[Outcome], questions: Sequence[Mapping[str, Any]]) -> str:
    """The code of a copy that begins with this header; `questions` are all of its questions, as its page has them."""
    digits = [(digit, radix) for digit, radix in header]
    for outcome, question in zip(outcomes, questions, strict=True):
        digits.append((outcome.state, STATES))
        if outcome.state in (IN_THE_END, NOT_SOLVED):
            digits.append((outcome.mistake, 1 + mistakes_of(question)))
    return _written([*digits, (_seal(digits, questions), 2**SEAL)])


def mistakes_of(question: Mapping[str, Any]) -> int:
    """How many mistakes are known of all of its boxes."""
    return sum(len(box["mistakes"]) for box in question["boxes"])


def _written(digits: Sequence[Digit]) -> str:
    number, values = 0, list[int]()
    for digit, radix in reversed(digits):
        number = digit + radix * number
    room = _product(digits)
    while room > 1:
        number, value = divmod(number, len(LETTERS))
        values.append(value)
        room = -(-room // len(LETTERS))
    values.append(_times_x(_weighted(values)))
    return grouped("".join(LETTERS[value] for value in values))


def _product(digits: Iterable[Digit]) -> int:
    found = 1
    for _, radix in digits:
        found *= radix
    return found


def _times_x(value: int) -> int:
    return value << 1 ^ (MODULUS if value & 16 else 0)


def _weighted(values: Iterable[int]) -> int:
    """The last letter times 1, the one before it times x, and so on, added up."""
    found = 0
    for value in values:
        found = _times_x(found) ^ value
    return found


def _seal(digits: Iterable[Digit], questions: Iterable[Mapping[str, Any]]) -> int:
    answers = (box["shown"].replace(",", ".").replace("−", "-") for question in questions for box in question["boxes"])
    return fnv(f"{' '.join(str(digit) for digit, _ in digits)};{' '.join(answers)}".encode()) >> 32 - SEAL


def fnv(content: bytes) -> int:
    """FNV-1a, of 32 bits.

    >>> hex(fnv(b"foobar"))
    '0xbf9cf968'
    """
    found = FNV_START
    for byte in content:
        found = (found ^ byte) * FNV_PRIME % 2**32
    return found


@dataclass(frozen=True)
class Code:
    """A code whose letters are as they should be, and of which copy it is; what came out, its questions must tell."""

    letters: str
    order: PageOrder

    @property
    def written(self) -> str:
        """As it is written."""
        return grouped(self.letters)

    def outcomes(self, questions: Sequence[Mapping[str, Any]]) -> list[Outcome]:
        """What came of each of the copy's questions, as its page has them.

        Raises: UserError where this is no code of that copy.
        """
        digits = _Digits(_number(self.letters))
        _order(digits)
        found = list(_outcomes(digits, questions))
        sealed = _seal(digits.read, questions)
        if digits.take(2**SEAL) != sealed or digits.left or _count(digits.read) != len(self.letters) - 1:
            raise UserError(
                "it was not made by that sheet: letters are wrong, or it is of another version of gpt-by-hand"
            )
        return found


def read(text: str) -> Code:
    """The code that somebody has typed. Raises: UserError for what can be none, with what is wrong."""
    letters = text.upper().translate(BETWEEN).translate(SAME)
    foreign = [letter for letter in letters if letter not in LETTERS]
    if not letters:
        raise UserError("it is empty")
    if len(letters) > LONGEST:
        raise UserError(f"it has {len(letters):,} letters: no code has more than {LONGEST:,}")
    if foreign:
        raise UserError(f"{foreign[0]!r} is no letter of a code: they are {LETTERS}")
    if len(letters) < SHORTEST:
        raise UserError(f"it is too short: it has {len(letters)} letters, and a code at least {SHORTEST}")
    if _weighted(map(LETTERS.index, letters)):
        raise UserError("it has a typing error: its last letter, which checks the others, does not fit them")
    return Code(letters, _order(_Digits(_number(letters))))


def grouped(letters: str) -> str:
    """The letters as they are written."""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def _number(letters: str) -> int:
    found = 0
    for letter in reversed(letters[:-1]):
        found = found * len(LETTERS) + LETTERS.index(letter)
    return found


def _count(digits: Sequence[Digit]) -> int:
    """How many letters the digits take."""
    return -(-(_product(digits) - 1).bit_length() // 5)


class _Digits:
    """The digits of a number, taken one after the other, lowest first; `read` are those that were."""

    def __init__(self, number: int) -> None:
        self.left, self.read = number, list[Digit]()

    def take(self, radix: int) -> int:
        self.left, digit = divmod(self.left, radix)
        self.read.append((digit, radix))
        return digit


def _order(digits: _Digits) -> PageOrder:
    """What the header says. Raises: UserError for what there is not."""
    if digits.take(FORMATS):
        raise UserError("it was made by another version of gpt-by-hand, and is written in a way that is not known here")
    kind: Literal["worksheet", "exercise"] = "exercise" if digits.take(2) else "worksheet"
    unusual = digits.take(2)
    topics = tuple(_topics(digits, kind == "worksheet"))
    seeds = SEEDS[digits.take(len(SEEDS))]
    order = PageOrder(topics, seed=seeds[digits.take(len(seeds))], kind=kind)
    if unusual:
        preset, precision = PRESETS[digits.take(len(PRESETS))], PRECISIONS[digits.take(len(PRECISIONS))]
        use_bias, count = (bool(digits.take(2)), digits.take(MOST_EXERCISES) + 1) if kind == "exercise" else (False, 5)
        order = replace(order, preset=preset, precision=precision, use_bias=use_bias, count=count)
    if None in topics and order.preset != PRESETS[0]:
        raise UserError(f"it asks for the six sheets of {order.preset}, which there are not: letters are wrong")
    return order


def _topics(digits: _Digits, sheets: bool) -> Iterator[Topic | None]:
    more = 1
    while more:
        number = digits.take(TOPIC_NUMBERS)
        if number > len(TOPICS):
            raise UserError(
                f"it asks for topic {number}, and there are {len(TOPICS)}: letters are wrong, or it is of a newer "
                "version of gpt-by-hand"
            )
        if number or sheets:
            yield TOPICS[number - 1] if number else None
        more = digits.take(2) if sheets else 0


def _outcomes(digits: _Digits, questions: Iterable[Mapping[str, Any]]) -> Iterator[Outcome]:
    for question in questions:
        state = digits.take(STATES)
        yield Outcome(state, digits.take(1 + mistakes_of(question)) if state in (IN_THE_END, NOT_SOLVED) else 0)
