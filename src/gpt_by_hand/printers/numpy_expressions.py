"""Expressions as NumPy code: elements, operators, conditions and reductions, sums of products as `matmul`."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, prod
from typing import Any, NoReturn

from gpt_by_hand.notation.algebra import factors, free, is_number
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
)
from gpt_by_hand.notation.precedence import precedence
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.printers.numpy_arrays import Array, aligned, matrix, slices
from gpt_by_hand.printers.printer import CannotPrintError, Printer

FUNCTIONS = {"exp": "np.exp", "log": "np.log", "sqrt": "np.sqrt", "tanh": "np.tanh", "cos": "np.cos", "erf": "erf"}
REDUCTIONS = {"sum": "np.add.reduce", "max": "np.maximum.reduce"}


class Expressions(Printer[Array]):
    """Prints the expressions of one assignment at a time, and gathers the constant arrays that they need.

    `names` are the variables that tensors are kept in, `plain` the tensors that are Python numbers. `order` is the
    order of the indices in the assignment `now`, and `extents` their sizes.
    """

    language = "NumPy"

    def __init__(self, names: dict[str, str], plain: set[str]) -> None:
        self.names, self.plain = names, plain
        self.constants: dict[str, str] = {}
        self.order: list[str] = []
        self.extents: dict[str, int] = {}
        self.now: Assignment | None = None

    def spread(self, value: Array, code: str, axes: tuple[str, ...]) -> str:
        """The code as a whole array, where the formula gives the same number along some axes."""
        shape = "".join(f"{self.extents[a]}, " for a in axes)
        if value.plain and axes:
            return f"np.full(({shape}), {code}, dtype)"
        return f"np.broadcast_to({code}, ({shape}))" if set(axes) - set(value.axes) else code

    def no_form(self, node: Any) -> NoReturn:
        raise CannotPrintError(self.language, node, self.now)

    def sorted(self, *values: Array) -> tuple[str, ...]:
        """All the axes of the values, in the order of this formula."""
        found = {axis for value in values for axis in value.axes}
        return tuple(axis for axis in self.order if axis in found)

    def operand(self, value: Array, axes: tuple[str, ...], strict: bool, level: int) -> str:
        """The code of an operand, in parentheses where the operator around it binds tighter."""
        code = aligned(value, axes)
        loose = code == value.code and (value.level < level or (strict and value.level == level))
        return f"({code})" if loose else code

    def constant(self, value: str, prefix: str) -> str:
        """The name of a constant array, made once in front of the function."""
        return self.constants.setdefault(value, f"{prefix}_{len(self.constants)}")

    def range(self, index: str) -> Array:
        return Array(self.constant(f"np.arange({self.extents[index]})", "range"), (index,))

    def whole(self, node: Expression) -> Array:
        """An operand of a comparison, or a subscript: there, positions and integer tensors stay whole numbers."""
        if isinstance(node, Index):
            return self.range(node.name)
        return self.element(node) if isinstance(node, Access) else self.print(node)

    def literal(self, node: Constant) -> Array:
        value = node.value
        code = repr(value) if abs(value) != inf else "np.inf" if value > 0 else "-np.inf"
        return Array(code, plain=True, level=precedence(Constant(value)))

    def access(self, node: Index | Access) -> Array:
        """A position or an element where it is a value: in the arrays' type, or NumPy would compute in float64."""
        value = self.whole(node)
        integer = isinstance(node, Index) or node.tensor.kind == "integer"
        return replace(value, code=f"{value.atom}.astype(dtype)") if integer and not value.plain else value

    index = access

    def element(self, node: Access) -> Array:
        tensor, subscripts = node.tensor, node.subscripts
        name, names = self.names[tensor.name], [s.name for s in subscripts if isinstance(s, Index)]
        lookups = [s for s in subscripts if isinstance(s, Access)]
        if not lookups and len(set(names)) == len(names):
            if len(names) == len(subscripts):
                return Array(name, tuple(names), tensor.name in self.plain)
            return Array(f"{name}[{slices(subscripts)}]", tuple(names))
        parts = [self.element(s) if isinstance(s, Access) else None for s in subscripts]
        if len(lookups) == 1 and len(names) == len(set(names)) == len(subscripts) - 1:
            axis = next(position for position, part in enumerate(parts) if part)
            found = parts[axis]
            assert found is not None
            if not set(found.axes) & set(names):
                axes = (*names[:axis], *found.axes, *names[axis:])
                return Array(f"{name}.take({found.code}, {axis})", axes)
        return self.scattered(name, node)

    def scattered(self, name: str, node: Access) -> Array:
        """An element whose subscripts depend on each other: one array of positions for each axis."""
        parts = [Array(str(s)) if isinstance(s, int) else self.whole(s) for s in node.subscripts]
        axes = self.sorted(*parts)
        return Array(f"{name}[{', '.join(aligned(part, axes) for part in parts)}]", axes)

    def binary(self, node: Binary | Compare) -> Array:
        operand = self.whole if isinstance(node, Compare) else self.print
        left, right = operand(node.left), operand(node.right)
        axes, level = self.sorted(left, right), precedence(node)
        plain = left.plain and right.plain
        if node.operator == "**" and is_number(node.right, 2) and not plain:
            return Array(f"np.square({left.code})", left.axes)
        power = node.operator == "**"
        code = f"{self.operand(left, axes, power, level)} {node.operator} {self.operand(right, axes, not power, level)}"
        return Array(code, axes, plain, level)

    compare = binary

    def negate(self, node: Negate) -> Array:
        value, level = self.print(node.operand), precedence(node)
        return replace(value, code=f"-{self.operand(value, value.axes, True, level)}", level=level)

    def call(self, node: Call) -> Array:
        value = self.print(node.argument)
        if node.function not in FUNCTIONS:
            self.no_form(node.function)
        function = f"math.{node.function}" if value.plain else FUNCTIONS[node.function]
        return Array(f"{function}({value.code})", value.axes, value.plain)

    def where(self, node: Where) -> Array:
        condition, then, otherwise = (self.print(child) for child in node.children())
        if condition.plain:  # Python decides, and only the branch that is taken is computed
            axes, plain = self.sorted(then, otherwise), then.plain and otherwise.plain
            yes, no = (v.code if plain else self.branch(v, axes) for v in (then, otherwise))
            return Array(f"({yes} if {condition.code} else {no})", axes, plain)
        axes = self.sorted(condition, then, otherwise)
        if then.plain and otherwise.plain:
            then = Array(f"dtype({then.code})")
        codes = ", ".join(aligned(value, axes) for value in (self.hoisted(node.condition), then, otherwise))
        return Array(f"np.where({codes})", axes)

    def branch(self, value: Array, axes: tuple[str, ...]) -> str:
        """The code of a branch that must look like the other one: as whole, and in the arrays' type."""
        if value.plain and not axes:
            return f"dtype({value.code})"
        return self.spread(value, aligned(value, axes), axes)

    def hoisted(self, condition: Compare) -> Array:
        """A condition; one between positions alone is a constant array."""
        value = self.print(condition)
        if condition.find(Access):
            return value
        for code, name in self.constants.items():
            if code.startswith("np.arange"):
                value = replace(value, code=re.sub(rf"\b{name}\b", code, value.code))
        return Array(self.constant(value.code, "mask"), value.axes)

    def terms(self, node: Terms) -> Array:
        self.no_form(node)  # no program has them

    def reduction(self, node: Reduction) -> Array:
        names = [index.name for index in node.indices]
        product = (self.squares(node) or self.product(node)) if node.kind == "sum" else None
        if product:
            return product
        body = self.body(node.body)
        present = [name for name in names if name in body.axes]
        absent = prod(self.extents[name] for name in names if name not in body.axes)
        axes = tuple(axis for axis in body.axes if axis not in present)
        where = ", ".join(str(body.axes.index(name)) for name in present)
        if present:
            over = f"({where})" if len(present) > 1 else where
            body = Array(f"{REDUCTIONS[node.kind]}({body.code}, axis={over})", axes)
        if absent > 1 and node.kind == "sum":
            return Array(f"{absent} * {body.atom}", axes, body.plain, precedence(node.body * 1))
        return body

    def body(self, node: Expression) -> Array:
        """What is reduced, with its axes in the order in which its largest array lies in memory."""
        before = self.order
        accesses = [[s.name for s in a.subscripts if isinstance(s, Index)] for a in node.find(Access)]
        self.order = list(dict.fromkeys([*max(accesses, key=len, default=[]), *before]))
        value = self.print(node)
        value = replace(value, code=aligned(value, self.sorted(value)), axes=self.sorted(value))
        self.order = before
        return value

    def squares(self, node: Reduction) -> Array | None:
        """The sum of a whole array's squares as its product with itself."""
        square = node.body
        if not (isinstance(square, Binary) and square.operator == "**" and is_number(square.right, 2)):
            return None
        value = self.print(square.left)
        whole = value.code.isidentifier() and set(value.axes) == {index.name for index in node.indices}
        return Array(f"np.vdot({value.code}, {value.code})") if whole else None

    def product(self, node: Reduction) -> Array | None:
        """A sum of products as a matrix product, if it is one: two factors, each with an index of its own."""
        above, below = factors(node.body)
        above = [part for factor in above for part in _indicator(factor)]
        if len(above) != 2 or below:
            return None
        summed = [index.name for index in node.indices]
        first, second = (self.factor(factor) for factor in above)
        if not all(set(summed) <= set(value.axes) for value in (first, second)):
            return None
        batch = [a for a in self.order if a in first.axes and a in second.axes and a not in summed]
        rows = [a for a in self.order if a in first.axes and a not in second.axes]
        columns = [a for a in self.order if a in second.axes and a not in first.axes]
        if not rows or not columns:
            return None
        if self.order.index(rows[0]) > self.order.index(columns[0]):
            first, second, rows, columns = second, first, columns, rows
        left = matrix(first, batch, rows, summed, self.extents)
        right = matrix(second, batch, summed, columns, self.extents)
        shape = [self.extents[a] for a in (*batch, *rows, *columns)]
        folded = len(rows) > 1 or len(columns) > 1
        return Array(
            f"np.matmul({left}, {right})" + (f".reshape({', '.join(map(str, shape))})" if folded else ""),
            (*batch, *rows, *columns),
        )

    def factor(self, node: Expression) -> Array:
        value = self.hoisted(node) if isinstance(node, Compare) else self.print(node)
        return Array(f"{value.atom}.astype(dtype)", value.axes) if isinstance(node, Compare) else value


def _indicator(factor: Expression) -> list[Expression]:
    """`where(tokens[b, t] == v, x[b, t, c], 0)` is a product of a table of zeros and ones with x."""
    if not isinstance(factor, Where) or not is_number(factor.otherwise, 0):
        return [factor]
    apart = free(factor.condition).keys() - free(factor.then).keys()
    return [factor.condition, factor.then] if apart else [factor]
