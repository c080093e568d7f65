"""What travels in a page: everything, bit for bit, and how training goes on."""

from __future__ import annotations

import json
from base64 import b64decode

import numpy as np
import pytest

from gpt_by_hand import GPT, trace_iteration
from gpt_by_hand.data.batches import draw_starts, gather
from gpt_by_hand.data.random import RandomStream
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.page.contents import contents as made
from gpt_by_hand.page.contents import vocabulary
from gpt_by_hand.training.checkpoint import load
from tests.page.cases import CASES, ITERATIONS, contents, trace, trained_folder
from tests.support.node import needs_node, node


def decoded(tokens):
    """Tokens as a page has them."""
    return np.frombuffer(b64decode(tokens["base64"]), f"<u{tokens['bytes']}").astype(np.int64)


@pytest.mark.parametrize("case", CASES)
def test_json_keeps_all_of_it(case):
    found = contents(case)
    assert json.dumps(json.loads(json.dumps(found, allow_nan=False))) == json.dumps(found)
    assert found["computed"] == len(trace(case).program.assignments)
    assert len(found["program"]["assignments"]) - 1 > found["computed"]  # those that are only asked for


GIVEN = """
import { decode } from "app/notation/decode.js";
import { Engine } from "app/engine/engine.js";
import { loadGiven } from "app/engine/given.js";
const { contents, names } = given;
const program = decode(contents.program, contents);
const engine = new Engine(program, contents.steps, () => []);
loadGiven(engine, contents.given);
send(names.map((name) => Array.from(engine.numbers(program.named.get(name)))));
"""


@needs_node
@pytest.mark.parametrize("case", CASES)
def test_what_is_given_is_there_bit_for_bit(case):
    """Also where the page draws the weights anew."""
    whole = trace(case)
    tensors = (*whole.program.inputs, *whole.program.parameters)
    found = node(GIVEN, {"contents": contents(case), "names": [tensor.name for tensor in tensors]})
    for tensor, numbers in zip(tensors, found, strict=True):
        true = np.asarray(whole.arrays[tensor.name])
        assert np.array(numbers, np.float64).tobytes() == true.astype(np.float64).tobytes()


@pytest.mark.parametrize("settings", [{}, {"seed": 7, "vocab_size": 33, "dim_embedding": 6}, {"dim_embedding": 2}])
def test_weights_that_a_page_can_draw_are_left_out(settings):
    found = made(trace_iteration(0, **settings))["given"]
    if settings.get("dim_embedding") == 2:  # fewer than 16 numbers are drawn in another way
        assert found["drawn"] is None
    else:
        assert found["drawn"]["seed"] == settings.get("seed", 1337)
        assert found["real"] == {"names": [], "base64": "", "highest": "", "bytes": []}


@needs_node
def test_a_last_block_that_is_not_full_is_drawn_afresh():
    whole = trace_iteration(0, dim_embedding=6, seed=5)
    names = [parameter.name for parameter in whole.program.parameters]
    found = node(GIVEN, {"contents": made(whole), "names": names})
    assert any(whole[name].size % 16 for name in names)
    for name, numbers in zip(names, found, strict=True):
        assert np.array(numbers, np.float64).tobytes() == whole[name].tobytes()


def test_moments_that_are_nothing_yet_are_left_out():
    assert not any(name.startswith("previous.") for name in contents("demo")["given"]["real"]["names"])
    assert sum(name.startswith("previous.") for name in contents("demo at 1")["given"]["real"]["names"]) > 20


def test_the_parts_of_the_logits_and_what_layers_would_have_said_are_at_its_end():
    head, *rows = contents("demo")["program"]["tensors"]
    names = [row[head.index("name")] for row in rows]
    assert names[: len(trace("demo").program.tensors)] == list(trace("demo").program.tensors)
    for asked in ("why.tok_emb", "why.h.1.attn.c_proj", "lens.h.0.out.probs"):
        assert trace("demo")[asked].size
        assert names.index(asked) > names.index("new.transformer.wte.weight")


def follow(found, iterations):
    """The tokens of each iteration from a page's own one on, as a page draws them, and where evaluations begin."""
    run, origin = found["run"], found["origin"]
    data, length = {name: decoded(tokens) for name, tokens in run["data"].items()}, origin["seq_length"]
    stream, size, starts = RandomStream(run["stream"]["seed"]), run["batch_size"], list(run["next_starts"])
    stream.skip(run["stream"]["draws"])
    for at in range(origin["iteration"] + 1, origin["iteration"] + 1 + iterations):
        evaluation = None
        if at % run["eval_interval"] == 0:
            evaluation = stream.draws
            for part in ("train", "val"):
                draw_starts(stream, data[part], run["eval_iters"] * size, length)
        starts += draw_starts(stream, data["train"], size * run["gradient_accumulation_steps"], length).tolist()
        now, starts = starts[:-size], starts[-size:]
        yield gather(data["train"], np.array(now), length)[0].ravel().tolist(), evaluation


@pytest.mark.parametrize(("case", "settings"), [("demo", {}), ("demo at 1", {}), ("pencil", {"name": "pencil"})])
def test_training_goes_on_with_the_batches_that_python_draws(case, settings):
    start, further = contents(case)["origin"]["iteration"], list(follow(contents(case), 102))
    for at in (start + 1, 99, 100, 101):
        there = made(trace_iteration(at, engine="numpy", **settings))
        tokens, evaluation = further[at - start - 1]
        assert there["given"]["whole"]["tokens"] == tokens
        assert there["run"]["evaluation"] == evaluation
        assert (evaluation is None) == (at != 100)


def test_a_checkpoint_that_goes_on_knows_its_evaluation():
    run, saved = contents("trained")["run"], load(trained_folder())
    assert run["evaluation"] is None  # it was made before the checkpoint was saved
    assert saved.state.evaluation and saved.state.evaluated_at == 400
    assert run["evaluated"] == [saved.state.evaluation.train_loss, saved.state.evaluation.val_loss]
    assert contents("trained")["origin"]["draws"][:5] == [None, None, None, None, saved.state.stream.draws]


@pytest.mark.parametrize("case", ITERATIONS)
def test_the_rows_of_an_iteration_are_where_it_says(case):
    found = contents(case)
    data, starts = decoded(found["run"]["data"]["train"]), found["origin"]["starts"]
    windows = [data[start : start + found["origin"]["seq_length"]] for start in starts]
    assert np.concatenate(windows).tolist() == found["given"]["whole"]["tokens"]
    for start, draw in zip(starts, found["origin"]["draws"], strict=True):
        stream = RandomStream(found["origin"]["seed"])
        if draw is not None:
            stream.skip(draw)
            assert start == stream.integers(len(data) - found["origin"]["seq_length"], 1)[0]


def test_a_prompt_has_no_run():
    assert contents("prompt")["run"] is None
    assert contents("prompt")["perfect"] is None
    assert contents("prompt")["origin"]["starts"] is None


def test_numbers_that_are_set_are_set_in_the_page():
    changed = GPT.from_preset("demo").trace("gpt by hand").set({"tokens[0,4]": "world", "h.0.mid[0,1,:]": 0.25})
    found = made(changed)
    assert dict(map(tuple, found["set"]))["tokens[0,4]"] == 31
    assert [pair for pair in found["set"] if pair[0].startswith("h.0.mid")][3] == ["h.0.mid[0,1,3]", 0.25]
    assert len(found["set"]) == 17
    assert {**found, "set": []} == {**contents("prompt"), "set": []}


def test_texts_are_joined_as_python_joins_them():
    tokenizer = Tokenizer("word", ("a", "b", "?"))
    assert vocabulary(tokenizer, 4) == {
        "kind": "word",
        "labels": ["a", "b", "?", "#3"],
        "quoted": ['"a"', '"b"', '"?"', '"#3"'],
        "short": {},
        "texts": ["a", "b", "?", ""],
        "has_its_spaces": False,
        "marks_apart": False,
        "known": 3,
    }
