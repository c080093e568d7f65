"""Which addresses there are: names, indices, shapes and the questions that they answer."""

from __future__ import annotations

from fnmatch import fnmatchcase

from gpt_by_hand.trace.missing import missing
from gpt_by_hand.trace.provenance import BEGINNINGS
from gpt_by_hand.trace.trace import Trace


def listing(trace: Trace, pattern: str) -> list[str]:
    """A line for each tensor whose name matches a glob such as `h.0.attn.*`.

    Raises: AddressError, with the nearest names, when there is none.
    """
    beginnings = BEGINNINGS if trace.origin is not None else {}
    found = [trace.tensor(name) for name in trace.names if fnmatchcase(name, pattern)]
    others = [tensor for name, tensor in beginnings.items() if fnmatchcase(name, pattern)]
    if not found and not others:
        raise missing(pattern, (*trace.names, *beginnings), trace.program)
    rows = []
    for tensor in found:
        indices = f"[{','.join(index.name for index in tensor.indices)}]" if tensor.indices else ""
        shape = " x ".join(map(str, tensor.shape)) or "one number"
        rows.append((f"{tensor.name}{indices}", shape, trace.describe(tensor.name)["title"]))
    rows += [(f"{tensor.name}[n]", "", tensor.title) for tensor in others]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    return [f"{name:<{widths[0]}}  {shape:<{widths[1]}}  {title}".rstrip() for name, shape, title in rows]
