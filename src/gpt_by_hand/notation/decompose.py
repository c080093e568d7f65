"""Contributions, derived: how much of a number comes from each part of what it is computed from.

A number follows linearly from others as long as formulas add them up, or multiply them by what is held as it is. So it
is a sum, with a term for each part that it goes back to. A part's *share* of a tensor is what the tensor's own formula
makes of the part alone; like gradients, shares are formulas, which every engine and printer takes.

Source: Elhage et al. 2021, "A mathematical framework for transformer circuits": the residual stream as a sum of what
each layer writes, and its direct path to the logits.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import field
from typing import TypeGuard

from gpt_by_hand.notation.algebra import ZERO, bound, fresh, is_number, substitute
from gpt_by_hand.notation.errors import DefinitionError, NotLinearError
from gpt_by_hand.notation.expressions import Access, Expression, Index, Reduction, Tensor, Where
from gpt_by_hand.notation.linear import linear
from gpt_by_hand.notation.meanings import Layout
from gpt_by_hand.notation.program import Assignment, Program
from gpt_by_hand.records import dataclass

PREFIX = "why."  # what a share is called: this, the part, and the tensor that it is a share of
PHASE = "why"  # that the formulas of shares are of


@dataclass(frozen=True)
class Share:
    """What a `part` adds to the target: `tensor` has the target's indices, and those of the part that are kept `apart`.

    `write` is the part itself with these indices, where it is only one term of the formula of `part`.
    """

    part: Tensor
    tensor: Tensor
    apart: tuple[Index, ...] = ()
    write: Tensor | None = None


@dataclass(frozen=True)
class Decomposition:
    """A `program` that ends with the `shares` of `target`, which add up to it.

    `held` are the tensors on the way that were held as they are. `stopped` are those parts where it went no further,
    as they do not follow linearly from what varies, each with the reason. `read_at` says where the tensors on the way,
    and at its end, are read for one number of the target: at its position along an index, or at several ones (None).
    `shares_of` says of each new tensor, shares on the way included, which tensor it is a share of.
    """

    program: Program
    target: Tensor
    shares: tuple[Share, ...]
    held: tuple[Tensor, ...]
    stopped: Mapping[str, str]
    read_at: Mapping[str, tuple[Index | None, ...]]
    shares_of: Mapping[str, Tensor] = field(default_factory=dict)


def decompose(
    program: Program,
    target: str,
    parts: Collection[str] = (),
    held: Collection[str] = (),
    apart: Callable[[Index], bool] | None = None,
    depth: int | None = None,
    prefix: str = PREFIX,
) -> Decomposition:
    """`program` followed by the share of `target` that comes from each of `parts`, with what is `held` held.

    Whatever else the target goes back to is a part as well, where formulas stop to be linear, or after `depth` of
    them: the shares add up to the target in any case. What formulas add that does not vary, such as a bias, is a part.
    Of a part that is a sum over an index that is to be `apart` (heads, if nothing is said) there is a share for each.
    The shares' names begin with `prefix`; those that the program has already, from the same question, are not repeated.

    Raises: DefinitionError for a name that the program does not define.
    """
    if unknown := {target, *parts, *held} - program.tensors.keys():
        raise DefinitionError(f"the program does not define {sorted(unknown)[0]}")
    if target not in program.definitions:
        raise DefinitionError(f"{target} is given, not computed: it has no parts")
    found = _Ways(program, target, frozenset(parts) - {target}, frozenset(held), apart or _tables_apart, depth, prefix)
    return found.decomposed()


def _tables_apart(index: Index) -> bool:
    return index.axis is not None and index.axis.layout is Layout.APART


@dataclass(frozen=True)
class _Part:
    """Where shares come from: `of` a tensor, some of whose numbers it is, as elements with the tensors' own indices.

    Without any, it is what formulas add that does not vary, and whose owner is `of`.
    """

    of: Tensor
    elements: Mapping[str, Access]
    apart: tuple[Index, ...] = ()
    write: Tensor | None = None

    @property
    def name(self) -> str:
        """What it is called: as what it is of, but for what the formula of a computed tensor adds to that.

        Where it is apart along an index that tables do not keep apart, that is said: `h.0.mlp.c_proj.feature`.
        """
        constant = [] if self.elements or self.of.role.trained else ["constant"]
        nouns = (index.axis.noun if index.axis else index.name for index in self.apart if not _tables_apart(index))
        return ".".join([self.of.name, *constant, *nouns])


@dataclass
class _Ways:
    """Goes back from the target to the parts, and then forward again from each of them."""

    program: Program
    target: str
    parts: frozenset[str]
    held: frozenset[str]
    apart: Callable[[Index], bool]
    depth: int | None
    prefix: str
    followed: dict[str, Assignment] = field(default_factory=dict)  # the formulas on the ways, in the program's order
    stopped: dict[str, str] = field(default_factory=dict)
    written: list[Assignment] = field(default_factory=list)
    shares_of: dict[str, Tensor] = field(default_factory=dict)

    def decomposed(self) -> Decomposition:
        ends = self.go_back()
        order = [tensor for name, tensor in self.program.tensors.items() if name in ends or name in self.followed]
        parts = {part.name: part for tensor in order for part in self.parts_at(tensor)}
        shares = tuple(map(self.share, parts.values()))
        reads = {access.tensor.name for a in self.followed.values() for access in a.reads()}
        held = tuple(tensor for name, tensor in self.program.tensors.items() if name in self.held & reads)
        stopped = {name: why for name, why in self.stopped.items() if name in ends}
        new = [assignment for assignment in self.written if assignment.target.name not in self.program.tensors]
        program, target = self.program.then(new), self.program.tensors[self.target]
        return Decomposition(program, target, shares, held, stopped, self.read_at(), self.shares_of)

    def read_at(self) -> dict[str, tuple[Index | None, ...]]:
        """Where tensors are read: what several formulas read is at one position only if all of them say so."""
        found: dict[str, tuple[Index | None, ...]] = {self.target: self.program.tensors[self.target].indices}
        for name, assignment in reversed(self.followed.items()):
            own = (subscript for subscript in assignment.subscripts if isinstance(subscript, Index))
            along = {index.name: at for index, at in zip(own, found[name], strict=True)}
            for access in assignment.reads():
                at = tuple(along.get(s.name) if isinstance(s, Index) else None for s in access.subscripts)
                before = found.get(access.tensor.name, at)
                found[access.tensor.name] = tuple(a if a == b else None for a, b in zip(at, before, strict=True))
        return found

    def varies(self, tensor: Tensor) -> bool:
        """Is it computed, and not held?"""
        return tensor.name in self.program.definitions and tensor.name not in self.held

    def go_back(self) -> set[str]:
        """Find the formulas between the target and the parts; the names of what they end at."""
        distance, ends = {self.target: 0}, set()
        for name in reversed(self.program.definitions):
            if name not in distance:
                continue
            far = self.depth is not None and distance[name] >= self.depth
            reads = [] if far else self.reads(name)
            if not reads or (name in self.parts and not self.is_split(name)):
                ends.add(name)
                continue
            self.followed = {name: self.program.definitions[name][0], **self.followed}
            for read in reads if name not in self.parts else ():
                distance[read] = min(distance.get(read, distance[name] + 1), distance[name] + 1)
        return ends

    def reads(self, name: str) -> list[str]:
        """The varying tensors that the formula of one adds up; none where it does something else."""
        definitions = self.program.definitions[name]
        try:
            if len(definitions) > 1:
                raise NotLinearError("a formula for each of its parts")
            return [term.tensor.name for term in self.terms(definitions[0]) if self.moves(term)]
        except NotLinearError as error:
            if name not in self.parts:
                self.stopped[name] = str(error)
            return []

    def moves(self, term: Expression) -> TypeGuard[Access]:
        """Is the term an element that varies?"""
        return isinstance(term, Access) and self.varies(term.tensor)

    def terms(self, assignment: Assignment) -> list[Expression]:
        """What a formula adds up: elements that vary, and what varies with nothing."""
        found: list[Expression] = []

        def note(term: Expression) -> Expression:
            found.append(term)
            return term

        linear(assignment.expression, self.varies, note)
        return [term for term in found if not is_number(term, 0)]

    def is_split(self, name: str) -> bool:
        """Is a part more than one: a formula with a constant term, or with a sum over what is to be apart?"""
        assignment = self.program.definitions[name][0]
        return any(not self.moves(term) for term in self.terms(assignment)) or bool(self.opened(assignment)[1])

    def opened(self, assignment: Assignment) -> tuple[Expression, tuple[Index, ...]]:
        """What varies in a formula, without its sum over what is to be apart; and those indices."""
        varying = linear(assignment.expression, self.varies, lambda term: term if self.moves(term) else ZERO)
        if isinstance(varying, Where) and is_number(varying.then, 0) and isinstance(varying.otherwise, Reduction):
            summed = varying.otherwise  # nothing where a number is set: of each term
            varying = Reduction(summed.kind, summed.indices, Where(varying.condition, ZERO, summed.body))
        if not isinstance(varying, Reduction):
            return varying, ()
        apart = tuple(index for index in varying.indices if self.apart(index))
        rest = tuple(index for index in varying.indices if index not in apart)
        return (Reduction(varying.kind, rest, varying.body) if rest else varying.body), apart

    def parts_at(self, tensor: Tensor) -> Iterator[_Part]:
        """The parts that end at a tensor, or that its formula adds to what it follows from."""
        if tensor.name not in self.followed:
            yield _Part(tensor, {tensor.name: Access(tensor, tensor.indices)})
            return
        assignment = self.followed[tensor.name]
        if tensor.name in self.parts:
            yield self.term(assignment)
        for term in self.terms(assignment):
            if not self.moves(term):
                yield _Part(_owner(term, assignment), {})

    def term(self, assignment: Assignment) -> _Part:
        """The varying term of a part's formula, as a tensor of its own."""
        tensor = assignment.target
        expression, apart = self.opened(assignment)
        passed = [a for name, a in self.followed.items() if name not in self.parts]
        taken = {i.name for a in passed for i in (*a.target.indices, *bound(a.expression))}
        renamed = {index.name: fresh(index, taken) if index.name in taken else index for index in apart}
        apart = tuple(renamed.values())
        indices = with_apart(tensor.indices, apart)
        title = assignment.question or assignment.title
        name = _Part(tensor, {tensor.name: Access(tensor, tensor.indices)}, apart).name
        write = Tensor(f"{self.prefix}{name}.term", indices, title=assignment.title, of=tensor)
        self.write(write, substitute(expression, renamed), title, assignment)
        return _Part(tensor, {tensor.name: Access(write, indices)}, apart, write)

    def share(self, part: _Part) -> Share:
        """Go forward from a part: its share of each tensor on the way to the target."""
        shares = dict(part.elements)
        for name, assignment in self.followed.items():
            tensor = assignment.target
            if name in shares:
                continue
            found = self.of_formula(assignment, part, shares)
            if is_number(found, 0):
                continue
            if isinstance(found, Access) and name != self.target:
                shares[name] = found
                continue
            indices = with_apart(tensor.indices, part.apart)
            label = f"{self.prefix}{part.name}" + (f".{name}" if name != self.target else "")
            title = f"How much of {name} comes from {part.name}?"
            made = Tensor(label, indices, title=title, of=part.of)
            self.write(made, found, title, assignment)
            shares[name] = Access(made, indices)
        return Share(part.of, shares[self.target].tensor, part.apart, part.write)

    def of_formula(self, assignment: Assignment, part: _Part, shares: Mapping[str, Access]) -> Expression:
        """A part's share of what a formula says."""
        return linear(assignment.expression, self.varies, lambda term: self.of(term, assignment, part, shares))

    def of(self, term: Expression, assignment: Assignment, part: _Part, shares: Mapping[str, Access]) -> Expression:
        """A part's share of one term of a formula."""
        if not self.moves(term):
            return term if not part.elements and _owner(term, assignment).name == part.of.name else ZERO
        if term.tensor.name not in shares or assignment.target.name in self.parts:
            return ZERO
        names = {i.name: at for i, at in zip(term.tensor.indices, term.subscripts, strict=True)}
        return substitute(shares[term.tensor.name], names)

    def write(self, tensor: Tensor, expression: Expression, question: str, after: Assignment) -> None:
        """Append a formula, which belongs where the one that it comes from does."""
        self.shares_of[tensor.name] = after.target
        self.written.append(
            Assignment(
                tensor,
                tensor.indices,
                expression,
                tensor.title,
                PHASE,
                after.scope,
                f"a share of {after.name}",
                question,
            )
        )


def _owner(term: Expression, assignment: Assignment) -> Tensor:
    """Whose a term is that does not vary: a bias' own; else of the formula that adds it."""
    return term.tensor if isinstance(term, Access) else assignment.target


def with_apart(indices: tuple[Index, ...], apart: tuple[Index, ...]) -> tuple[Index, ...]:
    """The indices with some more, behind those that have tables of their own too."""
    first = next((n for n, index in enumerate(indices) if not _tables_apart(index)), len(indices))
    return (*indices[:first], *apart, *indices[first:])
