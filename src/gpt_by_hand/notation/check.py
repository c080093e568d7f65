"""Is a program well formed? Each index bound, extents agree, each tensor defined once and before its use."""

from __future__ import annotations

from math import prod

from gpt_by_hand.notation.algebra import bound
from gpt_by_hand.notation.errors import DefinitionError, ExtentError, FormulaError, UnboundIndexError
from gpt_by_hand.notation.expressions import Access, Compare, Expression, Index, Reduction, Tensor, Where
from gpt_by_hand.notation.program import Assignment, Program


def check(program: Program) -> Program:
    """Return `program` unchanged if every formula in it makes sense.

    Raises: UnboundIndexError, ExtentError or DefinitionError, naming the formula, the index, the extents and the
    file and line that wrote it.
    """
    known = {tensor.name: tensor for tensor in (*program.inputs, *program.parameters)}
    if len(known) < len(program.inputs) + len(program.parameters):
        raise DefinitionError("two inputs or parameters have the same name")
    parts: dict[str, set[tuple[int | None, ...]]] = {}
    for assignment in program.assignments:
        _check_reads(assignment, known, parts)
        _check_definition(assignment, known, parts)
        _check_extents(assignment)
        _check_comparisons(assignment)
        _check_bound(assignment, assignment.expression, frozenset(i.name for i in assignment.indices))
        known[assignment.target.name] = assignment.target
    for assignment in program.assignments:
        _check_whole(assignment, assignment.target, parts)
    return program


def _fail(kind: type[FormulaError], assignment: Assignment, message: str) -> FormulaError:
    written = f"\n  written at {assignment.written_at}" if assignment.written_at else ""
    return kind(f"{assignment.name}: {message}{written}")


def _part(assignment: Assignment) -> tuple[int | None, ...]:
    return tuple(s if isinstance(s, int) else None for s in assignment.subscripts)


def _check_definition(assignment: Assignment, known: dict[str, Tensor], parts: dict[str, set]) -> None:
    target = assignment.target
    names = [index.name for index in assignment.indices]
    if len(assignment.subscripts) != len(target.indices) or len(set(names)) != len(names):
        raise _fail(DefinitionError, assignment, f"its left-hand side must name each of its {len(target.indices)} axes")
    for subscript, axis in zip(assignment.subscripts, target.indices, strict=True):
        _check_subscript(assignment, target, subscript, axis)
    seen = parts.setdefault(target.name, set())
    if seen and known[target.name].shape != target.shape:
        raise _fail(DefinitionError, assignment, "is defined twice, with different axes")
    part = _part(assignment)
    overlaps = any(all(a == b or None in (a, b) for a, b in zip(part, other, strict=True)) for other in seen)
    if overlaps or (target.name in known and not seen):
        raise _fail(DefinitionError, assignment, "is defined twice")
    seen.add(part)


def _check_whole(assignment: Assignment, tensor: Tensor, parts: dict[str, set]) -> None:
    """A tensor that is defined in parts must be defined everywhere: the parts don't overlap, so count elements."""
    sizes = [
        prod(e for e, s in zip(tensor.shape, part, strict=True) if s is None) for part in parts.get(tensor.name, ())
    ]
    if sizes and sum(sizes) != prod(tensor.shape):
        message = f"only {sum(sizes)} of the {prod(tensor.shape)} elements of {tensor.name} are defined"
        raise _fail(DefinitionError, assignment, message)


def _check_reads(assignment: Assignment, known: dict[str, Tensor], parts: dict[str, set]) -> None:
    for access in assignment.reads():
        tensor = access.tensor
        if tensor.name not in known:
            raise _fail(DefinitionError, assignment, f"{tensor.name} is used before it is defined")
        if known[tensor.name].shape != tensor.shape:
            message = f"{tensor.name} is {tensor.shape} here but {known[tensor.name].shape} where it is defined"
            raise _fail(ExtentError, assignment, message)
        if tensor.name in parts:
            _check_whole(assignment, tensor, parts)
        if len(access.subscripts) != len(tensor.indices):
            message = f"{tensor.name} has {len(tensor.indices)} axes but {len(access.subscripts)} subscripts"
            raise _fail(ExtentError, assignment, message)
        for subscript, axis in zip(access.subscripts, tensor.indices, strict=True):
            _check_subscript(assignment, tensor, subscript, axis)


def _check_subscript(assignment: Assignment, tensor: Tensor, subscript: object, axis: Index) -> None:
    if isinstance(subscript, int) and not 0 <= subscript < axis.extent:
        message = f"subscript {subscript} of {tensor.name} is outside 0 … {axis.extent - 1}"
        raise _fail(ExtentError, assignment, message)
    if isinstance(subscript, Access) and subscript.tensor.kind != "integer":
        raise _fail(DefinitionError, assignment, f"{subscript.tensor.name} holds no integers, so it is no subscript")


def _check_extents(assignment: Assignment) -> None:
    """One index, one extent: in every tensor that it subscripts, in its reduction and on the left-hand side."""
    accesses = (*assignment.reads(), Access(assignment.target, assignment.subscripts))
    pairs = [(a.tensor.name, *p) for a in accesses for p in zip(a.subscripts, a.tensor.indices, strict=True)]
    found = [(s.name, axis.extent, name) for name, s, axis in pairs if isinstance(s, Index)]
    own: list[Index] = [*assignment.indices, *bound(assignment.expression), *assignment.expression.find(Index)]
    own += [s for access in assignment.reads() for s in access.subscripts if isinstance(s, Index)]
    ranges: dict[str, tuple[int, str]] = {}
    for name, extent, place in (*found, *((i.name, i.extent, "its own declaration") for i in own)):
        first, where = ranges.setdefault(name, (extent, place))
        if first != extent:
            raise _fail(ExtentError, assignment, f"index {name} is {first} in {where} but {extent} in {place}")


def _check_bound(assignment: Assignment, node: Expression, known: frozenset[str]) -> None:
    match node:
        case Index():
            if node.name not in known:
                message = f"index {node.name} is bound by nothing; sum over it, or write it left"
                raise _fail(UnboundIndexError, assignment, message)
        case Access():
            for subscript in node.subscripts:
                if not isinstance(subscript, int):
                    _check_bound(assignment, subscript, known)
        case _:
            for index in node.indices if isinstance(node, Reduction) else ():
                if index.name in known:
                    raise _fail(UnboundIndexError, assignment, f"index {index.name} is bound twice")
                known = known | {index.name}
            for child in node.children():
                _check_bound(assignment, child, known)


def _check_comparisons(assignment: Assignment) -> None:
    values = [assignment.expression]
    for node in assignment.expression.walk():
        values += node.children()[1:] if isinstance(node, Where) else node.children()
        if isinstance(node, Where) and not isinstance(node.condition, Compare):
            raise _fail(FormulaError, assignment, "the condition of a Where must be a comparison")
    if any(isinstance(value, Compare) for value in values):
        raise _fail(FormulaError, assignment, "a comparison can only be the condition of a Where")
