"""Questions from formulas: which elements are asked for, what must be known, the boxes, and the key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from gpt_by_hand.layout.sentences import said
from gpt_by_hand.notation import Access, Assignment, Axis, Constant, Expression, Program, Tensor, Where
from gpt_by_hand.notation.instance import Instance, Position, defining, instance
from gpt_by_hand.notation.titles import of_one, spoken_of
from gpt_by_hand.practice.booklet.desk import Desk
from gpt_by_hand.practice.booklet.grids import LARGEST_TABLE, box_of, grids, number
from gpt_by_hand.practice.booklet.help import help_with
from gpt_by_hand.practice.booklet.key import line
from gpt_by_hand.practice.booklet.page import Cell, FromAbove, Grid, Question
from gpt_by_hand.practice.formulas import Pick, inlined, is_masked, without_masked
from gpt_by_hand.trace.meaning import in_front, meaning
from gpt_by_hand.trace.trace import Trace


@dataclass(frozen=True)
class Ask:
    """These elements of a tensor, by one formula; `inline` picks the tensors whose formulas are put into it."""

    name: str
    places: tuple[Position, ...]
    inline: tuple[Pick, ...] = ()


def elements(tensor: Tensor, at: Mapping[Axis, int | Iterable[int]], inline: tuple[Pick, ...] = ()) -> Ask:
    """The elements of a tensor at these positions of its indices: one, several, or all where nothing is said."""
    wanted = [at.get(i.axis, range(i.extent)) if i.axis else range(i.extent) for i in tensor.indices]
    return Ask(tensor.name, tuple(product(*([one] if isinstance(one, int) else one for one in wanted))), inline)


def question(desk: Desk, ask: Ask, n: int) -> Question:
    """The question with this number; what it shows and asks for is on the desk after that."""
    trace, program = desk.trace, desk.trace.program
    formula, _ = inlined(program, defined_by(program, ask.name, ask.places[0]), ask.inline)
    found = [instance(formula, place, desk.exact) for place in ask.places]
    own = [without_masked(each.expression) for each in found]
    tensor = program.tensors[ask.name]
    looked_up = tensor.kind == "integer"  # a word's number: what is needed is the vocabulary
    given, from_above = ((), ()) if looked_up else _given(desk, n, formula, _operands(found, own))
    help_ = help_with(desk, formula, own[0])
    asked = [Access(tensor, place) for place in ask.places]
    key = tuple(line(desk, element, expression, help_) for element, expression in zip(asked, own, strict=True))
    desk.shown_in.update({element: n for element in asked})
    boxes = tuple(grids(trace, tensor, box_of(ask.places), lambda element: Cell()))
    constants = tuple(dict.fromkeys(one for one in formula.expression.find(Constant) if one.name))
    words, where = in_words(trace, ask), _where(trace, ask)
    note = vocabulary(trace) if looked_up else ""
    shown_formula = None if looked_up else formula
    return Question(n, words, shown_formula, where, constants, given, from_above, help_, boxes, key, note)


def vocabulary(trace: Trace) -> str:
    """Each word and its number."""
    words = ", ".join(f"{trace.tokenizer.label(n)} {n}" for n in range(len(trace.tokenizer)))
    return said("sheet.vocabulary", words=words)


def defined_by(program: Program, name: str, place: Position) -> Assignment:
    """The formula of an element; what is given, such as the tokens, is its own."""
    if name in program.definitions:
        return defining(program, name, place)
    tensor = program.tensors[name]
    return Assignment(tensor, tensor.indices, tensor[tensor.indices], tensor.title)


def in_words(trace: Trace, ask: Ask) -> str:
    """The question of one element, or of all elements asked for: what they have in common is named."""
    if len(ask.places) == 1:
        words = meaning(trace, ask.name, ask.places[0])
        return words[:1].upper() + words[1:]
    tensor = trace.program.tensors[ask.name]
    names = trace.words.spoken(tensor, ask.places[0])
    common = {i.name: names[i.name] for i, at in zip(tensor.indices, box_of(ask.places), strict=True) if len(at) == 1}
    found = defined_by(trace.program, ask.name, ask.places[0])
    title = found.question or found.title
    words = in_front(trace, tensor.indices, common, spoken_of(title), of_one(title, common))
    return words[:1].upper() + words[1:]


def _where(trace: Trace, ask: Ask) -> str:
    """`b = 0, t = 3 see, c = 0 … 3`."""
    tensor, parts = trace.program.tensors[ask.name], []
    for axis, positions in enumerate(box_of(ask.places)):
        number_, _, word = trace.words.label(tensor, ask.places[0], axis, positions[0]).partition(" ")
        first = f"{number_} ({word})" if word else number_
        run = positions == list(range(positions[0], positions[-1] + 1))
        several = f"{positions[0]} … {positions[-1]}" if run else ", ".join(map(str, positions))
        parts.append(f"{tensor.indices[axis].name} = {first if len(positions) == 1 else several}")
    return ", ".join(parts)


def _operands(found: Sequence[Instance], own: Sequence[Expression]) -> list[Access]:
    """All numbers that must be known, each once: lookups first, then as they are read."""
    looked = [access for each in found for access in each.lookups]
    decided = [condition for each in found for condition, _ in each.conditions]
    return list(dict.fromkeys(access for part in (*looked, *own, *decided) for access in part.find(Access)))


def _given(
    desk: Desk, n: int, formula: Assignment, operands: Sequence[Access]
) -> tuple[tuple[Grid, ...], tuple[FromAbove, ...]]:
    """Tables of the operands that have not been on the sheet yet, and where to find those that have."""

    def cell(element: Access) -> Cell:
        if element in desk.answers:
            return Cell(question=desk.shown_in[element])
        value = desk.exact(element)
        return Cell(number(desk.trace, element, value), value=value)

    tables: list[Grid] = []
    above: list[FromAbove] = []
    for name in dict.fromkeys(access.tensor.name for access in operands):
        tensor = desk.trace.program.tensors[name]
        axes = box_of(_place(access) for access in operands if access.tensor.name == name)
        axes = [_whole(formula, name, at, axis, tensor) for at, axis in enumerate(axes)]
        members = [Access(tensor, place) for place in product(*axes)]
        seen = {desk.shown_in.get(member, 0) for member in members}
        if 0 in seen:
            tables += grids(desk.trace, tensor, axes, cell)
            desk.shown_in.update({member: n for member in members if member not in desk.shown_in})
        else:
            subscripts = (
                axis[0] if len(axis) == 1 else index for axis, index in zip(axes, tensor.indices, strict=True)
            )
            above.append(FromAbove(tensor, tuple(subscripts), max(seen)))
    return tuple(tables), tuple(above)


def _place(access: Access) -> Position:
    return tuple(subscript for subscript in access.subscripts if isinstance(subscript, int))


def _whole(formula: Assignment, name: str, axis: int, positions: list[int], tensor: Tensor) -> list[int]:
    """The whole axis where the formula looks something up along it, so that there is something to look up; and where
    a number decides whether it is masked itself, so that one can tell."""
    extent = tensor.indices[axis].extent
    looks = any(a.tensor.name == name and isinstance(a.subscripts[axis], Access) for a in formula.reads())
    masks = (node for node in formula.expression.find(Where) if is_masked(node.otherwise))
    decides = any(a.tensor.name == name for mask in masks for a in mask.condition.find(Access))
    return list(range(extent)) if decides or (looks and extent <= LARGEST_TABLE) else positions
