"""Reads printed formulas back. Python's own parser decides what belongs to what; this only looks up the names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from gpt_by_hand.notation import (
    Access,
    Assignment,
    Binary,
    Call,
    Compare,
    Constant,
    Expression,
    Index,
    Negate,
    Program,
    Reduction,
    Tensor,
    Where,
    inf,
)

OPERATORS = {ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Pow: "**"}
COMPARISONS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "=="}


class Reader:
    """Knows the tensors, indices and named constants that may occur."""

    def __init__(self, tensors: Iterable[Tensor], indices: Iterable[Index], constants: Iterable[Constant]) -> None:
        ordered = sorted(tensors, key=lambda tensor: -len(tensor.name))
        self.tensors = {f"tensor_{number}": tensor for number, tensor in enumerate(ordered)}
        self.names = {tensor.name: name for name, tensor in self.tensors.items()}
        self.address = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, self.names))})(?![\w.])")
        self.indices = {index.name: index for index in indices}
        self.constants = {constant.name: constant for constant in constants} | {"inf": inf}

    @staticmethod
    def of(program: Program, assignment: Assignment) -> Reader:
        """A reader of one formula of the program: within a formula, a letter and a constant's name mean one thing."""
        nodes = list(assignment.expression.walk())
        found: list[object] = [*nodes, *assignment.indices]
        for node in nodes:
            found += getattr(node, "indices", ()) or getattr(node, "subscripts", ())
        indices = {item.name: item for item in found if isinstance(item, Index)}
        constants = [node for node in nodes if isinstance(node, Constant) and node.name]
        return Reader(program.tensors.values(), indices.values(), constants)

    def read(self, text: str) -> Expression:
        """The expression that the text stands for."""
        return self.build(ast.parse(self.address.sub(lambda m: self.names[m[0]], text), mode="eval").body)

    def build(self, node: ast.expr) -> Expression:
        if isinstance(node, ast.Constant):
            return Constant(node.value)
        if isinstance(node, ast.Name):
            return self.name(node.id)
        if isinstance(node, ast.Subscript):
            return self.name(node.value.id, node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice])
        if isinstance(node, ast.UnaryOp):
            return self.negation(node)
        if isinstance(node, ast.BinOp):
            return Binary(OPERATORS[type(node.op)], self.build(node.left), self.build(node.right))
        if isinstance(node, ast.Compare):
            return Compare(COMPARISONS[type(node.ops[0])], self.build(node.left), self.build(*node.comparators))
        return self.call(node.func.id, node.args)

    def name(self, name: str, subscripts: Iterable[ast.expr] = ()) -> Expression:
        if name in self.tensors:
            read = (s.value if isinstance(s, ast.Constant) else self.build(s) for s in subscripts)
            return Access(self.tensors[name], tuple(read))
        return self.indices[name] if name in self.indices else self.constants[name]

    def negation(self, node: ast.UnaryOp) -> Expression:
        """-2 is a number, -(2) and -x are negations; the parser drops parentheses, but not where they stood."""
        bare = isinstance(node.operand, ast.Constant) and node.operand.col_offset == node.col_offset + 1
        return Constant(-node.operand.value) if bare else Negate(self.build(node.operand))

    def call(self, name: str, arguments: list[ast.expr]) -> Expression:
        read = [self.build(argument) for argument in arguments]
        if name == "where":
            return Where(*read)
        return Reduction(name, tuple(read[:-1]), read[-1]) if name in ("sum", "max") else Call(name, *read)
