"""Every number of a page has its place on the map: in which phase, in which part of the model, in which order."""

from __future__ import annotations

from typing import Any

import pytest

from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.notation import Role
from gpt_by_hand.page.program import data
from tests.explain.traces import trace
from tests.support.node import needs_node, node

pytestmark = needs_node
MODELS = ["demo", "pencil", "biases", "dropout"]
MAP = """
import { decode } from "app/notation/decode.js";
import { backwardStretches, forwardStretches, phaseOf, phasesOf } from "app/explain/stream.js";
import { updateRows, updateScalars } from "app/explain/stream.js";
const program = decode(given);
const names = (tensors) => tensors.map((tensor) => tensor.name);
const parts = (stretches) => stretches.map(({ scope, tensors, rejoins }) => [scope.name, names(tensors), rejoins]);
send({
  forward: parts(forwardStretches(program)),
  backward: parts(backwardStretches(program)),
  rows: updateRows(program).map(({ parameter, tensors, others }) => [parameter.name, names(tensors), names(others)]),
  scalars: names(updateScalars(program)),
  phases: [...phasesOf(program)],
  of: Object.fromEntries(program.tensors.map((tensor) => [tensor.name, phaseOf(program, tensor)])),
});
"""


def the_map(model: str) -> dict[str, Any]:
    found: dict[str, Any] = node(MAP, data(trace(model).program))
    return found


@pytest.mark.parametrize("model", MODELS)
def test_every_tensor_stands_where_its_phase_says(model: str) -> None:
    found, program = the_map(model), trace(model).program
    forward, backward = ([n for _, names, _ in found[phase] for n in names] for phase in ("forward", "backward"))
    update = [n for _, names, others in found["rows"] for n in (*names, *others)] + found["scalars"]
    assert len(set(forward)) == len(forward) and len(set(backward)) == len(backward)
    assert len(set(update)) == len(update)
    assert {*forward, *backward, *update} == set(program.tensors)
    stands = {"forward": forward, "loss": forward, "backward": backward, "update": update}
    for name, phase in found["of"].items():
        assert name in stands[phase], (name, phase)


@pytest.mark.parametrize("model", MODELS)
def test_numbers_flow_from_words_to_the_loss_and_back(model: str) -> None:
    found, program = the_map(model), trace(model).program
    computed = [a for a in program.assignments if a.phase in ("forward", "loss")]
    assert [name for name, *_ in found["forward"]] == list(dict.fromkeys(a.scope.name for a in computed))
    order = [n for _, names, _ in found["forward"] for n in names]
    for assignment in computed:  # whatever is read stands before what is computed from it
        reads = {access.tensor.name for access in assignment.reads()}
        assert all(order.index(name) < order.index(assignment.target.name) for name in reads)
    places = [name for name, *_ in found["forward"]]
    back = [name for name, *_ in found["backward"]]
    assert back == [name for name in reversed(places) if name in back]
    where = {name: scope for scope, names, _ in found["forward"] for name in names}
    for scope, names, _ in found["backward"]:
        for name in names:
            tensor = program.tensors[name]
            assert tensor.role is Role.GRADIENT and tensor.of and where[tensor.of.name] == scope


def test_branches_rejoin_the_stream_after_attention_and_feed_forward() -> None:
    rejoining = [name for name, _, rejoins in the_map("demo")["forward"] if rejoins]
    assert rejoining == ["h.0.attn", "h.0.mlp", "h.1.attn", "h.1.mlp"]


@pytest.mark.parametrize("model", MODELS)
def test_a_row_of_the_update_leads_from_a_weight_to_the_new_one(model: str) -> None:
    found, program = the_map(model), trace(model).program
    assert [name for name, *_ in found["rows"]] == [tensor.name for tensor in program.parameters]
    for name, tensors, others in found["rows"]:
        roles = [program.tensors[one].role for one in tensors]
        clipped = [Role.CLIPPED] * ("clip.norm" in program.tensors)
        assert roles[1:] == [Role.GRADIENT, *clipped, Role.STATE, Role.STATE, Role.UPDATE]
        concepts = [program.tensors[one].concept for one in tensors[-3:-1]]
        assert tensors[0] == name and concepts == ["mean gradient", "mean square"]
        assert [program.tensors[one].role for one in others] == [Role.STATE, Role.STATE, *[Role.STEP] * len(clipped)]
    assert found["scalars"][0] == "iteration" and "learning_rate" in found["scalars"]


def test_phases_say_how_many_numbers_they_compute() -> None:
    counts = dict(the_map("demo")["phases"])
    assert counts == {"forward": 16_912, "loss": 19, "backward": 23_203, "update": 20_595 + 6_886}
    assert sum(counts.values()) == 67_615


def test_a_prompt_has_no_loss_and_no_update() -> None:
    found = node(MAP, data(prediction(ModelConfig(), 1, 5)))
    assert [phase for phase, _ in found["phases"]] == ["forward"]
    assert found["backward"] == found["scalars"] == []
