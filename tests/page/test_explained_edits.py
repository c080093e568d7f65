"""Where a number is set, what explains the numbers behind it comes to the values that are computed."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.explain.explainer import Explainer
from gpt_by_hand.explain.uses import followers
from gpt_by_hand.notation import Role
from gpt_by_hand.trace import address
from gpt_by_hand.trace.changed import settings_of, with_set
from tests.page.cases import trace
from tests.page.pages import with_page
from tests.support.node import needs_node

pytestmark = needs_node
SET = (
    "h.0.attn.scores[0,0,2,1]",
    "h.0.ln_1[1,3,3]",
    "h.0.mlp.cdf[0,1,2]",
    "ln_f.mean[0,2]",
    "logits[0,1,2]",
    "h.0.out[1,0,2]",
)
EDITED = """
import { addressOf } from "app/printers/text.js";
explorer.set(given.set, 0.625);
const told = (where) => {
  const { value, stages, notes, uses } = explorer.explain(where);
  return [value, stages.at(-1).value, notes.join(), uses.reduce((sum, use) => sum + use.value, 0)];
};
const uses = explorer.uses(given.gradient).flatMap(({ tensor, places }) => places.map((at) => [tensor.role, at]));
send({ told: given.asked.map(told), uses });
"""


@pytest.mark.parametrize("where", SET)
def test_nothing_of_a_gradient_passes_a_number_that_is_set(where: str) -> None:
    before, changed = trace("pencil"), with_set(trace("pencil"), settings_of([f"{where}=0.625"]))
    tensor, place = Explainer(before).find(where)
    gradient = before.program.wrapping(Role.GRADIENT, tensor)
    assert gradient is not None
    readers = list(followers(before.program, gradient, place, Explainer(before).value))
    asked = [address.of(by.name, at) for by, at in readers if by.role is Role.GRADIENT]
    sent: dict[str, Any] = with_page(
        EDITED, "pencil", set=where, gradient=address.of(gradient.name, place), asked=asked
    )
    note = f"nothing of {address.of(gradient.name, place)} passes, because {where} is set"
    for one, (value, last, notes, uses) in zip(asked, sent["told"], strict=True):
        assert value == pytest.approx(Explainer(changed).at(one), rel=1e-11, abs=1e-15)
        assert last == pytest.approx(value, rel=1e-11, abs=1e-15), one
        assert uses == pytest.approx(value, rel=1e-11, abs=1e-15), one
        assert note in notes
    assert asked and all(role != "gradient" for role, _ in sent["uses"])
