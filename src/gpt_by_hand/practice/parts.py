"""What the parts of formulas are called where somebody has forgotten one."""

from __future__ import annotations

from gpt_by_hand.layout.sentences import said
from gpt_by_hand.model import concepts
from gpt_by_hand.notation import Access, Call, Constant, Expression, Role
from gpt_by_hand.printers.text import text

# What it is to forget a part: by the tensor's concept, by its role, by the constant's name.
CONCEPTS = {
    concepts.POSITION_VECTOR: "position",
    concepts.POSITION_TABLE: "position",
    concepts.MEAN: "mean",
    concepts.FIRST_CORRECTION: "correction",
    concepts.SECOND_CORRECTION: "correction",
    concepts.CLIPPING: "clipping",
    concepts.RATE: "learning rate",
    concepts.TEMPERATURE: "temperature",
}
ROLES = {Role.BIAS: "bias", Role.GAIN: "gain"}
EPSILON = "epsilon"  # has no noun but its own name
CONSTANTS = {"weight_decay": "decay", "eps": EPSILON, "adam_eps": EPSILON}
LONGEST = 70


def concept_of(node: Expression) -> str:
    """What the tensor is that an element belongs to; nothing for anything else."""
    return node.tensor.concept if isinstance(node, Access) else ""


def kind_of(node: Expression) -> str:
    """Which kind of mistake it is to forget this part: "bias", "epsilon", ...; nothing for other parts."""
    if isinstance(node, Access):
        return CONCEPTS.get(node.tensor.concept) or ROLES.get(node.tensor.role, "")
    return CONSTANTS.get(node.name, "") if isinstance(node, Constant) else ""


def words(node: Expression) -> str:
    """The part in a sentence: `the bias (h.0.attn.c_attn.bias[0, h, d])`, `sqrt(D)`."""
    kind, printed = kind_of(node), text(node)
    if len(printed) > LONGEST:
        printed = f"{printed[: LONGEST - 1]}…"
    return said("part", noun=said(f"part.{kind}"), part=printed) if kind and kind != EPSILON else printed


def is_size(node: Expression) -> bool:
    """A whole number with a name, such as C: how many there are of something."""
    return isinstance(node, Constant) and bool(node.name) and isinstance(node.value, int)


def is_root(node: Expression) -> bool:
    """The root of a number that has nothing to do with the data, such as sqrt(D)."""
    return isinstance(node, Call) and node.function == "sqrt" and isinstance(node.argument, Constant)
