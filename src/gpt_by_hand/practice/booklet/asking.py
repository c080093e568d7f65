"""Questions from formulas, as documents: what must be known, the boxes to fill in, and the key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

from gpt_by_hand.layout.document import Blank, Block, Display, Formula, Item, Kind, Line, Number, Paragraph, Table
from gpt_by_hand.layout.sentences import joined, said, sentence
from gpt_by_hand.notation import Access, Assignment, Axis, Compare, Constant, Expression, Index, Tensor, Where
from gpt_by_hand.notation.instance import Instance, Position, instance, place_of
from gpt_by_hand.practice.booklet.key import Desk, answer, help_with, minus, without_noise
from gpt_by_hand.practice.formulas import Pick, inlined, is_masked, own_formula, without_masked
from gpt_by_hand.practice.given import labelled
from gpt_by_hand.practice.numbers import Range, as_read, shown
from gpt_by_hand.records import dataclass
from gpt_by_hand.trace.meaning import WORDS, meaning
from gpt_by_hand.trace.trace import Trace

LARGEST_TABLE = 10  # rows: a table in which something is looked up is shown whole up to this size
WIDEST = 10  # columns of numbers on an upright page


@dataclass(frozen=True)
class Ask:
    """These elements of a tensor, by one formula; `inline` picks the tensors whose formulas are put into it."""

    name: str
    places: tuple[Position, ...]
    inline: tuple[Pick, ...] = ()


@dataclass(frozen=True)
class Question:
    """A question for a sheet, and its answers for the key; `blurred`: does rounding decide what comes out?

    What is looked up in the vocabulary has no formula. `accepted` says of each element of `ask` what it is, and between
    which numbers it is for somebody who computes with those on the sheet.
    """

    trace: Trace
    ask: Ask
    asked: Item
    answered: Item
    blurred: bool
    accepted: tuple[tuple[float, Range], ...]


def elements(tensor: Tensor, at: Mapping[Axis, int | Iterable[int]], inline: tuple[Pick, ...] = ()) -> Ask:
    """The elements of a tensor at these positions of its indices: one, several, or all where nothing is said."""
    wanted = [at.get(i.axis, range(i.extent)) if i.axis else range(i.extent) for i in tensor.indices]
    return Ask(tensor.name, tuple(product(*([one] if isinstance(one, int) else one for one in wanted))), inline)


def question(desk: Desk, ask: Ask, n: int) -> Question:
    """The question with this number; what it shows and asks for is on the desk after that."""
    program = desk.trace.program
    formula, _ = inlined(program, own_formula(program, ask.name, ask.places[0]), ask.inline)
    found = [instance(formula, place, desk.exact) for place in ask.places]
    own = [without_masked(each.expression) for each in found]
    tensor = program.tensors[ask.name]
    looked_up = tensor.kind == "integer"  # a word's number: what is needed is the vocabulary
    given, above = ([], []) if looked_up else _given(desk, n, formula, _operands(found, own))
    about = (*_about(desk.trace, ask, formula, above), *([(_vocabulary(desk.trace),)] if looked_up else ()))
    help_ = help_with(formula, own[0])
    asked = [Access(tensor, place) for place in ask.places]
    answers = [answer(desk, element, expression, help_) for element, expression in zip(asked, own, strict=True)]
    desk.shown_in.update({element: n for element in asked})
    boxes = _tables("boxes", desk.trace, tensor, _box_of(ask.places), lambda element: Blank(element=element))
    blocks: list[Block] = [] if looked_up else [Display(formula)]
    blocks += [Paragraph(tuple(joined(about, "; ")), "caption")] if about else []
    blocks += [*given, *([help_] if help_ else []), *boxes]
    words = (_in_words(desk.trace, ask),)
    workings = tuple(working for working, _ in answers)
    return Question(
        desk.trace,
        ask,
        Item(n, words, tuple(blocks)),
        Item(n, words, workings, "answer"),
        any(blurred for _, blurred in answers),
        tuple((without_noise(desk.exact(element)), desk.range(element)) for element in asked),
    )


def _in_words(trace: Trace, ask: Ask) -> str:
    """The question of one element, or of all elements asked for, by what they have in common."""
    indices = trace.program.tensors[ask.name].indices
    common = [at[0] if len(at) == 1 else i for i, at in zip(indices, _box_of(ask.places), strict=True)]
    return sentence(meaning(trace, ask.name, ask.places[0], common))


def _about(trace: Trace, ask: Ask, formula: Assignment, above: Sequence[Line]) -> Iterator[Line]:
    """For which elements, with which constants, and what is on the sheet already."""
    if where := _where(trace, ask):
        yield (said("sheet.for", where=where),)
    for constant in dict.fromkeys(one for one in formula.expression.find(Constant) if one.name):
        yield (Formula(Compare("==", constant, Constant(as_read(constant.value)))),)
    if above:
        yield (said("sheet.have"), *joined(above, ", "))


def _where(trace: Trace, ask: Ask) -> str:
    """`b = 0, t = 3 (see), c = 0 … 3`."""
    tensor, parts = trace.program.tensors[ask.name], []
    for axis, positions in enumerate(_box_of(ask.places)):
        number, _, word = trace.words.label(tensor, ask.places[0], axis, positions[0]).partition(" ")
        first = f"{number} ({word})" if word else number
        run = positions == list(range(positions[0], positions[-1] + 1))
        several = f"{positions[0]} … {positions[-1]}" if run else ", ".join(map(str, positions))
        parts.append(f"{tensor.indices[axis].name} = {first if len(positions) == 1 else several}")
    return ", ".join(parts)


def _vocabulary(trace: Trace) -> str:
    """Each word and its number."""
    words = ", ".join(f"{trace.tokenizer.label(n)} {n}" for n in range(len(trace.tokenizer)))
    return said("sheet.vocabulary", words=words)


def _operands(found: Sequence[Instance], own: Sequence[Expression]) -> list[Access]:
    """All numbers that must be known, each once: lookups first, then as they are read."""
    looked = [access for each in found for access in each.lookups]
    decided = [condition for each in found for condition, _ in each.conditions]
    return list(dict.fromkeys(access for part in (*looked, *own, *decided) for access in part.find(Access)))


def _given(desk: Desk, n: int, formula: Assignment, operands: Sequence[Access]) -> tuple[list[Table], list[Line]]:
    """Tables of the operands that have not been on the sheet yet, and where to find those that have."""

    def cell(element: Access) -> Number | Blank:
        if element in desk.answers:
            return Blank(question=desk.shown_in[element])
        value = desk.exact(element)
        word = f"{int(value)} {desk.trace.tokenizer.label(int(value))}" if element.tensor.concept in WORDS else ""
        return Number(value, minus(word or shown(value)))

    tables: list[Table] = []
    above: list[Line] = []
    for tensor in dict.fromkeys(access.tensor for access in operands):
        axes = _box_of(place_of(access) for access in operands if access.tensor == tensor)
        axes = [_whole(formula, tensor, axis, positions) for axis, positions in enumerate(axes)]
        members = [Access(tensor, place) for place in product(*axes)]
        seen = {desk.shown_in.get(member, 0) for member in members}
        if 0 in seen:
            tables += _tables("given", desk.trace, tensor, axes, cell)
            desk.shown_in.update({member: n for member in members if member not in desk.shown_in})
        else:
            known = (at[0] if len(at) == 1 else index for at, index in zip(axes, tensor.indices, strict=True))
            above.append((Formula(Access(tensor, tuple(known))), f" ({max(seen)})"))
    return tables, above


def _whole(formula: Assignment, tensor: Tensor, axis: int, positions: list[int]) -> list[int]:
    """The whole axis where the formula looks something up along it, so that there is something to look up; and where
    a number decides whether it is masked itself, so that one can tell."""
    extent = tensor.indices[axis].extent
    looks = any(a.tensor == tensor and isinstance(a.subscripts[axis], Access) for a in formula.reads())
    masks = (node for node in formula.expression.find(Where) if is_masked(node.otherwise))
    decides = any(a.tensor == tensor for mask in masks for a in mask.condition.find(Access))
    return list(range(extent)) if decides or (looks and extent <= LARGEST_TABLE) else positions


def _tables(
    kind: Kind, trace: Trace, tensor: Tensor, axes: Sequence[Sequence[int]], cell: Callable[[Access], Number | Blank]
) -> Iterator[Table]:
    """Tables of the elements whose positions along each axis are given; the last two axes with a choice run."""
    running = [n for n, positions in enumerate(axes) if len(positions) > 1][-2:]
    for where in product(*([0] if n in running else positions for n, positions in enumerate(axes))):
        here = [axes[n] if n in running else [at] for n, at in enumerate(where)]
        subscripts = tuple(tensor.indices[n] if n in running else at for n, at in enumerate(where))
        labels = [[trace.words.label(tensor, subscripts, n, at) for at in axes[n]] for n in running]
        letters = [at.name for at in subscripts if isinstance(at, Index)]
        corner = f"{letters[0]} ↓ {letters[1]} →" if len(letters) > 1 else ""
        cells = [(cell(Access(tensor, place)),) for place in product(*here)]
        yield labelled(kind, labels, cells, (Formula(Access(tensor, subscripts)),), corner, WIDEST)


def _box_of(places: Iterable[Position]) -> list[list[int]]:
    """The positions along each axis at which there are elements."""
    return [sorted(set(positions)) for positions in zip(*places, strict=True)]
