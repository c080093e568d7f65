"""Settings that change what a model computes are refused by name, unknown ones are named, harmless ones are not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpt_by_hand import GPT
from gpt_by_hand.errors import UserError
from gpt_by_hand.interop.places import open_model
from gpt_by_hand.interop.settings import check_settings
from tests.interop.test_nanogpt import ARGS, saved
from tests.support.commands import Command, refused
from tests.support.hugging_face import formula_logits, loaded, random_gpt2, their_logits, tokens

SIZES = {"n_embd": 8, "n_head": 2, "block_size": 6}
# Of nanoGPT's forks and of GPT-2's: what changes the arithmetic, and values of it with which all is as in GPT-2.
OTHERS: dict[str, tuple[Any, ...]] = {
    "scale_attn_by_inverse_layer_idx": (True, False, None),
    "use_rmsnorm": (True, False, 0),
    "use_rms_norm": (True, False),
    "rmsnorm": (True, False),
    "use_rope": (True, False),
    "useRotaryEmbeddings": (True, False),
    "rope_theta": (10000.0, None, 0),
    "rotary_pct": (0.25, 0.0),
    "alibi": (True, False),
    "pos_embd": ("rope", "learned", "absolute", None),
    "use_pos_embeddings": (False, True),
    "is_causal": (False, True),
    "weight_tying": (False, True),
    "tie_weights": (False, True),
    "activation": ("swiglu", "gelu", "GELU", None),
    "activation_function": ("relu", "gelu"),
    "normalization": ("rmsnorm", "layernorm"),
    "use_layernorm": (False, True),
    "norm_type": ("rmsnorm", "layernorm"),
    "attention_type": ("linear_attention", "causal"),
    "n_kv_head": (1, 2, None),
    "num_key_value_heads": (1, 2),
    "multi_query": (True, False),
    "n_inner": (16, 32, None),
    "mlp_ratio": (2, 4),
    "head_dim": (8, 4),
    "layer_norm_epsilon": (1e-6, 1e-5),
    "norm_eps": (1e-12, 1e-5),
    "attention_scale": (0.1, 1.0, None),
    "input_multiplier": (12.0, 1, 1.0),
    "scale_embeddings": (True, False),
    "window_size": (3, 6, -1, None),
    "logit_softcap": (30.0, 0.0, None),
    "n_experts": (8, 0),
    "use_moe": (True, False),
    "parallel_residual": (True, False),
    "post_ln": (True, False),
    "use_qk_norm": (True, False),
    "swiglu": (True, False),
    "muP": (True, False),
    "use_nGPT": (1, 0),
    "max_loops": (30, None),
    "scale_attn_weights": (False, True),
    "attention_variant": ("linformer", "causal"),
}
HARMLESS = {
    **{"flash": True, "reorder_and_upcast_attn": True, "upcast_attn": True, "init_std": 0.01, "device": "cuda"},
    "use_kv_cache": True,
}
UNKNOWN = {"quiz_size": 3, "local_rank": 1, "base": 100.0, "nb_mem_token": 4, "noise": "pink", "groups": [[0, 1]]}


def looked_at(**settings: Any) -> list[str]:
    notes: list[str] = []
    check_settings({**SIZES, **settings}, SIZES.keys(), "model_args", SIZES, notes)
    return notes


@pytest.mark.parametrize("name", OTHERS)
def test_another_arithmetic_is_refused_by_name(name: str) -> None:
    wrong, *fine = OTHERS[name]
    with pytest.raises(UserError) as caught:
        looked_at(**{name: wrong})
    assert f"model_args asks for {name} {wrong!r}: the formulas are GPT-2's" in str(caught.value)
    for value in fine:
        assert looked_at(**{name: value}) == []


def test_what_changes_nothing_is_not_spoken_of() -> None:
    assert looked_at(**HARMLESS, nothing=None, off=False, zero=0, empty="", none="none") == []


def test_every_unknown_setting_is_named() -> None:
    (note,) = looked_at(**UNKNOWN, **HARMLESS)
    assert note.startswith(
        "model_args has quiz_size 3, local_rank 1, base 100.0, nb_mem_token 4, noise 'pink' and groups of type list"
    )
    assert "not known here" in note
    with pytest.raises(UserError, match=r"asks for use_rope True and alibi True: the formulas"):
        looked_at(**UNKNOWN, use_rope=True, alibi=True)


NAMES = st.text("qzxjQZ_-. 7é\n'", max_size=30)  # no word that says anything of the arithmetic, or nothing of it


@given(st.dictionaries(NAMES, st.one_of(st.integers(), st.text(max_size=9), st.booleans(), st.none())))
def test_nothing_that_is_set_is_silently_ignored(settings: dict[str, Any]) -> None:
    notes: list[str] = []
    try:
        check_settings(settings, (), "it", SIZES, notes)
    except UserError:
        return
    for name, value in list(settings.items())[:8]:
        if value and str(value).lower() not in ("none", "no", "off", "false"):
            assert name[:40] in notes[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model_args": {**ARGS, "use_rope": True, "use_rmsnorm": True}}, ["use_rope True and use_rmsnorm True"]),
        ({"model_args": {**ARGS, "scale_attn_by_inverse_layer_idx": True}}, ["scale_attn_by_inverse_layer_idx True"]),
        (
            {"config": {"dataset": "x", "use_rope": True, "norm_clip": 1.0}},
            ["config in ckpt.pt asks for use_rope True"],
        ),
    ],
)
def test_forks_of_nanogpt(command: Command, tmp_path: Path, changes: dict[str, Any], said: list[str]) -> None:
    saved(tmp_path / "ckpt.pt", **changes)
    refused(command("generate", "--init_from", "ckpt.pt"), "ckpt.pt", *said)
    refused(command("trace", "--checkpoint", "ckpt.pt", "--prompt", "1"), "ckpt.pt", *said)
    refused(command("explain", "logits[0,0,1]", "--checkpoint", "ckpt.pt", "--prompt", "1"), "ckpt.pt", *said)


def test_every_command_says_what_is_unknown(command: Command, tmp_path: Path) -> None:
    saved(tmp_path / "ckpt.pt", model_args={**ARGS, "quiz_size": 3, "use_rope": False})
    wanted = "note: model_args in ckpt.pt has quiz_size 3, which is not known here"
    at = ("--checkpoint", "ckpt.pt", "--prompt", "1")
    assert wanted in command("generate", "--init_from", "ckpt.pt", "--prompt", "1").err
    assert wanted in command("convert", "ckpt.pt", "ours").err
    assert wanted in command("trace", *at).err
    assert wanted in command("explain", "logits[0,0,1]", *at).err
    command("prepare", "pencil")
    train = ("--dataset", "pencil", "--max_iters", 1, "--eval_iters", 1, "--batch_size", 1)
    said = command("train", "--init_from", "ckpt.pt", "--out_dir", "new", *train)
    assert (said.code, wanted in said.out, "tokens are written" in said.out) == (0, True, False), said
    with pytest.warns(UserWarning) as warned:
        GPT.load("ckpt.pt")
    assert wanted.removeprefix("note: ") in str(warned[0].message)


def changed(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_what_changes_nothing_for_transformers_changes_nothing_here(tmp_path: Path) -> None:
    model = random_gpt2(tmp_path, reorder_and_upcast_attn=True)
    found, batch = open_model(str(tmp_path)), tokens(model)
    np.testing.assert_allclose(formula_logits(found, batch), their_logits(model, batch), atol=1e-4)
    assert [note for note in found.notes if "tokenizer" not in note] == []


@pytest.mark.parametrize(
    "setting", [{"scale_attn_by_inverse_layer_idx": True}, {"scale_attn_weights": False}, {"layer_norm_epsilon": 1e-2}]
)
def test_what_is_refused_does_change_the_logits(tmp_path: Path, setting: dict[str, Any]) -> None:
    model = random_gpt2(tmp_path)
    batch = tokens(model)
    changed(tmp_path, **setting)
    assert abs(their_logits(loaded(tmp_path), batch) - their_logits(model, batch)).max() > 1e-3
    with pytest.raises(UserError, match=next(iter(setting))):
        open_model(str(tmp_path)).load()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"use_rope": True}, "config.json asks for use_rope True"),
        ({"attention_head_type": "multiquery"}, "attention_head_type 'multiquery'"),
        ({"auto_map": {"AutoModelForCausalLM": "modeling.Mine"}}, "a program of its own"),
        ({"quantization_config": {"bits": 4}}, "quantization_config of type dict"),
    ],
)
def test_gpt2s_of_other_kinds(tmp_path: Path, changes: dict[str, Any], said: str) -> None:
    random_gpt2(tmp_path)
    changed(tmp_path, **changes)
    with pytest.raises(UserError, match=said):
        open_model(str(tmp_path)).load()


def test_unknown_settings_of_gpt2s_are_named(tmp_path: Path) -> None:
    random_gpt2(tmp_path)
    changed(tmp_path, base=100, architectures=["GPT2LMHeadModel", "MyModel"])
    note = open_model(str(tmp_path)).notes[0]
    assert "config.json has" in note
    assert "architectures 'GPT2LMHeadModel, MyModel'" in note
    assert "base 100" in note


def test_all_that_transformers_writes_is_known(tmp_path: Path) -> None:
    model = random_gpt2(tmp_path)
    changed(tmp_path, **{name: value for name, value in model.config.to_dict().items() if value is not None})
    assert [note for note in open_model(str(tmp_path)).notes if "has no tokenizer" not in note] == []
