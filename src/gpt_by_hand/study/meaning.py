"""What one number means: the question that its formula answers, asked of its own words, head and channel."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from gpt_by_hand.model.axes import LETTERS
from gpt_by_hand.notation import Tensor
from gpt_by_hand.notation.expressions import Subscript
from gpt_by_hand.notation.instance import Place, defining
from gpt_by_hand.notation.titles import of_all, of_one, spoken_of
from gpt_by_hand.study import address
from gpt_by_hand.study.trace import Trace

PARTS = ("query", "key", "value")
PREFIX = {
    "b": "sequence {}",
    "h": "head {}",
    "s": "{}",
    "t": "at {}",
    "i": "seen from {}",
    "j": "looking at {}",
    "p": "position {}",
    "c": "channel {}",
    "e": "channel {}",
    "d": "channel {}",
    "f": "feature {}",
    "v": "word {}",
}
assert PREFIX.keys() == LETTERS.keys()
# A label that stands between quotation marks because it would not be seen otherwise: a space, the end of a line.
QUOTED = re.compile(r"""b?(['"])(.*[ \\].*)?\1""", re.DOTALL)
WRAPPED = ("d.", "new.", "adamw.m.", "adamw.v.", "previous.m.", "previous.v.", "clip.grad.", "clip.square.")


def meaning(trace: Trace, name: str, place: Place, written: Sequence[Subscript] = ()) -> str:
    """The question that one element answers, in words: `head 1: how well does the query of "by" match ...?`.

    What the question does not name itself (sequence, head, channel) stands in front of it. Where `written` has
    letters for subscripts, it is the question of all elements along them.
    """
    tensor = trace.program.tensors[name]
    written = written or place
    running = {i.name for i, s in zip(tensor.indices, written, strict=True) if not isinstance(s, int)}
    names = {index: said for index, said in element_names(trace, tensor, place).items() if index not in running}
    subject = subject_of(trace, name)
    question = _question(trace, tensor, place)
    said = of_one(question, names)
    if subject is not None and place:
        said = said.replace(f" {subject} ", f" {address.of(subject, written)} ")
    said += _about(trace, tensor, subject, place, written, names)
    return in_front(trace, names, spoken_of(question), said)


def in_front(trace: Trace, names: Mapping[str, str], spoken: Collection[str], said: str) -> str:
    """A question behind the positions that it does not name itself: `sequence 1, channel 2: what ...?`."""
    if "tokens" not in trace.arrays or len(trace.arrays["tokens"]) == 1:
        spoken = {*spoken, "b"}
    before = {index: PREFIX[index].format(name) for index, name in names.items() if index not in spoken}
    if "d" in before and {"c", "e"} & before.keys():
        before["d"] += " of the head"  # two kinds of channels
    both = [*_drawn_from(trace), *before.values()]
    return f"{', '.join(both)}: {lower(said)}" if both else said


def _drawn_from(trace: Trace) -> list[str]:
    """Where a word is drawn: from which words."""
    if "threshold" not in trace.arrays:
        return []
    kept = np.flatnonzero(np.asarray(trace.arrays["logits"]) >= trace.arrays["threshold"])
    words = ", ".join(quoted(trace, int(token)) for token in kept)
    return [f"the next word is drawn from the k = {len(kept)} words whose scores reach the threshold ({words})"]


def subject_of(trace: Trace, name: str) -> str | None:
    """The tensor that a gradient, a moment or a new weight is of: `h.0.attn.q` for `d.h.0.attn.q`."""
    for wrapped in WRAPPED:
        if name.startswith(wrapped) and name.removeprefix(wrapped) in trace.program.tensors:
            return name.removeprefix(wrapped)
    return None


def element_names(trace: Trace, tensor: Tensor, place: Place) -> dict[str, str]:
    """What to call the position along each index: a word where it is one, else its number."""
    at = {index.name: position for index, position in zip(tensor.indices, place, strict=True)}
    return {index: _named(trace, index, position, at.get("b")) for index, position in at.items()}


def _named(trace: Trace, index: str, position: int, row: int | None) -> str:
    if index == "v":
        return quoted(trace, position)
    if index == "s":
        return PARTS[position]
    tokens = trace.arrays.get("tokens")
    if index not in "tij" or tokens is None:
        return str(position)
    if row is None:  # what belongs to no sequence has no word there
        return f"position {position}"
    words = np.asarray(tokens)[row]
    word = quoted(trace, int(words[position]))
    return word if np.count_nonzero(words == words[position]) == 1 else f"{word} (position {position})"


def quoted(trace: Trace, token: int) -> str:
    """The word of a token between quotation marks; a label that has some, such as that of a space, as it is."""
    label = trace.tokenizer.label(token)
    if QUOTED.fullmatch(label):
        return label
    return f"'{label}'" if '"' in label else f'"{label}"'


def _question(trace: Trace, tensor: Tensor, place: Place) -> str:
    if tensor.name not in trace.program.definitions:
        return tensor.title
    found = defining(trace.program, tensor.name, place)
    return found.question or found.title


def _about(
    trace: Trace, tensor: Tensor, subject: str | None, place: Place, written: Sequence[Subscript], names: dict[str, str]
) -> str:
    """For a gradient, a moment or a new weight: whose it is, and what that means."""
    if subject is None:
        return ""
    of = trace.program.tensors[subject]
    title = of.title
    if subject in trace.program.definitions and place:
        found = defining(trace.program, subject, place)
        title = of_one(found.question or found.title, names)
    title = of_all(title)
    if tensor.name.startswith("d."):
        return f" ({lower(title)})" if title else ""
    return f" ({address.of(subject, written)}: {lower(title)})"


def lower(text: str) -> str:
    """As it goes on behind a colon; a word that is written in capitals, such as LayerNorm, stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text
