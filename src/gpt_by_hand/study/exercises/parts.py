"""What the parts of formulas are called where somebody has forgotten one."""

from __future__ import annotations

from fnmatch import fnmatchcase

from gpt_by_hand.notation import Access, Call, Constant, Expression
from gpt_by_hand.printers.text import text

# Pattern of a tensor's or a constant's name: the kind of mistake, and the words for the part.
NAMED = {
    "*.bias": ("bias", "the bias"),
    "pos_emb": ("position", "the position's vector"),
    "transformer.wpe.weight": ("position", "the position's vector"),
    "*.mean": ("mean", "the mean"),
    "*.ln_?.weight": ("gain", "the gain"),
    "transformer.ln_f.weight": ("gain", "the gain"),
    "adamw.correction?": ("correction", "the correction"),
    "clip.scale": ("clipping", "the clipping"),
    "learning_rate": ("learning rate", "the learning rate"),
    "weight_decay": ("decay", "the weight decay"),
    "temperature": ("temperature", "the temperature"),
    "eps": ("epsilon", "eps"),
    "adam_eps": ("epsilon", "adam_eps"),
}
LONGEST = 70


def name_of(node: Expression) -> str:
    """The name of an element's tensor or of a constant; nothing for anything else."""
    if isinstance(node, Access):
        return node.tensor.name
    return node.name if isinstance(node, Constant) else ""


def kind_of(node: Expression) -> str:
    """Which kind of mistake it is to forget this part: "bias", "epsilon", ...; nothing for other parts."""
    return next((kind for pattern, (kind, _) in NAMED.items() if fnmatchcase(name_of(node), pattern)), "")


def words(node: Expression) -> str:
    """The part in a sentence: `the bias (h.0.attn.c_attn.bias[0, h, d])`, `sqrt(D)`."""
    said = next((said for pattern, (_, said) in NAMED.items() if fnmatchcase(name_of(node), pattern)), "")
    printed = text(node)
    if len(printed) > LONGEST:
        printed = f"{printed[: LONGEST - 1]}…"
    return f"{said} ({printed})" if said and said != printed else printed


def is_size(node: Expression) -> bool:
    """A whole number with a name, such as C: how many there are of something."""
    return isinstance(node, Constant) and bool(node.name) and isinstance(node.value, int)


def is_root(node: Expression) -> bool:
    """The root of a number that has nothing to do with the data, such as sqrt(D)."""
    return isinstance(node, Call) and node.function == "sqrt" and isinstance(node.argument, Constant)
