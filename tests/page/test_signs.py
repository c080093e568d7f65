"""The signs of the page are those of all surfaces."""

from __future__ import annotations

from gpt_by_hand.layout.palette import SIGNS
from tests.support.node import needs_node, node

pytestmark = needs_node


def test_each_role_has_the_sign_of_all_surfaces() -> None:
    kinds, signs = node('import { KINDS, SIGNS } from "app/view/signs.js";\nsend([KINDS, SIGNS]);')
    is_there = {role: (kind, *signs[kind].values()) for role, kind in kinds.items()}
    assert is_there == {role.name.lower(): (s.kind, s.path, s.filled, s.line) for role, s in SIGNS.items()}
