"""Why with numbers set: each part is what PyTorch makes of it alone, with what is set cut out of it and scales held."""

import json
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
import torch
from torch import Tensor

from gpt_by_hand import GPT
from gpt_by_hand.explain.why import why
from gpt_by_hand.explain.why_author import Answer
from gpt_by_hand.model.gpt import prediction
from gpt_by_hand.trace.changed import settings_of, with_set
from gpt_by_hand.trace.trace import Trace
from tests.support.hooked import drawn, here, in_pytorch, setting, tensors

MODELS = ("demo", "biases", "pencil", "pocket")
WORD = 3
SET = (
    "transformer.wte.weight[3,0]=0.5",
    "transformer.wte.weight[:,1]=0.2",
    "transformer.wpe.weight[:,1]=0.25",
    "transformer.h.0.attn.c_proj.weight[1,:]=0.7",
    "transformer.ln_f.weight[1]=2",
    "tokens[0,:]=3",
    "positions[:]=1",
    "tok_emb[0,:,0]=0.1",
    "embed[0,:,1]=0.5",
    "h.0.attn.weights[0,0,1,:]=0.25",
    "h.0.attn.mix[:,:,0,:]=0",
    "h.0.attn.c_proj[0,:,0]=0.1",
    "h.0.mid[0,:,1]=0.3",
    "h.0.mlp.gelu[0,:,2]=0.3",
    "h.0.mlp.c_proj[0,:,0]=0.1",
    "h.0.out[0,:,1]=-0.4",
    "ln_f.mean[0,:]=0.3",
    "ln_f.centred[0,:,1]=0.2",
    "ln_f.rstd[0,:]=2",
    "ln_f[0,:,1]=0.7",
    "logits[0,:,3]=1.5",
)


@lru_cache
def trace_of(name: str) -> Trace:
    config, weights, tokenizer = drawn(name)
    tokens = np.random.default_rng(3).integers(0, config.vocab_size, (1, config.seq_length))
    inputs = {**weights, "tokens": tokens, "positions": np.arange(config.seq_length)}
    return replace(Trace.of(prediction(config, 1, config.seq_length), inputs, tokenizer), model=config)


def parts_in_pytorch(trace: Trace, said: str) -> tuple[float, dict[tuple[str, int | None], float]]:
    """The logit at the end of the sequence, and what each part adds to it, by its tensor and head.

    A part is followed through all that adds up, from where it is written; where a number is set, it ends. What is left
    of the logit is what comes from the numbers that are set.
    """
    where, value = said.rsplit("=", 1)
    at, mask, config = where.partition("[")[0], here(trace, where), trace.model
    seen = in_pytorch(config, tensors(trace), setting(at, mask, float(value)))

    def cut(name: str, x: Tensor) -> Tensor:
        return x.masked_fill(torch.tensor(mask), 0) if name == at else x

    def spoken(x: Tensor) -> float:
        return float(cut("logits", x @ seen["transformer.wte.weight"].T)[0, -1, WORD])

    def alone(write: Tensor, start: str) -> float:
        """The logit, were nothing but `write` in the residual, with the scale of the last norm as it is."""
        x = torch.zeros_like(seen["embed"])
        for name in ["embed", *(f"h.{n}.{end}" for n in range(config.num_layers) for end in ("mid", "out"))]:
            x = cut(name, x + write if name == start else x)
        centred = cut("ln_f.centred", x - cut("ln_f.mean", x.mean(-1))[..., None])
        return spoken(cut("ln_f", centred * seen["ln_f.rstd"][..., None] * seen["transformer.ln_f.weight"]))

    # A vector that is set is a part as a whole: nothing is known of where it comes from.
    found: dict[tuple[str, int | None], float] = {
        ("tok_emb", None): alone(seen["tok_emb"], "embed"),
        ("pos_emb", None): alone(seen["pos_emb"].expand_as(seen["embed"]), "embed"),
    }
    for layer in range(config.num_layers):
        for block, inside, end in (("attn", "mix", "mid"), ("mlp", "gelu", "out")):
            write, goes = f"h.{layer}.{block}.c_proj", f"h.{layer}.{end}"
            matrix, reads = seen[f"transformer.{write}.weight"], seen[f"h.{layer}.{block}.{inside}"]
            if block == "attn":
                by_head = torch.eye(config.num_heads, dtype=float)[:, None, None, :, None] * reads
                for head, mix in enumerate(by_head):
                    whole = mix.flatten(2) @ matrix.reshape(-1, config.dim_embedding).T
                    found[write, head] = alone(cut(write, whole), goes)
            else:
                found[write, None] = alone(cut(write, reads @ matrix.T), goes)
            if (bias := seen.get(f"transformer.{write}.bias")) is not None:
                found[f"transformer.{write}.bias", None] = alone(cut(write, bias.expand_as(seen["embed"])), goes)
    if (bias := seen.get("transformer.ln_f.bias")) is not None:
        found["transformer.ln_f.bias", None] = spoken(cut("ln_f", bias.expand_as(seen["embed"])))
    return float(seen["logits"][0, -1, WORD]), found


@pytest.mark.parametrize("name", MODELS)
@pytest.mark.parametrize("said", SET)
def test_parts_and_logit_with_a_number_set(name, said):
    trace = trace_of(name)
    found = why(with_set(trace, settings_of([said])), "", WORD).parts
    logit, parts = parts_in_pytorch(trace, said)
    size = max(map(abs, parts.values()))
    assert found.value == pytest.approx(logit, rel=1e-11, abs=1e-12 * size)
    ours = {(part.of.name, dict(part.apart).popitem()[1] if part.apart else None): part.value for part in found.parts}
    set_to = {key: value for key, value in ours.items() if key not in parts}
    assert {of for of, _ in set_to} <= {f"set.{said.partition('[')[0]}"}
    for key, value in parts.items():
        assert ours.get(key, 0) == pytest.approx(value, rel=1e-9, abs=1e-12 * max(size, abs(logit))), key
    rest = logit - sum(parts.values())
    assert sum(set_to.values()) == pytest.approx(rest, rel=1e-9, abs=1e-12 * max(size, abs(logit)))


def test_all_parts_that_change_are_said():
    """They add up to the change of the logit, also those of features, of which the same are compared."""
    trace = trace_of("demo")
    for said in ("embed[0,:,1]=0.5", "h.1.mlp.c_proj[0,:,0]=0.1", "logits[0,:,3]=1.5"):
        changed = with_set(trace, settings_of([said]))
        for features in (0, 2):
            data = Answer(why(changed, "", WORD, features=features)).to_dict()
            total = sum(one["after"] - one["before"] for one in data["changed"])
            assert total == pytest.approx(data["value"] - trace["logits"][0, -1, WORD], rel=1e-9)
            unset = why(trace, "", WORD, features=32 * features).parts.parts
            known = {part.address: part.value for part in unset}
            for one in data["changed"]:
                if one["address"] in known and ":" not in one["address"]:
                    assert one["before"] == pytest.approx(known[one["address"]], rel=1e-12)


def test_a_word_whose_probability_is_no_number() -> None:
    """It has no rank, is not the likeliest, and programs can read the answer."""
    trace = GPT.from_preset("demo").trace("hello ").set({"h.0.mid[0,1,0]": np.inf})
    answer = trace.why("world")
    data = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert (data["probability"], data["rank"], data["lens"][-1]["likeliest"]) == ("nan", None, [])
    assert data["lens"][0]["rank"] and len(data["lens"][0]["likeliest"]) == 3  # that is before it
    text = answer.text()
    assert "has no rank among 32 words: its probability is not a number" in text and "is the likeliest" not in text
    assert "has no rank" in trace.why("world", against="networks").text()
    assert len(trace.before.diff(trace).next_words) == 3  # those that were likely before
