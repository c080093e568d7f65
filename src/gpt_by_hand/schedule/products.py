"""Finds the products of matrices in a formula, whatever its indices are, and takes them out of it.

In `C[..m..n] = sum(k, A[..m..k..] * B[..k..n..])` the index n is the last of the target and stands in one factor only,
m in the other one only, and k in both. Everything else is a loop around that.
"""

from __future__ import annotations

from dataclasses import field, replace
from itertools import count
from math import prod

from gpt_by_hand.notation.algebra import factors, free, rebuild
from gpt_by_hand.notation.expressions import Access, Binary, Expression, Index, Reduction, Tensor
from gpt_by_hand.notation.program import Assignment
from gpt_by_hand.records import dataclass
from gpt_by_hand.schedule.nests import Product, Statement, Store, looped, without_reductions
from gpt_by_hand.schedule.tiles import Kernel, Level, best_tile, merged

MOST_SUMS = 2  # nested loops of a sum in a kernel


@dataclass
class Split:
    """A formula taken apart: products first, and then what is left of it, which reads what they have written."""

    lanes: int
    target: Access
    assignment: Assignment
    local_numbers: count[int]
    statements: list[tuple[Statement, ...]] = field(default_factory=list)
    helpers: list[Tensor] = field(default_factory=list)
    used: bool = False  # does the target hold a product already?
    numbers: count[int] = field(default_factory=lambda: count(1))

    def rest(self, node: Expression) -> Expression:
        """Take the products out of `node`; the first is computed in the target's own place."""
        match node:
            case Access():
                return node
            case Reduction():
                return self.product(node) or node
            case Binary("+", left, right):
                left = self.rest(left)
                if left == self.target and isinstance(right, Reduction) and self.product(right, add=True):
                    return left
                return Binary("+", left, self.rest(right))
            case _:
                return rebuild(node, tuple(self.rest(child) for child in node.children()))

    def product(self, node: Reduction, add: bool = False) -> Access | None:
        """Write statements for a product and return the place of its result, or None if it is not one."""
        above, below = factors(node.body)
        if node.kind != "sum" or len(above) != 2 or below:
            return None
        place = self.target if add or not self.used else self.helper("sum", self.assignment.indices)
        left, right = self.sides(above, place)
        shape = _shape(node.indices, left, right, place)
        if shape is None or len(shape.depth) > MOST_SUMS:
            return None
        if place == self.target:
            self.used = True
        else:
            self.helpers.append(place.tensor)
        operands = [self.operand(left), self.operand(right)]
        self.statements.append(_product(place, operands[0], operands[1], shape, self.lanes, add))
        return place

    def sides(self, above: list[Expression], place: Access) -> tuple[Expression, Expression]:
        """The factors, the one that has the target's last index on the right."""
        first, second = above
        last = place.subscripts[-1] if place.subscripts else None
        if isinstance(last, Index) and last.name in free(first):
            return second, first
        return first, second

    def operand(self, node: Expression) -> Access:
        """The factor as an element of a tensor; what is no such element is computed into a new tensor first."""
        if isinstance(node, Access) and node.tensor.kind == "real" and not node.children() and _distinct(node):
            return node
        place = self.helper("factor", _in_memory_order(node))
        self.helpers.append(place.tensor)
        before, value = without_reductions(node, self.local_numbers)
        self.statements.append(looped(_in_memory_order(node), (*before, Store(place, value))))
        return place

    def helper(self, what: str, indices: tuple[Index, ...]) -> Access:
        """An element of a new tensor, named after the formula that needs it."""
        tensor = Tensor(f"{self.assignment.name}.{what}_{next(self.numbers)}", indices)
        return Access(tensor, indices)


@dataclass(frozen=True)
class _Shape:
    """Which indices play which part."""

    around: tuple[Index, ...]
    rows: tuple[Index, ...]
    columns: tuple[Index, ...]
    depth: tuple[Index, ...]


def _shape(depth: tuple[Index, ...], left: Expression, right: Expression, place: Access) -> _Shape | None:
    """The parts of the indices, or None where rows, columns or depth would be missing."""
    on_left, on_right = free(left).keys(), free(right).keys()
    indices = [s for s in place.subscripts if isinstance(s, Index)]
    rows = tuple(i for i in indices if i.name in on_left and i.name not in on_right)
    columns: list[Index] = []
    for subscript in reversed(place.subscripts):
        if not isinstance(subscript, Index) or subscript.name in on_left or subscript.name not in on_right:
            break
        columns.insert(0, subscript)
    both = all(i.name in on_left and i.name in on_right for i in depth)
    if not (rows and columns and both):
        return None
    around = tuple(i for i in indices if i not in rows and i not in columns)
    return _Shape(around, rows, tuple(columns), depth)


def _product(place: Access, left: Access, right: Access, shape: _Shape, lanes: int, add: bool) -> tuple[Statement, ...]:
    def level(index: Index) -> Level:
        return Level(index.extent, stride(place, index), stride(left, index), stride(right, index))

    across = merged([level(index) for index in shape.columns])
    outer = shape.columns[: _unmerged(across, shape.columns)]
    rows, depth = merged([level(i) for i in shape.rows]), merged([level(i) for i in shape.depth])
    kernel = Kernel(rows, across[-1], depth, best_tile(rows[-1].extent, across[-1].extent, lanes), add)
    inside = {index.name for index in (*shape.rows, *shape.columns[len(outer) :], *shape.depth)}
    corners = [_corner(access, inside) for access in (place, left, right)]
    return looped((*shape.around, *outer), (Product(corners[0], corners[1], corners[2], kernel),))


def _unmerged(across: tuple[Level, ...], columns: tuple[Index, ...]) -> int:
    """How many of the outer column indices are not part of the innermost merged loop."""
    inner = len(columns)
    while inner and prod(index.extent for index in columns[inner - 1 :]) <= across[-1].extent:
        inner -= 1
    return inner


def stride(access: Access, index: Index) -> int:
    """How many elements apart the access's neighbours along the index lie; 0 if it does not depend on it."""
    steps = [prod(access.tensor.shape[axis + 1 :]) for axis, s in enumerate(access.subscripts) if s == index]
    return steps[0] if steps else 0


def _corner(access: Access, inside: set[str]) -> Access:
    """The access at the start of the loops inside of the kernel."""
    subscripts = (0 if isinstance(s, Index) and s.name in inside else s for s in access.subscripts)
    return replace(access, subscripts=tuple(subscripts))


def _in_memory_order(node: Expression) -> tuple[Index, ...]:
    """The free indices, in the order in which the largest tensor has them."""
    accesses = node.find(Access)
    largest = max(accesses, key=lambda access: len(access.subscripts)).subscripts if accesses else ()
    order = [s.name for s in largest if isinstance(s, Index)]
    found = free(node)
    return tuple(found[name] for name in dict.fromkeys([*order, *found]) if name in found)


def _distinct(access: Access) -> bool:
    names = [s.name for s in access.subscripts if isinstance(s, Index)]
    return len(set(names)) == len(names)
