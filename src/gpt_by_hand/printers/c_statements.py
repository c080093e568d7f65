"""Loop nests as C: numbers with their types, elements of arrays, loops with directions to the compiler."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isinf

from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Where
from gpt_by_hand.notation.expressions import Expression, assert_never
from gpt_by_hand.notation.precedence import ATOM, precedence
from gpt_by_hand.printers.printer import Printer
from gpt_by_hand.schedule.nests import LOCAL, Declare, If, Loop, Product, Statement, Store, walk
from gpt_by_hand.schedule.tiles import Kernel

PLAIN = {"exp": "expf", "log": "logf", "sqrt": "sqrtf", "erf": "erff", "tanh": "tanhf", "cos": "cosf"}
VECTOR = {**PLAIN, "exp": "vector_exp", "erf": "vector_erf", "tanh": "vector_tanh"}
POWERS = {2: "square", 3: "cube"}


@dataclass(frozen=True)
class Code:
    """A piece of text, how tightly its outermost operator binds, and what kind of number it is.

    `kind`: "plain" for what follows from scalar inputs and constants alone, in double precision; "whole" for positions
    and integer tensors; "real" for everything else, in single precision.
    """

    text: str
    level: int
    kind: str

    def inside(self, level: int) -> str:
        """The text in parentheses if it binds less tightly than what is around it."""
        return self.text if self.level >= level else f"({self.text})"


class CStatements(Printer[Code]):
    """`sizes` are indices whose extent has a name; `constants` numbers that have one; `fast`: vectors and threads.

    Gathers the `kernels` that the program needs, by name.
    """

    language = "C"
    reduction = terms = Printer.no_form  # loops by now

    def __init__(
        self,
        names: dict[str, str],
        families: dict[str, str],
        plain: set[str],
        shapes: dict[str, tuple[int, ...]],
        sizes: dict[str, int],
        constants: dict[str, float],
        fast: bool,
    ) -> None:
        self.names, self.families, self.plain = names, families, plain
        self.shapes, self.sizes, self.constants, self.fast = shapes, sizes, constants, fast
        self.kernels: dict[Kernel, str] = {}
        self.uses: dict[str, list[str]] = {}  # for each kernel's name, what it computes

    def statements(self, body: Iterable[Statement]) -> list[str]:
        """The lines for statements that follow each other."""
        return [line for statement in body for line in self.statement(statement)]

    def statement(self, statement: Statement) -> list[str]:
        """The lines for one statement."""
        match statement:
            case Loop(index, body):
                head = f"for (int {index.name} = 0; {index.name} < {self.extent(index)}; {index.name}++)"
                return [*self.directions(statement), *self.block(head, body)]
            case If(condition, body):
                return self.block(f"if ({self.print(condition).text})", body)
            case Product():
                return [self.product(statement)]
            case Declare(place, value):
                return [f"float {self.element(place)} = {self.real(self.print(value), value)};"]
            case Store():
                return [self.store(statement)]
            case _:
                assert_never(statement)

    def block(self, head: str, body: Iterable[Statement]) -> list[str]:
        """A head and its body, in braces unless the body is a single line."""
        lines = [line if line.startswith("#") else f"    {line}" for line in self.statements(body)]
        return [head, *lines] if len(lines) == 1 else [f"{head} {{", *lines, "}"]

    def store(self, statement: Store) -> str:
        """An assignment."""
        value, place = self.print(statement.value), self.element(statement.place)
        text = value.text if statement.place.tensor.name in self.plain else self.real(value, statement.value)
        if statement.how == "max":
            return f"{place} = larger({text}, {place});"
        return f"{place} {'+=' if statement.how == 'sum' else '='} {text};"

    def product(self, statement: Product) -> str:
        """A call of the kernel, with the addresses of the first elements of the blocks."""
        name = self.kernels.setdefault(statement.kernel, f"product_{len(self.kernels) + 1}")
        target = statement.target.tensor.name
        self.uses.setdefault(name, []).append(self.families.get(target, target))
        blocks = statement.target, statement.left, statement.right
        return f"{name}({', '.join(f'&{self.element(access)}' for access in blocks)});"

    def directions(self, loop: Loop) -> list[str]:
        """What the compiler is told of a loop."""
        if self.fast and loop.threads:
            return ["#pragma omp parallel for"]
        return [f"#pragma omp simd{_reductions(loop)}"] if self.fast and loop.vector else []

    def extent(self, index: Index) -> str:
        """An index' extent, by name where it has one."""
        name = index.name.upper()
        return name if self.sizes.get(name) == index.extent else str(index.extent)

    def element(self, node: Access) -> str:
        """An element of a tensor, or a local number."""
        name = self.names.get(node.tensor.name, node.tensor.name)
        inner = [
            str(s) if isinstance(s, int) else self.element(s) if isinstance(s, Access) else s.name
            for s in node.subscripts
        ]
        if node.tensor.kind != LOCAL and self.shapes[node.tensor.name] != node.tensor.shape:
            return f"FLAT({name})[{inner[0]}]"
        return name + "".join(f"[{text}]" for text in inner)

    def index(self, node: Index) -> Code:
        return Code(node.name, ATOM, "whole")

    def access(self, node: Access) -> Code:
        text, whole = self.element(node), node.tensor.kind == "integer"
        if node.tensor.name in self.plain:
            return Code(f"(double){text}" if whole else text, ATOM, "plain")
        return Code(text, ATOM, "whole" if whole else "real")

    def literal(self, node: Constant) -> Code:
        if self.is_size(node):
            return Code(f"(double){node.name}", ATOM, "plain")
        if node.name and self.constants.get(node.name) == node.value:
            return Code(node.name, ATOM, "plain")
        text = repr(float(node.value)).replace("inf", "INFINITY")
        return Code(text, precedence(Constant(node.value)), "plain")

    def is_size(self, node: Expression) -> bool:
        """Is it the extent of an index that has a name for it?"""
        return isinstance(node, Constant) and bool(node.name) and self.sizes.get(node.name) == node.value

    def real(self, code: Code, node: Expression) -> str:
        """The code as a number in single precision."""
        if code.kind == "real":
            return code.text
        if isinstance(node, Constant) and self.is_size(node):
            return f"(float){node.name}"
        if isinstance(node, Constant) and not (node.name and node.name in self.constants):
            return code.text if isinf(node.value) else f"{code.text}f"
        return f"(float){code.inside(ATOM)}"

    def negate(self, node: Negate) -> Code:
        value = self.print(node.operand)
        return Code(f"-{value.inside(precedence(node) + 1)}", precedence(node), value.kind)

    def compare(self, node: Compare) -> Code:
        left, right, _ = self.both(node.left, node.right, whole=True)
        return Code(f"{left} {node.operator} {right}", precedence(node), "whole")

    def binary(self, node: Binary) -> Code:
        """Two operands of one kind; those on the right keep their parentheses, since rounding depends on the order."""
        if node.operator == "**":
            return self.power(self.print(node.left), self.print(node.right), node)
        level = precedence(node)
        left, right, kind = self.both(node.left, node.right, level=level)
        return Code(f"{left} {node.operator} {right}", level, kind)

    def power(self, base: Code, exponent: Code, node: Binary) -> Code:
        """`base ** exponent`."""
        if base.kind == exponent.kind == "plain":
            return Code(f"pow({base.text}, {exponent.text})", ATOM, "plain")
        value = self.real(base, node.left)
        if isinstance(node.right, Constant) and node.right.value in POWERS:
            return Code(f"{POWERS[int(node.right.value)]}({value})", ATOM, "real")
        return Code(f"powf({value}, {self.real(exponent, node.right)})", ATOM, "real")

    def both(self, left: Expression, right: Expression, level: int = 2, whole: bool = False) -> tuple[str, str, str]:
        """Two operands as numbers of one kind: whole if allowed and both are, plain if both are, else real."""
        codes = [self.print(left), self.print(right)]
        if whole and "whole" in {code.kind for code in codes}:
            codes = [_counted(code, node) for code, node in zip(codes, (left, right), strict=True)]
        kinds = {code.kind for code in codes}
        kind = "plain" if kinds == {"plain"} else "whole" if whole and kinds == {"whole"} else "real"
        texts = []
        for code, node, needed in zip(codes, (left, right), (level, level + 1), strict=True):
            converted = kind == "real" and code.kind != "real"
            texts.append(self.real(code, node) if converted else code.inside(needed))
        return texts[0], texts[1], kind

    def call(self, node: Call) -> Code:
        value = self.print(node.argument)
        if value.kind == "plain":
            return Code(f"{node.function}({value.text})", ATOM, "plain")
        name = (VECTOR if self.fast else PLAIN)[node.function]
        return Code(f"{name}({self.real(value, node.argument)})", ATOM, "real")

    def where(self, node: Where) -> Code:
        """`(condition ? then : otherwise)`."""
        condition = self.print(node.condition).text
        then, otherwise = self.print(node.then), self.print(node.otherwise)
        if then.kind == otherwise.kind == "plain":
            return Code(f"({condition} ? {then.text} : {otherwise.text})", ATOM, "plain")
        yes, no = self.real(then, node.then), self.real(otherwise, node.otherwise)
        return Code(f"({condition} ? {yes} : {no})", ATOM, "real")


def _reductions(loop: Loop) -> str:
    """Which local numbers gather something over the loop, and how."""
    inside = {s.place.tensor.name for s in walk(loop.body) if isinstance(s, Declare)}
    sums = (s for s in walk(loop.body) if isinstance(s, Store) and s.place.tensor.kind == LOCAL and s.how != "=")
    found = {s.place.tensor.name: "+" if s.how == "sum" else "larger" for s in sums}
    return "".join(f" reduction({how} : {name})" for name, how in found.items() if name not in inside)


def _counted(code: Code, node: Expression) -> Code:
    """A whole number without a name, beside a position or an integer tensor, is one of their kind."""
    if isinstance(node, Constant) and isinstance(node.value, int) and not node.name:
        return Code(str(node.value), precedence(node), "whole")
    return code
