"""Whether the words and the tensors of another program's model fit its sizes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

import numpy as np

from gpt_by_hand.data.tokenizers import Tokenizer, has_spare, number_tokenizer
from gpt_by_hand.errors import UserError
from gpt_by_hand.model.config import ModelConfig
from gpt_by_hand.model.gpt import parameters
from gpt_by_hand.model.loss import TIED
from gpt_by_hand.notation import Role, Tensor
from gpt_by_hand.training.start import Arrays

HEAD, TABLE = TIED
NUMBERS = "tokens are written as their numbers"  # which is of no interest where the data bring the words
NAMED = 6  # so many names in an error message
# What `torch.compile`, DDP, FSDP and the like put into a tensor's name; what it has in GPT-2 as it was published.
_WRAPPERS = re.compile(r"(?<![^.])(_orig_mod|module|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")
_PUBLISHED = re.compile(r"^(?=(wte|wpe|h|ln_f)\.)")
_MASK = re.compile(r"transformer\.h\.\d+\.attn\.(masked_)?bias")


def words_for(
    config: ModelConfig, found: Tokenizer | None, source: Path, notes: list[str], looked: str = ""
) -> Tokenizer:
    """The tokenizer that was found, or, with a note that says where it was `looked` for, numbers for tokens.

    Another note where it has a few entries too many.

    Raises: UserError when it is the tokenizer of another model.
    """
    if found is None:
        notes.append(
            f"{source} has no tokenizer{f' ({looked})' if looked else ''}: {NUMBERS} (--tokenizer gives the words: a "
            "meta.pkl, a tokenizer.json, a folder with one of them, or gpt2)"
        )
        return number_tokenizer(config.vocab_size)
    if has_spare(found, config.vocab_size):
        notes.append(
            f"the tokenizer has {found.vocab_size} entries, and the model in {source} knows {config.vocab_size}: "
            f"{found.label(config.vocab_size)[:40]} means nothing to it"
        )
    elif found.vocab_size > config.vocab_size:
        raise UserError(
            f"the tokenizer has {found.vocab_size} entries, and the model in {source} knows {config.vocab_size}: it is "
            "the tokenizer of another model"
        )
    return found


def our_name(theirs: str) -> str:
    """What a tensor of GPT-2's is called here."""
    return _PUBLISHED.sub("transformer.", _WRAPPERS.sub("", theirs))


def is_weight(name: str) -> bool:
    """Is the tensor of that name more than a causal mask?"""
    return not _MASK.fullmatch(our_name(name))


def is_linear(parameter: Tensor) -> bool:
    """Is it the weight of a linear layer, which Hugging Face's models keep as [in, out]?"""
    return parameter.role is Role.WEIGHT and parameter.start is not None and not parameter.start.table


def _renamed(arrays: Mapping[str, np.ndarray], source: Path) -> Arrays:
    """The arrays by our names for them. Raises: UserError when two have the same."""
    found: Arrays = {}
    for name, array in arrays.items():
        if found.setdefault(our_name(name), array) is not array:
            raise UserError(f"{source} holds {our_name(name)} twice, with another prefix: leave one of them out")
    return found


def _without_head(arrays: Arrays, source: Path, tied: bool) -> Arrays:
    """The arrays without the head, which is the word table; of the two, one may be saved, or both if they are the same.

    Raises: UserError when they are not. Where they are not `tied`, both must be there: else the head is lost.
    """
    head, table = arrays.get(HEAD), arrays.get(TABLE)
    if not tied and head is None:
        raise UserError(f"{source} has tie_word_embeddings False, but {HEAD}, a head of its own, is missing")
    if head is not None and table is not None and not np.array_equal(head, table, equal_nan=True):
        raise UserError(f"{source} has a head of its own ({HEAD}); in our model it is the word table")
    found = {name: array for name, array in arrays.items() if name != HEAD}
    return {TABLE: head, **found} if tied and head is not None else found


def fitted(
    arrays: Mapping[str, np.ndarray],
    config: ModelConfig,
    source: Path,
    notes: list[str],
    *,
    turned: bool = False,
    tied: bool = True,
) -> Arrays:
    """The arrays, which have GPT-2's names and [out, in] shapes, if they are not `turned`, as float32 in the formulas'.

    A note says so where that rounds them. Raises: UserError that lists which names or shapes do not fit the sizes, or
    names a tensor that has no numbers.
    """
    arrays = _without_head(_renamed(arrays, source), source, tied)
    if config.num_layers > len(arrays):  # before a program of so many layers is made
        held = f"{', '.join(list(arrays)[:NAMED])}{', ...' if len(arrays) > NAMED else ''}" or "nothing"
        raise UserError(
            f"{source} does not fit its own sizes: it does not hold {config.num_layers} layers (it holds {held})"
        )
    wanted = {p.name: p for p in parameters(config)}
    linear = {p.name for p in wanted.values() if is_linear(p)} if turned else ()
    arrays = {name: array.T if name in linear else array for name, array in arrays.items()}
    missing = [f"{name} is missing" for name in wanted if name not in arrays]
    unknown = [f"{name} is unknown" for name in arrays if name not in wanted]
    others = [
        f"{name} is {_by(arrays[name].shape)}, not {_by(parameter.stored_shape)}"
        for name, parameter in wanted.items()
        if name in arrays and arrays[name].shape != parameter.stored_shape
    ]
    wrong = [one for some in zip_longest(missing, unknown, others) for one in some if one]  # of each kind the first
    if wrong:
        more = f" and {len(wrong) - NAMED} more" if len(wrong) > NAMED else ""
        raise UserError(f"the tensors in {source} do not fit its sizes: {'; '.join(wrong[:NAMED])}{more}")
    if any(array.dtype == np.float64 for array in arrays.values()):
        notes.append(f"the weights in {source} are float64, and rounded to float32 here")
    return {name: _finite(name, arrays[name], source).reshape(p.shape) for name, p in wanted.items()}


def _finite(name: str, array: np.ndarray, source: Path) -> np.ndarray:
    with np.errstate(over="ignore"):
        found = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(found).all():
        raise UserError(f"{source} holds numbers that are not finite, in {name}")
    return found


def _by(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape)) or "one number"
