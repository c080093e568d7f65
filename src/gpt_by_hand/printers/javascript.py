"""A program as a JavaScript module: a function for each formula, and one array of doubles for all numbers.

It needs nothing else, and runs in a browser as well as in Node.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from math import inf, isnan, prod
from typing import TypeVar

from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Where
from gpt_by_hand.notation.algebra import bound
from gpt_by_hand.notation.expressions import Tensor
from gpt_by_hand.notation.precedence import needs_parentheses
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.printers.javascript_sums import Sums
from gpt_by_hand.printers.loops import block, indented, part
from gpt_by_hand.printers.names import identifiers
from gpt_by_hand.printers.outline import Outline, phase_title, place_name, question, questions
from gpt_by_hand.printers.text import code
from gpt_by_hand.schedule.nests import LOCAL, Nest, Product, Store
from gpt_by_hand.schedule.program import plain_schedule

Key = TypeVar("Key", str, int)
SPACES = re.compile(r" ?([=*/<>?:,;{}()&|]) ?|(?<![+-]) ([+-]) (?![+-])")  # beside a sign, but not between two
RESERVED = re.compile(
    r"arguments|async|await|break|case|catch|class|const|continue|debugger|default|delete|do|else|enum|eval|export|"
    r"extends|false|finally|for|function|if|implements|import|in|instanceof|interface|let|new|null|of|package|private|"
    r"protected|public|return|static|super|switch|this|throw|true|try|typeof|undefined|var|void|while|with|yield|"
    r"x|tensors|steps|compute|numbers|run|carry|erf|ratios|Math|Object|Array|Infinity|NaN|RangeError|Float64Array|"
    r"(sum|max)_\d+(_\d+)?|r\d+"
).fullmatch


class JavaScript(Sums):
    """Arithmetic on numbers of the array `x`, where each tensor begins at its offset in `at`."""

    language = "JavaScript"

    def __init__(self, at: dict[str, int], names: dict[str, str]) -> None:
        super().__init__()
        self.at, self.names = at, names

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
            return self.local(node.tensor.name)
        fixed, ahead, moving, stride = 0, 0, list[str](), 1
        for subscript, extent in zip(reversed(node.subscripts), reversed(node.tensor.shape), strict=True):
            if isinstance(subscript, int):
                fixed += subscript * stride
            else:
                ahead += stride * self.ahead.get(subscript, 0) if isinstance(subscript, Index) else 0
                moving.insert(0, f"{self.print(subscript)} * {stride}" if stride > 1 else self.print(subscript))
            stride *= extent
        # What differs between terms comes last: what comes before is computed once for all of them.
        terms = [*self.begins(node.tensor.name, fixed, not moving), *moving, *([str(ahead)] if ahead else [])]
        text = f"x[{' + '.join(terms)}]"
        return self.held.get(text, text)

    def begins(self, name: str, fixed: int, alone: bool) -> list[str]:
        """What is known of a position in the array: where the tensor begins, and how far behind that it is."""
        at = self.at[name] + fixed
        return [str(at)] if at or alone else []

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


class Form(JavaScript):
    """One formula, whatever its tensors and indices are called: offsets are parameters, in the order of use.

    Numbers that formulas call by a name are read from the array, before all loops, since they can be set.
    """

    def __init__(self, at: Mapping[str, int]) -> None:
        super().__init__({**at}, {})
        self.offsets: dict[int, str] = {}  # where numbers begin, each with its parameter
        self.cells: dict[int, str] = {}

    def index(self, node: Index) -> str:
        return _letter(self.names, node.name, "ijklmn")

    def literal(self, node: Constant) -> str:
        return _letter(self.cells, self.at[cell(node)], "uvw") if node.name else super().literal(node)

    def begins(self, name: str, fixed: int, alone: bool) -> list[str]:
        return [_letter(self.offsets, self.at[name] + fixed, "abcdefgh")]

    def function(self, nest: Nest) -> tuple[str, list[int]]:
        """The function of a formula, and what to call it with."""
        lines = self.statements(nest.statements)
        read = [f"const {name} = x[{name}_];" for name in self.cells.values()]
        parameters = ", ".join([*self.offsets.values(), *(f"{name}_" for name in self.cells.values())])
        # A compiler that is sure of whole offsets, and of one and the same x, makes this two to three times as fast.
        whole = " ".join(["const x = all;", *(f"{name} |= 0;" for name in self.offsets.values())])
        text = "\n".join([f"function ({parameters}) {{", whole, *read, *(line.lstrip() for line in lines), "}"])
        return text, [*self.offsets, *self.cells]


def _letter(names: dict[Key, str], key: Key, letters: str) -> str:
    """The name of what has a key: a letter for the first of them, later with a number behind it."""
    number, letter = divmod(len(names), len(letters))
    return names.setdefault(key, f"{letters[letter]}{number or ''}")


def javascript_forms(*programs: Program) -> tuple[str, list[list[list[int]]]]:
    """A function for each form of formula and, of each program, for each formula its form and what to call that with.

    The text, without comments or needless spaces, declares `makeForms(all)`, which gives the functions for an array of
    doubles. There each tensor begins where `offsets` says, and behind all of them is a cell for each number that
    formulas call by a name, in the order in which they are met. Raises: CannotPrintError for a node outside of the
    notation.
    """
    forms = dict[str, int]()
    steps = [list(_calls_of(program, forms)) for program in programs]
    functions = max(map(_functions, programs), key=len)
    needed = "\n".join(line.lstrip() for line in functions.splitlines() if not line.startswith("//"))
    listed = ",\n".join(forms)
    return SPACES.sub(r"\1\2", f"function makeForms(all) {{{needed}\nreturn [\n{listed}\n];\n}}\n"), steps


def _calls_of(program: Program, forms: dict[str, int]) -> Iterator[list[int]]:
    """For each formula its form, one that is new among them, and what to call it with."""
    at = _with_cells(program)
    for nest in plain_schedule(program).nests:
        text, called_with = Form(at).function(nest)
        yield [forms.setdefault(text, len(forms)), *called_with]


def cell(constant: Constant) -> str:
    """The key of a constant with a name, among the tensors."""
    return f"= {constant.name}"


def _with_cells(program: Program) -> dict[str, int]:
    at = offsets(program)
    names = dict.fromkeys(cell(constant) for constant in Outline(program, "").numbers)
    return {**at, **{name: at[""] + n for n, name in enumerate(names)}}


def _functions(program: Program) -> str:
    return part("erf.js") if any(call.function == "erf" for call in _calls(program)) else ""


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
        functions=_functions(program),
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
    return [question(first), *(f"  {code(assignment)}" for assignment in found)]


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
