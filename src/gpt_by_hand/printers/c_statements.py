"""Loop nests as C: numbers with their types, elements of arrays, loops with directions to the compiler."""

from __future__ import annotations

from gpt_by_hand.notation.expressions import Access, Binary, Constant, Expression, Index, Tensor
from gpt_by_hand.notation.precedence import ATOM, precedence
from gpt_by_hand.printers.c_functions import PLAIN, VECTOR
from gpt_by_hand.printers.loops import Code, LoopPrinter, is_infinite
from gpt_by_hand.schedule.nests import LOCAL, Declare, Loop, Product, Store, walk
from gpt_by_hand.schedule.tiles import Kernel

POWERS = {2: "square", 3: "cube"}


class CStatements(LoopPrinter):
    """`sizes` are indices whose extent has a name; `constants` numbers that have one; `fast`: vectors and threads.

    Gathers what the program needs besides: `functions` and `kernels` by name.
    """

    language = "C"

    def __init__(
        self,
        names: dict[str, str],
        plain: set[str],
        shapes: dict[str, tuple[int, ...]],
        sizes: dict[str, int],
        constants: dict[str, float],
        fast: bool,
    ) -> None:
        super().__init__(names, plain)
        self.shapes, self.sizes, self.constants, self.fast = shapes, sizes, constants, fast
        self.functions: set[str] = set()
        self.kernels: dict[Kernel, str] = {}
        self.uses: dict[str, list[Tensor]] = {}  # for each kernel's name, what it computes

    def literal(self, node: Constant) -> Code:
        if node.name and self.sizes.get(node.name) == node.value:
            return Code(f"(double){node.name}", ATOM, "plain")
        if node.name and self.constants.get(node.name) == node.value:
            return Code(node.name, ATOM, "plain")
        if is_infinite(node):
            return Code("INFINITY" if node.value > 0 else "-INFINITY", precedence(Constant(node.value)), "plain")
        return Code(repr(float(node.value)), precedence(Constant(node.value)), "plain")

    def real(self, code: Code, node: Expression) -> str:
        if code.kind == "real":
            return code.text
        if isinstance(node, Constant) and node.name and self.sizes.get(node.name) == node.value:
            return f"(float){node.name}"
        if isinstance(node, Constant) and not (node.name and node.name in self.constants):
            return code.text if is_infinite(node) else f"{code.text}f"
        return f"(float){self.inside(code, ATOM)}"

    def element(self, node: Access) -> str:
        name = self.names.get(node.tensor.name, node.tensor.name)
        inner = [
            str(s) if isinstance(s, int) else self.element(s) if isinstance(s, Access) else self.print(s).text
            for s in node.subscripts
        ]
        if node.tensor.kind != LOCAL and self.shapes[node.tensor.name] != node.tensor.shape:
            return f"FLAT({name})[{inner[0]}]"
        return name + "".join(f"[{text}]" for text in inner)

    def double(self, text: str) -> str:
        return f"(double){text}"

    def function(self, function: str, argument: str, kind: str) -> str:
        if kind == "plain":
            return f"{function}({argument})"
        name = (VECTOR if self.fast else PLAIN)[function]
        self.functions.add(name)
        return f"{name}({argument})"

    def power(self, base: Code, exponent: Code, node: Binary) -> Code:
        if base.kind == exponent.kind == "plain":
            return Code(f"pow({base.text}, {exponent.text})", ATOM, "plain")
        value = self.real(base, node.left)
        if isinstance(node.right, Constant) and node.right.value in POWERS:
            name = POWERS[int(node.right.value)]
            self.functions.add(name)
            return Code(f"{name}({value})", ATOM, "real")
        return Code(f"powf({value}, {self.real(exponent, node.right)})", ATOM, "real")

    def declare(self, statement: Declare) -> list[str]:
        value = self.real(self.print(statement.value), statement.value)
        return [f"float {self.element(statement.place)} = {value};"]

    def before(self, loop: Loop) -> list[str]:
        if not self.fast:
            return []
        lines = ["#pragma omp parallel for"] if loop.threads else []
        if loop.vector:
            clauses = self.reductions(loop)
            lines.append(f"#pragma omp simd{clauses}" if not loop.threads else "")
        return [line for line in lines if line]

    def reductions(self, loop: Loop) -> str:
        """Which local numbers gather something over the loop, and how."""
        inside = {s.place.tensor.name for s in walk(loop.body) if isinstance(s, Declare)}
        found = {}
        for statement in walk(loop.body):
            if isinstance(statement, Store) and statement.place.tensor.kind == LOCAL and statement.how != "=":
                name = statement.place.tensor.name
                if name not in inside:
                    found[name] = "+" if statement.how == "sum" else "larger"
        return "".join(f" reduction({how} : {name})" for name, how in found.items())

    def loop(self, index: Index) -> str:
        return f"for (int {index.name} = 0; {index.name} < {self.extent(index)}; {index.name}++)"

    def extent(self, index: Index) -> str:
        name = index.name.upper()
        return name if self.sizes.get(name) == index.extent else str(index.extent)

    def largest(self, place: str, value: str) -> str:
        self.functions.add("larger")
        return f"{place} = larger({value}, {place});"

    def product(self, statement: Product) -> list[str]:
        name = self.kernels.setdefault(statement.kernel, f"product_{len(self.kernels) + 1}")
        self.uses.setdefault(name, []).append(statement.target.tensor)
        corners = [self.corner(access) for access in (statement.target, statement.left, statement.right)]
        return [f"{name}({', '.join(corners)});"]

    def corner(self, access: Access) -> str:
        """The address of the first element of a block."""
        return f"&{self.element(access)}"
