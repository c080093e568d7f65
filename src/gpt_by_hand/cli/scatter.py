"""`gpt-by-hand show ADDRESS --2d`: rows of numbers, such as words' vectors, as points in a plane."""

from __future__ import annotations

from gpt_by_hand.data.tokenizers import same_entries
from gpt_by_hand.errors import UserError
from gpt_by_hand.explain.plane import Plane, check_comparable, plane, with_weights
from gpt_by_hand.interop.places import open_model
from gpt_by_hand.trace.trace import Trace


def show_2d(trace: Trace, where: str, before: str = "") -> Plane:
    """The rows at an address in the plane of their principal components; `before` names the model that they come from.

    That is anything which `open_model` takes. Raises: UserError for what has no rows, and for another kind of model.
    """
    if not before:
        return plane(trace, where)
    opened = open_model(before)
    if not same_entries(opened.tokenizer, trace.tokenizer):
        raise UserError(f"{before} has other words than this model, so its rows are no others' before")
    earlier = with_weights(trace, opened.weights, before)
    check_comparable(trace, where)
    return plane(trace, where, earlier, before)
