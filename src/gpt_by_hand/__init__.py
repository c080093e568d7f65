"""GPT-by-Hand: a GPT small enough to compute with a pencil, in which every number can be traced."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any  # not imported to run: that takes longer than the rest of this

__version__ = "0.1.0"

# Where each public name lives; it is imported when it is first asked for, so `import gpt_by_hand` costs nothing.
_HOMES = {
    "GPT": "gpt_by_hand.api",
    "ModelConfig": "gpt_by_hand.model.config",
    "Step": "gpt_by_hand.learning",
    "Trace": "gpt_by_hand.api",
    "TrainConfig": "gpt_by_hand.training.config",
    "UserError": "gpt_by_hand.errors",
    "speak": "gpt_by_hand.language",
    "trace_iteration": "gpt_by_hand.learning",
    "train": "gpt_by_hand.learning",
}
__all__ = ["GPT", "ModelConfig", "Step", "Trace", "TrainConfig", "UserError", "speak", "trace_iteration", "train"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'gpt_by_hand' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
