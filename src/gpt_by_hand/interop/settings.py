"""Settings of other programs' models: those that ask for another arithmetic are refused, unknown ones are named.

The formulas are GPT-2's alone. Forks of nanoGPT and of GPT-2 have hundreds of settings for something else, under names
that nobody has listed. But a name says what it is about, so it is looked at word by word.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from gpt_by_hand.data.plain_pickle import shown
from gpt_by_hand.errors import UserError
from gpt_by_hand.records import dataclass

NAMED = 8  # so many settings in a message


@dataclass(frozen=True)
class _Rule:
    """What a setting is about, by words in its name, and which of its values are GPT-2's."""

    about: str
    ours: tuple[Any, ...] = ()
    can_be_off: bool = True  # is it GPT-2's to have nothing of it?


# What GPT-2 does not have at all.
_ANOTHER_KIND = _Rule(
    r"ropes?|rotary|alibi|sinusoidal|xpos|rms|rms_?norm|qk|qk_?norm|(post|peri)_?(ln|norm|layer_?norm)|swi_?glu|ge_?glu|"
    r"re_?glu|glu|gated?|re_?lu2?|reluify|si_?lu|swish|mish|moe|experts?|n_exp|router|kv(?!_cache)|gqa|mqa|mla|sliding|"
    r"local(?!_(rank|world|batch|dir|file|path))|sparse|soft_?cap\w*|softcapping|mu_?p|n_?gpt|deep_?norm|re_?zero|layer_?scale|inverse_layer|layer_idx|value_residual|"
    r"parallel_(residual|block|mlp|attn|attention)|use_parallel|cross_attn|cross_attention|loops?|recurren\w+|one_hot|"
    r"(mlp|attn|attention)_only|lora|quantiz\w+|hyper_?connections?"
)
# The first that fits counts.
_RULES = (
    _Rule(r"(multi|grouped)_?query|n(um)?_?(kv|key_value|query)_?(heads?|groups?)", ("n_head", False)),
    _Rule(r"window|window_size", ("block_size", -1)),
    _ANOTHER_KIND,
    # About speed, memory and how weights were drawn: all the same to the numbers.
    _Rule(r"flash|sdpa|checkpointing|upcast|device|dtype|compile|init\w*|std|seed|cache|debug|logging", (...,)),
    _Rule(r"n_?inner|d_?ff|ffn?_?(dim|hidden|size)|mlp_(dim|hidden|size)|intermediate_size", ("4 * n_embd",)),
    _Rule(r"(mlp|ffn?|ff|hidden|expansion)_?(ratio|mult|multiplier|factor)|expansion", (4,)),
    _Rule(r"head_(dim|size)|d_head|n_(qk|v)_head_dim", ("n_embd / n_head",)),
    _Rule(
        r"(mlp|softmax|linear|attention|attn)_(variant|type|kind|head_type)\w*",
        ("mlp", "softmax", "linear", "causal", "multihead", "multi_head", "mha", "full"),
    ),
    _Rule(r"eps|epsilon", (1e-5,), False),
    _Rule(r"activation\w*|act|act_fn|non_?linearity", (True, "gelu", "nn.gelu", "exact"), False),
    _Rule(r"pos\w*|positions?\w*|wpe|ape", (True, "learned", "learnt", "absolute", "simple", "wpe"), False),
    _Rule(r"scale_attn|scale_attn_weights|causal|tied?|tying|residual|use_mlp|use_attn|use_attention", (True,), False),
    _Rule(r"norm\w*|layer_?norms?|ln|pre_?norm", (True, "layernorm", "layer_norm", "ln", "pre"), False),
    _Rule(r"multiplier|scale|scaling|temperature", (1,)),
)


def check_settings(
    found: Mapping[Any, Any], known: Collection[str], source: str, sizes: Mapping[str, int], notes: list[str]
) -> None:
    """Look at the settings that are not among the `known` ones; `sizes` are n_embd, n_head and block_size.

    What may be anything, for all that is known, is named in a note. Raises: UserError that names those which ask for
    what the formulas do not compute.
    """
    others = {str(name): value for name, value in found.items() if name not in known}
    kinds = {name: _kind(name, value, sizes) for name, value in others.items()}
    _refuse({name: value for name, value in others.items() if kinds[name] == "wrong"}, source)
    unknown = {name: value for name, value in others.items() if kinds[name] == "unknown"}
    if unknown:
        notes.append(
            f"{source} has {_listed(unknown)}, which is not known here: if that changes what the model "
            "computes, the numbers here are not the model's"
        )


def refuse_another_kind(found: Mapping[Any, Any], known: Collection[str], source: str) -> None:
    """Raise UserError if the settings, most of which are of training, clearly ask for a model of another kind."""
    others = {str(name): value for name, value in found.items() if name not in known}
    _refuse({n: value for n, value in others.items() if _is_about(_ANOTHER_KIND, n) and not _is_off(value)}, source)


def _refuse(wrong: Mapping[str, Any], source: str) -> None:
    if wrong:
        raise UserError(f"{source} asks for {_listed(wrong)}: the formulas are GPT-2's, and compute another model")


def _kind(name: str, value: Any, sizes: Mapping[str, int]) -> str:
    rule = next((rule for rule in _RULES if _is_about(rule, name)), None)
    if value is None or (_is_off(value) and (rule is None or rule.can_be_off)):
        return "fine"
    if rule is None:
        return "unknown"
    numbers = {
        "n_head": sizes["n_head"],
        "block_size": sizes["block_size"],
        "4 * n_embd": 4 * sizes["n_embd"],
        "n_embd / n_head": sizes["n_embd"] / max(1, sizes["n_head"]),
    }
    ours = [numbers.get(one, one) if isinstance(one, str) else one for one in rule.ours]
    return "fine" if any(one is ... or _same(one, value) for one in ours) else "wrong"


def _is_about(rule: _Rule, name: str) -> bool:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower().replace("-", "_")
    return re.search(rf"(?<![a-z0-9])({rule.about})(?![a-z0-9])", words) is not None


def _is_off(value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() in ("", "none", "no", "off", "false")
    return isinstance(value, (bool, int, float, list, tuple, dict, set, type(None))) and not value


def _same(one: Any, value: Any) -> bool:
    if isinstance(value, str):
        return value.lower() == one
    return type(value) in (bool, int, float) and isinstance(one, bool) == isinstance(value, bool) and value == one


def _listed(found: Mapping[str, Any]) -> str:
    said = [f"{name[:40]} {shown(value)}" for name, value in list(found.items())[:NAMED]]
    more = [f"{len(found) - NAMED} more"] if len(found) > NAMED else []
    *first, last = [*said, *more]
    return f"{', '.join(first)} and {last}" if first else last
