"""Loop nests as C: numbers with their types, elements of arrays, loops with directions to the compiler."""

from __future__ import annotations

from math import isinf

from gpt_by_hand.notation import Access, Binary, Call, Compare, Constant, Index, Negate, Where
from gpt_by_hand.notation.expressions import Expression
from gpt_by_hand.notation.precedence import ATOM, precedence
from gpt_by_hand.printers.loops import Loops, block
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.nests import LOCAL, Loop, Product, Store, walk
from gpt_by_hand.schedule.program import Schedule
from gpt_by_hand.schedule.tiles import Kernel

PLAIN = {"exp": "expf", "log": "logf", "sqrt": "sqrtf", "erf": "erff", "tanh": "tanhf", "cos": "cosf"}
VECTOR = {**PLAIN, "exp": "vector_exp", "erf": "vector_erf", "tanh": "vector_tanh"}
POWERS = {2: "square", 3: "cube"}


@dataclass(frozen=True)
class Code:
    """A piece of text, how tightly its outermost operator binds, and what kind of number it is.

    `kind`: "plain" for what follows from scalar inputs and constants alone, in double precision; "whole" for positions
    and integer tensors; "real" for everything else, in single precision. `single` is how one of another kind is written
    in single precision, if it is no cast.
    """

    text: str
    level: int
    kind: str
    single: str = ""

    def inside(self, level: int) -> str:
        """The text in parentheses if it binds less tightly than what is around it."""
        return self.text if self.level >= level else f"({self.text})"

    @property
    def real(self) -> str:
        """The text as a number in single precision."""
        return self.text if self.kind == "real" else self.single or f"(float){self.inside(ATOM)}"


class CStatements(Loops[Code]):
    """`names` are variables; `sizes` indices whose extent has a name; `constants` numbers that have one.

    With `fast`, loops are for vectors and threads. Gathers the `kernels` that the program needs, by name.
    """

    language = "C"

    def __init__(
        self, schedule: Schedule, names: dict[str, str], sizes: dict[str, int], constants: dict[str, float], fast: bool
    ) -> None:
        program = schedule.program
        self.names, self.sizes, self.constants, self.fast = names, sizes, constants, fast
        self.plain = program.plain
        self.families = {a.target.name: a.scope.family(a.target.name) for a in program.assignments}  # h.*.attn.q
        self.shapes = {t.name: t.shape for t in (*program.tensors.values(), *schedule.helpers)}
        self.kernels: dict[Kernel, str] = {}
        self.uses: dict[str, list[str]] = {}  # for each kernel's name, what it computes

    def loop(self, loop: Loop) -> list[str]:
        """`for (int b = 0; b < B; b++)`, under what the compiler is told of it."""
        name = loop.index.name
        return [
            *self.directions(loop),
            *block(f"for (int {name} = 0; {name} < {self.extent(loop.index)}; {name}++)", self.statements(loop.body)),
        ]

    def decided(self, condition: Compare, body: list[str]) -> list[str]:
        return block(f"if ({self.print(condition).text})", body)

    def store(self, statement: Store) -> str:
        """An assignment."""
        value, place = self.print(statement.value), self.element(statement.place)
        text = value.text if statement.place.tensor.name in self.plain else value.real
        if statement.how == "max":
            return f"{place} = larger({text}, {place});"
        sign = "+=" if statement.how == "sum" else "="
        return f"{'float ' if statement.how == 'new' else ''}{place} {sign} {text};"

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
        if node.name and self.sizes.get(node.name) == node.value:
            return Code(f"(double){node.name}", ATOM, "plain", f"(float){node.name}")
        if node.name and self.constants.get(node.name) == node.value:
            return Code(node.name, ATOM, "plain")
        text = repr(float(node.value)).replace("inf", "INFINITY")
        return Code(text, precedence(Constant(node.value)), "plain", text if isinf(node.value) else f"{text}f")

    def negate(self, node: Negate) -> Code:
        value = self.print(node.operand)
        return Code(f"-{value.inside(precedence(node) + 1)}", precedence(node), value.kind)

    def compare(self, node: Compare) -> Code:
        left, right, _ = self.both(node.left, node.right, whole=True)
        return Code(f"{left} {node.operator} {right}", precedence(node), "whole")

    def binary(self, node: Binary) -> Code:
        """Two operands of one kind; those on the right keep their parentheses, since rounding depends on the order."""
        if node.operator == "**":
            return self.power(node)
        level = precedence(node)
        left, right, kind = self.both(node.left, node.right, level=level)
        return Code(f"{left} {node.operator} {right}", level, kind)

    def power(self, node: Binary) -> Code:
        """`base ** exponent`."""
        base, exponent = self.print(node.left), self.print(node.right)
        if base.kind == exponent.kind == "plain":
            return Code(f"pow({base.text}, {exponent.text})", ATOM, "plain")
        if isinstance(node.right, Constant) and node.right.value in POWERS:
            return Code(f"{POWERS[int(node.right.value)]}({base.real})", ATOM, "real")
        return Code(f"powf({base.real}, {exponent.real})", ATOM, "real")

    def both(self, left: Expression, right: Expression, level: int = 2, whole: bool = False) -> tuple[str, str, str]:
        """Two operands as numbers of one kind: whole if allowed and both are, plain if both are, else real."""
        codes = [self.print(left), self.print(right)]
        if whole and "whole" in {code.kind for code in codes}:
            codes = [_counted(code, node) for code, node in zip(codes, (left, right), strict=True)]
        kinds = {code.kind for code in codes}
        kind = "plain" if kinds == {"plain"} else "whole" if whole and kinds == {"whole"} else "real"
        cast = [kind == "real" and code.kind != "real" for code in codes]
        one, two = (c.real if cast[n] else c.inside(level + n) for n, c in enumerate(codes))
        return one, two, kind

    def call(self, node: Call) -> Code:
        value = self.print(node.argument)
        if value.kind == "plain":
            return Code(f"{node.function}({value.text})", ATOM, "plain")
        name = (VECTOR if self.fast else PLAIN)[node.function]
        return Code(f"{name}({value.real})", ATOM, "real")

    def where(self, node: Where) -> Code:
        """`(condition ? then : otherwise)`."""
        condition = self.print(node.condition).text
        then, otherwise = self.print(node.then), self.print(node.otherwise)
        if then.kind == otherwise.kind == "plain":
            return Code(f"({condition} ? {then.text} : {otherwise.text})", ATOM, "plain")
        return Code(f"({condition} ? {then.real} : {otherwise.real})", ATOM, "real")


def _reductions(loop: Loop) -> str:
    """Which local numbers gather something over the loop, and how."""
    stores = [s for s in walk(loop.body) if isinstance(s, Store) and s.place.tensor.kind == LOCAL]
    inside = {s.place.tensor.name for s in stores if s.how == "new"}
    signs = {"sum": "+", "max": "larger"}
    found = {s.place.tensor.name: signs[s.how] for s in stores if s.how in signs}
    return "".join(f" reduction({how} : {name})" for name, how in found.items() if name not in inside)


def _counted(code: Code, node: Expression) -> Code:
    """A whole number without a name, beside a position or an integer tensor, is one of their kind."""
    if isinstance(node, Constant) and isinstance(node.value, int) and not node.name:
        return Code(str(node.value), precedence(node), "whole")
    return code
