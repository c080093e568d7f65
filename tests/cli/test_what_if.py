"""`--set` and `gpt-by-hand diff`: what they print and refuse; what they say equals traces that are made separately."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from gpt_by_hand import GPT
from tests.support.commands import Command, refused

PREPARED = "prepared data/tiny_demo_words: 1,356 tokens to train on, 340 to validate\n"
MIX = "h.0.attn.mix[:,:,1,:]=0"


def test_a_loss_before_and_after(command: Command) -> None:
    found = json.loads(command("loss", "hello world", "--set", MIX, "--format", "json").out)
    before = json.loads(command("loss", "hello world", "--format", "json").out)
    assert found["loss"]["before"] == before["loss"]
    assert found["loss"]["after"] == pytest.approx(np.mean([token["nll"] for token in found["tokens"]]), rel=1e-14)
    sizes = [abs(one["after"] - one["before"]) for one in found["changed"]]
    assert sizes == sorted(sizes, reverse=True) and len(sizes) == 2


def test_why_before_and_after(command: Command) -> None:
    found = json.loads(command("why", "world", "--prompt", "hello ", "--set", MIX, "--format", "json").out)
    parts = {part["address"]: part["value"] for part in found["parts"]}
    assert all(parts[one["address"]] == one["after"] for one in found["changed"])
    assert parts["why.h.0.attn.c_proj[0,1,1,31]"] == 0


def test_diff_of_two_prompts(command: Command) -> None:
    found = json.loads(command("diff", "--prompt", "gpt by hand", "--prompt", "hand by gpt", "--format", "json").out)
    model = GPT.from_preset("demo")
    one, other = model.trace("gpt by hand"), model.trace("hand by gpt")
    for change in found["changed"]:
        assert (one[change["address"]], other[change["address"]]) == (change["before"], change["after"])
    differ = sum(int((one[n] != other[n]).sum()) for n in other.names)
    assert len(found["changed"]) == differ


def test_words_of_the_vocabulary_stand_in_addresses_and_can_be_asked_for_so(command: Command) -> None:
    shown = command(
        "diff", "--prompt", "gpt by hand", "--prompt", "hand by gpt", "--only", "logits[0,4,:]", "--full"
    ).out
    words = re.findall(r"^  logits\[0,4,(\w+)\] +(\S+)", shown, re.MULTILINE)
    assert len(words) == 32 and {"0", "world"} <= {word for word, _ in words}  # 0 is the space, which is no word
    trace = GPT.from_preset("demo").trace("gpt by hand")
    assert all(f"{trace[f'logits[0,4,{word}]']:.5g}" == value for word, value in words)


WRONG = {
    "no such address": (("trace", "--set", "nothing[0]=1"), "there is no tensor 'nothing' here"),
    "nan": (("trace", "--set", "embed[0,1,0]=nan"), "give a number"),
    "shape": (("trace", "--set", "embed[0,1,:]=[1,2]"), "is set to numbers that are [2]"),
    "twice": (("trace", "--set", "embed[0,1,2]=1", "--set", "embed[0,1,2]=2"), "set each number once"),
    "overlap": (("trace", "--set", "embed[0,1,:]=1", "--set", "embed[0,1,2]=2"), "set each number once"),
    "no word": (("trace", "--set", "tokens[0,1]=nonsense"), "nonsense is no word of the vocabulary"),
    "a word of a text": (("loss", "hello world", "--set", "tokens[0,1]=hello"), "so change the text"),
    "one of something": (("diff", "--prompt", "hello"), "give one option twice"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_refused(wrong: str, command: Command) -> None:
    (name, *rest), message = WRONG[wrong]
    prompt = ["--prompt", "gpt by hand"] if name == "trace" else []
    result = command(name, *rest, *prompt)
    said = result.err.removeprefix(PREPARED)
    assert message in refused(replace(result, err=said))


@pytest.mark.parametrize("depth", [1, 2])
def test_an_explanation_before_and_after(command: Command, depth: int) -> None:
    """The number and all that explains it, where they differ, and the loss."""
    where, setting = "h.0.attn.weights[0,1,3,2]", "h.0.attn.scores[0,1,3,1]=0.5"
    text, options = "gpt by hand", ("--prompt", "gpt by hand", "--gradients", "--depth", depth, "--format", "json")
    found = json.loads(command("explain", where, *options, "--set", setting).out)
    plain, trace = GPT.from_preset("demo").gradients(text), GPT.from_preset("demo").gradients(text)
    changed = trace.set({"h.0.attn.scores[0,1,3,1]": 0.5})
    assert found["loss"] == {"before": plain["loss"], "after": changed["loss"]}
    listed = {one["address"]: (one["before"], one["after"]) for one in found["changed"]}
    assert listed == {at: (plain[at], changed[at]) for at in listed} and where in listed
    assert len(listed) == len(found["changed"]) > depth
    assert {one["address"] for one in found["operands"] if one["value"] != plain[one["address"]]} <= listed.keys()
    sizes = [abs(after - before) for before, after in listed.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert "changed" not in json.loads(command("explain", where, *options).out)


def test_a_number_that_is_set_has_no_formula(command: Command) -> None:
    where = "h.0.attn.scores[0,1,3,1]"
    options = ("--prompt", "gpt by hand", "--set", f"{where}=0.25")
    said = command("explain", where, *options).out
    before = GPT.from_preset("demo").trace("gpt by hand")[where]
    assert f"you set this: 0.25; it was {before:.8g}" in said and "where(" not in said and "set." not in said
    beside = command("explain", "h.0.attn.scores[0,1,3,2]", *options).out
    assert "here == 1" not in beside and "j <= i: 2 <= 3 holds" in beside


def test_what_was_before_stands_behind_the_loss_and_its_notes(command: Command) -> None:
    said = command("loss", "hello world", "--set", MIX).out
    mean, first, asked, before = map(said.index, ("nats per", "is not predicted", "explain ", "Before and after"))
    assert mean < first < before and asked < before


@pytest.mark.parametrize("asked", ["lens.embed.probs", "why.tok_emb", "lens.h.0.out.probs[0,2,:]"])
def test_what_is_there_only_when_it_is_asked_for_is_compared_too(command: Command, asked: str) -> None:
    trace = GPT.from_preset("demo").trace("gpt by hand")
    after = trace.set({"embed[0,2,0]": 1})
    told = command("trace", "--prompt", "gpt by hand", "--set", "embed[0,2,0]=1", "--only", asked, "--format", "json")
    data = json.loads(told.out)
    assert data["not_compared"] == [] and len(data["changed"]) >= 32
    for one in data["changed"]:
        assert (one["before"], one["after"]) == (trace[one["address"]], after[one["address"]])
    text = command("diff", "--prompt", "gpt by hand", "--prompt", "hand by gpt", "--only", asked).out
    assert "Nothing differs" not in text and "other words" not in text


@pytest.mark.parametrize("where", ["lens.embed.ln_f[0,2,0]", "why.tok_emb[0,2,31]"])
def test_what_a_part_was_before(command: Command, where: str) -> None:
    told = ("--prompt", "gpt by hand", "--set", "embed[0,2,0]=1")
    was = GPT.from_preset("demo").trace("gpt by hand")[where]
    assert f"it was {was:.8g}\n" in command("explain", where, *told).out
    changed = json.loads(command("explain", where, *told, "--format", "json").out)["changed"]
    assert {"address": where, "before": was} in [{key: one[key] for key in ("address", "before")} for one in changed]


def test_what_only_one_has_is_not_compared(command: Command) -> None:
    """Also where just that is asked for."""
    prompts = ("diff", "--prompt", "gpt", "--prompt", "gpt by", "--only")
    said = command(*prompts, "logits[0,1,:]").out
    assert "Nothing is compared" in said and "equal" not in said
    assert "not compared: 32 numbers that only one of them has, such as logits[0,1,31]\n" in said
    assert (
        "not compared: 2 numbers that only one of them has, such as logits[0,2,5]\n"
        in command(*prompts, "logits[0,:,5]").out
    )
    assert "not compared" not in command(*prompts, "logits[0,0,:]").out


def test_why_after_a_word_that_is_set(command: Command) -> None:
    said = command("why", "world", "--prompt", "hello ", "--set", "tokens[0,0]=gpt").out
    assert "After 'gpt ', " in said and "After 'hello '" not in said
    rank = command("why", "world", "--prompt", "gpt ").out.splitlines()[1]
    assert rank in said.splitlines()
