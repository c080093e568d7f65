"""A formula with one mistake in it: every rule tried at every place, another place tried, terms left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from gpt_by_hand.layout.sentences import said, told
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Assignment, Binary, Compare, Expression, Index, Negate, Reduction, Terms, Where
from gpt_by_hand.notation.algebra import rebuild, substitute, transform
from gpt_by_hand.notation.instance import Position, Value, instance
from gpt_by_hand.practice.formulas import has_mask, without_masked
from gpt_by_hand.practice.rules import RULES, Rule, Slip, division, kind_of, left_out, sign, words
from gpt_by_hand.printers.text import text

RESIDUAL = (concepts.MIDDLE, concepts.OUTPUT)
INCONSISTENT = 1  # the cost of making a mistake at one place, and not at another one like it
LEFT_ALONE = (Access, Compare)  # nobody errs between brackets; and conditions stay what they are
LONGEST_SUM = 100  # terms: in longer sums nobody leaves out just one


def written_wrong(assignment: Assignment) -> Iterator[Slip]:
    """The assignment's formula with one mistake in it, in symbols."""
    if assignment.target.concept in RESIDUAL:
        yield from everywhere(assignment.expression, _residual)
    for rule in RULES:
        once = list(everywhere(assignment.expression, rule))
        several = [which for which, count in Counter(slip.said for slip in once).items() if count > 1]
        for which in several:  # at every place: who forgets the temperature forgets it everywhere
            wrong = transform(assignment.expression, partial(_wrong, rule, which))
            yield replace(next(slip for slip in once if slip.said == which), node=wrong)
        for slip in once:
            yield replace(slip, cost=slip.cost + (INCONSISTENT if slip.said in several else 0))


def everywhere(node: Expression, rule: Rule) -> Iterator[Slip]:
    """The expression with the rule applied to one node of it, for each node that rules are applied to."""
    yield from rule(node)
    children = node.children()
    for at, child in enumerate(() if isinstance(node, LEFT_ALONE) else children):
        for slip in everywhere(child, rule):
            yield replace(slip, node=rebuild(node, (*children[:at], slip.node, *children[at + 1 :])))


def _wrong(rule: Rule, which: str, node: Expression) -> Expression | None:
    """The node with this mistake; as it is, where nothing in it is to change; None where something may be."""
    wrong = next((slip.node for slip in rule(node) if slip.said == which), None)
    return node if wrong is None and isinstance(node, LEFT_ALONE) else wrong


def _residual(node: Expression) -> Iterator[Slip]:
    """The sum that carries a word through a block, without what it was before."""
    if isinstance(node, Binary) and node.operator == "+" and isinstance(node.left, Access) and not kind_of(node.right):
        yield Slip(node.right, "residual", said("without.residual", part=text(node.left)), 0)


def at_other_places(assignment: Assignment, place: Position) -> Iterator[tuple[Assignment, Position, str]]:
    """The same formula beside this place, along one index, and what to say of it: `for head 1 instead of head 0`.

    With conditions in it, once as it is there, and once with only the numbers from there, and the conditions from here.
    """
    conditions = assignment.expression.find(Where)
    for axis, index in enumerate(assignment.subscripts):
        for other in range(index.extent) if isinstance(index, Index) else ():
            if isinstance(index, Index) and other != place[axis]:
                noun = told(index.axis.noun) if index.axis else index.name
                instead = said("with.position", noun=noun, wrong=other, right=place[axis])
                yield assignment, (*place[:axis], other, *place[axis + 1 :]), instead
                if conditions:
                    moved = _moved(assignment.expression, index.name, other)
                    yield replace(assignment, expression=moved), place, instead


def _moved(node: Expression, name: str, position: int) -> Expression:
    """The expression with a position in place of an index, but not in conditions."""

    def moved(part: Expression) -> Expression | None:
        if isinstance(part, Access):
            return substitute(part, {name: position})
        bound = isinstance(part, Reduction) and any(index.name == name for index in part.indices)
        return part if bound or isinstance(part, Compare) else None

    return transform(node, moved)


def computed_wrong(node: Expression) -> Iterator[Slip]:
    """One element's formula with one mistake in it: a term left out, or a minus lost."""
    yield Slip(Negate(node), "sign", said("with.sign"), 0.5)
    yield from everywhere(node, _wrong_terms)


def _wrong_terms(node: Expression) -> Iterator[Slip]:
    if isinstance(node, Terms) and node.kind == "sum" and 1 < len(node.terms) <= LONGEST_SUM:
        for at, term in enumerate(node.terms):
            before, behind = node.terms[:at], node.terms[at + 1 :]
            yield Slip(Terms("sum", (*before, *behind)), "term", said("without.term", part=words(term)), 1)
            negated = (*before, Negate(term), *behind)
            yield Slip(Terms("sum", negated), "sign", said("with.sign of", part=words(term)), 2)


def slips(assignment: Assignment, place: Position, value: Value) -> Iterator[Slip]:
    """Every wrong formula of the element at `place`, written out for it as `instance` does for the right one."""
    masks = has_mask(assignment.expression)

    def element(formula: Assignment, at: Position) -> Expression:
        found = instance(formula, at, value).expression
        return without_masked(found) if masks else found

    for slip in written_wrong(assignment):
        yield replace(slip, node=element(replace(assignment, expression=slip.node), place))
    for wrong, other, instead in at_other_places(assignment, place):
        yield Slip(element(wrong, other), "index", instead, 1)
    own = element(assignment, place)
    if not isinstance(own, Access) or own.tensor.kind != "integer":
        yield from computed_wrong(own)
    else:
        yield Slip(own + 1, "counting", said("with.counting"), 0.5)


def directly_wrong(node: Expression) -> Iterator[Slip]:
    """The same for a formula that was solved for an operand: mistakes made while solving it."""
    yield from computed_wrong(node)
    for rule in (division, sign, left_out):
        yield from everywhere(node, rule)
