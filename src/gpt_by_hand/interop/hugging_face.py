"""Hugging Face's GPT-2: a folder with `config.json`, `model.safetensors` and, mostly, `tokenizer.json`.

Its linear layers are `Conv1D`s, whose weights are [in, out] where ours are [out, in]. Source: transformers,
`models/gpt2/modeling_gpt2.py` and `configuration_gpt2.py`.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from gpt_by_hand.data.byte_pairs import END_OF_TEXT, BytePairTokenizer
from gpt_by_hand.data.tensors import SINGLE, read_folder
from gpt_by_hand.data.tokenizer_json import tokenizer_bytes
from gpt_by_hand.data.tokenizers import Tokenizer
from gpt_by_hand.errors import UserError, one_line
from gpt_by_hand.files import about, explained, read_json, write_atomically
from gpt_by_hand.interop.fitting import fitted, is_linear, is_weight, words_for
from gpt_by_hand.interop.settings import check_settings
from gpt_by_hand.interop.words import find_tokenizer, unread_tokenizer
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.training.opened import OpenedModel
from gpt_by_hand.training.start import Arrays

CONFIG = "config.json"
FILES = re.compile(
    r"config\.json|generation_config\.json|model(-\d+-of-\d+)?\.safetensors|model\.safetensors\.index\.json"
    r"|tokenizer\.json|added_tokens\.json|tokenizer_config\.json|special_tokens_map\.json|vocab\.json|merges\.txt"
)
SIZES = {  # what they are here, and GPT2Config's defaults
    "vocab_size": ("vocab_size", 50257),
    "n_positions": ("seq_length", 1024),
    "n_embd": ("dim_embedding", 768),
    "n_layer": ("num_layers", 12),
    "n_head": ("num_heads", 12),
}
OTHER_NAMES = {  # of the sizes, which GPT2Config takes as well
    "n_positions": "max_position_embeddings",
    "n_embd": "hidden_size",
    "n_layer": "num_hidden_layers",
    "n_head": "num_attention_heads",
}
GELUS: dict[str, str] = {"gelu_new": "tanh", "gelu_pytorch_tanh": "tanh", "gelu_fast": "tanh", "gelu": "exact"}
DROPOUTS = ("resid_pdrop", "embd_pdrop", "attn_pdrop")
# What GPT2Config can ask for, with its default, and the only value of it that our formulas compute.
ONLY: dict[str, tuple[Any, Any]] = {
    "layer_norm_epsilon": (1e-5, 1e-5),
    "scale_attn_weights": (True, True),
    "scale_attn_by_inverse_layer_idx": (False, False),
    "add_cross_attention": (False, False),
}
# What transformers 4 and 5 write as well, and what changes nothing that is computed here.
_HARMLESS = """
    model_type architectures auto_map transformers_version torch_dtype dtype _name_or_path name_or_path torchscript
    use_bfloat16 use_cache return_dict return_dict_in_generate output_attentions output_hidden_states output_scores
    initializer_range reorder_and_upcast_attn gradient_checkpointing _attn_implementation attn_implementation
    _attn_implementation_autoset chunk_size_feed_forward n_ctx is_decoder is_encoder_decoder tie_encoder_decoder
    cross_attention_hidden_size pruned_heads problem_type finetuning_task num_labels _num_labels id2label label2id
    summary_type summary_use_proj summary_activation summary_proj_to_labels summary_first_dropout
    summary_last_dropout n_special predict_special_tokens bos_token_id eos_token_id pad_token_id sep_token_id
    unk_token_id decoder_start_token_id prefix tokenizer_class task_specific_params max_length min_length
    max_new_tokens do_sample early_stopping num_beams num_beam_groups diversity_penalty temperature top_k top_p
    typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids
    num_return_sequences forced_bos_token_id forced_eos_token_id remove_invalid_values suppress_tokens
    exponential_decay_length_penalty begin_suppress_tokens tf_legacy_loss loss_type classifier_dropout
    hidden_dropout
"""
_LOOKED_AT = ("activation_function", "tie_word_embeddings")
_KNOWN = frozenset([*SIZES, *OTHER_NAMES.values(), *ONLY, *DROPOUTS, *_HARMLESS.split(), *_LOOKED_AT])
_ARCHITECTURE = re.compile(r"(TF|Flax)?GPT2(Model|LMHeadModel|DoubleHeadsModel|For\w+)")


def read(folder: Path, tokenizer: Tokenizer | None = None) -> OpenedModel:
    """The model in the folder; with its own tokenizer, unless one is given.

    Raises: UserError when a file is missing or damaged, or asks for what the formulas do not compute; and when the
    weights are read.
    """
    notes: list[str] = []
    config = read_config(folder, notes)
    words = words_for(config, tokenizer or find_tokenizer(folder), folder, notes, unread_tokenizer(folder))
    return OpenedModel(config, words, lambda: _weights(folder, config, notes), notes=notes)


def _weights(folder: Path, config: ModelConfig, notes: list[str]) -> Arrays:
    tied = read_json(folder / CONFIG).get("tie_word_embeddings") is not False
    return fitted(read_folder(folder, is_weight), config, folder, notes, turned=True, tied=tied)


def read_config(folder: Path, notes: list[str]) -> ModelConfig:
    """The sizes in `config.json`. Raises: UserError when it is damaged or asks for what the formulas do not compute."""
    path = folder / CONFIG
    found = read_json(path)
    if found.get("model_type") != "gpt2":
        raise UserError(f"{path} is of a model of type {str(found.get('model_type'))[:40]!r}: only gpt2 is read")
    sizes = {name: _size(found, name, path) for name in SIZES}
    activation = found.get("activation_function", "gelu_new")
    if not isinstance(activation, str) or activation not in GELUS:
        raise UserError(f"{path} asks for the activation {str(activation)[:40]!r}: only {', '.join(GELUS)} are read")
    for name, (default, only) in ONLY.items():
        if found.get(name, default) != only:
            raise UserError(f"{path} has {name} {str(found[name])[:40]}: the formulas are for {only} alone")
    _check_others(found, path, sizes, notes)
    with about(path):
        return ModelConfig(
            **{ours: sizes[name] for name, (ours, _) in SIZES.items()},
            dropout_rate=_dropout(found, notes),
            use_bias=True,
            gelu=GELUS[activation],  # type: ignore[arg-type]
        )


def _check_others(found: Mapping[str, Any], path: Path, sizes: Mapping[str, int], notes: list[str]) -> None:
    """Raise UserError for a model that brings a program of its own, or asks for what the formulas do not compute."""
    programs = found.get("auto_map")
    if isinstance(programs, dict) and any(str(name).startswith("AutoModel") for name in programs):
        raise UserError(f"{path} is of a model that is computed by a program of its own (auto_map): only gpt2 is read")
    settings, known = dict(found), _KNOWN
    named = found.get("architectures")
    if isinstance(named, list) and not all(_ARCHITECTURE.fullmatch(str(name)) for name in named):
        settings["architectures"], known = ", ".join(map(str, named)), _KNOWN - {"architectures"}
    check_settings(settings, known, str(path), {**sizes, "block_size": sizes["n_positions"]}, notes)


def write(model: OpenedModel, folder: Path) -> None:
    """Write the model to a folder, with zeros for biases that it does not have; the folder must be there.

    Raises: UserError when a file cannot be written.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import save_file

    words = _words(model)
    config = model.config
    arrays = _theirs(model.weights, config)
    try:
        save_file(arrays, folder / SINGLE, metadata={"format": "pt"})
    except (OSError, SafetensorError) as error:
        raise UserError(f"cannot write {folder / SINGLE}: {one_line(error)}") from None
    end = model.tokenizer.ids.get(END_OF_TEXT) if isinstance(model.tokenizer, BytePairTokenizer) else None
    files = {**words, "generation_config.json": _generation(end, config.seq_length), CONFIG: _config(config, end)}
    for name, content in files.items():
        write_atomically(folder / name, content if isinstance(content, bytes) else _json(content))
    shutil.copymode(folder / CONFIG, folder / SINGLE)  # safetensors lets nobody else read its files
    if not config.use_bias:
        model.notes.append("GPT-2 has biases, and this model has none: they are written as zeros")


def remove_others(folder: Path, kept: set[str]) -> None:
    """Remove a model's files from a folder, but for those to be `kept`; first the one that it is found by.

    Raises: UserError when one cannot be removed.
    """
    with explained("write", folder):
        for path in (folder / CONFIG, *folder.glob("*")):
            if path.name == CONFIG or (FILES.fullmatch(path.name) and path.name not in kept):
                path.unlink(missing_ok=True)


def _words(model: OpenedModel) -> dict[str, Any]:
    """The tokenizer's files, or none, with a note, where its form has no place for it."""
    if not model.has_words:
        return {}
    settings: dict[str, Any] = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "clean_up_tokenization_spaces": False,
        "model_max_length": model.config.seq_length,
    }
    if isinstance(model.tokenizer, BytePairTokenizer) and END_OF_TEXT in model.tokenizer.special:
        settings |= {"bos_token": END_OF_TEXT, "eos_token": END_OF_TEXT}
    try:
        return {"tokenizer.json": tokenizer_bytes(model.tokenizer), "tokenizer_config.json": settings}
    except UserError as error:
        model.notes.append(f"no tokenizer.json is written: {error}")
        return {}


def _generation(end: int | None, positions: int) -> dict[str, Any]:
    """As our `generate` writes, by default; but transformers lets no text be longer than the positions."""
    how = {"do_sample": True, "temperature": 0.8, "top_k": 0, "max_length": positions}
    return {"bos_token_id": end, "eos_token_id": end, **how}


def _config(config: ModelConfig, end: int | None) -> dict[str, Any]:
    return {
        "architectures": ["GPT2LMHeadModel"],
        "model_type": "gpt2",
        **{name: getattr(config, ours) for name, (ours, _) in SIZES.items()},
        "n_inner": None,
        "activation_function": {"tanh": "gelu_new", "exact": "gelu"}[config.gelu],
        **dict.fromkeys(DROPOUTS, config.dropout_rate),
        **{name: only for name, (_, only) in ONLY.items()},
        "initializer_range": config.init_std,
        "tie_word_embeddings": True,
        "bos_token_id": end,
        "eos_token_id": end,
        "dtype": "float32",
    }


def _theirs(weights: Mapping[str, np.ndarray], config: ModelConfig) -> dict[str, np.ndarray]:
    """Their arrays, with zeros for the biases that there are not."""
    found = {}
    for parameter in parameters(replace(config, use_bias=True)):
        array = weights.get(parameter.name, np.zeros(parameter.shape, np.float32)).reshape(parameter.stored_shape)
        found[parameter.name] = np.ascontiguousarray(array.T if is_linear(parameter) else array)
    return found


def _size(found: Mapping[str, Any], name: str, path: Path) -> int:
    other = OTHER_NAMES.get(name, name)
    size: object = found.get(name, found.get(other, SIZES[name][1]))
    if type(size) is not int:
        raise UserError(f"{path}: {name} is {str(size)[:40]}, not a whole number")
    if found.get(other, size) != size:
        raise UserError(f"{path} has {name} {size} and {other} {str(found[other])[:40]}, which mean the same")
    return size


def _dropout(found: Mapping[str, Any], notes: list[str]) -> float:
    rates = [found.get(name, 0.1) for name in DROPOUTS]
    if not all(isinstance(rate, (int, float)) and 0 <= rate < 1 for rate in rates):
        raise UserError(f"a dropout rate is no number from 0 up to but not including 1: {str(rates)[:60]}")
    if len(set(rates)) > 1:
        notes.append(f"its dropout rates differ ({', '.join(map(str, rates))}): the first is taken for all")
    return float(rates[0])


def _json(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, indent=2) + "\n").encode()
