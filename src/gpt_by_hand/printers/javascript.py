"""A program as a JavaScript module: a function for each formula, and one array of doubles for all numbers.

It needs nothing else, and runs in a browser as well as in Node.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from math import inf, isnan, prod

from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Where
from gpt_by_hand.notation.algebra import bound
from gpt_by_hand.notation.expressions import Subscript, Tensor
from gpt_by_hand.notation.precedence import needs_parentheses
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.printers.loops import Loops, block, indented, part
from gpt_by_hand.printers.names import identifiers
from gpt_by_hand.printers.outline import Outline, phase_title, place_name, question, questions
from gpt_by_hand.printers.text import formula
from gpt_by_hand.schedule.nests import LOCAL, Loop, Nest, Product, Store
from gpt_by_hand.schedule.program import plain_schedule

TOGETHER = 4  # terms of a sum
RESERVED = re.compile(
    r"arguments|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|"
    r"extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|of|package|private|"
    r"protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield|"
    r"x|tensors|steps|compute|numbers|run|carry|erf|Math|Object|Array|Infinity|NaN|RangeError|Float64Array|(sum|max)_\d+"
).fullmatch


class JavaScript(Loops[str]):
    """Arithmetic on numbers of the array `x`, where each tensor begins at its offset in `at`."""

    language = "JavaScript"

    def __init__(self, at: dict[str, int], names: dict[str, str]) -> None:
        self.at, self.names = at, names
        self.ahead: dict[Index, int] = {}  # how far behind the loop's own position an index is read

    def loop(self, loop: Loop) -> list[str]:
        name, extent = self.index(loop.index), loop.index.extent
        if (total := _total(loop)) and extent % TOGETHER == 0:
            step, body = f"{name} += {TOGETHER}", self._together(loop.index, total)
        else:
            step, body = f"{name}++", self.statements(loop.body)
        return block(f"for (let {name} = 0; {name} < {extent}; {step})", body)

    def _together(self, index: Index, total: Store) -> list[str]:
        """Several terms of a sum, added up before they are added to it: fewer additions wait for the one before."""
        terms = []
        for n in range(TOGETHER):
            self.ahead[index] = n
            terms.append(self.print(total.value))
        del self.ahead[index]
        *others, last = indented(terms)
        return [f"{self.access(total.place)} +=", *(f"{term} +" for term in others), f"{last};"]

    def decided(self, condition: Compare, body: list[str]) -> list[str]:
        return block(f"if ({self.print(condition)})", body)

    def product(self, statement: Product) -> str:
        return self.no_form(statement)

    def store(self, statement: Store) -> str:
        place, value = self.access(statement.place), self.print(statement.value)
        if statement.how == "max":
            return f"{place} = Math.max({place}, {value});"
        sign = "+=" if statement.how == "sum" else "="
        return f"{'let ' if statement.how == 'new' else ''}{place} {sign} {value};"

    def index(self, node: Index) -> str:
        return self.names[node.name]

    def literal(self, node: Constant) -> str:
        return number(node.value)

    def access(self, node: Access) -> str:
        """An element: `x[12 + b * 8 + t]`, or a local number."""
        if node.tensor.kind == LOCAL:
            return node.tensor.name
        terms, stride = list[tuple[int, str]](), 1
        for subscript, extent in zip(reversed(node.subscripts), reversed(node.tensor.shape), strict=True):
            terms.append(self._scaled(subscript, stride))
            stride *= extent
        at = self.at[node.tensor.name] + sum(by for by, _ in terms)
        moving = [text for _, text in reversed(terms) if text]
        return f"x[{' + '.join([*([str(at)] if at or not moving else []), *moving])}]"

    def _scaled(self, subscript: Subscript, stride: int) -> tuple[int, str]:
        """What a subscript adds to the position in the array: a number that is known, and text."""
        if isinstance(subscript, int):
            return subscript * stride, ""
        ahead = self.ahead.get(subscript, 0) if isinstance(subscript, Index) else 0
        text = self.print(subscript)
        return ahead * stride, f"{text} * {stride}" if stride > 1 else text

    def binary(self, node: Binary) -> str:
        left, right = self.print(node.left), self.print(node.right)
        # A minus in front of a power's base is an error in JavaScript.
        loose = needs_parentheses(node, node.left, on_the_right=False) or (node.operator == "**" and left[0] == "-")
        left = f"({left})" if loose else left
        right = f"({right})" if needs_parentheses(node, node.right, on_the_right=True) or right[0] == "-" else right
        return f"{left} {node.operator} {right}"

    def compare(self, node: Compare) -> str:
        operator = "===" if node.operator == "==" else node.operator
        return f"{self.print(node.left)} {operator} {self.print(node.right)}"

    def negate(self, node: Negate) -> str:
        operand = self.print(node.operand)
        power = isinstance(node.operand, Binary) and node.operand.operator == "**"
        loose = needs_parentheses(node, node.operand, on_the_right=False) or operand[0] == "-" or power
        return f"-({operand})" if loose else f"-{operand}"

    def where(self, node: Where) -> str:
        return f"({self.print(node.condition)} ? {self.print(node.then)} : {self.print(node.otherwise)})"

    def call(self, node: Call) -> str:
        return f"{'' if node.function == 'erf' else 'Math.'}{node.function}({self.print(node.argument)})"


def _total(loop: Loop) -> Store | None:
    """The sum that a loop does nothing but add to, unless its terms ask for the position itself."""
    store = loop.body[0]
    if len(loop.body) > 1 or not isinstance(store, Store) or store.how != "sum" or store.place.tensor.kind != LOCAL:
        return None
    return None if loop.index in store.value.find(Index) else store


def number(value: float) -> str:
    """A number with all its digits.

    >>> number(float("-inf")), number(1e-05), number(3)
    ('-Infinity', '1e-05', '3')
    """
    if isnan(value):
        return "NaN"
    return f"{'-' * (value < 0)}Infinity" if abs(value) == inf else repr(value)


def offsets(program: Program) -> dict[str, int]:
    """Where the numbers of each tensor begin in the array of all numbers, and under "" how many there are."""
    found, at = {}, 0
    for tensor in program.tensors.values():
        found[tensor.name] = at
        at += prod(tensor.shape)
    return {**found, "": at}


def print_javascript(outline: Outline) -> str:
    """The program as a module that exports `run`, `compute`, `numbers`, `x` and `tensors`, formulas as comments.

    Numbers are doubles. Of an iteration there is `carry` too, which puts new weights and moments in the place of old.

    Raises: CannotPrintError for a node outside of the notation.
    """
    program, at = outline.program, offsets(outline.program)
    names = identifiers([a.name for a in program.assignments], RESERVED)
    printer = JavaScript(at, identifiers(sorted(_indices(program)), RESERVED))
    steps = _steps(program, names, printer)
    return part(
        "module.js",
        about="\n".join(f"// {line}".rstrip() for line in (outline.title, "", *outline.about)),
        last=program.assignments[-1].target.name,
        carried="\n// `carry` makes the next iteration go on from there." if program.carried else "",
        tensors="\n".join(_declared(tensor, at[tensor.name]) for tensor in program.tensors.values()),
        size=at[""],
        functions=part("erf.js") if any(c.function == "erf" for c in _calls(program)) else "",
        formulas="".join(f"\n{text}" for text in steps.values()),
        steps="\n".join(f"  {name}," for name in steps),
        computed=", ".join(json.dumps(name) for name in program.definitions),
    ) + _carry(program, at)


def _steps(program: Program, names: dict[str, str], printer: JavaScript) -> dict[str, str]:
    """For each formula, the name of its function and its text, under a heading where a part of the model begins."""
    found: dict[str, str] = {}
    before = None
    for nest in plain_schedule(program).nests:
        (assignment,) = nest.assignments
        name = names[assignment.name]
        head = (assignment.phase, assignment.scope)
        found[name] = "\n".join(
            [*(_heading(assignment) if head != before else []), *_function(name, nest, printer), ""]
        )
        before = head
    return found


def _heading(assignment: Assignment) -> list[str]:
    title = f"{phase_title(assignment.phase)}: {place_name(assignment.scope)}".removesuffix(": ")
    return [f"// {title}", f"// {'-' * len(title)}", ""]


def _function(name: str, nest: Nest, printer: JavaScript) -> list[str]:
    """A function for one formula, under its question and the formula itself."""
    said = [f"// {line}" for first, found in questions(nest.assignments) for line in _said(first, found)]
    return [*said, f"function {name}() {{", *indented(printer.statements(nest.statements)), "}"]


def _said(first: Assignment, found: list[Assignment]) -> list[str]:
    return [question(first), *(f"  {formula(assignment)}" for assignment in found)]


def _declared(tensor: Tensor, at: int) -> str:
    said = f"  // {tensor.title}" if tensor.title else ""
    return f"  {json.dumps(tensor.name)}: {{ at: {at}, shape: {list(tensor.shape)} }},{said}"


def _carry(program: Program, at: dict[str, int]) -> str:
    """The function that puts what an iteration has made in the place of what it started with."""
    moved = [(at[old], at[new], prod(program.tensors[new].shape)) for new, old in program.carried.items()]
    lines = indented(f"x.copyWithin({old}, {new}, {new + size});" for old, new, size in moved)
    return part("carry.js", lines="\n".join(lines)) if moved else ""


def _indices(program: Program) -> set[str]:
    """The names of all indices, on the left and in sums."""
    found = {index.name for a in program.assignments for index in a.indices}
    return found | {index.name for a in program.assignments for index in bound(a.expression)}


def _calls(program: Program) -> Iterator[Call]:
    return (call for a in program.assignments for call in a.expression.find(Call))
