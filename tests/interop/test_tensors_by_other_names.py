"""Tensors under the names that wrappers give them, and a tied model of which only the head was saved."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from gpt_by_hand.errors import UserError
from gpt_by_hand.interop.fitting import is_linear
from gpt_by_hand.interop.places import open_model
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from tests.interop.test_nanogpt import saved
from tests.support.hugging_face import formula_logits, loaded, random_gpt2, their_logits, tokens

torch = pytest.importorskip("torch", reason="pip install 'gpt-by-hand[torch]'")
HEAD, TABLE = "lm_head.weight", "transformer.wte.weight"


def renamed(folder: Path, new: Any) -> None:
    """Give each tensor of the folder's file another name; `None` leaves it out."""
    path = folder / "model.safetensors"
    found = {new(name): array for name, array in load_file(path).items()}
    save_file({name: array for name, array in found.items() if name is not None}, path, metadata={"format": "pt"})


@pytest.mark.parametrize("prefix", ["_orig_mod.", "module.", "_orig_mod.module.", "module._orig_mod."])
@pytest.mark.parametrize("published", [False, True])
def test_wrappers_in_front(tmp_path: Path, prefix: str, published: bool) -> None:
    model = random_gpt2(tmp_path)
    renamed(tmp_path, lambda name: prefix + (name.removeprefix("transformer.") if published else name))
    batch = tokens(model)
    np.testing.assert_allclose(formula_logits(open_model(str(tmp_path)), batch), their_logits(model, batch), atol=1e-4)


@pytest.mark.parametrize("wrapper", ["_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module"])
def test_wrappers_inside(tmp_path: Path, wrapper: str) -> None:
    model = random_gpt2(tmp_path)
    renamed(tmp_path, lambda name: name.replace("transformer.h.1.", f"transformer.h.1.{wrapper}."))
    batch = tokens(model)
    np.testing.assert_allclose(formula_logits(open_model(str(tmp_path)), batch), their_logits(model, batch), atol=1e-4)


def test_masks_under_a_wrapper_are_left_out(tmp_path: Path) -> None:
    random_gpt2(tmp_path)
    path = tmp_path / "model.safetensors"
    mask = np.ones((1, 1, 16, 16), np.uint8)
    save_file({**load_file(path), "module.h.0.attn.bias": mask}, path)
    renamed(tmp_path, lambda name: name if name.startswith("module.") else f"module.{name}")
    assert "transformer.h.0.attn.bias" not in open_model(str(tmp_path)).weights


def test_names_that_are_not_gpt2s_are_shown(tmp_path: Path) -> None:
    random_gpt2(tmp_path)
    renamed(tmp_path, lambda name: f"actor.{name}")
    with pytest.raises(UserError) as caught:
        open_model(str(tmp_path)).load()
    assert "wte.weight is missing; actor.transformer.h.0.attn.c_attn.bias is unknown;" in str(caught.value)


@pytest.mark.parametrize("prefix", ["", "module."])
def test_a_tied_model_of_which_the_head_is_saved(tmp_path: Path, prefix: str) -> None:
    """The head is the word table, for transformers as for us."""
    model = random_gpt2(tmp_path)
    batch = tokens(model)
    renamed(tmp_path, lambda name: HEAD if name == TABLE else name)
    np.testing.assert_allclose(their_logits(loaded(tmp_path), batch), their_logits(model, batch), atol=1e-6)
    renamed(tmp_path, lambda name: prefix + name)
    np.testing.assert_allclose(formula_logits(open_model(str(tmp_path)), batch), their_logits(model, batch), atol=1e-4)


def test_a_tied_model_in_parts(tmp_path: Path) -> None:
    model = random_gpt2(tmp_path, "20KB")
    for path in [*tmp_path.glob("model-*"), tmp_path / "model.safetensors.index.json"]:
        path.write_bytes(path.read_bytes().replace(f'"{TABLE}"'.encode(), f'"{HEAD}"         '[:24].encode()))
    batch = tokens(model)
    np.testing.assert_allclose(formula_logits(open_model(str(tmp_path)), batch), their_logits(model, batch), atol=1e-4)


def test_a_head_of_its_own_is_no_table(tmp_path: Path) -> None:
    random_gpt2(tmp_path, tie_word_embeddings=False)
    renamed(tmp_path, lambda name: None if name == TABLE else name)
    with pytest.raises(UserError, match=rf"{TABLE} is missing"):
        open_model(str(tmp_path)).load()


def test_a_checkpoint_of_nanogpts_with_the_head_alone(tmp_path: Path) -> None:
    saved(tmp_path / "ckpt.pt")
    wanted = open_model(str(tmp_path / "ckpt.pt"))
    content = torch.load(tmp_path / "ckpt.pt")
    del content["model"][TABLE]
    torch.save(content, tmp_path / "ckpt.pt")
    for name, array in open_model(str(tmp_path / "ckpt.pt")).weights.items():
        np.testing.assert_array_equal(array, wanted.weights[name])


def test_which_weights_are_linear_does_not_depend_on_how_they_start() -> None:
    """Those are turned for other programs; a model that starts at 0 has the same ones."""

    def linear(**settings: float | bool) -> list[str]:
        return [p.name for p in parameters(ModelConfig(num_layers=1, **settings)) if is_linear(p)]  # type: ignore[arg-type]

    assert len(linear()) == 4
    assert linear(init_std=0.0) == linear() == linear(use_bias=True, init_std=0.0)
